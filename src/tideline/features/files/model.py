"""Files: uploads and media, each a row and one immutable object. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from tideline.features.files.types import FileKind, kind_of

MEGABYTE = 1024 * 1024

FileUid = NewType("FileUid", UUID)


class Purpose(StrEnum):
    """Why the file is here: somebody uploaded it, it came with a message, it is a picture of a chat, or it is a small
    picture of another file."""

    UPLOAD = "upload"
    MEDIA = "media"
    PHOTO = "photo"
    THUMBNAIL = "thumbnail"


class FileState(StrEnum):
    PENDING = "pending"
    STORED = "stored"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Measures:
    """What is known of what is in a file. Width and height are in pixels, as people see the picture; the waveform of a
    voice note is 64 steps of time, each from 0 to 100."""

    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    waveform: bytes | None = None


UNKNOWN_MEASURES = Measures()


@dataclass(frozen=True, slots=True)
class File:
    """A file. `size` is what was announced until it is stored, then what it is."""

    workspace_id: int
    uid: FileUid
    filename: str
    mimetype: str
    size: int
    purpose: Purpose
    state: FileState
    uploaded_by: int | None
    created_at: datetime
    stored_at: datetime | None
    measures: Measures = UNKNOWN_MEASURES
    thumbnail_uid: FileUid | None = None

    @property
    def is_stored(self) -> bool:
        return self.state is FileState.STORED

    @property
    def object_path(self) -> str:
        """Where the bytes are, below the root of the store. Nothing a user wrote is part of it."""
        return object_path(self.workspace_id, self.uid)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody uploaded, and the e-mail address of that person; None once they left the workspace."""

    file: File
    uploaded_by: str | None


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file about to come: what is said about it. Name and type are cleaned when the row is made. `kind` is how it is
    going to be shown, by default as its type suggests: a picture that goes as a document may be as large as one."""

    filename: str
    mimetype: str
    purpose: Purpose
    size: int = 0
    uploaded_by: int | None = None
    measures: Measures = UNKNOWN_MEASURES
    kind: FileKind | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be stored. `reserve_bytes` is what stays free on the disk whatever happens."""

    image_bytes: int = 16 * MEGABYTE
    audio_bytes: int = 16 * MEGABYTE
    video_bytes: int = 16 * MEGABYTE
    document_bytes: int = 100 * MEGABYTE
    workspace_bytes: int = 50 * 1024 * MEGABYTE
    reserve_bytes: int = 512 * MEGABYTE

    def of_kind(self, kind: FileKind) -> int:
        match kind:
            case FileKind.IMAGE:
                return self.image_bytes
            case FileKind.AUDIO:
                return self.audio_bytes
            case FileKind.VIDEO:
                return self.video_bytes
            case FileKind.DOCUMENT:
                return self.document_bytes

    def of_type(self, mimetype: str) -> int:
        """The most bytes a file of this type may have."""
        return self.of_kind(kind_of(mimetype))

    @property
    def largest(self) -> int:
        """The most bytes of any file, while nobody knows what it is."""
        return max(map(self.of_kind, FileKind))


def object_path(workspace_id: int, uid: UUID) -> str:
    return f"{workspace_id}/{uid}"
