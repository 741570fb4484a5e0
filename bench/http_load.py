"""A small HTTP/1.1 load client: few microseconds a request, so that the server is what is measured.

Every run is bounded in count and time, and talks to loopback only.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Request = tuple[str, str, bytes | None]


@dataclass(frozen=True)
class Load:
    """What one run measured. Latencies in seconds, sorted."""

    seconds: float
    latencies: Sequence[float]
    failures: int

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    def quantile(self, q: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * q))]


class HttpConnection(asyncio.Protocol):
    """One kept-alive connection that answers one request at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def ask(self, raw: bytes) -> int:
        assert self._transport
        if self._transport.is_closing():
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._buffer[:head_end]).lower()
        at = head.index(b"content-length:") + 15
        length = int(head[at:].split(b"\r\n", 1)[0])
        if len(self._buffer) >= head_end + 4 + length and self._answer:
            status = int(self._buffer[9:12])
            self._buffer.clear()
            self._answer.set_result(status)

    def close(self) -> None:
        if self._transport:
            self._transport.close()


def raw_request(host: str, token: str | None, request: Request) -> bytes:
    method, path, body = request
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + (body or b"")


async def run(
    port: int,
    requests: Iterator[Request],
    *,
    token: str | None = None,
    connections: int = 16,
    seconds: float = 5.0,
    rate: float | None = None,
    expect: Callable[[int], bool] = lambda status: status == 200,
) -> Load:
    """Ask as fast as the server answers, or at `rate` requests a second, for some seconds."""
    latencies: list[float] = []
    failures = 0
    started = time.perf_counter()
    until = started + seconds
    turns = iter(range(1_000_000_000))

    async def client() -> None:
        nonlocal failures
        _, connection = await asyncio.get_running_loop().create_connection(HttpConnection, "127.0.0.1", port)
        try:
            while (now := time.perf_counter()) < until:
                if rate is not None:
                    due = started + next(turns) / rate
                    if due > until:
                        return
                    if due > now:
                        await asyncio.sleep(due - now)
                    now = max(now, due)
                status = await connection.ask(raw_request(f"127.0.0.1:{port}", token, next(requests)))
                latencies.append(time.perf_counter() - now)
                failures += not expect(status)
        finally:
            connection.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return Load(time.perf_counter() - started, sorted(latencies), failures)
