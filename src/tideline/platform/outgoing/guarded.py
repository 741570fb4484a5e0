"""The HTTP client behind the guard: a session whose every name and every socket is looked at before it connects."""

import socket
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tideline import __version__
from tideline.platform.outgoing.addresses import Allowed
from tideline.platform.outgoing.names import Names
from tideline.platform.outgoing.problems import AddressNotAllowed

# Many servers close a connection that was idle for five seconds; a POST that meets such a closing would be lost.
KEEP_ALIVE = 3.0

trusted: ContextVar[bool] = ContextVar("trusted", default=False)
"""Whether the call under way goes to a host that the operator allows, whatever its address is."""


class Forbidden(PermissionError):
    """What the socket factory raises; the client passes on nothing but an `OSError`."""


def session(allowed: Allowed, names: Names) -> aiohttp.ClientSession:
    """No proxies and logins from the environment, no cookies, nothing unpacked on the way."""

    def open_socket(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not (trusted.get() or allowed.may_reach(address[0])):
            raise Forbidden(f"{address[0]} may not be called")
        return socket.socket(family, kind, protocol)

    connector = aiohttp.TCPConnector(
        resolver=_Resolver(allowed, names),
        socket_factory=open_socket,
        limit=0,  # whoever calls counts; a limit here would let slow receivers hold up the others
        keepalive_timeout=KEEP_ALIVE,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"User-Agent": f"Tideline/{__version__}", "Accept-Encoding": "identity"},
        requote_redirect_url=False,
    )


class _Resolver(AbstractResolver):
    """Resolves a name once; the client connects to exactly these addresses. One that is private forbids them all: a
    name that leads here and there is not one that is called by mistake."""

    def __init__(self, allowed: Allowed, names: Names) -> None:
        self._allowed = allowed
        self._names = names

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 (the port of aiohttp)
    ) -> list[ResolveResult]:
        addresses = await self._names.addresses(host)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        self._ensure_allowed(host, addresses)
        return [_result(host, port, address) for address in addresses]

    def _ensure_allowed(self, host: str, addresses: Sequence[str]) -> None:
        if not (self._allowed.has_host(host) or all(map(self._allowed.may_reach, addresses))):
            raise AddressNotAllowed

    async def close(self) -> None:
        """The names belong to whoever made them."""


def _result(host: str, port: int, address: str) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
