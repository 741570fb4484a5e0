"""Chats: list with filters, read one, change one."""

from dataclasses import replace
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from tideline.features import chats, messages, workspaces
from tideline.features.chats import ChatFilter, ChatId
from tideline.features.workspaces import Caller
from tideline.platform.db import Tx
from tideline.surfaces.api import shapes
from tideline.surfaces.api.body import Body, trim
from tideline.surfaces.api.limits import CHAT_NAME
from tideline.surfaces.api.metadata import checked
from tideline.surfaces.api.operations.paging import page_size
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.times import Moment
from tideline.surfaces.api.wire import Wire

Texts = tuple[str, ...]


class OwnChatQuery(msgspec.Struct):
    """What both lists of chats take."""

    label: Texts | None = None
    whatsapp_account_id: Texts | None = None
    group: bool | None = None
    responsible: Texts | None = None
    name: Texts | None = None
    read: bool | None = None
    closed: bool | None = None
    chatgpt_autoresponse_enabled: bool | None = None
    page: int = 1
    created_after: Moment | None = None
    created_before: Moment | None = None
    whatsapp_phone: Texts | None = None
    with_msg: bool = False
    updated_after: Moment | None = None
    updated_before: Moment | None = None
    limit: str | None = None


class ChatQuery(OwnChatQuery):
    phone: str | None = None


@operation("listChats")
async def list_chats(tx: Tx, query: ChatQuery, show: Wire) -> shapes.ChatPage:
    return await _list(tx, query, ChatFilter(phone=query.phone, is_business=False), show)


@operation("listChatsV2")
async def list_own_chats(tx: Tx, caller: Caller, query: OwnChatQuery, show: Wire) -> shapes.ChatPage:
    me = await workspaces.get_teammate(tx, caller.teammate_id)
    return await _list(tx, query, ChatFilter(visible_to=me, is_business=False), show)


async def _list(tx: Tx, query: OwnChatQuery, besides: ChatFilter, show: Wire) -> shapes.ChatPage:
    page = await chats.list_chats(tx, _filter(query, besides, show), page=query.page, size=page_size(query.limit))
    if not query.with_msg:
        return show.chat_page(page)
    last = await messages.last_messages(tx, page.items)
    return show.chat_page_with_messages(page, last, tx.now)


def _filter(query: OwnChatQuery, besides: ChatFilter, show: Wire) -> ChatFilter:
    return replace(
        besides,
        labels=query.label,
        number_jids=query.whatsapp_account_id,
        is_group=query.group,
        responsible=query.responsible,
        names=query.name,
        whatsapp_phone=query.whatsapp_phone,
        is_read=query.read,
        is_closed=query.closed,
        autoresponse=query.chatgpt_autoresponse_enabled,
        created_after=None if query.created_after is None else show.time.beyond(query.created_after),
        created_before=None if query.created_before is None else show.time.first(query.created_before),
        updated_after=None if query.updated_after is None else show.time.first(query.updated_after),
        updated_before=None if query.updated_before is None else show.time.last(query.updated_before),
    )


@operation("getChat")
async def get_chat(tx: Tx, chat_id: ChatId, show: Wire) -> shapes.Chat:
    return show.chat(await _linked(tx, chat_id))


async def _linked(tx: Tx, chat_id: ChatId) -> chats.Chat:
    """Chats of business numbers are those of /waba. What was done to one before is undone."""
    chat = await chats.get(tx, chat_id)
    chats.ensure_kind(chat, False)
    return chat


class ChatUpdate(Body):
    name: str | UnsetType = UNSET
    responsible: str | UnsetType | None = UNSET
    closed: bool | UnsetType = UNSET
    read: bool | UnsetType = UNSET
    chatgpt_autoresponse_enabled: bool | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType | None = UNSET

    trimmed: ClassVar = ("name",)

    def __post_init__(self) -> None:
        if self.metadata is not UNSET:
            self.metadata = checked(self.metadata)
        if self.name is not UNSET:
            self.name = trim(self.name, CHAT_NAME, "name")


@operation("updateChat")
async def update_chat(tx: Tx, chat_id: ChatId, body: ChatUpdate, show: Wire) -> shapes.Chat:
    if body.name is not UNSET:
        await chats.rename(tx, chat_id, body.name)
    if body.responsible is not UNSET:
        await _assign(tx, chat_id, body.responsible)
    if body.closed is not UNSET:
        await (chats.close if body.closed else chats.reopen)(tx, chat_id)
    if body.read is not UNSET:
        await (chats.mark_read if body.read else chats.mark_unread)(tx, chat_id)
    if body.chatgpt_autoresponse_enabled is not UNSET:
        await chats.set_autoresponse(tx, chat_id, body.chatgpt_autoresponse_enabled)
    if body.metadata is not UNSET:
        await chats.set_metadata(tx, chat_id, body.metadata)
    return show.chat(await _linked(tx, chat_id))


async def _assign(tx: Tx, chat_id: ChatId, email: str | None) -> None:
    """Nothing and null take the assignment away."""
    if email and email.strip():
        await chats.assign(tx, chat_id, email.strip())
    else:
        await chats.unassign(tx, chat_id)
