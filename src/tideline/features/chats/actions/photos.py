"""Pictures of chats: ordered when a chat is opened, renewed once a day at most, shown when a gateway has looked."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tideline.features import files, numbers
from tideline.features.chats import events
from tideline.features.chats.errors import ChatNotFound
from tideline.features.chats.model import ChatId
from tideline.features.chats.photos import LOOK_AGAIN, RENEWED_AT_ONCE
from tideline.features.chats.sight import Sight
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import photos as store
from tideline.features.chats.store.photos import Looked
from tideline.features.numbers import LookAtPicture, Number
from tideline.features.workspaces import Teammate
from tideline.platform.db import SystemTx, Tx


def look_later(tx: Tx, number: Number, chats: Collection[int], *, is_changed: bool = False) -> None:
    """Have the pictures of these chats looked at. A look within the last day is enough, unless one has changed."""
    if chats and not number.is_business:
        since = tx.now if is_changed else tx.now - LOOK_AGAIN
        numbers.order(tx, number.id, [LookAtPicture(chat_id, since) for chat_id in chats])


async def photo_to_look_at(tx: Tx, chat_id: int, since: datetime) -> Looked | None:
    """Whose picture is to be looked at; None when somebody has looked since then, or the chat is gone."""
    found = await store.find(tx, chat_id)
    return found if found and (found.looked_at is None or found.looked_at <= since) else None


async def show_photo(tx: Tx, chat_id: int, picture_id: str, uid: UUID) -> None:
    """The chat shows this file from now on, and the one before it is forgotten. Raises ChatNotFound."""
    await _replace(tx, chat_id, uid)
    await store.save(tx, chat_id, picture_id, tx.now + LOOK_AGAIN)


async def hide_photo(tx: Tx, chat_id: int) -> None:
    """There is no picture, or none that the number may see."""
    await _replace(tx, chat_id, None)
    await store.save(tx, chat_id, None, tx.now + LOOK_AGAIN)


async def keep_photo(tx: Tx, chat_id: int, picture_id: str | None) -> None:
    """The picture is still the one that the chat shows."""
    await store.save(tx, chat_id, picture_id, tx.now + LOOK_AGAIN)


async def put_off_photo(tx: Tx, chat_id: int) -> None:
    """It could not be looked at; tomorrow it may."""
    await store.put_off(tx, chat_id, tx.now + LOOK_AGAIN)


async def _replace(tx: Tx, chat_id: int, uid: UUID | None) -> None:
    before = await store.lock(tx, chat_id)
    if before == uid:
        return
    if not await store.show(tx, chat_id, uid):
        raise ChatNotFound(chat_id)
    if before is not None:
        await files.delete(tx, before)
    chat = (await rows.find_many(tx, [chat_id]))[ChatId(chat_id)]
    tx.record(events.changed("ChatPhotoChanged", chat, await numbers.get(tx, chat.number_id)))


async def photos_of(tx: Tx, chats: Collection[int], teammate: Teammate) -> dict[ChatId, UUID]:
    """The files that these chats show, as far as this teammate may see the chats."""
    return await store.list_shown(tx, chats, Sight.of(teammate)) if chats else {}


async def workspaces_with_old_photos(tx: SystemTx) -> list[int]:
    """Where the next has something to do."""
    return await store.list_workspaces_due(tx, tx.now)


async def renew_photos(tx: Tx) -> int:
    """Have pictures looked at again that are a day old, of chats in which something was said since; a few at a time."""
    due = await store.take_due(tx, tx.now + LOOK_AGAIN, RENEWED_AT_ONCE)
    known = await numbers.get_many(tx, set(due.values()))
    for number in known.values():
        look_later(tx, number, [chat_id for chat_id, number_id in due.items() if number_id == number.id])
    return len(due)
