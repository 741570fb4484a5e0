"""Files in messages: what of a message is needed to fetch its file, and how that travels as the port's `ref`.

A ref holds the keys of the file, so whoever has one could read it. It is signed by the number that got the message and
good for that number only.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tideline.connectors.linked.protobufs import e2e
from tideline.features.numbers.port import MediaKind, MediaRef, Sound

WAVEFORM: Final = 64
LONGEST_NAME: Final = 200
_SEAL: Final = 16

# The fields that tell of a file, in the order in which they are looked for.
FIELDS: Final = ("imageMessage", "videoMessage", "ptvMessage", "audioMessage", "documentMessage", "stickerMessage")
_KEPT: Final = ("URL", "directPath", "mediaKey", "fileSHA256", "fileEncSHA256", "fileLength", "mimetype")
_ENDINGS: Final = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "video/mp4": ".mp4",
    "video/3gpp": ".3gp", "audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac",
    "audio/amr": ".amr", "application/pdf": ".pdf",
}  # fmt: skip
_KINDS: Final = {
    "imageMessage": MediaKind.IMAGE,
    "videoMessage": MediaKind.VIDEO,
    "ptvMessage": MediaKind.VIDEO,
    "audioMessage": MediaKind.AUDIO,
    "documentMessage": MediaKind.DOCUMENT,
    "stickerMessage": MediaKind.STICKER,
}


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs refs with a secret of the number."""

    secret: bytes

    def sign(self, payload: bytes) -> str:
        return base64.urlsafe_b64encode(self._mark(payload) + payload).decode()

    def open(self, ref: str) -> bytes | None:
        """What was signed, or None for what this number has not signed."""
        try:
            raw = base64.b64decode(ref.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            return None
        mark, payload = raw[:_SEAL], raw[_SEAL:]
        return payload if payload and hmac.compare_digest(mark, self._mark(payload)) else None

    def _mark(self, payload: bytes) -> bytes:
        return hmac.new(self.secret, payload, hashlib.sha256).digest()[:_SEAL]


def field_of(message: Any) -> str | None:
    return next((name for name in FIELDS if message.HasField(name)), None)


def read_media(message: Any, sign: Callable[[bytes], str]) -> MediaRef | None:
    """The file of a message, if it has one."""
    field = field_of(message)
    if field is None:
        return None
    part = getattr(message, field)
    kind = MediaKind.VOICE if field == "audioMessage" and part.PTT else _KINDS[field]
    mimetype = _clean(part.mimetype) or "application/octet-stream"
    return MediaRef(
        kind=kind,
        filename=_filename(field, part, kind, mimetype),
        mimetype=mimetype,
        size=min(part.fileLength, 2**53),
        ref=sign(_small(message, field)),
        sound=_sound(part) if kind is MediaKind.VOICE else None,
    )


def _small(message: Any, field: str) -> bytes:
    """A message with nothing but what fetching the file takes."""
    small = e2e.Message()
    part, source = getattr(small, field), getattr(message, field)
    for name in _KEPT:
        if source.HasField(name):
            setattr(part, name, getattr(source, name))
    return bytes(small.SerializeToString())


def _filename(field: str, part: Any, kind: MediaKind, mimetype: str) -> str:
    """Only documents have a name on WhatsApp; other files get one by what they are."""
    named = _clean(part.fileName or part.title)[:LONGEST_NAME] if field == "documentMessage" else ""
    return named or f"{kind}{_ENDINGS.get(mimetype.partition(';')[0].strip(), '')}"


def _clean(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


def _sound(part: Any) -> Sound:
    waveform = bytes(part.waveform)
    is_good = len(waveform) == WAVEFORM and max(waveform) <= 100
    return Sound(seconds=min(part.seconds, 86_400), waveform=waveform if is_good else None)
