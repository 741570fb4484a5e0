"""Messages as the history shows them, fifty in one statement with everything that belongs to them.

What belongs to a message is looked up by subqueries rather than joined: see `chats.store.chats`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, Final
from uuid import UUID

import msgspec

from tideline.features.chats import CHAT_AS_ROW, Chat, ChatId, ensure_kind, read_chat
from tideline.features.messages.drafts import Sides, incoming_status, note_parties
from tideline.features.messages.model import (
    Attachment,
    Failure,
    HistoryFilter,
    Message,
    MessageType,
    Reaction,
)
from tideline.platform.db import Row, Tx
from tideline.platform.instants import instants

COLUMNS: Final = """
    m.uid, m.type, m.content, date_part('epoch', m.at), date_part('epoch', m.received_at), m.from_me, m.text,
    m.status, m.origin, NULLIF(m.data, '{}'), m.reply_to, m.edited_at, m.revoked_at, m.failure, m.sender_name,
    CASE WHEN m.sender_id IS NOT NULL THEN (
        SELECT ROW(p.name, p.phone) FROM tenant.contact p WHERE p.workspace = m.workspace AND p.id = m.sender_id
    ) END,
    CASE WHEN m.created_by IS NOT NULL THEN (
        SELECT t.display_name FROM tenant.teammate t WHERE t.workspace = m.workspace AND t.id = m.created_by
    ) END,
    CASE WHEN m.file_uid IS NOT NULL THEN (
        SELECT ROW(f.uid, f.filename, f.mimetype, f.size, f.state = 'stored', f.width, f.height, f.seconds,
                   f.thumbnail_uid, CASE f.state WHEN 'deleted' THEN coalesce(f.problem, 'deleted') ELSE f.problem END)
        FROM tenant.file f WHERE f.workspace = m.workspace AND f.uid = m.file_uid
    ) END,
    CASE WHEN m.has_reactions THEN (
        SELECT jsonb_agg(jsonb_build_array(r.emoji, r.person = 'own', (
            SELECT jsonb_build_array(q.name, q.phone)
            FROM tenant.contact q WHERE q.workspace = r.workspace AND q.id = r.contact_id
        )) ORDER BY r.reacted_at, r.person)
        FROM tenant.reaction r WHERE r.workspace = m.workspace AND r.message_uid = m.uid AND r.emoji IS NOT NULL
    ) END,
    m.is_private, m.metadata, m.raw
"""
NOBODY: Final = (None, None)
NOTE: Final = MessageType.NOTE.value
_TYPES = {kind.value: kind for kind in MessageType}


def read(rows: Sequence[Row], chats: Iterable[Chat]) -> list[Message]:
    """Rows of `COLUMNS`, with one more column behind, as messages of these chats."""
    times = zip(instants(row[3] for row in rows), instants(row[4] for row in rows), strict=True)
    messages = []
    sides = None
    for row, chat, (at, received_at) in zip(rows, chats, times, strict=False):
        if sides is None or sides.chat is not chat:
            sides = Sides(chat)
        messages.append(_read_one(row, sides, at, received_at))
    return messages


def _read_one(row: Row, sides: Sides, at: Any, received_at: Any) -> Message:
    (uid, kind, content, _, _, from_me, text, status, origin, data, reply_to, edited_at, revoked_at, failure,
     sender_name, writer, author, file, reactions, is_private, metadata, raw, _) = row  # fmt: skip
    chat = sides.chat
    if kind == NOTE:
        sender, recipient = note_parties(author)
    else:
        name, phone = writer or NOBODY
        sender, recipient = sides.parties(from_me, name or sender_name, phone)
    return Message(
        uid,
        chat.id,
        chat.number_id,
        _TYPES[kind],
        content,
        at,
        received_at,
        from_me,
        sender[0],
        recipient[0],
        status if from_me else incoming_status(status, uid, chat),
        origin,
        sender[1],
        recipient[1],
        text,
        None if file is None else Attachment(*file),
        data or {},
        author,
        reply_to,
        edited_at,
        revoked_at,
        None if failure is None else msgspec.convert(failure, Failure),
        [] if reactions is None else [_reaction(chat, *told) for told in reactions],
        is_private,
        metadata,
        raw,
    )


def _reaction(chat: Chat, emoji: str, is_own: bool, person: tuple[str | None, str | None] | None) -> Reaction:
    if is_own:
        return Reaction(chat.number_name or f"+{chat.number_phone}", f"+{chat.number_phone}", emoji, True)
    if not chat.is_group:
        return Reaction(chat.name, chat.international, emoji, False)
    name, phone = person or (None, None)
    shown = f"+{phone}" if phone else None
    return Reaction(name or shown or "", shown, emoji, False)


async def history(tx: Tx, chat_id: int, wanted: HistoryFilter, *, offset: int, limit: int) -> list[Message]:
    """A page of a chat's messages. The chat comes along with the first one, which saves a statement of its own."""
    args: list[Any] = [tx.workspace_id, chat_id]
    conditions = " AND ".join(_conditions(wanted, args)) or "true"
    way = "ASC" if wanted.order == "asc" else "DESC"
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS},
               CASE row_number() OVER (ORDER BY m.at {way}, m.uid {way}) WHEN {offset + 1} THEN {CHAT_AS_ROW} END
        FROM tenant.message m
        WHERE m.workspace = $1 AND m.chat_id = COALESCE(
            (SELECT a.chat_id FROM tenant.chat_alias a WHERE a.workspace = $1 AND a.old_id = $2), $2
        ) AND {conditions}
        ORDER BY m.at {way}, m.uid {way} LIMIT {limit} OFFSET {offset}
        """,
        *args,
    )
    if not rows:
        return []
    chat = read_chat([rows[0][-1]])[0]
    ensure_kind(chat, wanted.is_business)
    return read(rows, repeat(chat))


def _conditions(wanted: HistoryFilter, args: list[Any]) -> list[str]:
    conditions = []
    if wanted.from_me is not None:
        conditions.append("m.from_me" if wanted.from_me else "NOT m.from_me")
    for value, comparison in ((wanted.after, ">="), (wanted.before, "<=")):
        if value is not None:
            args.append(value)
            conditions.append(f"m.at {comparison} ${len(args)}::timestamptz")
    for place, comparison in ((wanted.after_place, ">"), (wanted.before_place, "<")):
        if place is not None:
            args += [place.at, place.uid]
            conditions.append(f"(m.at, m.uid) {comparison} (${len(args) - 1}::timestamptz, ${len(args)}::uuid)")
    return conditions


async def places(tx: Tx, uids: Collection[UUID]) -> dict[UUID, Any]:
    """When these messages were sent, which is where they stand in a history."""
    rows = await tx.fetch(
        "SELECT m.uid, m.at FROM tenant.message m WHERE m.workspace = $1 AND m.uid = ANY ($2::uuid[])",
        tx.workspace_id,
        list(uids),
    )
    return {row["uid"]: row["at"] for row in rows}


async def find_many(tx: Tx, uids: Collection[UUID], chats: Mapping[ChatId, Chat]) -> dict[UUID, Message]:
    """These messages; their chats are at hand."""
    return read_of_chats(await find_rows(tx, uids), chats)


async def find_rows(tx: Tx, uids: Collection[UUID]) -> list[Row]:
    """The rows of these messages, in any order, each with the `chat_id` to get its chat by."""
    return await tx.fetch(
        f"""
        SELECT {COLUMNS}, m.chat_id FROM tenant.message m
        WHERE m.workspace = $1 AND m.uid = ANY ($2::uuid[])
        """,
        tx.workspace_id,
        list(uids),
    )


def read_of_chats(rows: Sequence[Row], chats: Mapping[ChatId, Chat]) -> dict[UUID, Message]:
    known = [row for row in rows if row["chat_id"] in chats]
    return {message.uid: message for message in read(known, [chats[row["chat_id"]] for row in known])}


async def find_chat(tx: Tx, uid: UUID) -> int | None:
    """The chat that a message is in."""
    chat_id: int | None = await tx.value(
        "SELECT m.chat_id FROM tenant.message m WHERE m.workspace = $1 AND m.uid = $2", tx.workspace_id, uid
    )
    return chat_id
