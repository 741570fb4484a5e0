"""The rows of who was mentioned in which chat."""

from collections.abc import Collection

from tideline.features.chats.model import ChatId
from tideline.features.workspaces import TeammateId
from tideline.platform.db import Tx


async def add(tx: Tx, chat_id: ChatId, teammates: Collection[TeammateId]) -> None:
    """Who was mentioned before keeps the first time."""
    await tx.execute(
        """
        INSERT INTO tenant.chat_mention (workspace, chat_id, teammate_id, first_at)
        SELECT $1, $2, new.teammate_id, $3 FROM unnest($4::int[]) AS new (teammate_id)
        ON CONFLICT (workspace, chat_id, teammate_id) DO NOTHING
        """,
        tx.workspace_id,
        chat_id,
        tx.now,
        sorted(teammates),
    )
