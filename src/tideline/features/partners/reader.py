"""Reads facts as the dispatcher numbers them: puts events on lanes, and keeps what partners are billed by."""

from collections.abc import Mapping, Sequence

from tideline.features.partners.bodies import KINDS, event_of, is_of_business
from tideline.features.partners.groups import lane_of
from tideline.features.partners.store import owned, spans
from tideline.features.partners.store.owned import Told
from tideline.features.partners.store.spans import Turn
from tideline.features.webhooks import Delivery
from tideline.platform import lanes
from tideline.platform.db import SystemTx
from tideline.platform.facts import Fact

LINKING = ("NumberConnected", "NumberDisconnected")


class PartnerReader:
    """A `dispatcher.Reader`. Nothing is asked where nothing happened that partners are told."""

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        told = [fact for fact in facts if fact.kind in KINDS]
        if not told:
            return
        partners = await owned.partners_of(tx, {fact.workspace_id for fact in told})
        if not partners:
            return
        await spans.add(tx, _turns(told, partners))
        await lanes.enqueue_all(tx, _items(told, partners))


def _items(facts: Sequence[Fact], partners: Mapping[int, Told]) -> list[tuple[int, lanes.NewItem]]:
    items: list[tuple[int, lanes.NewItem]] = []
    for fact in facts:
        to, event = partners.get(fact.workspace_id), event_of(fact)
        if to is None or event is None or not to.partner.is_active or to.partner.webhook_url is None:
            continue
        lane = lane_of(to.partner, fact.workspace_id)
        items.append((fact.workspace_id, lanes.NewItem(lane, Delivery.new(event, fact).payload())))
    return items


def _turns(facts: Sequence[Fact], partners: Mapping[int, Told]) -> list[Turn]:
    return [
        Turn(
            partner_id=to.partner.id,
            workspace_id=fact.workspace_id,
            slug=to.slug,
            number_id=fact.payload["number"]["id"],
            phone=fact.payload["number"]["phone"],
            at=fact.at,
            is_linked=fact.kind == "NumberConnected",
        )
        for fact in facts
        if fact.kind in LINKING and not is_of_business(fact) and (to := partners.get(fact.workspace_id))
    ]
