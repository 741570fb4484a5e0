"""Reads facts as the dispatcher numbers them, and puts a delivery on a lane for each webhook that wants to know."""

from collections import defaultdict
from collections.abc import Sequence

from tideline.features.webhooks.bodies import event_types
from tideline.features.webhooks.delivery import Delivery
from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.groups import lane_of
from tideline.features.webhooks.model import Webhook
from tideline.features.webhooks.store import reading as store
from tideline.platform import lanes
from tideline.platform.db import SystemTx
from tideline.platform.facts import Fact


class WebhookReader:
    """A `dispatcher.Reader`: one look for the subscriptions and one statement for the deliveries, for all facts."""

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        told = [(fact, types) for fact in facts if (types := event_types(fact))]
        if not told:
            return
        workspaces = {fact.workspace_id for fact, _ in told}
        found = await store.list_enabled(tx, workspaces, {event_type for _, types in told for event_type in types})
        wanted: defaultdict[tuple[int, EventType], list[Webhook]] = defaultdict(list)
        for webhook in found:
            wanted[webhook.workspace_id, webhook.event_type].append(webhook)
        await lanes.enqueue_all(
            tx,
            [
                (fact.workspace_id, _item(webhook, event_type, fact))
                for fact, types in told
                for event_type in types
                for webhook in wanted.get((fact.workspace_id, event_type), ())
            ],
        )


def _item(webhook: Webhook, event_type: EventType, fact: Fact) -> lanes.NewItem:
    delivery = Delivery.new(event_type, fact)
    return lanes.NewItem(lane_of(webhook, fact.chat_id), delivery.payload())
