"""Reads what a conversation shows: a page of it, or the few messages that have changed."""

from collections.abc import Sequence
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import chats, files, messages, templates, workspaces
from tideline.features.chats import Chat
from tideline.features.messages import Message
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids, shown
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.visits import Visitor, Visits

MOST_MESSAGES = 50


class Talk:
    """The parts of a conversation that an open page fetches again."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    async def show_parts(self, request: Request) -> Response:
        """The head of the conversation as it is now, and the messages that are named."""
        named = request.query_params.getlist("m")[:MOST_MESSAGES]
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            found = await messages.get_some(tx, chat, [messages.parse_uid(one) for one in named])
            days = await days_of(tx, visitor, chat, sorted(found.values(), key=_place))
        return self.parts(request, visitor, chat, days)

    def parts(self, request: Request, visitor: Visitor, chat: Chat, days: Sequence[shown.Day]) -> Response:
        return self._pages.fragment(request, "_talk_parts.html", visitor, chat=chat, days=days, unread=0)

    async def show_templates(self, request: Request) -> Response:
        """What can be put into the field by its name."""
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, _):
            found = await templates.list_templates(tx, visitor.me)
        return self._pages.fragment(request, "_templates.html", visitor, found=found)

    async def show_people(self, request: Request) -> Response:
        """Whom a note may mention."""
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, _):
            people = await workspaces.list_teammates(tx)
        found = [one for one in people if one.is_active and one.id != visitor.me.id]
        return self._pages.fragment(request, "_people.html", visitor, found=found)


async def days_of(tx: Tx, visitor: Visitor, chat: Chat, found: Sequence[Message]) -> list[shown.Day]:
    """Messages, the oldest first, with what they answer, waves of voices and faces of writers: a few statements."""
    quoted = await messages.get_some(tx, chat, shown.missing_quotes(found))
    waves: dict[UUID, bytes] = {
        uid: file.measures.waveform
        for uid, file in (await files.get_many(tx, shown.voices(found))).items()
        if file.measures.waveform
    }
    return shown.by_day(found, visitor.zone, _keyed(quoted), waves, await _faces(tx, visitor, chat, found))


async def _faces(tx: Tx, visitor: Visitor, chat: Chat, found: Sequence[Message]) -> dict[str, shown.Face]:
    """How those look who wrote these messages of a group, as far as there is a chat with them that may be seen."""
    if not chat.is_group:
        return {}
    writers = {message.sender_phone for message in found if not message.from_me}
    theirs = {one.phone: one.chat_id for one in chat.members if one.phone in writers and one.chat_id is not None}
    seen = await chats.seen_among(tx, set(theirs.values()), visitor.me)
    photos = await chats.photos_of(tx, seen, visitor.me)
    return {phone: shown.Face(one, photos.get(one)) for phone, one in theirs.items() if phone and one in seen}


def _keyed(quoted: dict[UUID, Message]) -> dict[messages.MessageUid, Message]:
    return {message.uid: message for message in quoted.values()}


def _place(message: Message) -> tuple[object, UUID]:
    return message.at, message.uid
