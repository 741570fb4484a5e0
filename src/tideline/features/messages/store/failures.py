"""Messages that failed."""

from collections.abc import Sequence
from datetime import datetime

from tideline.platform.db import Tx


async def count_since(tx: Tx, number_ids: Sequence[int], since: datetime) -> dict[int, int]:
    """By number; those without any are left out."""
    rows = await tx.fetch(
        """
        SELECT m.number_id, count(*) AS failed FROM tenant.message m
        WHERE m.workspace = $1 AND m.number_id = ANY ($2::int[]) AND m.failed_at >= $3 AND m.status = 'Failed'
        GROUP BY m.number_id
        """,
        tx.workspace_id,
        number_ids,
        since,
    )
    return {row["number_id"]: row["failed"] for row in rows}
