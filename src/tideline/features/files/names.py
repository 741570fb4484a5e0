"""What strangers call their files, made safe to store, to show and to put into a header. No I/O."""

import mimetypes
import re
import unicodedata
from urllib.parse import quote

LONGEST_NAME = 200  # bytes; file systems stop at 255
LONGEST_EXTENSION = 16
UNKNOWN_TYPE = "application/octet-stream"

# Cc: control characters with NUL, Cf: marks that turn the direction of writing (`exe.fdp` shown as `pdf.exe`)
# or take no room, Cs: half of a character, Zl and Zp: line breaks.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_NOT_IN_QUOTES = re.compile(r'[^\x20-\x7e]|["\\%]')

# What a browser may show by itself. Everything that could hold a script (HTML, SVG, XML) stays a download.
SHOWN_TYPES = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp",
        "audio/mpeg", "audio/ogg", "audio/aac", "audio/mp4", "audio/amr", "audio/wav", "audio/webm",
        "video/mp4", "video/3gpp", "video/webm",
        "application/pdf",
    }
)  # fmt: skip


def clean_name(name: str, mimetype: str = UNKNOWN_TYPE) -> str:
    """The last part of a path, visible characters only, and short enough; never empty, never just dots."""
    last = re.split(r"[/\\]", name)[-1]
    spaced = "".join(" " if c.isspace() else c for c in last)
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    short = _shorten(unicodedata.normalize("NFC", " ".join(visible.split())).strip(". "))
    return short or "file" + (mimetypes.guess_extension(mimetype) or "")


def clean_type(mimetype: str) -> str:
    """The bare type in small letters, without parameters."""
    bare = mimetype.partition(";")[0].strip().lower()
    return bare if _TYPE.fullmatch(bare) else UNKNOWN_TYPE


def type_of(name: str) -> str:
    """What the end of the name says, for uploads that say nothing else."""
    return mimetypes.guess_type(name)[0] or UNKNOWN_TYPE


def is_shown(mimetype: str) -> bool:
    return mimetype in SHOWN_TYPES


def disposition(name: str, mimetype: str) -> str:
    """The Content-Disposition header (RFC 6266), with the name in ASCII for old clients and whole for the others."""
    kind = "inline" if is_shown(mimetype) else "attachment"
    return f"{kind}; filename=\"{_NOT_IN_QUOTES.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shorten(name: str) -> str:
    """Cut the stem, between characters, and keep the extension: it says what the file is."""
    if len(name.encode()) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    room = LONGEST_NAME - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + dot + extension
