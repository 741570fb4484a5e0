"""The log of deliveries: what happened to them, for as long as it is kept; delivering again, and trying a receiver."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from tideline.features.webhooks.actions.subscriptions import get
from tideline.features.webhooks.delivery import (
    Deliveries,
    Delivery,
    LogFilter,
    Logged,
    LogPage,
    Outcome,
    Redelivered,
)
from tideline.features.webhooks.errors import DeliveryNotFound, DeliveryUnderWay
from tideline.features.webhooks.groups import lane_of
from tideline.features.webhooks.model import Webhook
from tideline.features.webhooks.store import attempts as store
from tideline.platform import lanes
from tideline.platform.db import SystemTx, Tx
from tideline.platform.partitions import maintain_partitions

PAGE: Final = 50
AT_ONCE: Final = 10_000


async def list_deliveries(
    tx: Tx, webhook_id: int, wanted: LogFilter | None = None, *, page: int = 1, size: int = PAGE
) -> LogPage:
    """Deliveries of a webhook by their last attempts, the newest first."""
    await get(tx, webhook_id)
    return await list_deliveries_of(tx, webhook_id, wanted, page=page, size=size)


async def deliveries_by_day(tx: Tx, first: date, last: date) -> dict[date, Deliveries]:
    """What became of events from the first to the last day, in the workspace's time; days without any are left out."""
    return await store.by_day(tx, first, last)


async def list_deliveries_of(
    tx: Tx, webhook_id: int, wanted: LogFilter | None = None, *, page: int = 1, size: int = PAGE
) -> LogPage:
    """The same for a receiver that is no webhook of the workspace itself."""
    found = await store.list_last(tx, webhook_id, wanted or LogFilter(), limit=size + 1, skip=(page - 1) * size)
    return LogPage(found[:size], len(found) > size)


async def get_delivery(tx: Tx, webhook_id: int, uid: UUID) -> list[Logged]:
    """All attempts of a delivery, the first one first."""
    await get(tx, webhook_id)
    attempts = await store.list_of(tx, webhook_id, uid)
    if not attempts:
        raise DeliveryNotFound(uid)
    return attempts


async def redeliver(tx: Tx, webhook_id: int, uid: UUID) -> Delivery:
    """Deliver an event again, whatever became of it, under the same id. What is still tried is not tried twice."""
    webhook = await get(tx, webhook_id)
    last = (await get_delivery(tx, webhook_id, uid))[-1]
    if last.outcome is Outcome.RETRYING or not await store.try_again(tx, webhook_id, uid, last.number):
        raise DeliveryUnderWay
    _put_later(tx, webhook, [last.delivery])
    return last.delivery


async def redeliver_failed(tx: Tx, webhook_id: int, since: datetime, *, limit: int = AT_ONCE) -> Redelivered:
    """Deliver again what was given up since then, in the order in which it happened. Safe to repeat."""
    webhook = await get(tx, webhook_id)
    found = await take_failed(tx, webhook_id, since, limit=limit)
    _put_later(tx, webhook, found)
    return Redelivered(len(found), len(found) == limit)


async def take_failed(tx: Tx, webhook_id: int, since: datetime, *, limit: int = AT_ONCE) -> list[Delivery]:
    """What was given up since then and is about to be delivered again, for whoever puts it on its lane."""
    return [one.delivery for one in await store.try_failed_again(tx, webhook_id, since, limit)]


async def send_test(tx: Tx, webhook_id: int) -> Delivery:
    """Deliver an event that never happened, once, to see what the receiver says. It does not count as a failure."""
    webhook = await get(tx, webhook_id)
    delivery = Delivery.test(webhook.event_type, tx.now)
    _put_later(tx, webhook, [delivery])
    return delivery


def _put_later(tx: Tx, webhook: Webhook, deliveries: list[Delivery]) -> None:
    items = [lanes.NewItem(lane_of(webhook, one.chat_id), one.payload()) for one in deliveries]
    tx.before_commit(lambda last: lanes.enqueue(last, last.workspace_id, items))


async def keep_log(tx: SystemTx, kept: timedelta) -> None:
    """Make the partitions of the next days and drop those whose time is over. To be called once a day."""
    await maintain_partitions(tx, store.LOG, keep=kept)
