"""What a phone shows: its messages, and the whole screen with conversations, calls and unread counts."""

from collections import defaultdict
from collections.abc import Iterable

from tideline.connectors.simulator.errors import MessageNotFound, PhoneNotFound
from tideline.connectors.simulator.model import (
    File,
    Member,
    Phone,
    PhoneId,
    Screen,
    SeenCall,
    SeenChat,
    SeenMessage,
    SeenReaction,
    Status,
)
from tideline.connectors.simulator.store import files, groups, messages, phones, steps
from tideline.connectors.simulator.store.groups import GroupRow
from tideline.connectors.simulator.writing import is_group
from tideline.platform.db import Connection, Row

MESSAGES_ON_SCREEN = 500
CALLS_ON_SCREEN = 100


async def get_phone(conn: Connection, digits: str) -> Phone:
    phone = await phones.find_phone(conn, digits)
    if phone is None:
        raise PhoneNotFound(f"There is no simulated phone +{digits}. Create it with POST /simulator/api/phones.")
    return phone


async def seen_messages(conn: Connection, digits: str, chat: str | None, limit: int | None) -> list[SeenMessage]:
    """The newest messages on this phone, oldest first."""
    return await read_messages(conn, (await get_phone(conn, digits)).id, chat, limit)


async def read_messages(conn: Connection, phone: PhoneId, chat: str | None, limit: int | None) -> list[SeenMessage]:
    return [_to_seen(row) for row in await messages.seen(conn, phone, chat=chat, limit=limit)]


async def file_of(conn: Connection, digits: str, external_id: str) -> File:
    phone = await get_phone(conn, digits)
    row = await messages.find_visible(conn, phone.id, external_id)
    file = await files.file_of(conn, row.id) if row else None
    if file is None:
        raise MessageNotFound(f"The phone +{digits} sees no message {external_id} with a file.")
    return file


def _to_seen(row: Row) -> SeenMessage:
    is_revoked = row["revoked_at"] is not None
    return SeenMessage(
        external_id=row["external_id"],
        chat=row["chat"],
        author=row["author"],
        author_name=row["author_name"],
        is_own=row["is_own"],
        text=None if is_revoked else row["text"],
        file=None if is_revoked else messages.to_file(row),
        reply_to=row["reply_to"],
        status=_status(row),
        reactions=[SeenReaction(phone, emoji) for phone, emoji in row["reactions"] or ()],
        is_edited=row["edited_at"] is not None,
        is_revoked=is_revoked,
        at=row["at"],
        client_ref=row["client_ref"],
    )


def _status(row: Row) -> Status:
    """How far an own message got on all phones; of others' messages, whether this phone has read them."""
    if not row["is_own"]:
        return Status.READ if row["read_at"] else Status.DELIVERED
    if row["read"]:
        return Status.READ
    return Status.DELIVERED if row["delivered"] else Status.SENT


async def screen(conn: Connection, digits: str) -> Screen:
    """Everything the phone shows, from its newest messages and calls."""
    version = await steps.version(conn)
    phone = await get_phone(conn, digits)
    by_chat: dict[str, list[SeenMessage]] = defaultdict(list)
    for row in await messages.seen(conn, phone.id, chat=None, limit=MESSAGES_ON_SCREEN):
        by_chat[row["chat"]].append(_to_seen(row))
    calls: dict[str, list[SeenCall]] = defaultdict(list)
    for row in await messages.calls(conn, phone.id, CALLS_ON_SCREEN):
        calls[row["other"]].append(_to_call(row))
    mine = {group.jid: group for group in await groups.of_phone(conn, phone.id)}
    left = [chat for chat in by_chat if is_group(chat) and chat not in mine]
    all_groups = mine | {group.jid: group for group in await groups.by_jid(conn, left)}
    people = await _people(conn, [*by_chat, *calls], all_groups.values())
    unread = await messages.unread(conn, phone.id)
    chats = [
        SeenChat(
            chat=chat,
            title=all_groups[chat].subject if chat in all_groups else people[chat].name,
            is_group=is_group(chat),
            unread=unread.get(chat, 0),
            messages=by_chat.get(chat, []),
            calls=calls.get(chat, []),
            members=_members(all_groups.get(chat), people),
        )
        for chat in {**by_chat, **calls, **mine}
    ]
    present = (await phones.present(conn, phones=[digits]))[0]
    return Screen(version, phone, len(present.links), sorted(chats, key=_newest, reverse=True))


def _to_call(row: Row) -> SeenCall:
    return SeenCall(
        external_id=row["external_id"],
        chat=row["other"],
        direction="outgoing" if row["is_own"] else "incoming",
        outcome=row["outcome"],
        is_video=row["video"],
        seconds=row["seconds"],
        at=row["at"],
    )


async def _people(conn: Connection, chats: Iterable[str], all_groups: Iterable[GroupRow]) -> dict[str, Phone]:
    """Everybody on the screen, by digits."""
    ids = {phone for group in all_groups for phone, _ in group.members}
    found = await phones.present(conn, phones={chat for chat in chats if not is_group(chat)}, ids=ids)
    return {one.phone.phone: one.phone for one in found}


def _members(group: GroupRow | None, people: dict[str, Phone]) -> list[Member]:
    by_id = {phone.id: phone for phone in people.values()}
    return [Member(by_id[phone], role) for phone, role in group.members] if group else []


def _newest(chat: SeenChat) -> float:
    times = [message.at.timestamp() for message in chat.messages[-1:]]
    times += [call.at.timestamp() for call in chat.calls[-1:]]
    return max(times, default=0.0)
