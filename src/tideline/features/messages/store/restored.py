"""Messages that waited to be sent when a backup was made."""

from collections import defaultdict
from collections.abc import Mapping

from tideline.features.messages.model import MessageUid
from tideline.features.numbers import NumberId
from tideline.platform.db import Tx


async def mark(tx: Tx) -> int:
    """Mark what was on its way out. The text stands in the statement, because a restore knows no other codecs."""
    return await tx.execute(
        """
        UPDATE tenant.message SET data = data || '{"restored": true}'::jsonb
        WHERE workspace = $1 AND from_me AND type = 'whatsapp' AND status IN ('Pending', 'Sending')
        """,
        tx.workspace_id,
    )


async def list_waiting(tx: Tx) -> Mapping[NumberId, list[MessageUid]]:
    """The marked messages that still wait, by number."""
    rows = await tx.fetch(
        """
        SELECT number_id, uid FROM tenant.message
        WHERE workspace = $1 AND from_me AND status = 'Pending' AND data ? 'restored'
        ORDER BY uid
        """,
        tx.workspace_id,
    )
    found: dict[NumberId, list[MessageUid]] = defaultdict(list)
    for row in rows:
        found[row["number_id"]].append(row["uid"])
    return found
