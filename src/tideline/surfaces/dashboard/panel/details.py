"""What the side panel says of a chat, read in a few statements, however large the group or the history is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from tideline.features import chats, messages, workspaces
from tideline.features.chats import Chat, ChatFilter, ChatId, Member, MemberRole
from tideline.features.messages import Media, Message
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import shown
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.office.numbers import SIGNS
from tideline.surfaces.dashboard.shown import ShownFile
from tideline.surfaces.dashboard.visits import Visitor

COOKIE: Final = "tideline_panel"
MOST_MEMBERS: Final = 12
MOST_PICTURES: Final = 6
MOST_FILES: Final = 3
MOST_OTHERS: Final = 5
FIRST: Final = {MemberRole.OWNER: 0, MemberRole.ADMIN: 1, MemberRole.MEMBER: 2}


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of the chat, and the message that brought it."""

    message: Message
    file: ShownFile


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a group. `chat_id` is there when whoever looks may see the chat with them."""

    name: str
    phone: str | None
    role: MemberRole
    chat_id: ChatId | None
    photo_uid: UUID | None
    is_own: bool

    @property
    def hue(self) -> str:
        return self.phone or self.name


@dataclass(frozen=True, slots=True)
class Details:
    sign: str
    state: str
    members: Sequence[Person]
    hidden_members: int
    pictures: Sequence[Filed]
    files: Sequence[Filed]
    began_at: datetime | None
    others: Sequence[Chat]
    people: Sequence[Teammate]
    metadata: str | None


def is_open(request: Request) -> bool:
    """Whether this browser shows the panel beside a conversation. Who has never closed it wants to see it."""
    return request.cookies.get(COOKIE) != "closed"


async def details_of(tx: Tx, visitor: Visitor, chat: Chat, *, all_members: bool = False) -> Details:
    sign, state = SIGNS[chat.number_state]
    members = sorted(chat.members, key=lambda one: FIRST[one.role])
    few = members if all_members else members[:MOST_MEMBERS]
    return Details(
        sign,
        state,
        await _persons(tx, visitor.me, chat, few),
        len(members) - len(few),
        filed((await messages.list_media(tx, chat, Media.PICTURES, size=MOST_PICTURES)).items),
        filed((await messages.list_media(tx, chat, Media.FILES, size=MOST_FILES)).items),
        await messages.began_at(tx, chat),
        await _others(tx, visitor.me, chat),
        [one for one in await workspaces.list_teammates(tx) if one.is_active],
        _readable(chat),
    )


def url_of(deps: DashboardDeps, chat: Chat) -> str:
    """Where colleagues find the chat."""
    return f"{deps.public_url.rstrip('/')}/chat/{chat.id}/messages/"


def filed(found: Sequence[Message]) -> list[Filed]:
    return [Filed(one, shown.file_of(one, one.attachment)) for one in found if one.attachment]


async def _persons(tx: Tx, me: Teammate, chat: Chat, members: Sequence[Member]) -> list[Person]:
    ids = {one.chat_id for one in members if one.chat_id is not None}
    photos, seen = await chats.photos_of(tx, ids, me), await chats.seen_among(tx, ids, me)
    own = f"+{chat.number_phone}"
    return [
        Person(
            name=one.name or one.phone or "",
            phone=one.phone,
            role=one.role,
            chat_id=one.chat_id if one.chat_id in seen else None,
            photo_uid=photos.get(one.chat_id) if one.chat_id else None,
            is_own=one.phone == own,
        )
        for one in members
    ]


async def _others(tx: Tx, me: Teammate, chat: Chat) -> list[Chat]:
    """The chats that other numbers have with the same person, as far as they may be seen."""
    if chat.is_group or not chat.phone:
        return []
    found = await chats.list_chats(tx, ChatFilter(phone=f"+{chat.phone}", visible_to=me), size=MOST_OTHERS + 1)
    return [one for one in found.items if one.id != chat.id][:MOST_OTHERS]


def _readable(chat: Chat) -> str | None:
    """What an integration keeps on the chat, as it can be read."""
    return msgspec.json.format(msgspec.json.encode(chat.metadata), indent=2).decode() if chat.metadata else None
