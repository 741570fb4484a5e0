"""Files on their way from the server: handed on piece by piece, never held as a whole."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import BinaryIO

import httpx2

from tideline.client.target import outcome_of


class _Head:
    """What is known of a file before its bytes have come."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    @property
    def content_type(self) -> str:
        return str(self._response.headers.get("Content-Type", "application/octet-stream"))

    @property
    def size(self) -> int | None:
        """In bytes, where the server says it."""
        length = self._response.headers.get("Content-Length", "")
        return int(length) if length.isascii() and length.isdigit() else None


class Download(_Head):
    """A file that is being fetched. It is read once."""

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_bytes()
        except httpx2.RequestError as error:
            raise outcome_of(error) from error

    def read(self) -> bytes:
        return b"".join(self)

    def save(self, path: "str | PathLike[str]") -> int:
        """Write it to the disk; the number of its bytes."""
        with _written(path) as file:
            return sum(file.write(piece) for piece in self)


class AsyncDownload(_Head):
    """A file that is being fetched. It is read once."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.aiter_bytes():
                yield piece
        except httpx2.RequestError as error:
            raise outcome_of(error) from error

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def save(self, path: "str | PathLike[str]") -> int:
        """Write it to the disk; the number of its bytes."""
        with _written(path) as file:  # a piece is small: a thread for each would cost more
            return sum([file.write(piece) async for piece in self])


@contextmanager
def _written(path: "str | PathLike[str]") -> Iterator[BinaryIO]:
    """Under its name only when all of it is there: half a file looks like a whole one."""
    begun = Path(f"{fspath(path)}.part")
    try:
        with begun.open("wb") as file:
            yield file
        begun.replace(path)
    finally:
        begun.unlink(missing_ok=True)
