"""What a teammate or the API changes about one chat. A change that changes nothing records nothing."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from tideline.features import numbers, workspaces
from tideline.features.chats import events, names, turns
from tideline.features.chats.actions.rosters import refresh_later
from tideline.features.chats.errors import AssigneeNotFound, ChatNameTaken, ChatNotFound
from tideline.features.chats.metadata import same_metadata
from tideline.features.chats.model import Chat
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import mentions, reading
from tideline.features.numbers import MarkRead, Number
from tideline.features.workspaces import Status, Teammate, TeammateId
from tideline.platform.db import Tx
from tideline.platform.facts import Actor
from tideline.platform.ids import uuid7


async def lock(tx: Tx, chat_id: int) -> Chat:
    """The chat behind an id, held until the transaction ends. It may be merged away while we wait for it."""
    for _ in range(2):
        found = await rows.resolve(tx, [chat_id])
        if chat_id not in found:
            break
        if held := await rows.lock(tx, [found[chat_id]]):
            return held[found[chat_id]]
    raise ChatNotFound(chat_id)


async def rename(tx: Tx, chat_id: int, name: str) -> None:
    """Give the chat a name of ours; names that come from WhatsApp do not change it any more."""
    name = names.clean_name(name)
    chat = await lock(tx, chat_id)
    if chat.name == name and chat.is_renamed:
        return
    if chat.is_group and not chat.is_renamed:
        await rows.keep_subject(tx, chat.id, chat.name)
    if not await rows.rename(tx, chat.id, name, is_renamed=True):
        raise ChatNameTaken(name=name)
    if chat.name != name:
        renamed = msgspec.structs.replace(chat, name=name, is_renamed=True)
        tx.record(events.renamed(renamed, await numbers.get(tx, chat.number_id), chat.name))
        refresh_later(tx, [chat.contact_id])


async def assign(tx: Tx, chat_id: int, email: str) -> None:
    """Make the teammate with this e-mail address responsible."""
    chat = await lock(tx, chat_id)
    await _assign(tx, chat, turns.assign(chat, await get_assignee(tx, email)))


async def get_assignee(tx: Tx, email: str) -> Teammate:
    """Who can be made responsible: also somebody who has been invited and has not come yet."""
    teammate = await workspaces.find_teammate(tx, email=email.strip())
    if teammate is None or teammate.status not in (Status.ACTIVE, Status.INVITED):
        raise AssigneeNotFound(email)
    return teammate


async def unassign(tx: Tx, chat_id: int) -> None:
    """Nobody is responsible any more."""
    chat = await lock(tx, chat_id)
    await _assign(tx, chat, turns.assign(chat, None))


async def _assign(tx: Tx, chat: Chat, assigned: Chat) -> None:
    if assigned is not chat:
        await rows.save(tx, assigned)
        tx.record(events.assigned(assigned, await numbers.get(tx, chat.number_id), chat))


async def close(tx: Tx, chat_id: int) -> None:
    """What was asked for is done. The next incoming message opens the chat again."""
    chat = await lock(tx, chat_id)
    await _turn(tx, "ChatClosed", chat, turns.close(chat, tx.now))


async def reopen(tx: Tx, chat_id: int) -> None:
    chat = await lock(tx, chat_id)
    await _turn(tx, "ChatReopened", chat, turns.reopen(chat))


async def mark_read(tx: Tx, chat_id: int) -> None:
    """Somebody read the chat here: the senders are shown so, as far as the number can do that."""
    chat = await lock(tx, chat_id)
    if chat.is_read:
        return
    if chat.is_number_connected and (keys := await reading.unread_keys(tx, chat)):
        numbers.order(tx, chat.number_id, [MarkRead(keys)])
    await _change(tx, "ChatRead", turns.read(chat, uuid7()))


async def read_on_phone(tx: Tx, number: Number, chat: Chat) -> Chat:
    """The owner read the chat on another device, so WhatsApp knows already. The chat is locked."""
    if chat.is_read:
        return chat
    read = turns.read(chat, uuid7())
    await rows.save(tx, read)
    tx.record(events.changed("ChatRead", read, number, Actor("phone")))
    return read


async def move(tx: Tx, moved: Sequence[Chat]) -> None:
    """Store what new messages changed about their chats, which are locked. The facts are those of the messages."""
    if moved:
        await rows.move(tx, moved)
        events.tell_first_messages(tx.recorded, moved)


async def note(tx: Tx, chat_id: int, mentioned: Collection[TeammateId]) -> Chat:
    """A note is put into the chat; who is mentioned in it may see the chat from now on."""
    chat = await lock(tx, chat_id)
    await rows.touch(tx, chat.id)
    if mentioned:
        await mentions.add(tx, chat.id, mentioned)
    return chat


async def mark_unread(tx: Tx, chat_id: int) -> None:
    """Somebody wants to come back to it."""
    chat = await lock(tx, chat_id)
    await _turn(tx, "ChatUnread", chat, turns.unread(chat))


async def set_autoresponse(tx: Tx, chat_id: int, is_on: bool) -> None:
    """Switch the automatic answers. Switching them on also lifts the lock that a human's answer had put on them."""
    chat = await lock(tx, chat_id)
    is_locked = chat.autoresponse_locked and not is_on
    if (chat.autoresponse, chat.autoresponse_locked) != (is_on, is_locked):
        switched = msgspec.structs.replace(chat, autoresponse=is_on, autoresponse_locked=is_locked)
        await _change(tx, "ChatAutoresponseSwitched", switched)


async def set_metadata(tx: Tx, chat_id: int, metadata: dict[str, Any] | None) -> None:
    """Keep this on the chat instead of what was kept there. It has been through `clean_metadata`."""
    chat = await lock(tx, chat_id)
    if not same_metadata(chat.metadata, metadata):
        await _change(tx, "ChatMetadataChanged", msgspec.structs.replace(chat, metadata=metadata))


async def _turn(tx: Tx, kind: str, chat: Chat, turned: Chat) -> None:
    if turned is not chat:
        await _change(tx, kind, turned)


async def _change(tx: Tx, kind: str, chat: Chat) -> None:
    await rows.save(tx, chat)
    tx.record(events.changed(kind, chat, await numbers.get(tx, chat.number_id)))
