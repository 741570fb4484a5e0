"""Which messages of a chat wait to be read; their table belongs to messages, which know chats and not the reverse."""

from typing import Final

from tideline.features.chats.model import Chat
from tideline.features.numbers.port import MessageKey, Peer
from tideline.platform.db import Tx

_LIMIT: Final = 200


async def unread_keys(tx: Tx, chat: Chat) -> list[MessageKey]:
    """The newest incoming messages since the chat was read last, as WhatsApp knows them."""
    rows = await tx.fetch(
        """
        SELECT m.external_id, (
            SELECT ROW(p.phone, p.lid) FROM tenant.contact p WHERE p.workspace = m.workspace AND p.id = m.sender_id
        ) AS sender
        FROM tenant.message m
        WHERE m.workspace = $1 AND m.chat_id = $2 AND NOT m.from_me AND m.external_id IS NOT NULL
          AND m.type = 'whatsapp' AND m.status <> 'Read' AND ($3::uuid IS NULL OR m.uid > $3)
        ORDER BY m.at DESC, m.uid DESC
        LIMIT $4
        """,
        tx.workspace_id,
        chat.id,
        chat.read_until,
        _LIMIT,
    )
    return [
        MessageKey(
            chat=chat.peer,
            external_id=row["external_id"],
            from_me=False,
            sender=Peer(*row["sender"]) if row["sender"] else None,
        )
        for row in reversed(rows)
    ]
