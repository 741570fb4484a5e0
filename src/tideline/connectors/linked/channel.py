"""A number's process's side of the socket: frames in, frames out."""

import asyncio
import socket
from collections.abc import AsyncIterator

from tideline.connectors.linked import wire


class Channel:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, connection: socket.socket) -> "Channel":
        return cls(*await asyncio.open_unix_connection(sock=connection))

    async def say(self, frame: wire.Frame) -> None:
        self._writer.write(wire.pack(frame))
        await self._writer.drain()

    async def frames(self) -> AsyncIterator[wire.Frame]:
        """Until the server is gone."""
        while (frame := await wire.read(self._reader)) is not None:
            yield frame
