"""Messages: the history of a chat, one message, and how its delivery went."""

from typing import Literal
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
    page = await messages.history(tx, chat_id, _filter(query, show), page=query.page, size=page_size(query.limit))
    return show.message_page(page, tx.now)


@operation("listChatMessagesV2")
async def list_own_chat_messages(
    tx: Tx, caller: Caller, chat_id: ChatId, query: HistoryQuery, show: Wire
) -> shapes.MessagePage:
    me = await workspaces.get_teammate(tx, caller.teammate_id)
    wanted, size = _filter(query, show), page_size(query.limit)
    return show.message_page(await messages.seen_history(tx, chat_id, me, wanted, query.page, size), tx.now)


def _filter(query: HistoryQuery, show: Wire) -> HistoryFilter:
    return HistoryFilter(
        from_me=query.from_me,
        after=None if query.after is None else show.time.first(query.after),
        before=None if query.before is None else show.time.last(query.before),
        after_message=_named(query.after_message),
        before_message=_named(query.before_message),
        order=query.sorting_order,
    )


def _named(text: str | None) -> UUID | None:
    return None if text is None else message_uid_of(text)


@operation("getMessage")
async def get_message(tx: Tx, message_uid: str, show: Wire) -> shapes.Message:
    return show.message(await messages.get(tx, message_uid_of(message_uid)), tx.now)


@operation("getMessageStatusHistory")
async def get_message_status_history(tx: Tx, message_uid: str, show: Wire) -> list[shapes.StatusStep]:
    return show.status_steps(await messages.status_history(tx, message_uid_of(message_uid)))
