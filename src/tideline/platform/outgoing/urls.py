"""Reads the addresses that people give us, once and strictly: what is checked is what is called. No I/O."""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote_from_bytes, unquote_to_bytes, urljoin

from yarl import URL

from tideline.platform.outgoing.problems import UrlNotValid

LONGEST = 8192
PORTS = {"http": 80, "https": 443}

_FORM = re.compile(r"(https?)://([^/?#\\]+)(/[^#]*|\?[^#]*)?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(?:(?P<user>[^@]*)@)?(?P<host>\[[^\[\]@]+\]|[^\[\]:@]+)(?::(?P<port>[0-9]{0,5}))?")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udc7f]")  # and half characters; bytes of headers are none of these
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")

# Ports of services that understand enough of an HTTP request to do harm, which browsers do not call either:
# https://fetch.spec.whatwg.org/#port-blocking
_BLOCKED_PORTS = frozenset(
    {
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109,
        110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530,
        531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190,
        5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Url:
    """An address taken apart. `target` is what is asked for, byte for byte; `host` is in ASCII and small letters."""

    scheme: str
    host: str
    port: int
    target: str
    user: str | None = None

    @property
    def literal(self) -> str | None:
        """The IP address, when the host is one."""
        return self.host if ":" in self.host or self.host.replace(".", "").isdigit() else None

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def credentials(self) -> bytes | None:
        """What stands before the `@`, as Basic authentication wants it."""
        if self.user is None:
            return None
        name, _, password = self.user.partition(":")
        return b":".join(unquote_to_bytes(part.encode("utf-8", "surrogateescape")) for part in (name, password))

    def asked(self) -> URL:
        """For the client, without credentials. The query is passed as a part of the path, or else an empty one would
        be lost on the way."""
        explicit = None if self.port == PORTS[self.scheme] else self.port
        host = f"[{self.host}]" if ":" in self.host else self.host
        return URL.build(scheme=self.scheme, host=host, port=explicit, path=self.target, encoded=True)

    def join(self, location: str) -> "Url":
        """Where a redirect leads."""
        try:
            return read_url(urljoin(f"{self.scheme}://{self.authority}{self.target}", location))
        except ValueError:  # the standard library has rules of its own for brackets and odd letters
            raise UrlNotValid from None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@lru_cache(maxsize=2048)
def read_url(text: str) -> Url:
    """Raises UrlNotValid for whatever two programs could understand in two ways. Webhooks are called again and again,
    so what was read is kept."""
    found = _FORM.fullmatch(text)
    if found is None or len(text) > LONGEST or _CONTROL.search(text):
        raise UrlNotValid
    parts = _AUTHORITY.fullmatch(found[2])
    if parts is None:
        raise UrlNotValid
    scheme = found[1].lower()
    port = int(parts["port"] or PORTS[scheme])
    if port in _BLOCKED_PORTS or port > 65535:
        raise UrlNotValid(f"Port {port} is not called: it belongs to something else than web servers.")
    target = found[3] or "/"
    return Url(scheme, _host(parts["host"]), port, _ascii(target if target[0] == "/" else f"/{target}"), parts["user"])


def _host(text: str) -> str:
    if text.startswith("["):
        return _ipv6(text[1:-1])
    try:
        host: str = URL.build(scheme="http", host=text).raw_host or ""
    except (ValueError, UnicodeError):
        raise UrlNotValid from None
    labels = host.removesuffix(".").split(".")
    if len(host) > 254 or not all(map(_LABEL.fullmatch, labels)):
        raise UrlNotValid
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(host)
    return host


def _ipv6(text: str) -> str:
    try:
        if "%" not in text:
            return str(IPv6Address(text))
    except AddressValueError:
        pass
    raise UrlNotValid


def _ipv4(host: str) -> str:
    """A host that ends in a number is an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker). The
    system reads `2130706433`, `0177.0.0.1` and `127.1` as one too; we read four plain numbers and nothing else."""
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        raise UrlNotValid("Write an IP address as four plain numbers, such as 192.0.2.1.") from None


def _ascii(target: str) -> str:
    """What no request line can hold is encoded, as every browser does; the rest stays as it is."""
    if target.isascii() and " " not in target:
        return target
    return quote_from_bytes(target.encode("utf-8", "surrogateescape"), safe=_KEPT)


_KEPT = "".join(map(chr, range(0x21, 0x7F)))
