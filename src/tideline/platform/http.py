"""Serves an ASGI application on a socket inside this process, and stops without cutting off an answer."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any, cast

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tideline.platform.errors import Problem

log = structlog.get_logger(__name__)

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
DRAIN_SECONDS = 10
LARGEST_HEAD = 64 * 1024
HEAD_SECONDS = 30.0
CHUNK_OVERHEAD = 10
"""Bytes around each byte of a body, when somebody sends it in chunks of one byte."""


class PortTaken(Problem):
    code = "port_taken"
    message = "Another program listens on this port."


class HostNotUsable(Problem):
    code = "host_not_usable"
    message = "Tideline cannot listen on this address."


def bind(host: str, port: int) -> socket.socket:
    """Take the port at once, before anything slow is started; connections are accepted later."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError:
        raise HostNotUsable(f"There is no address {host!r} to listen on. Set TIDELINE_HOST or --host.") from None
    listener = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address[4])
        # SO_REUSEADDR lets two sockets bind as long as none listens
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _why(error, host, port) from None
    listener.setblocking(False)
    return listener


def _why(error: OSError, host: str, port: int) -> Problem:
    import errno

    if error.errno == errno.EADDRINUSE:
        return PortTaken(f"Port {port} is taken by another program. Choose another one with --port or TIDELINE_PORT.")
    if error.errno == errno.EACCES:
        return HostNotUsable(f"This account may not listen on port {port}. Choose one above 1023 with --port.")
    return HostNotUsable(f"Tideline cannot listen on {host}: {error.strerror}.")


def _as_seen(proxies: Sequence[str]) -> list[str]:
    """Networks as connections show them: on a socket for both, IPv4 comes as `::ffff:192.0.2.7`."""
    networks = [ip_network(one, strict=False) for one in proxies]
    mapped = [f"::ffff:{one.network_address}/{96 + one.prefixlen}" for one in networks if one.version == 4]
    return [*map(str, networks), *mapped]


class HttpServer:
    """One uvicorn inside our event loop; signals are for the caller to handle."""

    def __init__(self, app: Any, listener: socket.socket, *, trusted_proxies: Sequence[str] = ()) -> None:
        config = uvicorn.Config(
            app,
            http=_Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=_as_seen(trusted_proxies),
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            backlog=BACKLOG,
        )
        self._server = _Server(config)
        self._listener = listener

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    async def run(self) -> None:
        """Serve until `stop`; answers under way are finished, for ten seconds at most."""
        await self._server.serve(sockets=[self._listener])

    async def started(self) -> None:
        await self._server.is_up.wait()

    def stop(self) -> None:
        self._server.should_exit = True


class _Connection(HttpToolsProtocol):
    """Ends a request whose head, or whatever else is not its body, has no end: the parser keeps all of it in memory,
    and takes ever longer to, before anybody else has a say. A head that does not get complete ends as well."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", _Joining(transport, self.loop)))
        self._head_timer: asyncio.TimerHandle | None = None
        self._begin_head()
        self._time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._began = False
        super().data_received(data)
        if not self._began:  # a piece with the end of one request and the beginning of another is not torn apart
            self._received += len(data)
        if self._received > LARGEST_HEAD + (1 + CHUNK_OVERHEAD) * self._body:
            self._refuse()
        if self._is_head:
            self._time_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._began = True
        self._begin_head()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._end_head()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def _begin_head(self) -> None:
        self._received = self._body = 0
        self._end_head()
        self._is_head = True

    def _time_head(self) -> None:
        """Most heads arrive in one piece and need no timer."""
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end_head(self) -> None:
        self._is_head = False
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
            self.transport.close()


class _Joining:
    """A transport that sends the head of an answer together with what follows: one packet that wakes its reader once.
    uvicorn writes them apart. A head that nothing follows at once goes out alone."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.writelines((head, data))
        elif data.startswith(b"HTTP/"):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(main: Any) -> Any:
    """Run the program's main coroutine on uvloop, where there is one."""
    if sys.platform == "win32":
        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)
