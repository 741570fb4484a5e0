"""The emulator behind a port of its own, for programs that call it over the network."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from tests.support.graph.app import Graph
from tideline.platform import http


class ServedGraph:
    """A port that can be closed and opened again, as if the network was away."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._listener: socket.socket | None = None
        self._server: http.HttpServer | None = None
        self._running: asyncio.Task[None] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        if self._running:
            return
        self._listener = http.bind("127.0.0.1", self.port)
        self.port = self._listener.getsockname()[1]
        self.graph.media_base = self.url
        self._server = http.HttpServer(self.graph, self._listener)
        self._running = asyncio.create_task(self._server.run())
        await self._server.started()

    async def close(self) -> None:
        if self._running and self._server and self._listener:
            self._server.stop()
            await self._running
            self._listener.close()
            self._running = None


@asynccontextmanager
async def served(graph: Graph) -> AsyncIterator[ServedGraph]:
    """Serves the emulator, and lets its webhooks travel over HTTP unless somebody else carries them."""
    place = ServedGraph(graph)
    await place.open()
    async with aiohttp.ClientSession() as session:

        async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
            try:
                async with session.post(url, data=body, headers=dict(headers)) as answer:
                    return answer.status
            except aiohttp.ClientError:
                return 0

        graph.post = post
        try:
            yield place
        finally:
            await graph.close()
            await place.close()
