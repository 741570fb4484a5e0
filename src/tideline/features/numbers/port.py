"""The port to WhatsApp: what Tideline needs from a connector, and what a connector reports back.

Connectors implement `Connector` and pass one shared suite (`tests/connectors/contract.py`). Times are aware
UTC instants, phones are digits without a plus, LIDs are the digits before `@lid`, group addresses are whole
JIDs (`...@g.us`).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Flag, StrEnum, auto
from typing import Any, ClassVar, Literal, Protocol

from tideline.platform.errors import Problem


class Capability(Flag):
    """What a connector can do; anything else raises `Unsupported` instead of passing silently."""

    PAIR_QR = auto()
    PAIR_CODE = auto()
    GROUPS = auto()
    REACTIONS = auto()
    REPLY = auto()
    VOICE_NOTE = auto()
    READ_MARKS = auto()
    NUMBER_CHECK = auto()
    CALL_EVENTS = auto()
    OWN_ECHO = auto()


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom a message goes to or comes from. A person has a phone, a LID or both; a group has its JID."""

    phone: str | None = None
    lid: str | None = None
    group: str | None = None

    def __post_init__(self) -> None:
        if not (self.phone or self.lid or self.group):
            raise ValueError("a peer needs a phone, a LID or a group")
        if self.group and (self.phone or self.lid):
            raise ValueError("a peer is a person or a group, not both")

    @property
    def is_group(self) -> bool:
        return self.group is not None


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Which number a connector call is about. `session` names what the connector keeps about it (its own id)."""

    number_id: int
    workspace_id: int
    phone: str


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Names one WhatsApp message: its id within the chat, and whether this number sent it."""

    chat: Peer
    external_id: str
    from_me: bool
    sender: Peer | None = None


# What a message holds ------------------------------------------------------------------------------------


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class Text:
    text: str


class MediaSource(Protocol):
    """Where a connector reads the bytes of what it sends."""

    def chunks(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Sound:
    """What is told of a voice note: how long it is, and how loud in 64 steps of time, each from 0 to 100."""

    seconds: int
    waveform: bytes | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A file to send, shown as its kind says, whatever its type is: a picture may go as a document. `source` gives its
    bytes as often as asked. A voice note is OGG/Opus in one channel."""

    kind: MediaKind
    filename: str
    mimetype: str
    size: int
    source: MediaSource
    caption: str | None = None
    sound: Sound | None = None


Content = Text | Media


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file that came in and can be fetched with `Connector.open_media`; `ref` is the connector's own."""

    kind: MediaKind
    filename: str
    mimetype: str
    size: int
    ref: str
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took the message."""

    external_id: str
    at: datetime


# Linking ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairingRef:
    """One attempt to link a phone, begun by Tideline."""

    pairing_id: int
    workspace_id: int


@dataclass(frozen=True, slots=True)
class PairingQr:
    """A QR code to show now; it is replaced by the next one."""

    pairing: PairingRef
    qr: str
    until: datetime


@dataclass(frozen=True, slots=True)
class PairingCode:
    """An eight-character code to type on the phone."""

    pairing: PairingRef
    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Paired:
    """The phone confirmed the link. The connector keeps the session under the pairing until `adopt`."""

    pairing: PairingRef
    phone: str
    lid: str | None
    account_name: str


@dataclass(frozen=True, slots=True)
class PairingFailed:
    pairing: PairingRef
    reason: str


PairingEvent = PairingQr | PairingCode | Paired | PairingFailed

# What a linked number reports --------------------------------------------------------------------------------


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
    """How an own or foreign message came to be."""

    CONTACT = "contact"
    PHONE = "phone"
    ECHO = "echo"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A message of any direction. An echo of our own send carries the `client_ref` given to `send`."""

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
class StatusChanged:
    chat: Peer
    external_ids: Sequence[str]
    status: Literal["sent", "delivered", "read", "failed"]
    at: datetime
    error: str | None = None


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
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event on its way in: at least once, ordered per number, acknowledged after our commit."""

    id: int
    number_id: int
    epoch: int
    event: AccountEvent
    raw: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NumberInfo:
    phone: str
    is_on_whatsapp: bool
    lid: str | None = None


class Connector(Protocol):
    """One road to WhatsApp. Calls may raise the problems below and nothing else that a caller handles."""

    kind: ClassVar[str]
    capabilities: ClassVar[Capability]

    async def start(self, account: AccountRef, epoch: int) -> None:
        """Open the session of a number this node owns; starting twice is the same as once."""

    async def stop(self, number_id: int) -> None:
        """Close the session and keep it for the next start."""

    async def unlink(self, account: AccountRef) -> None:
        """End the link on WhatsApp's side too and forget the session. Works for a stopped number."""

    async def begin_pairing(self, pairing: PairingRef, *, phone: str | None = None) -> None:
        """Begin to link: by QR, or by code for the phone that is given. Results come as pairing events."""

    async def cancel_pairing(self, pairing: PairingRef) -> None: ...

    async def adopt(self, pairing: PairingRef, account: AccountRef) -> None:
        """Hand the session of a pairing that succeeded to its number; the same again changes nothing."""

    def pairing_events(self) -> AsyncIterator[PairingEvent]: ...

    def events(self) -> AsyncIterator[Sequence[Envelope]]:
        """Batches of events of all started numbers; unacknowledged ones come again after a restart."""

    async def ack(self, number_id: int, up_to: int) -> None:
        """Everything of this number up to this envelope id is stored on our side."""

    async def send(
        self, account: AccountRef, to: Peer, content: Content, *, client_ref: str, reply_to: MessageKey | None = None
    ) -> Accepted:
        """Send once. `UnknownOutcome` means that WhatsApp may or may not have it: never send again by itself."""

    async def react(self, account: AccountRef, key: MessageKey, emoji: str | None) -> Accepted: ...

    async def mark_read(self, account: AccountRef, keys: Sequence[MessageKey]) -> None: ...

    def open_media(self, account: AccountRef, media: MediaRef) -> AsyncIterator[bytes]:
        """Stream a file that came in."""

    async def check_numbers(self, account: AccountRef, phones: Sequence[str]) -> Sequence[NumberInfo]: ...

    async def groups(self, account: AccountRef) -> Sequence[GroupChanged]:
        """All groups the number is in, as they are now."""


# What can go wrong -----------------------------------------------------------------------------------------


class ConnectorProblem(Problem):
    """The base of what a connector may raise; `is_final` says whether trying again can help."""

    is_final: ClassVar[bool] = True


class NotLinked(ConnectorProblem):
    code = "not_linked"
    message = "This number is no longer linked to Tideline."


class Offline(ConnectorProblem):
    code = "offline"
    message = "The number has no connection to WhatsApp right now."
    is_final = False


class RecipientNotOnWhatsApp(ConnectorProblem):
    code = "recipient_not_on_whatsapp"
    message = "The recipient is not on WhatsApp."


class ColdContactBlocked(ConnectorProblem):
    code = "cold_contact_blocked"
    message = "WhatsApp does not let this number write to people it has not talked with for a while."


class RateLimited(ConnectorProblem):
    code = "rate_limited"
    message = "WhatsApp asks this number to slow down."
    is_final = False


class AccountRestricted(ConnectorProblem):
    code = "account_restricted"
    message = "WhatsApp has restricted this number."


class MediaRejected(ConnectorProblem):
    code = "media_rejected"
    message = "WhatsApp did not take the file."


class Unsupported(ConnectorProblem):
    code = "unsupported"
    message = "This kind of number cannot do that."


class UnknownOutcome(ConnectorProblem):
    code = "unknown_outcome"
    message = "Nobody can say whether WhatsApp took the message."


SEND_PROBLEMS: dict[str, type[ConnectorProblem]] = {
    problem.code: problem
    for problem in (
        NotLinked, Offline, RecipientNotOnWhatsApp, ColdContactBlocked, RateLimited,
        AccountRestricted, MediaRejected, Unsupported, UnknownOutcome,
    )
}  # fmt: skip
