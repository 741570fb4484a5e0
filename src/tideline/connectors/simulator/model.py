"""What the simulated WhatsApp consists of: phones, links, groups, messages and what a phone shows. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NewType

from tideline.features.numbers.port import AccountState, MediaKind, Sound

PhoneId = NewType("PhoneId", int)
LinkId = NewType("LinkId", int)
GroupId = NewType("GroupId", int)
MessageId = NewType("MessageId", int)
FileId = NewType("FileId", int)

LINKS_PER_PHONE = 4
CHUNK = 256 * 1024
MEBIBYTE = 1024 * 1024
FILE_LIMITS = dict.fromkeys(MediaKind, 16 * MEBIBYTE) | {MediaKind.DOCUMENT: 100 * MEBIBYTE}

FIRST_QR = timedelta(seconds=60)
NEXT_QR = timedelta(seconds=20)
QR_TURNS = 13
CODE_LIFETIME = timedelta(minutes=5)

# A send that "fails" this way reaches the recipient all the same; only the sender never hears that it did.
LOST_ANSWER = "unknown_outcome_but_sent"
# A send of a business number that "fails" this way is taken, and later reported as undeliverable.
NOT_DELIVERED = "sent_but_not_delivered"

Outcome = Literal["answered", "missed", "rejected"]


def media_kind(mimetype: str, *, is_voice: bool = False) -> MediaKind:
    """What WhatsApp makes of a file of this type."""
    if is_voice:
        return MediaKind.VOICE
    kinds = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
    return kinds.get(mimetype.partition("/")[0], MediaKind.DOCUMENT)


class Addressing(StrEnum):
    """How events name a phone to linked numbers."""

    PHONE = "phone"
    LID = "lid"


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class Status(StrEnum):
    """How far a message got, as its author sees it. Others see `delivered`, and `read` once they opened it."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Business:
    """What the Business Platform calls a number and the account that it is in."""

    phone_number_id: str
    waba_id: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone with WhatsApp on it, or a number that the Business Platform speaks for. `phone` and `lid` are bare
    digits."""

    id: PhoneId
    phone: str
    lid: str
    name: str
    online: bool = True
    read_receipts: bool = True
    on_whatsapp: bool = True
    restricted: bool = False
    banned: bool = False
    addressing: Addressing = Addressing.PHONE
    delay_ms: int = 0
    fail_next: str | None = None
    picture: FileId | None = None
    business: Business | None = None

    @property
    def jid(self) -> str:
        return f"{self.phone}@s.whatsapp.net"

    @property
    def may_act(self) -> bool:
        """Can this phone send and receive right now?"""
        return self.online and self.on_whatsapp and not self.banned

    @property
    def delay(self) -> timedelta:
        return timedelta(milliseconds=self.delay_ms)

    @property
    def link_state(self) -> tuple[AccountState, str | None]:
        """What the phone's linked devices are told about their connection, and why."""
        if self.banned:
            return AccountState.BANNED, "WhatsApp has banned this number."
        if not self.online:
            return AccountState.OFFLINE, "The phone is offline."
        if self.restricted:
            return AccountState.RESTRICTED, "WhatsApp has restricted this number."
        return AccountState.ONLINE, None


@dataclass(frozen=True, slots=True)
class PhonePatch:
    """What to change about a phone; None leaves it as it is. `fail_next` "" takes back what was set."""

    online: bool | None = None
    read_receipts: bool | None = None
    on_whatsapp: bool | None = None
    restricted: bool | None = None
    banned: bool | None = None
    addressing: Addressing | None = None
    delay_ms: int | None = None
    fail_next: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A linked device of a phone: what Tideline calls a linked number."""

    id: LinkId
    phone: PhoneId
    number_id: int | None
    epoch: int
    is_open: bool
    is_ended: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a link has heard of a phone."""

    by_phone: bool = False
    by_lid: bool = False
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    phone: Phone
    role: Role


@dataclass(frozen=True, slots=True)
class Group:
    """A group and its members in the order in which they came."""

    id: GroupId
    jid: str
    subject: str
    members: Sequence[Member]

    def has(self, phone: Phone) -> bool:
        return any(member.phone.id == phone.id for member in self.members)

    def role_of(self, phone: Phone) -> Role | None:
        return next((member.role for member in self.members if member.phone.id == phone.id), None)


@dataclass(frozen=True, slots=True)
class GroupPatch:
    """What to change about a group; phones are digits."""

    subject: str | None = None
    add: Sequence[str] = ()
    remove: Sequence[str] = ()
    promote: Sequence[str] = ()
    demote: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file whose bytes are in the world."""

    id: FileId
    kind: MediaKind
    filename: str
    mimetype: str
    size: int
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message about to be sent by a phone (`author`) to the digits of a phone or the address of a group."""

    author: str
    to: str
    text: str | None = None
    file: File | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The world took the message."""

    external_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SeenReaction:
    phone: str
    emoji: str


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as one phone sees it. `chat` is the other phone's digits or the group's address."""

    external_id: str
    chat: str
    author: str
    author_name: str
    is_own: bool
    text: str | None
    file: File | None
    reply_to: str | None
    status: Status
    reactions: Sequence[SeenReaction]
    is_edited: bool
    is_revoked: bool
    at: datetime
    client_ref: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SeenCall:
    external_id: str
    chat: str
    direction: Literal["incoming", "outgoing"]
    outcome: Outcome
    is_video: bool
    seconds: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SeenChat:
    """A conversation on a phone's screen: its newest messages (oldest first) and the calls of that time."""

    chat: str
    title: str
    is_group: bool
    unread: int
    messages: Sequence[SeenMessage]
    calls: Sequence[SeenCall]
    members: Sequence[Member] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything a phone shows, newest conversation first, as of the world's change number `version`."""

    version: int
    phone: Phone
    links: int
    chats: Sequence[SeenChat]
