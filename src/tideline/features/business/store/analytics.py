"""The rows of questions for figures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tideline.features.business.analytics import Analytics, AnalyticsState, Asked
from tideline.features.numbers import NumberId
from tideline.features.numbers.port import AnalyticsQuestion
from tideline.platform.db import Row, SystemTx, Tx

_SELECT: Final = """
    SELECT q.handle, q.number_id, q.asked_start, q.asked_end, q.dimensions, q.start_at, q.end_at, q.state, q.result,
           q.error_code, q.error, q.asked_at
    FROM tenant.business_analytics q
"""


async def find(tx: Tx, handle: UUID) -> Analytics | None:
    row = await tx.row(_SELECT + "WHERE q.workspace = $1 AND q.handle = $2", tx.workspace_id, handle)
    return _read(row) if row else None


async def lock_same(tx: Tx, number_id: int, asked: Asked) -> Analytics | None:
    """The same question of an earlier time, held."""
    row = await tx.row(
        _SELECT
        + """
        WHERE q.workspace = $1 AND q.number_id = $2 AND q.asked_start = $3 AND q.asked_end = $4 AND q.dimensions = $5
        FOR NO KEY UPDATE OF q
        """,
        tx.workspace_id,
        number_id,
        asked.start,
        asked.end,
        ",".join(asked.dimensions),
    )
    return _read(row) if row else None


async def ask(tx: Tx, handle: UUID, number_id: int, asked: Asked, question: AnalyticsQuestion) -> bool:
    """Put a question down; False when somebody else put the same one down in this moment."""
    written = await tx.execute(
        """
        INSERT INTO tenant.business_analytics
            (workspace, handle, number_id, asked_start, asked_end, dimensions, start_at, end_at, state, asked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9)
        ON CONFLICT (workspace, number_id, asked_start, asked_end, dimensions) DO NOTHING
        """,
        tx.workspace_id,
        handle,
        number_id,
        asked.start,
        asked.end,
        ",".join(asked.dimensions),
        question.start,
        question.end,
        tx.now,
    )
    return written == 1


async def ask_again(tx: Tx, handle: UUID, question: AnalyticsQuestion) -> None:
    await tx.execute(
        """
        UPDATE tenant.business_analytics
        SET state = 'pending', start_at = $3, end_at = $4, asked_at = $5, result = NULL, error_code = NULL, error = NULL
        WHERE workspace = $1 AND handle = $2
        """,
        tx.workspace_id,
        handle,
        question.start,
        question.end,
        tx.now,
    )


async def answer(tx: Tx, handle: UUID, result: Mapping[str, Any]) -> None:
    await tx.execute(
        """
        UPDATE tenant.business_analytics SET state = 'ready', result = $3
        WHERE workspace = $1 AND handle = $2 AND state = 'pending'
        """,
        tx.workspace_id,
        handle,
        dict(result),
    )


async def fail(tx: Tx, handle: UUID, code: int, message: str) -> None:
    await tx.execute(
        """
        UPDATE tenant.business_analytics SET state = 'error', error_code = $3, error = $4
        WHERE workspace = $1 AND handle = $2 AND state = 'pending'
        """,
        tx.workspace_id,
        handle,
        code,
        message,
    )


async def forget(tx: SystemTx, before: datetime) -> int:
    return await tx.execute("DELETE FROM tenant.business_analytics WHERE asked_at < $1", before)


def _read(row: Row) -> Analytics:
    dimensions = tuple(row["dimensions"].split(",")) if row["dimensions"] else ()
    return Analytics(
        row["handle"],
        NumberId(row["number_id"]),
        Asked(row["asked_start"], row["asked_end"], dimensions),
        AnalyticsQuestion(row["start_at"], row["end_at"], dimensions),
        AnalyticsState(row["state"]),
        row["result"],
        row["error_code"],
        row["error"],
        row["asked_at"],
    )
