"""Chats of business numbers: list with filters, read, change, label, and the history of one."""

from typing import ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from tideline.features import chats, messages
from tideline.features.chats import Chat, ChatFilter, ChatId
from tideline.platform.db import Tx
from tideline.surfaces.api import shapes
from tideline.surfaces.api import waba_wire as wire
from tideline.surfaces.api.body import Body, trim
from tideline.surfaces.api.limits import CHAT_NAME
from tideline.surfaces.api.operations.labels import Labels, named
from tideline.surfaces.api.operations.messages import filter_of
from tideline.surfaces.api.operations.paging import page_size
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.times import Moment
from tideline.surfaces.api.wire import Wire


class WabaChatQuery(msgspec.Struct):
    waba_account_id: tuple[str, ...] | None = None
    responsible: tuple[str, ...] | None = None
    closed: bool | None = None
    whatsapp_phone: tuple[str, ...] | None = None
    page: int = 1
    with_msg: bool = False


@operation("listWabaChats")
async def list_waba_chats(tx: Tx, query: WabaChatQuery, show: Wire) -> wire.WabaChatPage:
    wanted = ChatFilter(
        number_ids=None if query.waba_account_id is None else _ids(query.waba_account_id),
        responsible=query.responsible,
        is_closed=query.closed,
        whatsapp_phone=query.whatsapp_phone,
        is_business=True,
    )
    page = await chats.list_chats(tx, wanted, page=query.page)
    last = await messages.last_messages(tx, page.items) if query.with_msg else None
    return wire.chat_page(page, show, tx.now, last)


def _ids(texts: tuple[str, ...]) -> list[int]:
    """What is no id is nobody's."""
    numerals = [text for text in texts if text.isascii() and text.isdigit() and len(text) <= 10]
    return [number for text in numerals if chats.is_id(number := int(text))]


@operation("getWabaChat")
async def get_waba_chat(tx: Tx, chat_id: ChatId, show: Wire) -> wire.WabaChat:
    return wire.chat(await _of_business(tx, chat_id), show, tx.now)


async def _of_business(tx: Tx, chat_id: ChatId) -> Chat:
    """Chats of linked numbers have operations of their own. What was done to one before is undone."""
    chat = await chats.get(tx, chat_id)
    chats.ensure_kind(chat, True)
    return chat


class WabaChatUpdate(Body, forbid_unknown_fields=True):
    name: str | UnsetType = UNSET
    responsible: str | UnsetType = UNSET
    closed: bool | UnsetType = UNSET
    read: bool | UnsetType = UNSET

    trimmed: ClassVar = ("name",)

    def __post_init__(self) -> None:
        if self.name is not UNSET:
            self.name = trim(self.name, CHAT_NAME, "name")


@operation("updateWabaChat")
async def update_waba_chat(tx: Tx, chat_id: ChatId, body: WabaChatUpdate, show: Wire) -> wire.WabaChat:
    if body.name is not UNSET:
        await chats.rename(tx, chat_id, body.name)
    if body.responsible is not UNSET:
        email = body.responsible.strip()
        await (chats.assign(tx, chat_id, email) if email else chats.unassign(tx, chat_id))
    if body.closed is not UNSET:
        await (chats.close if body.closed else chats.reopen)(tx, chat_id)
    if body.read is not UNSET:
        await (chats.mark_read if body.read else chats.mark_unread)(tx, chat_id)
    return wire.chat(await _of_business(tx, chat_id), show, tx.now)


@operation("listWabaChatLabels")
async def list_waba_chat_labels(tx: Tx, chat_id: ChatId) -> shapes.LabelSet:
    return shapes.LabelSet(await chats.labels(tx, chat_id, is_business=True))


@operation("addWabaChatLabels")
async def add_waba_chat_labels(tx: Tx, chat_id: ChatId, body: Labels) -> shapes.LabelSet:
    return shapes.LabelSet(await chats.add_labels(tx, chat_id, named(body), is_business=True))


@operation("replaceWabaChatLabels")
async def replace_waba_chat_labels(tx: Tx, chat_id: ChatId, body: Labels) -> shapes.LabelSet:
    if body.labels is UNSET:
        return shapes.LabelSet(await chats.add_labels(tx, chat_id, named(body), is_business=True))
    return shapes.LabelSet(await chats.replace_labels(tx, chat_id, body.labels, is_business=True))


class WabaHistoryQuery(msgspec.Struct):
    from_me: bool | None = None
    after: Moment | None = None
    before: Moment | None = None
    after_message: str | None = None
    before_message: str | None = None
    sorting_order: Literal["asc", "desc"] = "desc"
    page: int = 1
    size: int | None = None


@operation("listWabaChatMessages")
async def list_waba_chat_messages(tx: Tx, chat_id: ChatId, query: WabaHistoryQuery, show: Wire) -> shapes.MessagePage:
    wanted, size = filter_of(query, show, is_business=True), page_size(query.size)
    return wire.message_page(await messages.history(tx, chat_id, wanted, query.page, size), show, tx.now)
