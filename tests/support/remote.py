"""Somebody else's web server, down to its bytes: it answers what it is told, whether that is HTTP or not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tideline.platform.outgoing import Allowed, Outgoing

TLS = b"\x16"
Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"", *, status: int = 200, **headers: str) -> bytes:
    """A whole answer; `content_type="text/plain"` becomes a header. A length of its own replaces the right one."""
    lines = {"content-length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode("latin-1") + body


def redirect(to: str, status: int = 302) -> bytes:
    return answer(status=status, location=to)


@dataclass
class Asked:
    """A request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


@dataclass
class Remote:
    """Answers by path (without query); everything else is 404. Tells what it was asked."""

    answers: Mapping[str, Answer]
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    def url(self, target: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{target}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (first := await reader.readexactly(1)) != TLS:
                head = first + await reader.readuntil(b"\r\n\r\n")
                await self._answer(_read(head), reader, writer)
            writer.write(answer(b"This is no TLS", status=400))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.body = await reader.readexactly(int(asked.headers.get("content-length", 0)))
        self.asked.append(asked)
        found = self.answers.get(asked.target.partition("?")[0], answer(status=404))
        if isinstance(found, bytes):
            writer.write(found)
            await writer.drain()
        else:
            await found(writer)


def _read(head: bytes) -> Asked:
    line, *fields = head.decode("latin-1").strip().split("\r\n")
    pairs = (one.split(":", 1) for one in fields)
    return Asked(line, {name.lower(): value.strip() for name, value in pairs}, b"")


@asynccontextmanager
async def remote(answers: Mapping[str, Answer]) -> AsyncIterator[Remote]:
    made = Remote(answers)
    tasks: list[asyncio.Task[None]] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.create_task(made.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Book:
    """A name server in the hand: each look-up of a name takes its next addresses, and the last ones stay."""

    entries: dict[str, list[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    async def addresses(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        found = self.entries.get(host)
        if not found:
            raise OSError(f"{host} is not in the book")
        return found.pop(0) if len(found) > 1 else found[0]


@asynccontextmanager
async def calling(*allow: str, names: Mapping[str, Sequence[str]] | Book | None = None) -> AsyncIterator[Outgoing]:
    """A client that may call what is named here, besides the public internet, with a book instead of the system's
    names."""
    book = names if isinstance(names, Book) else Book({host: [found] for host, found in (names or {}).items()})
    outgoing = Outgoing(Allowed.read(allow), book)
    try:
        yield outgoing
    finally:
        await outgoing.close()
