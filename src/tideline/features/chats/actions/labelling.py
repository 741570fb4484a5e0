"""Labels of chats: names of up to 64 characters, made on first use."""

from collections.abc import Mapping, Sequence

import msgspec

from tideline.features import numbers
from tideline.features.chats import events, names
from tideline.features.chats.actions.changes import lock
from tideline.features.chats.errors import ChatNotFound, TooManyLabels
from tideline.features.chats.kinds import ensure_kind
from tideline.features.chats.model import LABELS_MAX, LABELS_PAGE, Chat, Label, Page
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import labels as store
from tideline.features.numbers import Number, NumberId
from tideline.platform.db import Tx


async def labels(tx: Tx, chat_id: int, *, is_business: bool | None = None) -> list[str]:
    chat = await rows.find_brief(tx, chat_id)
    if chat is None:
        raise ChatNotFound(chat_id)
    ensure_kind(chat, is_business)
    return chat.labels


async def list_labels(tx: Tx, page: int = 1, size: int = LABELS_PAGE) -> Page[Label]:
    """The labels of the workspace by name, also those that no chat has any more."""
    found = await store.list_all(tx, offset=(page - 1) * size, limit=size + 1)
    return Page(found[:size], has_more=len(found) > size)


async def suggest_labels(tx: Tx, typed: str, most: int) -> list[str]:
    """Labels of the workspace with these letters in them, by name."""
    return await store.find_like(tx, typed.strip(), most) if names.is_storable(typed) else []


async def add_labels(tx: Tx, chat_id: int, typed: Sequence[str], *, is_business: bool | None = None) -> list[str]:
    """Put labels on the chat, beside those it has. The answer is the whole set."""
    wanted = _clean(typed)
    chat = await lock(tx, chat_id)
    ensure_kind(chat, is_business)
    labelled = await put(tx, [(chat, wanted)], await numbers.get_many(tx, [chat.number_id]))
    return labelled[0].labels


async def replace_labels(tx: Tx, chat_id: int, typed: Sequence[str], *, is_business: bool | None = None) -> list[str]:
    """Make these the whole set; an empty list clears it."""
    wanted = _clean(typed)
    chat = await lock(tx, chat_id)
    ensure_kind(chat, is_business)
    return await _replace(tx, chat, wanted)


async def remove_label(tx: Tx, chat_id: int, name: str) -> list[str]:
    """Take one label off the chat, whatever others it has got meanwhile. The answer is the whole set."""
    chat = await lock(tx, chat_id)
    return await _replace(tx, chat, [label for label in chat.labels if label != name])


async def _replace(tx: Tx, chat: Chat, wanted: list[str]) -> list[str]:
    gone = [label for label in chat.labels if label not in wanted]
    new = [label for label in wanted if label not in chat.labels]
    if not gone and not new:
        return chat.labels
    if len(wanted) > LABELS_MAX:
        raise TooManyLabels
    if gone:
        await store.remove(tx, [chat.id], gone)
    if new:
        await store.add(tx, [(chat.id, label) for label in new])
    after = msgspec.structs.replace(chat, labels=wanted)
    await store.repeat(tx, [after])
    tx.record(events.labelled(after, await numbers.get(tx, chat.number_id), chat))
    return wanted


async def put(
    tx: Tx, wanted: Sequence[tuple[Chat, Sequence[str]]], of_numbers: Mapping[NumberId, Number]
) -> list[Chat]:
    """Add clean labels to locked chats, all at once; the answer is the chats as they are then."""
    after = []
    for chat, some in wanted:
        new = [label for label in dict.fromkeys(some) if label not in chat.labels]
        if new and len(chat.labels) + len(new) > LABELS_MAX:
            raise TooManyLabels
        after.append(msgspec.structs.replace(chat, labels=[*chat.labels, *new]) if new else chat)
    changed = [(before, now) for (before, _), now in zip(wanted, after, strict=True) if before is not now]
    if changed:
        await store.add(tx, [(now.id, label) for before, now in changed for label in now.labels[len(before.labels) :]])
        await store.repeat(tx, [now for _, now in changed])
    for before, now in changed:
        tx.record(events.labelled(now, of_numbers[now.number_id], before))
    return after


def _clean(typed: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names.clean_label(label) for label in typed))
