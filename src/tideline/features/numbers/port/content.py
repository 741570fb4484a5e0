"""What messages are made of, and who they go to or come from."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


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


Variables = Sequence[str] | Mapping[str, str]
"""What a template's placeholders stand for: in their order, or by name."""


@dataclass(frozen=True, slots=True)
class TemplateMessage:
    """An approved template of a business number, with what its placeholders stand for. `text` is how the whole reads,
    for whoever shows it; WhatsApp makes its own from the name and the variables."""

    name: str
    language: str
    text: str
    header: Variables = ()
    body: Variables = ()


Content = Text | Media | TemplateMessage


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
class Picture:
    """What a person or a group shows as its picture. `id` changes with it; `source` is read only when it did."""

    id: str
    mimetype: str
    source: MediaSource


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took the message."""

    external_id: str
    at: datetime
