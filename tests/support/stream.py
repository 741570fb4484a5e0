"""Opens the live stream of somebody who is signed in, and hears what comes on it."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.support.browsing import Browser

PATIENCE = 10.0


@dataclass
class Heard:
    """What came so far. A slow reader takes nothing until it is told to go on."""

    status: int = 0
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    is_over: bool = False
    may_take: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def kinds(self) -> list[str]:
        return [body["kind"] for name, body in self.events if name == "news"]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    async def until(self, kind: str) -> dict[str, Any]:
        """The body of the first event of that kind (or name), as soon as it has come."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: self._find(kind) is not None)
        found = self._find(kind)
        assert found is not None
        return found

    async def until_told(self, kind: str, count: int) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: self.kinds.count(kind) >= count)

    async def until_over(self) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: self.is_over)

    def _find(self, kind: str) -> dict[str, Any] | None:
        return next((body for name, body in self.events if kind in (name, body.get("kind"))), None)

    async def take(self, message: MutableMapping[str, Any]) -> None:
        await self.may_take.wait()
        async with self._news:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            else:
                self.events += _read(message["body"])
            self._news.notify_all()

    async def end(self) -> None:
        async with self._news:
            self.is_over = True
            self._news.notify_all()


@asynccontextmanager
async def listening(
    app: Any, browser: Browser, query: str = "", *, last: int | None = None, slow: bool = False
) -> AsyncIterator[Heard]:
    """A stream that is open and has said welcome, until the block ends."""
    heard, gone = Heard(), asyncio.Event()
    if not slow:
        heard.may_take.set()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [(b"cookie", cookies.encode())] + ([(b"last-event-id", str(last).encode())] if last is not None else [])
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/stream",
        "raw_path": b"/stream",
        "root_path": "",
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> MutableMapping[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def run() -> None:
        try:
            await app(scope, receive, heard.take)
        finally:
            await heard.end()

    task = asyncio.create_task(run())
    try:
        if not slow:
            async with asyncio.timeout(PATIENCE), heard._news:
                await heard._news.wait_for(lambda: heard.status != 0)
        yield heard
    finally:
        gone.set()
        heard.may_take.set()
        await task


def _read(body: bytes) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in body.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in lines:
            data = msgspec.json.decode(lines["data"])
            found.append((lines["event"], {**(data if isinstance(data, dict) else {}), "id": lines.get("id")}))
    return found
