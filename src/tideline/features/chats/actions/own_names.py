"""Taking a name of ours back: the chat is called what WhatsApp calls it again."""

import msgspec

from tideline.features import numbers
from tideline.features.chats import events, names
from tideline.features.chats.actions.changes import lock
from tideline.features.chats.actions.naming import free_names
from tideline.features.chats.actions.rosters import refresh_later
from tideline.features.chats.model import Chat
from tideline.features.chats.people import fallback
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import contacts
from tideline.platform.db import Tx

TRIES = 20


async def forget_name(tx: Tx, chat_id: int) -> None:
    """Call the chat what its contact or its group is called on WhatsApp, now and whenever that changes. A group of
    which WhatsApp has not told since it was renamed keeps the name until it does."""
    chat = await lock(tx, chat_id)
    if not chat.is_renamed:
        return
    name = await _take_name(tx, chat, await _called(tx, chat))
    if name is None or name == chat.name:
        return
    renamed = msgspec.structs.replace(chat, name=name, is_renamed=False)
    tx.record(events.renamed(renamed, await numbers.get(tx, chat.number_id), chat.name))
    refresh_later(tx, [chat.contact_id])


async def _called(tx: Tx, chat: Chat) -> str:
    if chat.contact_id is None:
        return await rows.find_subject(tx, chat.id) or chat.name
    return await contacts.find_name(tx, chat.contact_id) or fallback(chat.phone, chat.lid)


async def _take_name(tx: Tx, chat: Chat, wanted: str) -> str | None:
    """The name it has now, with an index where another chat has the wanted one."""
    for _ in range(TRIES):
        name = chat.name if names.shows(chat.name, wanted) else (await free_names(tx, [wanted]))[0]
        if await rows.rename(tx, chat.id, name, is_renamed=False):
            return name
    return None
