"""What a file is, seen from its bytes. Names and headers may lie; of what they say only what the bytes allow is
believed. No I/O.

Everything that WhatsApp shows, and everything a browser might run, is known by its own rule here. Of puremagic, which
knows thousands of types by a few bytes each, only sure answers about other binary files are taken.
"""

import codecs
import re
import struct
from typing import Final

from tideline.features.files import types
from tideline.features.files.types import OLE, TEXT, UNKNOWN, ZIP

HEAD: Final = 64 * 1024
"""Bytes from the beginning of a file that are looked at."""
SURE: Final = 0.6

_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"PK\x05\x06", ZIP),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = (
    (b"M4A", "audio/mp4"), (b"M4B", "audio/mp4"), (b"qt  ", "video/quicktime"), (b"3g", "video/3gpp"),
    (b"avif", "image/avif"), (b"avis", "image/avif"), (b"hei", "image/heic"), (b"hev", "image/heic"),
    (b"mif1", "image/heic"), (b"msf1", "image/heic"),
)  # fmt: skip
_OFFICE_FOLDERS: Final = ((b"word/", ".docx"), (b"xl/", ".xlsx"), (b"ppt/", ".pptx"))
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_HTML = re.compile(
    r"<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[\s/>-]", re.IGNORECASE
)
_SVG = re.compile(r"<svg[\s>]", re.IGNORECASE)
_XHTML = re.compile(r"<html[\s>]", re.IGNORECASE)
_XML_PROLOG = re.compile(r"(?is)(?:<\?xml.*?\?>|<!--.*?-->|<!doctype\s[^>\[]*(?:\[.*?\]\s*)?>|\s)*")

# Types that are one container and differ inside, or differ in what the sender means by them.
_ALIKE: Final = {
    "video/mp4": {"audio/mp4", "video/3gpp", "audio/3gpp", "video/quicktime", "image/heic", "image/heif"},
    "audio/mp4": {"video/mp4"},
    "video/3gpp": {"audio/3gpp", "video/mp4", "video/3gpp2", "audio/3gpp2"},
    "video/quicktime": {"video/mp4"},
    "image/heic": {"image/heif", "image/heic-sequence", "image/heif-sequence"},
    "video/webm": {"audio/webm", "video/x-matroska", "audio/x-matroska"},
    "video/x-matroska": {"video/webm", "audio/webm", "audio/x-matroska"},
    "audio/ogg": {"video/ogg"},
    "video/ogg": {"audio/ogg"},
    "audio/mpeg": {"audio/aac"},
    "text/html": {"application/xhtml+xml", "text/markdown"},
    "application/xml": {"text/html", "application/xhtml+xml"},
    TEXT: {"text/html", "application/xml", "application/xhtml+xml"},
}
_OPEN: Final = frozenset({None, TEXT, ZIP, OLE, "application/gzip", "application/xml"})
"""Findings under which there may be a type that no rule here knows."""
_IN_ZIP = re.compile(r"application/(vnd\.openxmlformats.*|vnd\.oasis.*|vnd\.ms-\w+\..*|epub\+zip|java-archive)")
_IN_OLE = re.compile(r"application/(msword|vnd\.ms-.*|vnd\.visio|x-msi)")
_BY_RULE: Final = frozenset(
    {kind for _, kind in (*_STARTS, *_BRANDS)}
    | set(_RIFF.values())
    | {"audio/aac", "audio/mpeg", "audio/ogg", "video/ogg", "video/mp4", "video/webm", "video/x-matroska", "image/bmp"}
    | {"text/html", "application/xhtml+xml", "image/svg+xml", "application/xml"}
)


def decide(head: bytes, said: str, name: str) -> str:
    """The type a file is stored under: what is said about it, by header or by name, unless the bytes deny it. To be
    an archive, which its bytes say as well, is less than what its name may say."""
    found = sniff(head)
    for claim in (types.claimed(said), types.claimed(types.type_of(name))):
        if claim and claim not in _OPEN and agrees(claim, found):
            return claim
    return found or UNKNOWN


def agrees(claim: str, found: str | None) -> bool:
    """May a file in which `found` was found be what somebody claims?"""
    if claim == found or (found and claim in _ALIKE.get(found, ())):
        return True
    if found == ZIP and _IN_ZIP.fullmatch(claim):
        return True
    if found == OLE and _IN_OLE.fullmatch(claim):
        return True
    if found not in _OPEN or claim in _BY_RULE or _IN_ZIP.fullmatch(claim) or _IN_OLE.fullmatch(claim):
        return False
    is_text = found in (TEXT, "application/xml")
    if claim.startswith(("text/", "message/")):
        return is_text
    return not (is_text and claim.startswith(("image/", "audio/", "video/")))


def sniff(head: bytes) -> str | None:
    """The type the bytes tell of; None for what is neither text nor known."""
    head = head[:HEAD]
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _media(head) or _zip(head) or _text(head) or _other(head)


def is_web_page(mimetype: str) -> bool:
    return mimetype in ("text/html", "application/xhtml+xml")


def _media(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if head[8:].startswith(brand)), "video/mp4")
    if head[:4] == b"OggS":
        return "video/ogg" if b"\x80theora" in head[:256] else "audio/ogg"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:3] == b"ID3" and head[3:4] in (b"\2", b"\3", b"\4"):
        return "audio/mpeg"
    if head[:2] == b"BM" and len(head) > 18 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return _mpeg(head)


def _mpeg(head: bytes) -> str | None:
    """A frame of MP3 or of AAC, by the header of each (ISO 11172-3, 13818-7)."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    has_layer = head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08 and head[1] & 0x06 in (0x02, 0x04)
    has_rate = head[2] & 0xF0 not in (0x00, 0xF0) and head[2] & 0x0C != 0x0C
    return "audio/mpeg" if has_layer and has_rate else None


def _zip(head: bytes) -> str | None:
    """What stands in front in an archive tells what it is for; nothing is unpacked."""
    if not head.startswith(b"PK\3\4") or len(head) < 30:
        return None
    name_length, extra = struct.unpack("<HH", head[26:30])
    name = head[30 : 30 + name_length]
    if name == b"mimetype":
        said = head[30 + name_length + extra :].split(b"PK", 1)[0].decode("latin-1")
        return said if _IN_ZIP.fullmatch(said) else ZIP
    if name == b"AndroidManifest.xml":
        return types.type_of(".apk")
    if name in (b"[Content_Types].xml", b"_rels/.rels") or name.startswith((b"docProps/", b"word/", b"xl/", b"ppt/")):
        return next((types.type_of(end) for folder, end in _OFFICE_FOLDERS if folder in head), ZIP)
    return ZIP


def _text(head: bytes) -> str | None:
    text = _decoded(head)
    if text is None or _CONTROL.search(text):
        return None
    start = text.lstrip("\ufeff \t\r\n\f")
    if _HTML.match(start):
        return "text/html"
    prolog = _XML_PROLOG.match(start)
    root = start[prolog.end() :] if prolog else start
    if _SVG.match(root):
        return "image/svg+xml"
    if _XHTML.match(root):
        return "text/html"
    return "application/xml" if start.startswith("<?xml") else TEXT


def _decoded(head: bytes) -> str | None:
    """As text, if it is some; the last character may be cut in half."""
    if not head:
        return None
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None


def _other(head: bytes) -> str | None:
    import puremagic  # reads its table of some thousand types, which most processes never need

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    sure = (types.claimed(one.mime_type) for one in matches if one.mime_type and one.confidence >= SURE)
    return next((kind for kind in sure if kind and kind not in _BY_RULE and agrees(kind, None)), None)
