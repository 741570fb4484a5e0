"""Messages, the copies that receiving phones hold, and what happens to them afterwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tideline.connectors.simulator.model import File, FileId, GroupId, LinkId, MessageId, PhoneId, Status
from tideline.connectors.simulator.store import files
from tideline.platform.db import Connection, Row, SystemTx


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as it is stored. `chat` is how its author sees the conversation.

    `by_lid` says whether the linked device that sent it named the other phone by LID.
    """

    id: MessageId
    external_id: str
    author: PhoneId
    chat: str
    group: GroupId | None
    link: LinkId | None
    by_lid: bool
    client_ref: str | None
    text: str | None
    file: File | None
    reply_to: str | None
    at: datetime
    is_revoked: bool = False
    category: str | None = None


@dataclass(frozen=True, slots=True)
class CopyRow:
    message: MessageId
    phone: PhoneId
    chat: str
    due_at: datetime | None
    delivered_at: datetime | None


SELECT = """
    SELECT m.id, m.external_id, m.author, m.chat, m.chat_group, m.link, m.by_lid, m.client_ref, m.text,
           m.reply_to, m.at, m.revoked_at, f.id AS file_id, f.kind, f.filename, f.mimetype, f.size,
           f.seconds, f.waveform
    FROM simulator.message m LEFT JOIN simulator.file f ON f.id = m.file
"""


def to_message(row: Row) -> MessageRow:
    return MessageRow(
        id=MessageId(row["id"]),
        external_id=row["external_id"],
        author=PhoneId(row["author"]),
        chat=row["chat"],
        group=row["chat_group"],
        link=row["link"],
        by_lid=row["by_lid"],
        client_ref=row["client_ref"],
        text=row["text"],
        file=to_file(row),
        reply_to=row["reply_to"],
        at=row["at"],
        is_revoked=row["revoked_at"] is not None,
    )


def to_file(row: Row) -> File | None:
    return None if row["file_id"] is None else files.to_file(row)


async def insert_messages(tx: SystemTx, messages: Sequence[MessageRow], copies: Sequence[CopyRow]) -> None:
    await tx.execute(
        """
        WITH sent AS (
            INSERT INTO simulator.message
                (id, external_id, author, chat, chat_group, link, by_lid, client_ref, text, file, reply_to, at,
                 category)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[],
                                 $7::boolean[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::timestamptz[],
                                 $18::text[])
        )
        INSERT INTO simulator.copy (message, phone, chat, due_at, delivered_at)
        SELECT * FROM unnest($13::bigint[], $14::bigint[], $15::text[], $16::timestamptz[], $17::timestamptz[])
        """,
        [message.id for message in messages],
        [message.external_id for message in messages],
        [message.author for message in messages],
        [message.chat for message in messages],
        [message.group for message in messages],
        [message.link for message in messages],
        [message.by_lid for message in messages],
        [message.client_ref for message in messages],
        [message.text for message in messages],
        [message.file.id if message.file else None for message in messages],
        [message.reply_to for message in messages],
        [message.at for message in messages],
        [copy.message for copy in copies],
        [copy.phone for copy in copies],
        [copy.chat for copy in copies],
        [copy.due_at for copy in copies],
        [copy.delivered_at for copy in copies],
        [message.category for message in messages],
    )


async def mark_files_sent(tx: SystemTx, files: Collection[FileId]) -> None:
    await tx.execute("UPDATE simulator.file SET sent = true WHERE id = ANY($1::bigint[])", list(files))


async def by_ids(conn: Connection, ids: Collection[MessageId]) -> list[MessageRow]:
    rows = await conn.fetch(f"{SELECT} WHERE m.id = ANY($1::bigint[]) ORDER BY m.id", list(ids))
    return [to_message(row) for row in rows]


async def find_visible(conn: Connection, phone: PhoneId, external_id: str) -> MessageRow | None:
    """A message that this phone wrote or that has arrived on it."""
    row = await conn.row(
        f"""
        {SELECT} LEFT JOIN simulator.copy c ON c.message = m.id AND c.phone = $1
        WHERE m.external_id = $2 AND (m.author = $1 OR c.delivered_at IS NOT NULL)
        """,
        phone,
        external_id,
    )
    return to_message(row) if row else None


async def chats_of(conn: Connection, asked: Collection[tuple[PhoneId, str]]) -> dict[tuple[PhoneId, str], str]:
    """In which conversation each phone sees a message; what a phone does not see is left out."""
    rows = await conn.fetch(
        """
        SELECT a.phone, a.external_id, CASE WHEN m.author = a.phone THEN m.chat ELSE c.chat END AS chat
        FROM unnest($1::bigint[], $2::text[]) AS a(phone, external_id)
        JOIN simulator.message m ON m.external_id = a.external_id
        LEFT JOIN simulator.copy c ON c.message = m.id AND c.phone = a.phone AND c.delivered_at IS NOT NULL
        WHERE m.author = a.phone OR c.phone IS NOT NULL
        """,
        [phone for phone, _ in asked],
        [external_id for _, external_id in asked],
    )
    return {(PhoneId(row["phone"]), row["external_id"]): row["chat"] for row in rows}


async def linked_readers(conn: Connection, message: MessageId) -> list[PhoneId]:
    """Phones on which the message has arrived and which have linked devices."""
    rows = await conn.fetch(
        """
        SELECT c.phone FROM simulator.copy c
        WHERE c.message = $1 AND c.delivered_at IS NOT NULL
          AND EXISTS (SELECT FROM simulator.link l WHERE l.phone = c.phone AND l.ended_at IS NULL)
        ORDER BY c.phone
        """,
        message,
    )
    return [PhoneId(row["phone"]) for row in rows]


async def edit(tx: SystemTx, message: MessageId, text: str, at: datetime) -> None:
    await tx.execute("UPDATE simulator.message SET text = $2, edited_at = $3 WHERE id = $1", message, text, at)


async def revoke(tx: SystemTx, message: MessageId, at: datetime) -> None:
    await tx.execute("UPDATE simulator.message SET revoked_at = $2 WHERE id = $1", message, at)


async def react(tx: SystemTx, message: MessageId, phone: PhoneId, emoji: str | None, at: datetime) -> None:
    if emoji is None:
        await tx.execute("DELETE FROM simulator.reaction WHERE message = $1 AND phone = $2", message, phone)
        return
    await tx.execute(
        """
        INSERT INTO simulator.reaction (message, phone, emoji, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (message, phone) DO UPDATE SET emoji = excluded.emoji, at = excluded.at
        """,
        message,
        phone,
        emoji,
        at,
    )


async def reactions(conn: Connection, messages: Collection[MessageId]) -> list[Row]:
    return await conn.fetch(
        "SELECT message, phone, emoji, at FROM simulator.reaction WHERE message = ANY($1::bigint[]) ORDER BY at, phone",
        list(messages),
    )


# On their way ----------------------------------------------------------------------------------------------


async def next_due(conn: Connection) -> datetime | None:
    found: datetime | None = await conn.value(
        "SELECT min(due_at) FROM simulator.copy WHERE delivered_at IS NULL AND due_at IS NOT NULL"
    )
    return found


async def take_due(tx: SystemTx, now: datetime, limit: int) -> list[tuple[MessageId, PhoneId]]:
    """Mark copies as arrived, those sent first, and say which."""
    rows = await tx.fetch(
        """
        WITH due AS (
            SELECT message, phone FROM simulator.copy
            WHERE delivered_at IS NULL AND due_at IS NOT NULL AND due_at <= $1
            ORDER BY message, phone LIMIT $2
        )
        UPDATE simulator.copy c SET delivered_at = $1 FROM due
        WHERE c.message = due.message AND c.phone = due.phone
        RETURNING c.message, c.phone
        """,
        now,
        limit,
    )
    return sorted((MessageId(row["message"]), PhoneId(row["phone"])) for row in rows)


async def reschedule(tx: SystemTx, phone: PhoneId, due_at: datetime | None) -> None:
    """What is on its way to a phone arrives then, or waits for the phone."""
    await tx.execute("UPDATE simulator.copy SET due_at = $2 WHERE phone = $1 AND delivered_at IS NULL", phone, due_at)


async def mark_read(tx: SystemTx, phone: PhoneId, chat: str, now: datetime, *, receipt: bool) -> list[MessageId]:
    rows = await tx.fetch(
        """
        UPDATE simulator.copy SET read_at = $3::timestamptz, receipt_at = CASE WHEN $4::boolean THEN $3::timestamptz END
        WHERE phone = $1 AND chat = $2 AND read_at IS NULL AND delivered_at IS NOT NULL
        RETURNING message
        """,
        phone,
        chat,
        now,
        receipt,
    )
    return sorted(MessageId(row["message"]) for row in rows)


async def mark_these_read(
    tx: SystemTx, phone: PhoneId, external_ids: Collection[str], now: datetime, *, receipt: bool
) -> list[tuple[MessageId, str]]:
    """Mark messages that came in on a phone as read; says which changed, with their conversations."""
    rows = await tx.fetch(
        """
        UPDATE simulator.copy c
        SET read_at = $3::timestamptz, receipt_at = CASE WHEN $4::boolean THEN $3::timestamptz END
        FROM simulator.message m
        WHERE m.external_id = ANY($2::text[]) AND c.message = m.id AND c.phone = $1
          AND c.read_at IS NULL AND c.delivered_at IS NOT NULL
        RETURNING c.message, c.chat
        """,
        phone,
        list(external_ids),
        now,
        receipt,
    )
    return sorted((MessageId(row["message"]), row["chat"]) for row in rows)


async def reached(conn: Connection, messages: Collection[MessageId], status: Status) -> list[MessageId]:
    """Which of these messages got this far on every phone they went to."""
    rows = await conn.fetch(
        """
        SELECT message FROM simulator.copy WHERE message = ANY($1::bigint[])
        GROUP BY message HAVING bool_and(CASE $2 WHEN 'delivered' THEN delivered_at ELSE receipt_at END IS NOT NULL)
        ORDER BY message
        """,
        list(messages),
        status,
    )
    return [MessageId(row["message"]) for row in rows]


# What a phone shows ----------------------------------------------------------------------------------------


async def seen(conn: Connection, phone: PhoneId, *, chat: str | None, limit: int | None) -> list[Row]:
    """The newest messages on a phone, oldest first, with everything its screen shows of them."""
    rows = await conn.fetch(
        """
        WITH seen AS (
            SELECT id, chat, NULL::timestamptz AS read_at FROM simulator.message
            WHERE author = $1 AND ($2::text IS NULL OR chat = $2)
            UNION ALL
            SELECT message, chat, read_at FROM simulator.copy
            WHERE phone = $1 AND delivered_at IS NOT NULL AND ($2::text IS NULL OR chat = $2)
            ORDER BY id DESC LIMIT $3
        )
        SELECT m.id, m.external_id, s.chat, s.read_at, m.author = $1 AS is_own, m.client_ref, m.text, m.reply_to, m.at,
               m.edited_at, m.revoked_at, p.phone AS author, p.name AS author_name,
               f.id AS file_id, f.kind, f.filename, f.mimetype, f.size, f.seconds, f.waveform,
               (SELECT jsonb_agg(jsonb_build_array(rp.phone, r.emoji) ORDER BY r.at, rp.id)
                FROM simulator.reaction r JOIN simulator.phone rp ON rp.id = r.phone
                WHERE r.message = m.id) AS reactions,
               (SELECT bool_and(c.delivered_at IS NOT NULL) FROM simulator.copy c WHERE c.message = m.id) AS delivered,
               (SELECT bool_and(c.receipt_at IS NOT NULL) FROM simulator.copy c WHERE c.message = m.id) AS read
        FROM seen s JOIN simulator.message m ON m.id = s.id JOIN simulator.phone p ON p.id = m.author
        LEFT JOIN simulator.file f ON f.id = m.file
        ORDER BY m.id
        """,
        phone,
        chat,
        limit,
    )
    return list(rows)


async def unread(conn: Connection, phone: PhoneId) -> dict[str, int]:
    rows = await conn.fetch(
        """
        SELECT chat, count(*) AS unread FROM simulator.copy
        WHERE phone = $1 AND read_at IS NULL AND delivered_at IS NOT NULL GROUP BY chat
        """,
        phone,
    )
    return {row["chat"]: row["unread"] for row in rows}


async def insert_call(tx: SystemTx, values: Sequence[Any]) -> None:
    await tx.execute(
        """
        INSERT INTO simulator.call (id, external_id, caller, callee, outcome, video, seconds, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        *values,
    )


async def calls(conn: Connection, phone: PhoneId, limit: int) -> list[Row]:
    """The newest calls of a phone, oldest first."""
    rows = await conn.fetch(
        """
        SELECT c.id, c.external_id, c.caller = $1 AS is_own, other.phone AS other, c.outcome, c.video, c.seconds, c.at
        FROM simulator.call c
        JOIN simulator.phone other ON other.id = CASE WHEN c.caller = $1 THEN c.callee ELSE c.caller END
        WHERE c.caller = $1 OR c.callee = $1
        ORDER BY c.id DESC LIMIT $2
        """,
        phone,
        limit,
    )
    return rows[::-1]
