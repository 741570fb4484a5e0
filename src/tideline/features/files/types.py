"""The types of files that people send each other: by the end of their names, under all the names they go by. No I/O."""

import mimetypes
import re
from enum import StrEnum
from typing import Final

UNKNOWN: Final = "application/octet-stream"
TEXT: Final = "text/plain"
ZIP: Final = "application/zip"
OLE: Final = "application/x-ole-storage"

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

# Of several ends of one type the first is the one that is given to names without any.
_BY_END: Final = {
    ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".jpe": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
    ".webp": "image/webp", ".heic": "image/heic", ".avif": "image/avif", ".bmp": "image/bmp", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".svg": "image/svg+xml",
    ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".aac": "audio/aac",
    ".m4a": "audio/mp4", ".amr": "audio/amr", ".wav": "audio/wav", ".flac": "audio/flac", ".weba": "audio/webm",
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".3gp": "video/3gpp", ".mov": "video/quicktime", ".webm": "video/webm",
    ".mkv": "video/x-matroska", ".avi": "video/x-msvideo", ".ogv": "video/ogg",
    ".pdf": "application/pdf", ".rtf": "application/rtf",
    ".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
    ".docx": f"{_OFFICE}.wordprocessingml.document", ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".odt": f"{_OPEN}.text", ".ods": f"{_OPEN}.spreadsheet", ".odp": f"{_OPEN}.presentation",
    ".epub": "application/epub+zip", ".apk": "application/vnd.android.package-archive",
    ".txt": TEXT, ".log": TEXT, ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".md": "text/markdown",
    ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".xml": "application/xml",
    ".json": "application/json", ".vcf": "text/vcard", ".ics": "text/calendar", ".eml": "message/rfc822",
    ".zip": ZIP, ".rar": "application/vnd.rar", ".7z": "application/x-7z-compressed", ".gz": "application/gzip",
}  # fmt: skip
_ENDS: Final = {mimetype: end for end, mimetype in reversed(_BY_END.items())}

# Without the files of the system: the same name has the same type on every machine.
_OTHERS = mimetypes.MimeTypes(())

_SAME: Final = {
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/x-ms-bmp": "image/bmp",
    "audio/mp3": "audio/mpeg", "audio/x-mp3": "audio/mpeg", "audio/x-mpeg": "audio/mpeg", "audio/opus": "audio/ogg",
    "audio/oga": "audio/ogg", "application/ogg": "audio/ogg", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4",
    "audio/x-aac": "audio/aac", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac", "audio/amr-nb": "audio/amr", "video/x-m4v": "video/mp4", "application/x-pdf":
    "application/pdf", "application/x-zip-compressed": ZIP, "application/x-zip": ZIP, "text/xml": "application/xml",
    "application/x-gzip": "application/gzip", "text/x-vcard": "text/vcard", "application/csv": "text/csv",
    "application/x-rar-compressed": "application/vnd.rar", "text/rtf": "application/rtf", "text/x-markdown":
    "text/markdown",
}  # fmt: skip

# What programs say that do not know: no claim at all. Many servers call everything text.
_GENERIC = frozenset(
    {
        UNKNOWN, TEXT, "binary/octet-stream", "application/binary", "application/download", "application/x-download",
        "application/force-download", "application/unknown", "application/x-www-form-urlencoded",
        "multipart/form-data",
    }
)  # fmt: skip
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")


class FileKind(StrEnum):
    """How WhatsApp shows a file, and what its largest size goes by."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"


def kind_of(mimetype: str) -> FileKind:
    """An SVG is a page with a drawing on it, which no chat shows."""
    family = mimetype.partition("/")[0]
    is_shown = family in ("image", "audio", "video") and mimetype != "image/svg+xml"
    return FileKind(family) if is_shown else FileKind.DOCUMENT


def clean_type(mimetype: str) -> str:
    """The bare type in small letters, without parameters."""
    bare = mimetype.partition(";")[0].strip().lower()
    return bare if _TYPE.fullmatch(bare) else UNKNOWN


def claimed(mimetype: str) -> str | None:
    """What somebody says about a file under the one name we know it by; None when that is nothing."""
    bare = clean_type(mimetype)
    known = _SAME.get(bare, bare)
    return None if known in _GENERIC else known


def type_of(name: str) -> str:
    """What the end of the name says, for files of which nothing else is known."""
    end = name[name.rfind(".") :].lower() if "." in name else ""
    guessed = _BY_END.get(end) or _OTHERS.guess_type(f"x{end}", strict=True)[0] or UNKNOWN
    return _SAME.get(guessed, guessed)


def end_of(mimetype: str) -> str:
    """What a name of this type ends in; empty where nobody knows."""
    return _ENDS.get(mimetype) or ("" if mimetype == UNKNOWN else _OTHERS.guess_extension(mimetype) or "")
