"""When something was written last."""

from collections.abc import Sequence
from datetime import datetime

from tideline.platform.db import Tx


async def last_of_numbers(tx: Tx, number_ids: Sequence[int]) -> dict[int, datetime]:
    """By number; the index of its chats begins with the newest, so that one row of each is read."""
    rows = await tx.fetch(
        """
        SELECT n.id, (
            SELECT max(c.last_message_at) FROM tenant.chat c WHERE c.workspace = n.workspace AND c.number_id = n.id
        ) AS last
        FROM tenant.number n WHERE n.workspace = $1 AND n.id = ANY ($2::int[])
        """,
        tx.workspace_id,
        number_ids,
    )
    return {row["id"]: row["last"] for row in rows if row["last"] is not None}
