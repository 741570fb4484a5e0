"""A SOCKS5 proxy (RFC 1928) that leads every connection, wherever it wants to go, to one port of this machine."""

import asyncio
import contextlib

PIECE = 65536
GRANTED = b"\5\0\0\1\0\0\0\0\0\0"
IPV4, HOST = 1, 3


class Redirector:
    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> str:
        """The address of the proxy, as clients want it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self.drop()
            await self._server.wait_closed()

    def drop(self) -> None:
        """Cut every connection, as a network does that fails."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self._greet(reader, writer)
            inner_reader, inner = await asyncio.open_connection("127.0.0.1", self._target)
            writer.write(GRANTED)
            self._open |= {writer, inner}
            try:
                await asyncio.gather(_pass_on(reader, inner), _pass_on(inner_reader, writer))
            finally:
                self._open -= {writer, inner}
        writer.close()

    @staticmethod
    async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\5\0")
        kind = (await reader.readexactly(4))[3]
        size = (await reader.readexactly(1))[0] if kind == HOST else 4 if kind == IPV4 else 16
        await reader.readexactly(size + 2)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
