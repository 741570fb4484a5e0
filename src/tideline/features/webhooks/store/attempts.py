"""The log of attempts."""

from collections.abc import Sequence

from tideline.features.webhooks.delivery import Attempt
from tideline.platform.db import SystemTx
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
        [one.request.signature for one in attempts],
        [one.request.body for one in attempts],
        [one.answer.start for one in attempts],
    )
