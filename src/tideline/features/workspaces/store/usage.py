"""What was used of the quotas, and the balance. The usage row comes before the balance, always."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tideline.features.workspaces.model import WorkspaceId
from tideline.features.workspaces.periods import Balance, Kind, Period, Quota, Taken, Threshold, period_at
from tideline.platform.db import Row, SystemTx, Tx

_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Totals:
    """What a workspace may use in a period, and when its periods turn."""

    zone: str
    billing_anchor: date
    seats: int
    messages: int
    api_calls: int
    transactions: int

    def of(self, kind: Kind) -> int:
        return {
            Kind.MESSAGES: self.messages,
            Kind.API_CALLS: self.api_calls,
            Kind.TRANSACTIONS: self.transactions,
        }[kind]

    def period_at(self, now: datetime) -> Period:
        return period_at(now, self.billing_anchor.day, ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Calls:
    """API calls of one workspace in one period, to be added."""

    workspace_id: WorkspaceId
    period: Period
    calls: int


async def find_totals(tx: Tx) -> Totals | None:
    row = await tx.row(
        """
        SELECT zone, billing_anchor, seats, messages_quota, api_calls_quota, transactions_quota
        FROM tenant.workspace WHERE workspace = $1
        """,
        tx.workspace_id,
    )
    if row is None:
        return None
    return Totals(
        row["zone"],
        row["billing_anchor"],
        row["seats"],
        row["messages_quota"],
        row["api_calls_quota"],
        row["transactions_quota"],
    )


async def find_current(tx: Tx, totals: Totals) -> dict[Kind, Quota]:
    """The renewing quotas in the period of now. A period that has begun keeps its bounds, whatever changes later."""
    rows = await tx.fetch(
        """
        SELECT kind, period_start, period_end, used FROM tenant.usage
        WHERE workspace = $1 AND period_start <= $2 AND period_end > $2
        ORDER BY period_start
        """,
        tx.workspace_id,
        tx.now,
    )
    begun = {Kind(row["kind"]): row for row in rows}
    return {kind: _quota(begun.get(kind), totals.of(kind), totals.period_at(tx.now)) for kind in Kind}


async def take_from_period(tx: Tx, kind: Kind, amount: int) -> Taken | None:
    """Take all of it from the current period, if it is there: one statement, one lock."""
    row = await tx.row(
        """
        UPDATE tenant.usage u SET used = u.used + $3
        FROM (
            SELECT w.workspace, CASE WHEN $4::text = 'messages' THEN w.messages_quota
                                     ELSE w.transactions_quota END AS total
            FROM tenant.workspace w WHERE w.workspace = $1
        ) w
        WHERE u.workspace = $1 AND w.workspace = u.workspace AND u.kind = $4
          AND u.period_start <= $2 AND u.period_end > $2 AND u.used::bigint + $3 <= w.total
        RETURNING u.period_start, u.period_end, u.used, w.total
        """,
        tx.workspace_id,
        tx.now,
        amount,
        kind,
    )
    if row is None:
        return None
    return Taken(kind, amount, row["used"], row["total"], Period(row["period_start"], row["period_end"]))


async def lock_used(tx: Tx, kind: Kind, period: Period) -> int:
    """What is used in a period, its row held until the end of the transaction, and made when it is not there."""
    used: int = await tx.value(
        """
        INSERT INTO tenant.usage AS u (workspace, kind, period_start, period_end) VALUES ($1, $4, $2, $3)
        ON CONFLICT (workspace, kind, period_start) DO UPDATE SET used = u.used
        RETURNING used
        """,
        tx.workspace_id,
        period.start,
        period.end,
        kind,
    )
    return used


async def add_used(tx: Tx, kind: Kind, period_start: datetime, amount: int) -> None:
    """Add to a period, or give back with a negative number, never below nothing."""
    await tx.execute(
        """
        UPDATE tenant.usage SET used = greatest(0, used + $3)
        WHERE workspace = $1 AND kind = $4 AND period_start = $2
        """,
        tx.workspace_id,
        period_start,
        amount,
        kind,
    )


async def note(tx: Tx, kind: str, threshold: Threshold, period_start: datetime) -> bool:
    """Say that it was reached in this period; False when that was said already."""
    return (
        await tx.execute(
            """
            INSERT INTO tenant.quota_notice (workspace, kind, threshold, period_start, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            tx.workspace_id,
            kind,
            threshold,
            period_start,
            tx.now,
        )
        == 1
    )


async def find_balance(tx: Tx) -> Balance:
    row = await tx.row("SELECT remaining, topped_up_at FROM tenant.balance WHERE workspace = $1", tx.workspace_id)
    return Balance(row["remaining"], row["topped_up_at"]) if row else Balance(0, None)


async def lock_balance(tx: Tx) -> int:
    remaining: int | None = await tx.value(
        "SELECT remaining FROM tenant.balance WHERE workspace = $1 FOR UPDATE", tx.workspace_id
    )
    return remaining or 0


async def add_balance(tx: Tx, amount: int) -> None:
    await tx.execute(
        "UPDATE tenant.balance SET remaining = remaining + $2 WHERE workspace = $1", tx.workspace_id, amount
    )


async def top_up(tx: Tx, amount: int) -> int | None:
    """The new balance, or None when it would grow over what a number can hold."""
    remaining: int | None = await tx.value(
        """
        INSERT INTO tenant.balance AS b (workspace, remaining, topped_up_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace) DO UPDATE SET remaining = b.remaining + $2, topped_up_at = $3
        WHERE b.remaining::bigint + $2 <= $4
        RETURNING remaining
        """,
        tx.workspace_id,
        amount,
        tx.now,
        _MOST,
    )
    return remaining


Known = Mapping[tuple[WorkspaceId, datetime], tuple[int, int]]
"""What is used and what is allowed, by workspace and start of the period."""


async def add_calls(tx: SystemTx, batch: Sequence[Calls]) -> Known:
    """Add up API calls of many workspaces; what is used and what is allowed by now, of those that still exist.

    In one order, so that two programs that do this at once wait for each other instead of deadlocking.
    """
    rows = await tx.fetch(
        """
        INSERT INTO tenant.usage AS u (workspace, kind, period_start, period_end, used)
        SELECT n.workspace, 'api_calls', n.period_start, n.period_end, sum(n.calls)
        FROM unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::int[])
             AS n(workspace, period_start, period_end, calls)
        JOIN tenant.workspace w ON w.workspace = n.workspace
        GROUP BY n.workspace, n.period_start, n.period_end
        ORDER BY n.workspace, n.period_start
        ON CONFLICT (workspace, kind, period_start)
        DO UPDATE SET used = least(u.used::bigint + excluded.used, 2147483647)
        RETURNING workspace, period_start, used
        """,
        [calls.workspace_id for calls in batch],
        [calls.period.start for calls in batch],
        [calls.period.end for calls in batch],
        [calls.calls for calls in batch],
    )
    await _add_calls_of_day(tx, batch)
    totals = await tx.fetch(
        "SELECT workspace, api_calls_quota FROM tenant.workspace WHERE workspace = ANY($1::int[])",
        [row["workspace"] for row in rows],
    )
    allowed = {row["workspace"]: row["api_calls_quota"] for row in totals}
    return {
        (WorkspaceId(row["workspace"]), row["period_start"]): (row["used"], allowed.get(row["workspace"], 0))
        for row in rows
    }


async def _add_calls_of_day(tx: SystemTx, batch: Sequence[Calls]) -> None:
    """They count for the day on which they are added up, a second later."""
    await tx.execute(
        """
        INSERT INTO tenant.api_call_day AS d (workspace, day, calls)
        SELECT n.workspace, ($3::timestamptz AT TIME ZONE w.zone)::date, sum(n.calls)
        FROM unnest($1::int[], $2::int[]) AS n (workspace, calls)
        JOIN tenant.workspace w ON w.workspace = n.workspace
        WHERE n.calls > 0
        GROUP BY n.workspace, w.zone
        ORDER BY n.workspace
        ON CONFLICT (workspace, day) DO UPDATE SET calls = d.calls + excluded.calls
        """,
        [calls.workspace_id for calls in batch],
        [calls.calls for calls in batch],
        tx.now,
    )


async def calls_by_day(tx: Tx, first: date, last: date) -> dict[date, int]:
    rows = await tx.fetch(
        "SELECT d.day, d.calls FROM tenant.api_call_day d WHERE d.workspace = $1 AND d.day BETWEEN $2 AND $3",
        tx.workspace_id,
        first,
        last,
    )
    return {row["day"]: row["calls"] for row in rows}


def _quota(row: Row | None, total: int, period: Period) -> Quota:
    if row is None:
        return Quota(total, 0, period)
    return Quota(total, row["used"], Period(row["period_start"], row["period_end"]))
