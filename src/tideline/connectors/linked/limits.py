"""How large a file may be on WhatsApp, by what it is sent as."""

from typing import Final

from tideline.features.numbers.port import MediaKind, MediaRejected

MEBIBYTE: Final = 1024 * 1024
LIMITS: Final = {
    MediaKind.IMAGE: 16 * MEBIBYTE,
    MediaKind.VIDEO: 64 * MEBIBYTE,
    MediaKind.AUDIO: 16 * MEBIBYTE,
    MediaKind.VOICE: 16 * MEBIBYTE,
    MediaKind.STICKER: MEBIBYTE,
    MediaKind.DOCUMENT: 100 * MEBIBYTE,
}

PICTURE: Final = MEBIBYTE
"""A picture of a person or a group is at most 640 pixels wide, which makes a tenth of this."""


def check_size(kind: MediaKind, size: int) -> None:
    if size > LIMITS[kind]:
        limit = LIMITS[kind] // MEBIBYTE
        raise MediaRejected(f"WhatsApp takes no {kind} of more than {limit} MB.", limit_mb=limit)
