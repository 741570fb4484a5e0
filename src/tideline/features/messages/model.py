"""Messages: what one is, its states, and what may be sent. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NewType
from uuid import UUID

import msgspec

from tideline.features.business import WantedTemplate
from tideline.features.chats import Chat, ChatId
from tideline.features.messages import errors
from tideline.features.numbers import NumberId
from tideline.features.numbers.port import MediaKind
from tideline.features.search import Highlight
from tideline.features.workspaces import Teammate
from tideline.platform.facts import Actor
from tideline.platform.once import Once

MessageUid = NewType("MessageUid", UUID)

PAGE = 50
TEMPLATE = "template"
"""What the content of a message is called that is a template of a business number, and where its data has it."""


class MessageType(StrEnum):
    """The wire's words."""

    WHATSAPP = "whatsapp"
    CALL = "whatsapp_call"
    NOTE = "note"
    EMAIL = "email"
    SUMMARY = "summary"


class Status(StrEnum):
    """The wire's words. Only ever forward; `Read` and `Failed` are ends. Call entries have a call's outcome instead."""

    PENDING = "Pending"
    SENDING = "Sending"
    SENT = "Sent"
    DELIVERED = "Delivered"
    READ = "Read"
    FAILED = "Failed"


class Origin(StrEnum):
    """Where a message was written: display text, an open set on the wire."""

    PUBLIC_API = "Public API"
    SHARED_INBOX = "Shared Inbox"
    SYNCED = "synced from WhatsApp"


# Sending -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToChat:
    """Into an existing chat, always from the number that owns it."""

    chat_id: ChatId


@dataclass(frozen=True, slots=True)
class ToPhone:
    """To a phone as it was typed; makes the chat when there is none."""

    phone: str


@dataclass(frozen=True, slots=True)
class ToJid:
    """To a contact's or a group's WhatsApp address as it was typed."""

    jid: str


@dataclass(frozen=True, slots=True)
class ToChatName:
    """To the chat with exactly this name."""

    name: str


Target = ToChat | ToPhone | ToJid | ToChatName


@dataclass(frozen=True, slots=True)
class Sender:
    """The chosen number, by its id, or by phone or JID as typed; the phone wins. None of them: the one connected
    last."""

    phone: str | None = None
    jid: str | None = None
    number_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send. `text` has been through `clean_text`; ids are parsed with `parse_uid`.

    `template_id` names the template whose file goes along, `template` the one of a business number that is sent instead
    of a text. Where `is_business` says which kind of number is to send, the other kind is refused. `kind` is how
    WhatsApp shows the file, by default as its type suggests. `label` is added to the chat, `chat_name` becomes its
    name. `metadata` has been through `clean_metadata`. `actor` is who sends, by default the transaction's. What a
    teammate types in the inbox has `is_free` and costs no credits. With `once` it is sent once, however often it is
    asked for.
    """

    to: Target
    text: str | None = None
    file_uid: UUID | None = None
    template_id: int | None = None
    template: WantedTemplate | None = None
    is_business: bool | None = None
    kind: MediaKind | None = None
    reply_to: UUID | None = None
    label: str | None = None
    chat_name: str | None = None
    metadata: dict[str, Any] | None = None
    sender: Sender = field(default_factory=Sender)
    origin: str = Origin.PUBLIC_API
    actor: Actor | None = None
    is_free: bool = False
    once: Once | None = None

    @property
    def credits(self) -> int:
        """1 for a text, a file or a template, 2 for a text and a file."""
        return 0 if self.is_free else (self.text is not None) + self.has_file + (self.template is not None)

    @property
    def has_file(self) -> bool:
        return self.file_uid is not None or self.template_id is not None


def parse_uid(text: str) -> MessageUid:
    """A message uid as it came in; anything that is none names no message."""
    try:
        return MessageUid(UUID(text))
    except ValueError:
        raise errors.MessageNotFound(text) from None


@dataclass(frozen=True, slots=True)
class Quotable:
    """What a reply has to know of the message it quotes."""

    uid: MessageUid
    chat_id: ChatId
    number_id: NumberId


class Media(StrEnum):
    """What the files of a chat are listed by."""

    PICTURES = "pictures"
    FILES = "files"
    VOICE = "voice"


# Reading -----------------------------------------------------------------------------------------------------


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """The file of a message. `is_stored` is False while its bytes are still on their way, or will never come, and
    `problem` is the code of the reason, where there is one. What is measured of it, and its thumbnail, come later."""

    uid: UUID
    filename: str
    mimetype: str
    size: int
    is_stored: bool
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    thumbnail_uid: UUID | None = None
    problem: str | None = None


class Reaction(msgspec.Struct, frozen=True):
    """One person's reaction; `is_own` when the workspace's number itself reacted."""

    name: str
    phone: str | None
    emoji: str
    is_own: bool


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a message failed: the code of a problem and its sentence. On a business number `number` is WhatsApp's own
    code, and title and details are WhatsApp's words."""

    code: str
    title: str
    number: int | None = None
    details: str = ""


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message as the history shows it. Phones have their plus; None where the party is a group.

    `status` is a `Status`, or a call's outcome for call entries. `created_by` is the display name of the
    teammate behind it, None for what was synced or came in. Revoked messages have neither text nor attachment.
    A note is from the teammate to nobody; only notes are private or not. `raw` is what WhatsApp said beyond what is
    understood here; facts do not have it.
    """

    uid: MessageUid
    chat_id: ChatId
    number_id: NumberId
    type: MessageType
    content: str
    at: datetime
    received_at: datetime
    from_me: bool
    sender_name: str
    recipient_name: str
    status: str
    origin: str
    sender_phone: str | None = None
    recipient_phone: str | None = None
    text: str | None = None
    attachment: Attachment | None = None
    data: dict[str, Any] = {}
    created_by: str | None = None
    reply_to: MessageUid | None = None
    edited_at: datetime | None = None
    revoked_at: datetime | None = None
    failure: Failure | None = None
    reactions: list[Reaction] = []
    is_private: bool | None = None
    metadata: dict[str, Any] | None = None
    raw: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in the history of its chat."""

    at: datetime
    uid: UUID


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What to show of a chat's history. Times are inclusive, the named messages are not shown themselves. A chat of
    the other kind of number is refused where `is_business` says which.

    The places are found by the named messages; nobody else fills them in.
    """

    from_me: bool | None = None
    after: datetime | None = None
    before: datetime | None = None
    after_message: UUID | None = None
    before_message: UUID | None = None
    order: Literal["asc", "desc"] = "desc"
    is_business: bool | None = None
    after_place: Place | None = None
    before_place: Place | None = None


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """Which messages to search; what is left out does not restrict. Sequences mean: any of these.

    A sender is the phone of a contact as typed, or the e-mail of a teammate. Times are inclusive. `visible_to` keeps
    the search to chats that this teammate may see.
    """

    chat_id: int | None = None
    number_jids: Sequence[str] | None = None
    senders: Sequence[str] | None = None
    from_me: bool | None = None
    type: MessageType | None = None
    after: datetime | None = None
    before: datetime | None = None
    visible_to: Teammate | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that a search found, its chat, and where the words stand in its text and in the name of its file."""

    message: Message
    chat: Chat
    in_text: list[Highlight]
    in_filename: list[Highlight]


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """A state that was reached, and when."""

    status: Status
    at: datetime
    failure: Failure | None = None
