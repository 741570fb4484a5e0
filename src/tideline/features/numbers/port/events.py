"""What a number reports: its state, messages and what happens to them, groups, calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from tideline.features.numbers.port.content import MediaRef, Peer


class AccountState(StrEnum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    UNLINKED = "unlinked"
    RESTRICTED = "restricted"
    BANNED = "banned"
    REPLACED = "replaced"
    OUTDATED = "outdated"


@dataclass(frozen=True, slots=True)
class StateChanged:
    state: AccountState
    reason: str | None = None
    until: datetime | None = None


class Via(StrEnum):
    """How an own or foreign message came to be. Only what is in a `HistoryChunk` may be history: a message that comes
    by itself is news, whatever it says."""

    CONTACT = "contact"
    PHONE = "phone"
    ECHO = "echo"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A message of any direction. An echo of our own send carries the `client_ref` given to `send`, where the connector
    still knows it. `status` says how far an own message of the history got. `raw` is what the connector
    was told and did not understand, in WhatsApp's words."""

    chat: Peer
    external_id: str
    at: datetime
    from_me: bool
    via: Via
    text: str | None = None
    media: MediaRef | None = None
    sender: Peer | None = None
    push_name: str | None = None
    reply_to: str | None = None
    client_ref: str | None = None
    unsupported: str | None = None
    group_subject: str | None = None
    status: Literal["sent", "delivered", "read"] | None = None
    raw: Mapping[str, Any] | None = None


HISTORY_CHUNK = 500
"""The most messages of one chunk."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the phone calls somebody, or the subject of a group. Not `is_sure`: what people call themselves."""

    peer: Peer
    name: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class HistoryChunk:
    """Talk from before the link, as the phone hands it over: at most `HISTORY_CHUNK` messages of any chats and of both
    directions, via `HISTORY`, in the order of WhatsApp's time. `names` are the people and groups of it, as far as
    they have any. The same chunk may come again."""

    messages: Sequence[MessageReceived]
    names: Sequence[Named] = ()

    def halves(self) -> "tuple[HistoryChunk, HistoryChunk]":
        """The same in two, for whoever cannot take it whole."""
        middle = len(self.messages) // 2
        return HistoryChunk(self.messages[:middle], self.names), HistoryChunk(self.messages[middle:], self.names)


@dataclass(frozen=True, slots=True)
class PictureChanged:
    """A person or a group shows another picture, or none any more."""

    peer: Peer
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageEdited:
    chat: Peer
    external_id: str
    text: str
    at: datetime
    by: Peer | None = None


@dataclass(frozen=True, slots=True)
class MessageRevoked:
    chat: Peer
    external_id: str
    at: datetime
    by: Peer | None = None


@dataclass(frozen=True, slots=True)
class ReactionChanged:
    """One person's reaction; `emoji` None takes it away. `by` None is the number itself."""

    chat: Peer
    external_id: str
    emoji: str | None
    at: datetime
    by: Peer | None = None
    push_name: str | None = None


@dataclass(frozen=True, slots=True)
class FailureReason:
    """Why WhatsApp did not deliver, in the words of the Business Platform (its error code, title and details)."""

    code: int
    title: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """How far messages of ours have come. `pricing` is what the Business Platform says of their cost, in its words."""

    chat: Peer
    external_ids: Sequence[str]
    status: Literal["sent", "delivered", "read", "failed"]
    at: datetime
    error: str | None = None
    failure: FailureReason | None = None
    pricing: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ReadOnPhone:
    """The owner read a chat on the phone or another device."""

    chat: Peer
    at: datetime


@dataclass(frozen=True, slots=True)
class IdentityLinked:
    """This phone and this LID are the same person."""

    phone: str
    lid: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class GroupMember:
    peer: Peer
    role: Literal["owner", "admin", "member"]
    name: str | None = None
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """The group as it is now, whole; `is_left` when the number is not in it any more."""

    group: str
    subject: str
    members: Sequence[GroupMember]
    at: datetime
    is_left: bool = False


@dataclass(frozen=True, slots=True)
class CallEnded:
    chat: Peer
    external_id: str
    direction: Literal["incoming", "outgoing"]
    outcome: Literal["answered", "missed", "rejected"]
    is_video: bool
    seconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TemplateChanged:
    """A template of the business account was reviewed or switched off. `status` is WhatsApp's own word."""

    external_id: str
    name: str
    language: str
    status: str
    at: datetime
    reason: str | None = None


AccountEvent = (
    StateChanged
    | MessageReceived
    | MessageEdited
    | MessageRevoked
    | ReactionChanged
    | StatusChanged
    | ReadOnPhone
    | IdentityLinked
    | GroupChanged
    | CallEnded
    | TemplateChanged
    | HistoryChunk
    | PictureChanged
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event on its way in: at least once, ordered per number, acknowledged after our commit."""

    id: int
    number_id: int
    epoch: int
    event: AccountEvent
