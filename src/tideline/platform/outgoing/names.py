"""From the name of a host to its addresses: the port, and the system's own way in threads of its own."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

THREADS = 64


class Names(Protocol):
    async def addresses(self, host: str) -> Sequence[str]:
        """The addresses of a host, as text. Raises `OSError` when there are none."""


class SystemNames:
    """Asks the system. A name server that does not answer keeps a thread for half a minute, so they are many, and not
    those that the rest of the program works with."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")

    async def addresses(self, host: str) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is too long for the system's own encoding of names
        raise socket.gaierror(socket.EAI_NONAME, "no such host") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))
