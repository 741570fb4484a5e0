"""What Tideline asks of a road to WhatsApp."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from typing import ClassVar, Protocol

from tideline.features.numbers.port.content import Accepted, AccountRef, Content, MediaRef, MessageKey, Peer, Picture
from tideline.features.numbers.port.events import Envelope, GroupChanged
from tideline.features.numbers.port.linking import PairingEvent, PairingRef


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
    TEMPLATES = auto()
    SERVICE_WINDOW = auto()
    ANALYTICS = auto()
    HISTORY = auto()
    PICTURES = auto()


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

    async def picture(self, account: AccountRef, peer: Peer) -> Picture | None:
        """The picture of a person or a group, small; None when there is none, or none that this number may see."""
