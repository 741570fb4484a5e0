"""The name that a server gives to what it sends: Content-Disposition (RFC 6266, 5987) as servers write it. No I/O."""

import re
from urllib.parse import unquote_to_bytes

_PARAMETER = re.compile(r';\s*([\w!#$%&+^`|~.*-]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)', re.ASCII)
_EXTENDED = re.compile(r"([\w-]+)'[\w-]*'(.*)", re.ASCII | re.DOTALL)


def filename(header: str) -> str | None:
    """The extended form wins, in whatever order the two stand; a name that says nothing is none."""
    given = {name.lower(): value.strip() for name, value in _PARAMETER.findall(f";{header.partition(';')[2]}")}
    return _extended(given.get("filename*", "")) or _plain(given.get("filename", "")) or None


def _extended(value: str) -> str | None:
    found = _EXTENDED.fullmatch(value.strip('"'))
    if found is None:
        return None
    try:
        return unquote_to_bytes(found[2]).decode(found[1], "replace")
    except (LookupError, UnicodeError):  # no encoding of this name, or none that decodes whatever comes
        return None


def _plain(value: str) -> str:
    """Quoted or not; in UTF-8, or in Latin-1 as the standard once had it; some encode it like a URL."""
    value = re.sub(r"\\(.)", r"\1", value.removeprefix('"').removesuffix('"')) if value.startswith('"') else value
    raw = value.encode("utf-8", "surrogateescape")
    if re.search(rb"%[0-9A-Fa-f]{2}", raw):
        raw = unquote_to_bytes(raw)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
