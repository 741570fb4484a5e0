"""A receiver that costs next to nothing: it answers every request at once, or never below `/hang`.

Run as `python -m bench.sink`; it prints its port.
"""

import asyncio
import subprocess
import sys
from typing import Self

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Receiver(asyncio.Protocol):
    """Requests come one after the other on a connection, whole bodies with a length."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._bytes = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        while (end := self._bytes.find(b"\r\n\r\n")) >= 0:
            head = self._bytes[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(self._bytes) < end + 4 + length:
                return
            self._bytes = self._bytes[end + 4 + length :]
            if not head.startswith(b"post /hang"):
                self._transport.write(ANSWER)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


class Sink:
    """The receiver in a process of its own."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE)
        assert self._process.stdout
        self.base = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve())
