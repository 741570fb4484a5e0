"""Who the lanes of webhooks lead to: subscribers, and whoever else is told by the same means."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from tideline.features import workspaces
from tideline.features.webhooks import letters
from tideline.features.webhooks.actions.settling import Settled
from tideline.features.webhooks.delivery import Delivery, Receiver, Request
from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.model import Terms, Webhook
from tideline.features.webhooks.requests import Requests, Views
from tideline.features.webhooks.samples import sample
from tideline.features.webhooks.store import reading as store
from tideline.features.webhooks.store.reading import Count, Subscriber
from tideline.platform.db import SystemTx
from tideline.platform.facts import Fact
from tideline.platform.mail import Outbox

MANY: Final = 3
"""So many events in a row have to fail before somebody is told."""
MAIL_AGAIN: Final = timedelta(days=1)

Key = tuple[int, int]
"""Workspace, and group of lanes."""


class Reached(Protocol):
    """Somebody to be told, with what the telling depends on."""

    @property
    def webhook(self) -> Receiver: ...


R = TypeVar("R", bound=Reached)


class Receivers(Protocol[R]):
    """What differs between those who are told: where they are looked up, how a request to them looks, who hears when
    it fails."""

    async def find(self, tx: SystemTx, keys: Sequence[Key]) -> Mapping[Key, R]:
        """Those that are there now, by one statement."""

    def sample(self, delivery: Delivery, workspace_id: int) -> Fact | None:
        """A fact that never happened, to try a receiver with."""

    def request(self, reached: R, delivery: Delivery, fact: Fact, now: datetime) -> Request:
        """What is posted; made anew for each attempt."""

    async def count(self, tx: SystemTx, counts: Sequence[Count], some: Sequence[Settled]) -> None:
        """Keep what attempts mean for their receivers."""


class Subscribers:
    """The webhooks of workspaces."""

    def __init__(self, terms: Terms, views: Views, outbox: Outbox) -> None:
        self._requests = Requests(terms, views)
        self._outbox = outbox

    async def find(self, tx: SystemTx, keys: Sequence[Key]) -> Mapping[Key, Subscriber]:
        return await store.find_subscribers(tx, keys)

    def sample(self, delivery: Delivery, workspace_id: int) -> Fact | None:
        assert isinstance(delivery.event_type, EventType)
        return sample(delivery.event_type, workspace_id, delivery.fact_at)

    def request(self, reached: Subscriber, delivery: Delivery, fact: Fact, now: datetime) -> Request:
        return self._requests.make(reached, delivery, fact, now)

    async def count(self, tx: SystemTx, counts: Sequence[Count], some: Sequence[Settled]) -> None:
        """Owners hear of webhooks that fail again and again, once a day."""
        now = await store.count_failures(tx, counts)
        failing = {count.webhook_id: count for count in counts if count.failed and now.get(count.webhook_id, 0) >= MANY}
        if not failing:
            return
        keys = [(count.workspace_id, count.webhook_id) for count in failing.values()]
        to_tell = await store.mark_mailed(tx, keys, tx.now - MAIL_AGAIN)
        for one in {one.webhook.id: one for one in some if one.webhook and one.webhook.id in to_tell}.values():
            await self._write(tx, one, now)

    async def _write(self, tx: SystemTx, one: Settled, failed: Mapping[int, int]) -> None:
        assert isinstance(one.webhook, Webhook)
        assert one.attempt
        async with tx.workspace(one.webhook.workspace_id) as own:
            workspace, owner = await workspaces.get_workspace(own), await workspaces.get_owner(own)
            if owner.is_placeholder:
                return
            letter = letters.failing(workspace, owner, one.webhook, one.attempt.answer, failed[one.webhook.id])
            await self._outbox.post(own, letter)
