"""Chats: what one is, who is in it, and when it may be written to. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Literal, NewType, TypeVar
from uuid import UUID

import msgspec

from tideline.features.numbers import NumberId, NumberState
from tideline.features.numbers.port import Peer
from tideline.features.workspaces import Teammate

ChatId = NewType("ChatId", int)
ContactId = NewType("ContactId", int)

PAGE = 50
NAME_MAX = 256
LABEL_MAX = 64
LABELS_MAX = 1000
LABELS_PAGE = 1000
BULK_MAX = 200
SERVICE_WINDOW = timedelta(hours=24)

T = TypeVar("T")


def is_id(value: int) -> bool:
    """Could this be the id of a row? Callers may ask for any integer."""
    return 0 < value < 1 << 31


class ChatKind(StrEnum):
    DIRECT = "direct"
    GROUP = "group"
    BROADCAST = "broadcast"
    CHANNEL = "channel"


# Members of an enum are slow to get at, and lists ask for these with every row.
DIRECT, ACTIVE = ChatKind.DIRECT, NumberState.ACTIVE
MESSAGEABLE = (ChatKind.DIRECT, ChatKind.GROUP)


class MemberRole(StrEnum):
    OWNER = "Owner"
    ADMIN = "Admin"
    MEMBER = "Member"


class Member(msgspec.Struct, frozen=True):
    """Somebody in a group. `chat_id` is the one-to-one chat with them on the same number."""

    name: str | None
    phone: str | None
    role: MemberRole
    chat_id: ChatId | None


MEMBERS = msgspec.json.Decoder(list[Member])


class Chat(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation as the inbox shows it. Phones and `lid` are bare digits.

    `roster` is the JSON of `members`, ready for the wire: a page may hold fifty groups of two hundred people,
    and none of them has to be unpacked for it. Only groups have one. Incoming messages with a uid up to
    `read_until` have been read. `metadata` is what an integration keeps here. On a business number (`is_business`) free
    messages are delivered until `window_until`. `waiting_since` is the first message that nobody has answered yet, of a
    direct chat. The order of the fields is the order of the store's columns.
    """

    id: ChatId
    number_id: NumberId
    number_jid: str
    number_phone: str
    number_name: str
    number_state: NumberState
    kind: ChatKind
    name: str
    created_at: datetime
    updated_at: datetime
    is_renamed: bool = False
    phone: str | None = None
    lid: str | None = None
    group_jid: str | None = None
    contact_id: ContactId | None = None
    is_read: bool = False
    is_left: bool = False
    closed_at: datetime | None = None
    responsible_id: int | None = None
    responsible_email: str | None = None
    responsible_name: str | None = None
    autoresponse: bool = True
    autoresponse_locked: bool = False
    unattended: bool = False
    photo_uid: UUID | None = None
    labels: list[str] = []
    last_message_uid: UUID | None = None
    last_message_at: datetime | None = None
    read_until: UUID | None = None
    metadata: dict[str, Any] | None = None
    window_until: datetime | None = None
    is_business: bool = False
    waiting_since: datetime | None = None
    roster: msgspec.Raw | None = None

    @property
    def jid(self) -> str:
        """The WhatsApp address, by phone where it is known."""
        if self.group_jid is not None:
            return self.group_jid
        return f"{self.phone}@s.whatsapp.net" if self.phone else f"{self.lid}@lid"

    @property
    def international(self) -> str | None:
        """The phone with its plus. A person known only by a LID shows its digits; a group has none."""
        digits = self.phone or self.lid
        return f"+{digits}" if digits else None

    @property
    def peer(self) -> Peer:
        """The other side, as connectors know it."""
        return Peer(group=self.group_jid) if self.group_jid is not None else Peer(phone=self.phone, lid=self.lid)

    @property
    def is_group(self) -> bool:
        return self.kind is not DIRECT

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_number_connected(self) -> bool:
        return self.number_state is ACTIVE

    @property
    def is_messageable(self) -> bool:
        """Could it be written to if its number were connected?"""
        return self.kind in MESSAGEABLE and not self.is_left

    @property
    def may_message(self) -> bool:
        """Would a send be accepted now?"""
        return self.number_state is ACTIVE and self.kind in MESSAGEABLE and not self.is_left

    def has_open_window(self, at: datetime) -> bool | None:
        """Are free messages delivered at this time? None on a business number to which nobody has written yet."""
        return None if self.window_until is None else at < self.window_until

    @property
    def members(self) -> list[Member]:
        return MEMBERS.decode(self.roster) if self.roster is not None else []


Cause = Literal["incoming", "outgoing", "imported", "group"]


@dataclass(frozen=True, slots=True)
class Label:
    """A label of the workspace, and how many chats have it."""

    name: str
    chats: int


@dataclass(frozen=True, slots=True)
class SeenPeer:
    """A peer that turned up in an event or a request, with the name it came with, if any.

    `cause` is what opened the chat when there was none. A name `is_sure` when it is not just what somebody calls
    themselves, so that it replaces the name we had.
    """

    peer: Peer
    name: str | None = None
    cause: Cause = "incoming"
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class ChatFilter:
    """What to list; what is left out does not restrict. Sequences mean: any of these.

    `phone` and `whatsapp_phone` are taken as typed (`+1 555-010-0234`, `0100234`); see `phones`. The times of changes
    are inclusive, those of the beginning are not. `visible_to` keeps the list to what this teammate may see,
    `is_business` to chats of business numbers or to those of linked ones. `called` finds by a part of the name or of
    the phone, whichever it is.
    """

    ids: Sequence[int] | None = None
    called: str | None = None
    labels: Sequence[str] | None = None
    number_jids: Sequence[str] | None = None
    number_ids: Sequence[int] | None = None
    is_business: bool | None = None
    is_group: bool | None = None
    responsible: Sequence[str] | None = None
    names: Sequence[str] | None = None
    phone: str | None = None
    whatsapp_phone: Sequence[str] | None = None
    is_read: bool | None = None
    is_closed: bool | None = None
    autoresponse: bool | None = None
    is_assigned: bool | None = None
    is_waiting: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    visible_to: Teammate | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chat stands in the list; the list can go on behind it, however much has moved meanwhile."""

    at: datetime | None
    name_key: str


class Kept(StrEnum):
    """Why one of many chats was not changed: it is not there for this teammate, it was so already, or it has as many
    labels as it can have."""

    GONE = "gone"
    SAME = "same"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change to many chats."""

    changed: list[ChatId]
    kept: dict[ChatId, Kept]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many chats the views of a teammate have, each counted up to a limit."""

    mine: int
    unassigned: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list, and whether another follows."""

    items: list[T]
    has_more: bool
