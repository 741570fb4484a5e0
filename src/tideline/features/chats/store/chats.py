"""The rows of chats, read as the inbox shows them.

Whatever may be large is found by its whole key: through `= ANY` or a subquery, not through a join. For a workspace
that is younger than the planner's statistics every join looks as if one row came out of it, and may be done by
comparing everything with everything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from tideline.features.chats import names
from tideline.features.chats.model import Chat, ChatId, ChatKind, is_id
from tideline.features.chats.sight import Sight
from tideline.features.chats.store.sight import seen_by
from tideline.features.numbers import NumberId, NumberState
from tideline.platform.db import Row, Tx
from tideline.platform.instants import instants

COLUMNS: Final = """
    c.id, c.number_id, n.jid, n.phone, n.account_name, n.state, c.kind, c.name, date_part('epoch', c.created_at),
    date_part('epoch', c.updated_at), c.is_renamed, c.phone, c.lid, c.group_jid, c.contact_id, c.is_read, c.is_left,
    date_part('epoch', c.closed_at), c.responsible_id, t.email, t.display_name, c.autoresponse, c.autoresponse_locked,
    c.unattended, c.photo_uid, c.labels, c.last_message_uid, date_part('epoch', c.last_message_at), c.read_until,
    c.metadata::text, date_part('epoch', c.window_until), n.is_business,
    date_part('epoch', c.waiting_since)
"""
ROSTER: Final = """
    CASE WHEN c.kind = 'group' THEN (
        SELECT r.members FROM tenant.chat_roster r WHERE r.workspace = c.workspace AND r.chat_id = c.id
    ) END
"""
JOINS: Final = """
    JOIN tenant.number n ON n.workspace = c.workspace AND n.id = c.number_id
    LEFT JOIN tenant.teammate t ON t.workspace = c.workspace AND t.id = c.responsible_id
"""
_THIS_OR_ALIAS: Final = """
    c.workspace = $1
    AND c.id = COALESCE((SELECT a.chat_id FROM tenant.chat_alias a WHERE a.workspace = $1 AND a.old_id = $2), $2)
"""
AS_ROW: Final = f"(SELECT ROW({COLUMNS}) FROM tenant.chat c {JOINS} WHERE {_THIS_OR_ALIAS})"
"""The chat behind $2 as one value, for statements of others that are about a chat; `read` makes a `Chat` of it. The
driver does not decode JSON inside of a row, so `metadata` comes as text."""

_KINDS = {kind.value: kind for kind in ChatKind}
_STATES = {state.value: state for state in NumberState}


def read(rows: Sequence[Row | Sequence[Any]]) -> list[Chat]:
    """Rows of `COLUMNS`, perhaps with `ROSTER` behind. The struct has its fields in the same order, so a page is read
    column by column, in half the time."""
    columns: dict[str, Iterable[Any]] = dict(zip(Chat.__struct_fields__, zip(*rows, strict=True), strict=False))
    if not columns:
        return []
    columns["number_state"] = map(_STATES.__getitem__, columns["number_state"])
    columns["kind"] = map(_KINDS.__getitem__, columns["kind"])
    for name in ("created_at", "updated_at", "closed_at", "last_message_at", "window_until", "waiting_since"):
        columns[name] = instants(columns[name])
    columns["metadata"] = [None if kept is None else msgspec.json.decode(kept) for kept in columns["metadata"]]
    if "roster" in columns:
        columns["roster"] = [None if roster is None else msgspec.Raw(roster) for roster in columns["roster"]]
    return list(map(Chat, *columns.values()))


def _read_one(row: Row | None) -> Chat | None:
    return read([row])[0] if row else None


async def find(tx: Tx, chat_id: int) -> Chat | None:
    if not is_id(chat_id):
        return None
    row = await tx.row(
        f"SELECT {COLUMNS}, {ROSTER} FROM tenant.chat c {JOINS} WHERE {_THIS_OR_ALIAS}", tx.workspace_id, chat_id
    )
    return _read_one(row)


async def find_seen(tx: Tx, chat_id: int, sight: Sight) -> Chat | None:
    """The same, if it is in somebody's sight."""
    if not is_id(chat_id):
        return None
    row = await tx.row(
        f"SELECT {COLUMNS}, {ROSTER} FROM tenant.chat c {JOINS} WHERE {_THIS_OR_ALIAS} AND {seen_by(sight, '$3::int')}",
        tx.workspace_id,
        chat_id,
        sight.teammate_id,
    )
    return _read_one(row)


async def find_brief(tx: Tx, chat_id: int) -> Chat | None:
    """Without the members, for what is about the chat's messages."""
    if not is_id(chat_id):
        return None
    row = await tx.row(f"SELECT {COLUMNS} FROM tenant.chat c {JOINS} WHERE {_THIS_OR_ALIAS}", tx.workspace_id, chat_id)
    return _read_one(row)


async def find_many(tx: Tx, ids: Collection[int | None]) -> dict[ChatId, Chat]:
    """These chats, without aliases and members."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM tenant.chat c {JOINS} WHERE c.workspace = $1 AND c.id = ANY ($2::int[])",
        tx.workspace_id,
        list(ids),
    )
    return {chat.id: chat for chat in read(rows)}


async def lock(tx: Tx, ids: Collection[int]) -> dict[ChatId, Chat]:
    """Hold these chats, in the order of their ids. NO KEY: messages may go on referring to them meanwhile."""
    if not ids:
        return {}
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM tenant.chat c {JOINS}
        WHERE c.workspace = $1 AND c.id = ANY ($2::int[])
        ORDER BY c.id FOR NO KEY UPDATE OF c
        """,
        tx.workspace_id,
        list(ids),
    )
    held = {chat.id: chat for chat in read(rows)}
    # A row that had to be waited for is joined to what stood beside it before the wait.
    if any(chat.responsible_id and chat.responsible_email is None for chat in held.values()):
        return await find_many(tx, held)
    return held


async def resolve(tx: Tx, ids: Collection[int]) -> dict[int, ChatId]:
    """What chat each of these ids, old ones too, stands for now."""
    rows = await tx.fetch(
        """
        SELECT c.id AS asked, c.id FROM tenant.chat c WHERE c.workspace = $1 AND c.id = ANY ($2::int[])
        UNION ALL
        SELECT a.old_id, a.chat_id FROM tenant.chat_alias a WHERE a.workspace = $1 AND a.old_id = ANY ($2::int[])
        """,
        tx.workspace_id,
        [chat_id for chat_id in ids if is_id(chat_id)],
    )
    return {row["asked"]: ChatId(row["id"]) for row in rows}


async def list_aliases(tx: Tx, chat_id: ChatId) -> list[ChatId]:
    """The ids that lead to this chat, without its own."""
    rows = await tx.fetch(
        "SELECT a.old_id FROM tenant.chat_alias a WHERE a.workspace = $1 AND a.chat_id = $2", tx.workspace_id, chat_id
    )
    return [ChatId(row["old_id"]) for row in rows]


async def find_by_name(tx: Tx, keys: Collection[str]) -> dict[str, ChatId]:
    """The chats behind these name keys."""
    rows = await tx.fetch(
        "SELECT c.name_key, c.id FROM tenant.chat c WHERE c.workspace = $1 AND c.name_key = ANY ($2::text[])",
        tx.workspace_id,
        list(keys),
    )
    return {row["name_key"]: ChatId(row["id"]) for row in rows}


async def find_groups(tx: Tx, number_id: int, jids: Collection[str]) -> dict[str, ChatId]:
    rows = await tx.fetch(
        """
        SELECT c.group_jid, c.id FROM tenant.chat c
        WHERE c.workspace = $1 AND c.number_id = $2 AND c.group_jid = ANY ($3::text[])
        """,
        tx.workspace_id,
        number_id,
        list(jids),
    )
    return {row["group_jid"]: ChatId(row["id"]) for row in rows}


async def find_groups_of_all(tx: Tx, jids: Collection[str]) -> dict[tuple[NumberId, str], ChatId]:
    """The same for all numbers of the workspace."""
    rows = await tx.fetch(
        """
        SELECT c.number_id, c.group_jid, c.id FROM tenant.chat c
        WHERE c.workspace = $1 AND c.group_jid = ANY ($2::text[])
          AND c.number_id = ANY (ARRAY(SELECT n.id FROM tenant.number n WHERE n.workspace = $1))
        """,
        tx.workspace_id,
        list(jids),
    )
    return {(NumberId(row["number_id"]), row["group_jid"]): ChatId(row["id"]) for row in rows}


async def insert(tx: Tx, number_id: int, new: Sequence[Mapping[str, Any]]) -> dict[str, ChatId]:
    """Make chats; those whose name was taken in this moment are missing from the answer, which is by name."""
    rows = await tx.fetch(
        """
        WITH made AS (
            INSERT INTO tenant.chat
                (workspace, number_id, created_at, updated_at, kind, contact_id, group_jid, phone, lid, name, name_key,
                 is_read)
            SELECT $1, $2, $3, $3, new.*
            FROM unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bool[])
                 AS new (kind, contact_id, group_jid, phone, lid, name, name_key, is_read)
            ORDER BY new.name_key
            ON CONFLICT (workspace, name_key) DO NOTHING
            RETURNING id, name, name_key, COALESCE(phone, lid, '') AS phone
        ), found AS (
            INSERT INTO tenant.chat_search (workspace, chat_id, name_key, phone)
            SELECT $1, made.id, made.name_key, made.phone FROM made
        )
        SELECT made.id, made.name FROM made
        """,
        tx.workspace_id,
        number_id,
        tx.now,
        [chat["kind"] for chat in new],
        [chat["contact_id"] for chat in new],
        [chat["group_jid"] for chat in new],
        [chat["phone"] for chat in new],
        [chat["lid"] for chat in new],
        [chat["name"] for chat in new],
        [names.key(chat["name"]) for chat in new],
        [chat["is_read"] for chat in new],
    )
    return {row["name"]: ChatId(row["id"]) for row in rows}


async def rename(tx: Tx, chat_id: int, name: str, *, is_renamed: bool) -> bool:
    """False when another chat took the name in this moment."""
    try:
        async with tx.savepoint():
            await tx.execute(
                """
                UPDATE tenant.chat SET name = $3, name_key = $4, is_renamed = $5, updated_at = GREATEST(updated_at, $6)
                WHERE workspace = $1 AND id = $2
                """,
                tx.workspace_id,
                chat_id,
                name,
                names.key(name),
                is_renamed,
                tx.now,
            )
    except asyncpg.UniqueViolationError:
        return False
    await tx.execute(
        "UPDATE tenant.chat_search SET name_key = $3 WHERE workspace = $1 AND chat_id = $2",
        tx.workspace_id,
        chat_id,
        names.key(name),
    )
    return True


async def keep_subject(tx: Tx, chat_id: int, subject: str) -> None:
    """What WhatsApp calls a group that goes by another name here."""
    await tx.execute(
        """
        UPDATE tenant.chat SET subject = $3, updated_at = GREATEST(updated_at, $4)
        WHERE workspace = $1 AND id = $2 AND subject IS DISTINCT FROM $3
        """,
        tx.workspace_id,
        chat_id,
        subject,
        tx.now,
    )


async def find_subject(tx: Tx, chat_id: int) -> str | None:
    subject: str | None = await tx.value(
        "SELECT c.subject FROM tenant.chat c WHERE c.workspace = $1 AND c.id = $2", tx.workspace_id, chat_id
    )
    return subject


async def set_addresses(tx: Tx, moved: Sequence[tuple[ChatId | None, str | None, str | None]]) -> None:
    """Phones and LIDs of chats whose people have other ones now."""
    columns = ([chat for chat, _, _ in moved], [phone for _, phone, _ in moved], [lid for _, _, lid in moved])
    await tx.execute(
        """
        UPDATE tenant.chat c SET phone = new.phone, lid = new.lid, updated_at = GREATEST(c.updated_at, $5)
        FROM unnest($2::int[], $3::text[], $4::text[]) AS new (id, phone, lid)
        WHERE c.workspace = $1 AND c.id = ANY ($2::int[]) AND c.id = new.id
        """,
        tx.workspace_id,
        *columns,
        tx.now,
    )
    await tx.execute(
        """
        UPDATE tenant.chat_search s SET phone = COALESCE(new.phone, new.lid, '')
        FROM unnest($2::int[], $3::text[], $4::text[]) AS new (id, phone, lid)
        WHERE s.workspace = $1 AND s.chat_id = ANY ($2::int[]) AND s.chat_id = new.id
        """,
        tx.workspace_id,
        *columns,
    )


async def save(tx: Tx, chat: Chat) -> None:
    """The fields that people and WhatsApp change one at a time."""
    await tx.execute(
        """
        UPDATE tenant.chat
        SET is_read = $3, read_until = $4, is_left = $5, closed_at = $6, responsible_id = $7, autoresponse = $8,
            autoresponse_locked = $9, unattended = $10, metadata = $11, waiting_since = $12,
            updated_at = GREATEST(updated_at, $13)
        WHERE workspace = $1 AND id = $2
        """,
        tx.workspace_id,
        chat.id,
        chat.is_read,
        chat.read_until,
        chat.is_left,
        chat.closed_at,
        chat.responsible_id,
        chat.autoresponse,
        chat.autoresponse_locked,
        chat.unattended,
        chat.metadata,
        chat.waiting_since,
        tx.now,
    )


async def save_many(tx: Tx, changed: Sequence[Chat]) -> None:
    """What can be changed about many chats at once: who is responsible, read, closed and attended to."""
    await tx.execute(
        """
        UPDATE tenant.chat c
        SET responsible_id = new.responsible_id, is_read = new.is_read, read_until = new.read_until,
            closed_at = new.closed_at, unattended = new.unattended, waiting_since = new.waiting_since,
            updated_at = GREATEST(c.updated_at, $9)
        FROM unnest($2::int[], $3::int[], $4::bool[], $5::uuid[], $6::timestamptz[], $7::bool[], $8::timestamptz[])
             AS new (id, responsible_id, is_read, read_until, closed_at, unattended, waiting_since)
        WHERE c.workspace = $1 AND c.id = ANY ($2::int[]) AND c.id = new.id
        """,
        tx.workspace_id,
        [chat.id for chat in changed],
        [chat.responsible_id for chat in changed],
        [chat.is_read for chat in changed],
        [chat.read_until for chat in changed],
        [chat.closed_at for chat in changed],
        [chat.unattended for chat in changed],
        [chat.waiting_since for chat in changed],
        tx.now,
    )


async def touch(tx: Tx, chat_id: ChatId) -> None:
    """Something belongs to the chat now that its own columns do not show."""
    await tx.execute(
        "UPDATE tenant.chat SET updated_at = GREATEST(updated_at, $3) WHERE workspace = $1 AND id = $2",
        tx.workspace_id,
        chat_id,
        tx.now,
    )


async def move(tx: Tx, moved: Sequence[Chat]) -> None:
    """What messages change about their chats: the newest message, unread, reopened, attended to, the window."""
    await tx.execute(
        """
        UPDATE tenant.chat c
        SET last_message_uid = new.last_message_uid, last_message_at = new.last_message_at, is_read = new.is_read,
            closed_at = new.closed_at, autoresponse_locked = new.autoresponse_locked, unattended = new.unattended,
            window_until = new.window_until, waiting_since = new.waiting_since,
            updated_at = GREATEST(c.updated_at, $11)
        FROM unnest($2::int[], $3::uuid[], $4::timestamptz[], $5::bool[], $6::timestamptz[], $7::bool[], $8::bool[],
                    $9::timestamptz[], $10::timestamptz[])
             AS new (id, last_message_uid, last_message_at, is_read, closed_at, autoresponse_locked, unattended,
                     window_until, waiting_since)
        WHERE c.workspace = $1 AND c.id = ANY ($2::int[]) AND c.id = new.id
        """,
        tx.workspace_id,
        [chat.id for chat in moved],
        [chat.last_message_uid for chat in moved],
        [chat.last_message_at for chat in moved],
        [chat.is_read for chat in moved],
        [chat.closed_at for chat in moved],
        [chat.autoresponse_locked for chat in moved],
        [chat.unattended for chat in moved],
        [chat.window_until for chat in moved],
        [chat.waiting_since for chat in moved],
        tx.now,
    )
