"""The log of attempts. The column `signature` holds the time that was signed, too."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from tideline.features.webhooks.delivery import Attempt, Deliveries, Delivery, LogFilter, Logged, Outcome
from tideline.features.webhooks.event_types import event_named
from tideline.platform.db import Row, SystemTx, Tx
from tideline.platform.partitions import DailyLog

LOG = DailyLog("tenant", "attempt", unfinished="false")


async def insert(tx: SystemTx, attempts: Sequence[Attempt]) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.attempt
            (workspace, delivery, number, at, webhook_id, event_type, fact_seq, fact_at, chat_id, outcome, next_at,
             status, error, took_ms, url, signature, request, response_start)
        SELECT new.* FROM unnest($1::int[], $2::uuid[], $3::int[], $4::timestamptz[], $5::int[], $6::text[],
            $7::bigint[], $8::timestamptz[], $9::int[], $10::text[], $11::timestamptz[], $12::int[], $13::text[],
            $14::int[], $15::text[], $16::text[], $17::bytea[], $18::bytea[])
            AS new (workspace, delivery, number, at, webhook_id, event_type, fact_seq, fact_at, chat_id, outcome,
                    next_at, status, error, took_ms, url, signature, request, response_start)
        ON CONFLICT DO NOTHING
        """,
        [one.workspace_id for one in attempts],
        [one.delivery.uid for one in attempts],
        [one.number for one in attempts],
        [one.answer.at for one in attempts],
        [one.webhook_id for one in attempts],
        [one.delivery.event_type for one in attempts],
        [one.delivery.fact_seq for one in attempts],
        [one.delivery.fact_at for one in attempts],
        [one.delivery.chat_id for one in attempts],
        [one.step.outcome for one in attempts],
        [one.step.next_at for one in attempts],
        [one.answer.status for one in attempts],
        [one.answer.error for one in attempts],
        [int(one.answer.took.total_seconds() * 1000) for one in attempts],
        [one.request.url for one in attempts],
        [one.request.proof for one in attempts],
        [one.request.body for one in attempts],
        [one.answer.start for one in attempts],
    )


async def count_by_day(tx: SystemTx, ended: Sequence[Attempt]) -> None:
    """Events that were delivered or given up, in the time of their workspace."""
    await tx.execute(
        """
        INSERT INTO tenant.delivery_day AS d (workspace, day, delivered, failed)
        SELECT n.workspace, (n.at AT TIME ZONE w.zone)::date, count(*) FILTER (WHERE n.is_delivered),
               count(*) FILTER (WHERE NOT n.is_delivered)
        FROM unnest($1::int[], $2::timestamptz[], $3::bool[]) AS n (workspace, at, is_delivered)
        JOIN tenant.workspace w ON w.workspace = n.workspace
        GROUP BY 1, 2
        ORDER BY 1, 2
        ON CONFLICT (workspace, day) DO UPDATE
        SET delivered = d.delivered + excluded.delivered, failed = d.failed + excluded.failed
        """,
        [one.workspace_id for one in ended],
        [one.answer.at for one in ended],
        [one.step.outcome is Outcome.DELIVERED for one in ended],
    )


async def by_day(tx: Tx, first: date, last: date) -> dict[date, Deliveries]:
    rows = await tx.fetch(
        """
        SELECT d.day, d.delivered, d.failed FROM tenant.delivery_day d
        WHERE d.workspace = $1 AND d.day BETWEEN $2 AND $3
        """,
        tx.workspace_id,
        first,
        last,
    )
    return {row["day"]: Deliveries(row["delivered"], row["failed"]) for row in rows}


COLUMNS = """a.delivery, a.number, a.at, a.event_type, a.fact_seq, a.fact_at, a.chat_id, a.outcome, a.next_at, a.status,
             a.error, a.took_ms, a.url, a.signature, a.request, a.response_start"""


async def list_last(tx: Tx, webhook_id: int, wanted: LogFilter, *, limit: int, skip: int) -> list[Logged]:
    """The last attempt of each delivery of a webhook, the newest first."""
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM tenant.attempt a
        WHERE a.workspace = $1 AND a.webhook_id = $2 AND ($3::text IS NULL OR a.event_type = $3)
          AND ($4::text IS NULL OR a.outcome = $4) AND ($5::timestamptz IS NULL OR a.at >= $5)
          AND ($6::timestamptz IS NULL OR a.at <= $6)
          AND NOT EXISTS (SELECT FROM tenant.attempt later
                          WHERE later.workspace = a.workspace AND later.delivery = a.delivery
                            AND later.number > a.number)
        ORDER BY a.at DESC, a.delivery DESC LIMIT $7 OFFSET $8
        """,
        tx.workspace_id,
        webhook_id,
        wanted.event_type,
        wanted.outcome,
        wanted.after,
        wanted.before,
        limit,
        skip,
    )
    return [_read(row) for row in rows]


async def list_of(tx: Tx, webhook_id: int, delivery: UUID) -> list[Logged]:
    """All attempts of a delivery, the first one first."""
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM tenant.attempt a
        WHERE a.workspace = $1 AND a.delivery = $3 AND a.webhook_id = $2 ORDER BY a.number, a.at
        """,
        tx.workspace_id,
        webhook_id,
        delivery,
    )
    return [_read(row) for row in rows]


async def try_again(tx: Tx, webhook_id: int, delivery: UUID, number: int) -> int:
    """Say of a last attempt that another one follows; 0 when that is known already."""
    return await tx.execute(
        """
        UPDATE tenant.attempt a SET outcome = 'retrying', next_at = $5
        WHERE a.workspace = $1 AND a.webhook_id = $2 AND a.delivery = $3 AND a.number = $4 AND a.outcome <> 'retrying'
        """,
        tx.workspace_id,
        webhook_id,
        delivery,
        number,
        tx.now,
    )


async def give_up(tx: Tx, webhook_id: int) -> None:
    """Nothing follows the attempts that still had a next one."""
    await tx.execute(
        """
        UPDATE tenant.attempt a SET outcome = 'failed', next_at = NULL
        WHERE a.workspace = $1 AND a.webhook_id = $2 AND a.outcome = 'retrying'
          AND NOT EXISTS (SELECT FROM tenant.attempt later
                          WHERE later.workspace = a.workspace AND later.delivery = a.delivery
                            AND later.number > a.number)
        """,
        tx.workspace_id,
        webhook_id,
    )


async def try_failed_again(tx: Tx, webhook_id: int, since: datetime, limit: int) -> list[Logged]:
    """The same for what was given up since then, as many as wanted; in the order in which the events happened."""
    rows = await tx.fetch(
        f"""
        WITH picked AS (
            SELECT a.workspace, a.delivery, a.number, a.at FROM tenant.attempt a
            WHERE a.workspace = $1 AND a.webhook_id = $2 AND a.outcome = 'failed' AND a.at >= $3
            ORDER BY a.at LIMIT $4
        )
        UPDATE tenant.attempt a SET outcome = 'retrying', next_at = $5
        FROM picked p
        WHERE a.workspace = $1 AND a.workspace = p.workspace AND a.delivery = p.delivery AND a.number = p.number
          AND a.at = p.at AND a.outcome = 'failed'
        RETURNING {COLUMNS}
        """,
        tx.workspace_id,
        webhook_id,
        since,
        limit,
        tx.now,
    )
    return sorted(map(_read, rows), key=lambda one: (one.delivery.fact_seq or 0, one.delivery.uid))


def _read(row: Row) -> Logged:
    delivery = Delivery(
        UUID(bytes=row["delivery"].bytes),
        event_named(row["event_type"]),
        row["fact_at"],
        row["fact_seq"],
        row["chat_id"],
        row["number"],
    )
    return Logged(
        delivery=delivery,
        number=row["number"],
        at=row["at"],
        outcome=Outcome(row["outcome"]),
        next_at=row["next_at"],
        status=row["status"],
        error=row["error"],
        took_ms=row["took_ms"],
        url=row["url"],
        proof=row["signature"] or "",
        request=row["request"],
        response_start=row["response_start"],
    )
