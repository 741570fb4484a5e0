"""What strangers call their files, made safe to store, to show and to put into a header. No I/O."""

import re
import unicodedata
from urllib.parse import quote

from tideline.features.files.types import UNKNOWN, end_of

LONGEST_NAME = 200  # bytes; file systems stop at 255
LONGEST_EXTENSION = 16

# Cc: control characters with NUL, Cf: marks that turn the direction of writing (`exe.fdp` shown as `pdf.exe`)
# or take no room, Cs: half of a character, Zl and Zp: line breaks.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
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


def clean_name(name: str, mimetype: str = UNKNOWN) -> str:
    """The last part of a path, visible characters only, and short enough; never empty, never just dots."""
    last = re.split(r"[/\\]", name)[-1]
    spaced = "".join(" " if c.isspace() else c for c in last)
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    short = _shorten(unicodedata.normalize("NFC", " ".join(visible.split())).strip(". "))
    return short or "file" + end_of(mimetype)


def with_end(name: str, mimetype: str) -> str:
    """A name without an extension gets that of its type: without one, phones do not know how to open a file."""
    return name if re.search(r"\.[^\s.]{1,16}$", name) else f"{name}{end_of(mimetype)}"


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
