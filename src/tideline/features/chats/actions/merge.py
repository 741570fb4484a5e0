"""Two chats become one: the older id stays, the other answers with it for ever."""

from tideline.features.chats import events
from tideline.features.chats.merging import combine
from tideline.features.chats.model import Chat, ChatId
from tideline.features.chats.people import Person
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import members
from tideline.features.chats.store import merge as store
from tideline.features.numbers import Number
from tideline.platform.db import Tx


async def merge(tx: Tx, number: Number, held: dict[ChatId, Chat], stays: Person, goes: Person) -> None:
    """Two people are one. Their rows are written and their chats are locked already; `held` is kept up to date."""
    assert stays.id is not None
    assert goes.id is not None
    await members.move_places(tx, stays.id, goes.id)
    await store.move_reactions(tx, stays.id, goes.id)
    if goes.chat_id is None:
        return
    assert stays.chat_id is not None
    older, newer = held[stays.chat_id], held.pop(goes.chat_id)
    await store.move_messages(tx, older.id, newer.id)
    await store.move_labels(tx, older.id, newer.id)
    await store.move_mentions(tx, older.id, newer.id)
    await store.leave_alias(tx, older.id, newer.id)
    await store.delete(tx, newer.id)
    await store.save(tx, older.id, stays.id, combine(older, newer))
    held |= await rows.find_many(tx, [older.id])
    tx.record(events.merged(held[older.id], number, newer))
