"""Calls addresses that people gave us: one POST for a webhook, or a download that follows a few redirects."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tideline.platform.outgoing.addresses import Allowed
from tideline.platform.outgoing.disposition import filename
from tideline.platform.outgoing.names import Names, SystemNames
from tideline.platform.outgoing.problems import (
    AddressNotAllowed,
    HostNotFound,
    NotReachable,
    RemoteBroken,
    RemoteRefused,
    RemoteTooLarge,
    RemoteTooSlow,
    TooManyRedirects,
    UrlNotValid,
)
from tideline.platform.outgoing.unpacking import unpacked
from tideline.platform.outgoing.urls import Url, read_url

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

HOPS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: until there is a connection, between two pieces of an answer, and for all of it."""

    connect: float = 10.0
    silence: float = 20.0
    total: float = 120.0


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a POST: how it begins, whatever its status is. `took` is the time until its head was here."""

    status: int
    headers: Mapping[str, str]
    body_start: bytearray
    took: float

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status is. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Download:
    """An answer that is being read. Names of headers are in small letters."""

    def __init__(self, url: Url, answer: "ClientResponse", most: int) -> None:
        self.url = url
        self.headers = _headers(answer)
        self._answer = answer
        self._most = most

    @property
    def name(self) -> str:
        """What the server calls it, else the last part of the path; may be empty."""
        path = self.url.target.partition("?")[0]
        return filename(self.headers.get("content-disposition", "")) or unquote(path.rpartition("/")[2])

    @property
    def mimetype(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def size(self) -> int | None:
        """What the server says; nobody has to believe it."""
        return self._answer.content_length if "content-encoding" not in self.headers else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The content, unpacked where the server packed it unasked; raises RemoteTooLarge beyond what is allowed."""
        with _translated(self.url):
            packed = self._counted(self._answer.content.iter_chunked(CHUNK))
            # Packed, a stream without end may hold nothing at all, so both are counted.
            async for chunk in self._counted(unpacked(packed, self.headers.get("content-encoding", ""))):
                yield chunk

    async def _counted(self, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > self._most:
                raise RemoteTooLarge
            yield chunk


class Outgoing:
    """One client with one guard for everything that goes to addresses from outside. Made before there is an event
    loop; the connections come with the first call."""

    def __init__(self, allow: Allowed | None = None, names: Names | None = None) -> None:
        self.allowed = allow or Allowed()
        self._own_names = SystemNames() if names is None else None
        self._names: Names = names or self._own_names or SystemNames()
        self._session: ClientSession | None = None

    def check(self, url: str) -> Url:
        """What can be told without asking a name server. Raises UrlNotValid or AddressNotAllowed."""
        read = read_url(url)
        if read.literal and not (self.allowed.has_host(read.host) or self.allowed.may_reach(read.literal)):
            raise AddressNotAllowed
        return read

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float, most: int = 4096
    ) -> Reply:
        """One POST. Any status is a reply; raises an OutgoingProblem when there is none in time. Of the body no more
        than `most` bytes are read, and none that come after the time is over."""
        called = self.check(url)
        began = time.monotonic()
        reply: Reply | None = None
        try:
            async with asyncio.timeout(seconds):
                async with self._call("POST", called, headers=headers, body=body) as answer:
                    reply = Reply(answer.status, _headers(answer), bytearray(), time.monotonic() - began)
                    await _read_start(answer, reply.body_start, most)
        except TimeoutError:
            if reply is None:
                raise RemoteTooSlow(f"{called.host} did not answer within {seconds:g} seconds.") from None
        return reply

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | AsyncIterable[bytes] | None = None,
        most: int,
        patience: Patience | None = None,
    ) -> Answer:
        """Ask another program's API and read all of what it says, which may be so many bytes. A redirect is an answer
        like any other. Of a problem `may_have_arrived` says whether the other side may have got what was asked."""
        patience = patience or Patience()
        called = self.check(url)
        try:
            async with asyncio.timeout(patience.total):
                async with self._call(method, called, headers=headers, body=body, patience=patience) as answer:
                    with _translated(called):
                        return Answer(answer.status, _headers(answer), await _read_whole(answer, most))
        except TimeoutError:
            raise RemoteTooSlow(f"{called.host} took longer than {patience.total:g} seconds.") from None

    @asynccontextmanager
    async def get(
        self, url: str, *, most: int, patience: Patience | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Download]:
        """A download of at most so many bytes. The problems of reading rise from `chunks()`. A redirect takes no
        headers along."""
        patience = patience or Patience()
        try:
            async with asyncio.timeout(patience.total) as until:
                called = self.check(url)
                for _ in range(HOPS + 1):
                    async with self._call("GET", called, headers=headers, patience=patience) as answer:
                        if answer.status not in REDIRECTS or "Location" not in answer.headers:
                            yield _download(called, answer, most)
                            return
                        called = self.check(str(called.join(answer.headers["Location"])))
                        headers = None
                raise TooManyRedirects
        except TimeoutError:
            if not until.expired():
                raise
            raise RemoteTooSlow(f"{called.host} took longer than {patience.total:g} seconds.") from None

    async def close(self) -> None:
        if self._session:
            await self._session.close()
        if self._own_names:
            self._own_names.close()

    @asynccontextmanager
    async def _call(
        self,
        method: str,
        url: Url,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterable[bytes] | None = None,
        patience: Patience | None = None,
    ) -> "AsyncIterator[ClientResponse]":
        from aiohttp import ClientTimeout

        from tideline.platform.outgoing.guarded import trusted

        times = patience and ClientTimeout(connect=patience.connect, sock_read=patience.silence)
        with _translated(url):
            token = trusted.set(self.allowed.has_host(url.host))
            try:
                answer = await self._connected().request(
                    method,
                    url.asked(),
                    data=body,
                    headers={**(headers or {}), **_login(url)},
                    allow_redirects=False,
                    timeout=times or ClientTimeout(),
                )
            finally:
                trusted.reset(token)
        async with answer:
            yield answer

    def _connected(self) -> "ClientSession":
        from tideline.platform.outgoing.guarded import session

        if self._session is None:
            self._session = session(self.allowed, self._names)
        return self._session


def _download(url: Url, answer: "ClientResponse", most: int) -> Download:
    if not 200 <= answer.status < 300:
        raise RemoteRefused(f"{url.host} answered {answer.status}.", status=answer.status)
    if (answer.content_length or 0) > most:
        raise RemoteTooLarge
    return Download(url, answer, most)


async def _read_start(answer: "ClientResponse", start: bytearray, most: int) -> None:
    """A body that breaks off changes nothing: its status has been read."""
    from aiohttp import ClientError

    with suppress(ClientError):
        while len(start) < most and (chunk := await answer.content.read(most - len(start))):
            start += chunk


async def _read_whole(answer: "ClientResponse", most: int) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > most:
            raise RemoteTooLarge
    return bytes(body)


def _headers(answer: "ClientResponse") -> dict[str, str]:
    """Of headers that came twice the first one."""
    found: dict[str, str] = {}
    for name, value in answer.headers.items():
        found.setdefault(name.lower(), value)
    return found


def _login(url: Url) -> dict[str, str]:
    if url.credentials is None:
        return {}
    return {"Authorization": f"Basic {b64encode(url.credentials).decode()}"}


@contextmanager
def _translated(url: Url) -> Iterator[None]:
    """What the client raises, in the words of our problems."""
    import aiohttp

    from tideline.platform.outgoing.guarded import Forbidden

    try:
        yield
    except aiohttp.ClientConnectorDNSError:
        raise HostNotFound(f"There is no host {url.host}.") from None
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError):
        raise NotReachable(f"The certificate of {url.host} is not valid, or it speaks no TLS.") from None
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, Forbidden):
            raise AddressNotAllowed from None
        raise NotReachable(f"{url.host} cannot be reached.") from None
    except aiohttp.ConnectionTimeoutError:
        raise RemoteTooSlow(f"{url.host} took too long.", while_connecting=True) from None
    except aiohttp.ServerTimeoutError:
        raise RemoteTooSlow(f"{url.host} took too long.") from None
    except aiohttp.InvalidURL:
        raise UrlNotValid from None
    except (aiohttp.ClientError, ConnectionError):
        raise RemoteBroken(f"{url.host} broke off, or its answer cannot be read.") from None
