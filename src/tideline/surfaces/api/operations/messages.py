"""Messages: the history of a chat, one message, and how its delivery went."""

from typing import Literal, Protocol
from uuid import UUID

import msgspec

from tideline.features import messages, workspaces
from tideline.features.chats import ChatId
from tideline.features.messages import HistoryFilter
from tideline.features.workspaces import Caller
from tideline.platform.db import Tx
from tideline.surfaces.api import shapes
from tideline.surfaces.api.operations.ids import message_uid_of
from tideline.surfaces.api.operations.paging import page_size
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.times import Moment
from tideline.surfaces.api.wire import Wire


class HistoryQuery(msgspec.Struct):
    from_me: bool | None = None
    after: Moment | None = None
    before: Moment | None = None
    after_message: str | None = None
    before_message: str | None = None
    sorting_order: Literal["asc", "desc"] = "desc"
    page: int = 1
    limit: str | None = None


@operation("listChatMessages")
async def list_chat_messages(tx: Tx, chat_id: ChatId, query: HistoryQuery, show: Wire) -> shapes.MessagePage:
    page = await messages.history(tx, chat_id, filter_of(query, show), page=query.page, size=page_size(query.limit))
    return show.message_page(page, tx.now)


@operation("listChatMessagesV2")
async def list_own_chat_messages(
    tx: Tx, caller: Caller, chat_id: ChatId, query: HistoryQuery, show: Wire
) -> shapes.MessagePage:
    me = await workspaces.get_teammate(tx, caller.teammate_id)
    wanted, size = filter_of(query, show), page_size(query.limit)
    return show.message_page(await messages.seen_history(tx, chat_id, me, wanted, query.page, size), tx.now)


class Filtered(Protocol):
    """The filters that lists of messages share."""

    from_me: bool | None
    after: Moment | None
    before: Moment | None
    after_message: str | None
    before_message: str | None
    sorting_order: Literal["asc", "desc"]


def filter_of(query: Filtered, show: Wire, *, is_business: bool = False) -> HistoryFilter:
    return HistoryFilter(
        from_me=query.from_me,
        after=None if query.after is None else show.time.first(query.after),
        before=None if query.before is None else show.time.last(query.before),
        after_message=_named(query.after_message),
        before_message=_named(query.before_message),
        order=query.sorting_order,
        is_business=is_business,
    )


def _named(text: str | None) -> UUID | None:
    return None if text is None else message_uid_of(text)


@operation("getMessage")
async def get_message(tx: Tx, message_uid: str, show: Wire) -> shapes.Message:
    return show.message(await messages.get(tx, message_uid_of(message_uid), is_business=False), tx.now)


@operation("getMessageStatusHistory")
async def get_message_status_history(tx: Tx, message_uid: str, show: Wire) -> list[shapes.StatusStep]:
    return show.status_steps(await messages.status_history(tx, message_uid_of(message_uid), is_business=False))
