"""Which messages of a chat wait to be read; their table belongs to messages, which know chats and not the reverse."""

from collections.abc import Sequence
from typing import Final

from tideline.features.chats.model import Chat
from tideline.features.numbers.port import MessageKey, Peer
from tideline.platform.db import Row, Tx

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
    return [_key(chat, row) for row in reversed(rows)]


async def unread_keys_of_many(tx: Tx, chats: Sequence[Chat]) -> list[tuple[Chat, list[MessageKey]]]:
    """The same of many chats, those that have any."""
    rows = await tx.fetch(
        """
        SELECT m.chat_id, m.external_id, (
            SELECT ROW(p.phone, p.lid) FROM tenant.contact p WHERE p.workspace = m.workspace AND p.id = m.sender_id
        ) AS sender
        FROM (
            SELECT o.workspace, o.chat_id, o.external_id, o.sender_id, row_number() OVER newest AS place
            FROM tenant.chat c JOIN tenant.message o ON o.workspace = c.workspace AND o.chat_id = c.id
            WHERE c.workspace = $1 AND c.id = ANY ($2::int[]) AND NOT o.from_me AND o.external_id IS NOT NULL
              AND o.type = 'whatsapp' AND o.status <> 'Read' AND (c.read_until IS NULL OR o.uid > c.read_until)
            WINDOW newest AS (PARTITION BY o.workspace, o.chat_id ORDER BY o.at DESC, o.uid DESC)
        ) AS m
        WHERE m.workspace = $1 AND m.place <= $3
        ORDER BY m.chat_id, m.place DESC
        """,
        tx.workspace_id,
        [chat.id for chat in chats],
        _LIMIT,
    )
    keys: dict[int, list[Row]] = {}
    for row in rows:
        keys.setdefault(row["chat_id"], []).append(row)
    return [(chat, [_key(chat, row) for row in keys[chat.id]]) for chat in chats if chat.id in keys]


def _key(chat: Chat, row: Row) -> MessageKey:
    return MessageKey(
        chat=chat.peer,
        external_id=row["external_id"],
        from_me=False,
        sender=Peer(*row["sender"]) if row["sender"] else None,
    )
