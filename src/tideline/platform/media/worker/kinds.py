"""What a file is, by its first bytes. Only these kinds are opened, and each only by the reader of its kind: a file that
says it is a playlist must not make a reader open other files."""

from enum import StrEnum
from typing import BinaryIO

from tideline.platform.media.errors import MediaNotKnown

HEAD = 4096
OTHER_ISO = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx "}  # pictures in the box of a film


class Kind(StrEnum):
    """Values are the names of the readers, where a reader needs one."""

    OGG = "ogg"
    MP3 = "mp3"
    AAC = "aac"
    AMR = "amr"
    WAV = "wav"
    FLAC = "flac"
    MP4 = "mov"
    WEBM = "matroska"
    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WEBP"
    PDF = "pdf"


RECORDINGS = frozenset({Kind.OGG, Kind.MP3})
SOUNDS = RECORDINGS | {Kind.AAC, Kind.AMR, Kind.WAV, Kind.FLAC}
FILMS = frozenset({Kind.MP4, Kind.WEBM})
PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP})

_BEGINNINGS = (
    (b"OggS", Kind.OGG),
    (b"ID3", Kind.MP3),
    (b"#!AMR", Kind.AMR),
    (b"fLaC", Kind.FLAC),
    (b"\x1a\x45\xdf\xa3", Kind.WEBM),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
)


def kind_of(source: BinaryIO) -> Kind:
    """The kind of a file, which is then at its beginning again; raises `MediaNotKnown` for any other."""
    head = source.read(HEAD)
    source.seek(0)
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    found = _boxed(head) or _framed(head)
    if found:
        return found
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    raise MediaNotKnown


def _boxed(head: bytes) -> Kind | None:
    """Kinds that are told by a word further in."""
    if head[:4] == b"RIFF":
        return {b"WAVE": Kind.WAV, b"WEBP": Kind.WEBP}.get(head[8:12])
    if head[4:8] == b"ftyp" and head[8:12] not in OTHER_ISO:
        return Kind.MP4
    return None


def _framed(head: bytes) -> Kind | None:
    """MPEG audio begins with a frame: eleven set bits, then version, layer, bit rate and sampling rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Kind.AAC
    version, layer, bits, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    return Kind.MP3 if layer == 1 and version != 1 and bits != 15 and rate != 3 else None
