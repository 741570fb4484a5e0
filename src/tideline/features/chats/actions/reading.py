"""Reading chats, one or a page of them."""

from collections.abc import Collection

from tideline.features.chats import names
from tideline.features.chats.errors import ChatNotFound
from tideline.features.chats.model import PAGE, Chat, ChatFilter, ChatId, Page, Place, Tally
from tideline.features.chats.sight import Sight
from tideline.features.chats.store import chats as rows
from tideline.features.chats.store import listing
from tideline.features.chats.store import tally as counts
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx

EVERYTHING = ChatFilter()


async def get(tx: Tx, chat_id: int) -> Chat:
    """The chat with this id, or the one it was merged into."""
    chat = await rows.find(tx, chat_id)
    if chat is None:
        raise ChatNotFound(chat_id)
    return chat


async def get_visible(tx: Tx, chat_id: int, teammate: Teammate) -> Chat:
    """The same for somebody who may not see every chat: what is out of their sight is not there."""
    sight = Sight.of(teammate)
    chat = await (rows.find(tx, chat_id) if sight is None else rows.find_seen(tx, chat_id, sight))
    if chat is None:
        raise ChatNotFound(chat_id)
    return chat


async def get_brief(tx: Tx, chat_id: int) -> Chat:
    """The same without the members of a group."""
    chat = await rows.find_brief(tx, chat_id)
    if chat is None:
        raise ChatNotFound(chat_id)
    return chat


async def get_many(tx: Tx, ids: Collection[int]) -> dict[ChatId, Chat]:
    """Those of these chats that exist, without members."""
    return await rows.find_many(tx, ids) if ids else {}


async def list_chats(tx: Tx, wanted: ChatFilter = EVERYTHING, page: int = 1, size: int = PAGE) -> Page[Chat]:
    """A page of the chats that meet the filter: newest last message first, then by name."""
    found = await listing.list_chats(tx, wanted, offset=(page - 1) * size, limit=size + 1)
    return Page(found[:size], has_more=len(found) > size)


async def list_behind(tx: Tx, wanted: ChatFilter, place: Place | None, size: int = PAGE) -> Page[Chat]:
    """The same for a list that moves while it is read: what stands behind a place, or from the beginning."""
    found = await listing.list_behind(tx, wanted, place, limit=size + 1)
    return Page(found[:size], has_more=len(found) > size)


def place_of(chat: Chat) -> Place:
    return Place(chat.last_message_at, names.key(chat.name))


async def tally(tx: Tx, teammate: Teammate, most: int) -> Tally:
    """How many open chats are somebody's own or nobody's, and in how many a customer waits, of those that they see; who
    counts to `most` has counted enough."""
    return await counts.tally(tx, teammate.id, Sight.of(teammate), most)
