"""Searching messages by their words, in what the one who asks may see."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from tideline.features import chats, numbers, search, workspaces
from tideline.features.chats import Chat, ChatId, Page, Sight
from tideline.features.messages.model import PAGE, Hit, Message, SearchFilter
from tideline.features.messages.store import views
from tideline.features.search import Narrowing, Question, Writers
from tideline.platform.db import Tx

EVERYWHERE: Final = SearchFilter()
LONG_PAGE: Final = 50_000
"""Characters on a page."""


async def search_messages(
    tx: Tx, question: Question, wanted: SearchFilter = EVERYWHERE, page: int = 1, size: int = PAGE
) -> Page[Hit]:
    """A page of the messages that have all the words and phrases of the question. Raises ChatNotFound."""
    found = await search.find(tx, question, await _narrowing(tx, wanted), page=page, size=size)
    hits = await _hits(tx, question, found.uids) if found.uids else []
    return Page(hits, found.has_more)


async def _narrowing(tx: Tx, wanted: SearchFilter) -> Narrowing:
    return Narrowing(
        after=wanted.after,
        before=wanted.before,
        from_me=wanted.from_me,
        type=wanted.type,
        chat_ids=None if wanted.chat_id is None else await _ids_of_chat(tx, wanted.chat_id, wanted),
        number_ids=None if wanted.number_jids is None else await _numbers(tx, wanted.number_jids),
        writers=None if wanted.senders is None else await _writers(tx, wanted.senders),
        sight=Sight.of(wanted.visible_to) if wanted.visible_to else None,
    )


async def _ids_of_chat(tx: Tx, chat_id: int, wanted: SearchFilter) -> list[int]:
    if wanted.visible_to:
        chat = await chats.get_visible(tx, chat_id, wanted.visible_to)
    else:
        chat = await chats.get_brief(tx, chat_id)
    return list(await chats.all_ids(tx, chat.id))


async def _numbers(tx: Tx, jids: Sequence[str]) -> list[int]:
    return [number.id for number in await numbers.list_numbers(tx) if number.jid in jids]


async def _writers(tx: Tx, senders: Sequence[str]) -> Writers:
    """Phones and e-mails, told apart by the @."""
    emails = {sender.lower() for sender in senders if "@" in sender}
    phones = [chats.clean_phone(sender) for sender in senders if "@" not in sender]
    teammates = await workspaces.list_teammates(tx) if emails else []
    chat_ids, contact_ids = await chats.find_people(tx, phones)
    return Writers(chat_ids, contact_ids, [one.id for one in teammates if one.email.lower() in emails])


async def _hits(tx: Tx, question: Question, uids: Sequence[UUID]) -> list[Hit]:
    """What was taken back since it was found is not shown. A page of whole books would keep everybody waiting for
    its highlights, so they are looked for beside."""
    rows = await views.find_rows(tx, uids)
    known = await chats.get_many(tx, {row["chat_id"] for row in rows})
    found = views.read_of_chats(rows, known)
    shown = [found[uid] for uid in uids if uid in found and found[uid].revoked_at is None]
    if sum(len(message.text or "") for message in shown) > LONG_PAGE:
        return await asyncio.to_thread(_highlighted, question, shown, known)
    return _highlighted(question, shown, known)


def _highlighted(question: Question, shown: Sequence[Message], known: Mapping[ChatId, Chat]) -> list[Hit]:
    return [_hit(question, message, known[message.chat_id]) for message in shown]


def _hit(question: Question, message: Message, chat: Chat) -> Hit:
    filename = message.attachment.filename if message.attachment else None
    return Hit(message, chat, search.highlights(question, message.text), search.highlights(question, filename))
