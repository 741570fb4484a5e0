"""Reading messages: one, a page of a chat's history, what became of it, the newest of many chats."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tideline.features import chats
from tideline.features.chats import Chat, ChatId, ChatNotFound, Page
from tideline.features.messages.errors import MessageNotFound
from tideline.features.messages.model import PAGE, HistoryFilter, Media, Message, Place, Status, StatusEntry
from tideline.features.messages.store import media as shelves
from tideline.features.messages.store import states, views
from tideline.platform.db import Tx

EVERYTHING = HistoryFilter()


async def get(tx: Tx, uid: UUID, *, is_business: bool | None = None) -> Message:
    chat_id = await views.find_chat(tx, uid)
    if chat_id is None:
        raise MessageNotFound(uid)
    chat = await chats.get_brief(tx, chat_id)
    chats.ensure_kind(chat, is_business)
    found = await views.find_many(tx, [uid], {chat.id: chat})
    if uid not in found:
        raise MessageNotFound(uid)
    return found[uid]


async def get_some(tx: Tx, chat: Chat, uids: Collection[UUID]) -> dict[UUID, Message]:
    """Those of these messages that are in this chat, in one statement."""
    return await views.find_many(tx, uids, {chat.id: chat}) if uids else {}


async def history(
    tx: Tx, chat_id: int, wanted: HistoryFilter = EVERYTHING, page: int = 1, size: int = PAGE
) -> Page[Message]:
    """A page of what was said in a chat, the newest first unless told otherwise."""
    if not chats.is_id(chat_id):
        raise ChatNotFound(chat_id)
    wanted = await _placed(tx, wanted)
    found = await views.history(tx, chat_id, wanted, offset=(page - 1) * size, limit=size + 1)
    if not found:  # an empty page, unless there is no such chat
        chats.ensure_kind(await chats.get_brief(tx, chat_id), wanted.is_business)
    return Page(found[:size], has_more=len(found) > size)


async def list_media(tx: Tx, chat: Chat, media: Media, before: UUID | None = None, size: int = PAGE) -> Page[Message]:
    """The messages of a chat with files of one kind, the newest first; those before a message, if one is named."""
    place = None
    if before is not None:
        times = await views.places(tx, [before])
        if before not in times:
            raise MessageNotFound(before)
        place = Place(times[before], before)
    found = await shelves.list_some(tx, chat, media, place, size + 1)
    return Page(found[:size], has_more=len(found) > size)


async def began_at(tx: Tx, chat: Chat) -> datetime | None:
    """When the first message of a chat was sent."""
    began: datetime | None = await shelves.find_beginning(tx, chat)
    return began


async def _placed(tx: Tx, wanted: HistoryFilter) -> HistoryFilter:
    named = [uid for uid in (wanted.after_message, wanted.before_message) if uid is not None]
    if not named:
        return wanted
    times = await views.places(tx, named)
    for uid in named:
        if uid not in times:
            raise MessageNotFound(uid)
    after, before = (
        None if uid is None else Place(times[uid], uid) for uid in (wanted.after_message, wanted.before_message)
    )
    return replace(wanted, after_place=after, before_place=before)


async def status_history(tx: Tx, uid: UUID, *, is_business: bool | None = None) -> list[StatusEntry]:
    """The states a sent message got to, oldest first."""
    found = await states.find_reached(tx, uid)
    if found is None:
        raise MessageNotFound(uid)
    now, of_business = found
    if is_business is not None and of_business != is_business:
        raise chats.OtherKindOfNumber(of_business)
    reached = [
        StatusEntry(status, at, now.failure if status is Status.FAILED else None)
        for status, at in (
            (Status.SENT, now.sent_at),
            (Status.DELIVERED, now.delivered_at),
            (Status.READ, now.read_at),
            (Status.FAILED, now.failed_at),
        )
        if at is not None
    ]
    return sorted(reached, key=lambda entry: entry.at)


async def last_messages(tx: Tx, shown: Sequence[Chat]) -> dict[ChatId, Message]:
    """The newest message of each chat that has one, without reactions."""
    uids = {chat.last_message_uid: chat for chat in shown if chat.last_message_uid is not None}
    if not uids:
        return {}
    found = await views.find_many(tx, list(uids), {chat.id: chat for chat in shown})
    return {message.chat_id: message for message in found.values()}
