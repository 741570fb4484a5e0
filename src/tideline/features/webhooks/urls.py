"""What a webhook's URL may look like. It is called byte for byte, so nothing about it is mended. No I/O."""

import re
from ipaddress import IPv6Address
from typing import Final

from tideline.features.webhooks.errors import InvalidUrl

LONGEST: Final = 4096

URL: Final = re.compile(
    r"""
    https?://
    (?:(?P<user>[^/?\#@]*)@)?
    (?P<host>\[[0-9A-Fa-f:.]+\] | [^/?\#@:\[\]]+)
    (?::(?P<port>[0-9]{1,5}))?
    (?P<rest>[/?\#].*)?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
USER: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*,;:-]|%[0-9A-Fa-f]{2})*")
LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
REST: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\#\[\]{}|^`\\-]|%[0-9A-Fa-f]{2})*")
UNFIT: Final = re.compile(r"[\x00-\x20\x7f\"<>]")


def check(url: str) -> str:
    """The URL as it came; raises InvalidUrl when nobody could call it as it stands."""
    if not url or len(url) > LONGEST:
        raise InvalidUrl
    if not url.isascii():
        raise InvalidUrl("The URL may only have ASCII characters; write others percent-encoded or as punycode.")
    if UNFIT.search(url):
        raise InvalidUrl("The URL must not have white space, control characters, quotes or angle brackets.")
    found = URL.fullmatch(url)
    if found is None:
        raise InvalidUrl("The URL is not a complete http or https address.")
    _check_parts(found)
    return url


def _check_parts(found: re.Match[str]) -> None:
    if not USER.fullmatch(found["user"] or ""):
        raise InvalidUrl("User name and password in the URL must be percent-encoded.")
    if not _is_host(found["host"]):
        raise InvalidUrl("The host name in the URL is not valid.")
    if found["port"] and not 0 < int(found["port"]) < 65536:
        raise InvalidUrl("The port in the URL is not valid.")
    if not REST.fullmatch(found["rest"] or ""):
        raise InvalidUrl("A % in the URL must be followed by two hexadecimal digits.")


def _is_host(host: str) -> bool:
    if host.startswith("["):
        try:
            IPv6Address(host[1:-1])
        except ValueError:
            return False
        return True
    return len(host) <= 253 and all(LABEL.fullmatch(label) for label in host.removesuffix(".").split("."))
