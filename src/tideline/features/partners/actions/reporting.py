"""What partners are billed by, and what became of their events."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from tideline.features import webhooks
from tideline.features.partners.actions.registering import get
from tideline.features.partners.errors import InvalidMonth, WorkspaceNotOwned
from tideline.features.partners.groups import lane_of
from tideline.features.partners.model import Usage, usage_of
from tideline.features.partners.store import owned, spans
from tideline.features.partners.store.owned import Told
from tideline.features.webhooks import Delivery, LogFilter, LogPage, PartnerEvent
from tideline.platform import lanes
from tideline.platform.db import Database, SystemTx, Tx

MONTH: Final = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])", re.ASCII)


async def usage(tx: SystemTx, partner_id: str, month: str) -> Usage:
    """Connected numbers of a partner by day and workspace in one month."""
    found = MONTH.fullmatch(month)
    if found is None:
        raise InvalidMonth
    await get(tx, partner_id)
    year, index = int(found[1]), int(found[2])
    start = datetime(year, index, 1, tzinfo=UTC)
    end = datetime(year + index // 12, index % 12 + 1, 1, tzinfo=UTC)
    return usage_of(partner_id, start, end, await spans.list_between(tx, partner_id, start, end), tx.now)


async def deliveries(
    tx: Tx, partner_id: str, wanted: LogFilter | None = None, *, page: int = 1, size: int = 50
) -> LogPage:
    """What became of the events of one workspace, the newest first."""
    told = await _told(tx, partner_id)
    return await webhooks.list_deliveries_of(tx, told.partner.webhook_id, wanted, page=page, size=size)


async def redeliver_failed(db: Database, partner_id: str, since: datetime) -> int:
    """Deliver again what was given up since then, in all workspaces of the partner; says how many that were."""
    count = 0
    for workspace_id in await _workspaces(db, partner_id):
        count += await db.run(workspace_id, lambda tx: redeliver_failed_in(tx, partner_id, since))
    return count


async def send_test(tx: Tx, partner_id: str, event: PartnerEvent) -> Delivery:
    """Deliver an event that never happened, once, to see what the receiver says."""
    told = await _told(tx, partner_id)
    delivery = Delivery.test(event, tx.now)
    _put_later(tx, told, [delivery])
    return delivery


async def redeliver_failed_in(tx: Tx, partner_id: str, since: datetime) -> int:
    """The same in one workspace."""
    told = await _told(tx, partner_id)
    again = await webhooks.take_failed(tx, told.partner.webhook_id, since)
    _put_later(tx, told, again)
    return len(again)


async def _workspaces(db: Database, partner_id: str) -> list[int]:
    async with db.system_read() as tx:
        await get(tx, partner_id)
        return [one.workspace_id for one in await owned.list_of(tx, partner_id, limit=2**31 - 1)]


async def _told(tx: Tx, partner_id: str) -> Told:
    found = (await owned.partners_of(tx, [tx.workspace_id])).get(tx.workspace_id)
    if found is None or found.partner.id != partner_id:
        raise WorkspaceNotOwned
    return found


def _put_later(tx: Tx, told: Told, some: Sequence[Delivery]) -> None:
    items = [lanes.NewItem(lane_of(told.partner, tx.workspace_id), one.payload()) for one in some]
    tx.before_commit(lambda last: lanes.enqueue(last, last.workspace_id, items))
