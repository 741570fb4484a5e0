"""Pictures of people and groups: small, and pictures by what is in them, whatever they are called."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Final

from tideline.features.files import sniffing
from tideline.features.files.errors import FileTooLarge, NotAPicture
from tideline.features.files.model import MEGABYTE, File, NewFile, Purpose
from tideline.features.files.stored import Files
from tideline.platform.db import Tx

MOST: Final = MEGABYTE
ENDS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


class Photos:
    def __init__(self, files: Files) -> None:
        self._files = files

    async def save(
        self, workspace_id: int, chunks: AsyncIterable[bytes], attach: Callable[[Tx, File], Awaitable[None]]
    ) -> File:
        """Store a picture; what `attach` does with it happens together with that, or there is no picture. Raises
        NotAPicture, FileTooLarge and what saving raises."""
        pieces = _no_more_than(MOST, chunks)
        head = await anext(pieces, b"")
        mimetype = sniffing.sniff(head[: sniffing.HEAD]) or ""
        if mimetype not in ENDS:
            raise NotAPicture
        new = NewFile(f"photo.{ENDS[mimetype]}", mimetype, Purpose.PHOTO)
        return await self._files.save_with(workspace_id, new, _chained(head, pieces), attach)


async def _no_more_than(most: int, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise FileTooLarge
        if chunk:
            yield chunk


async def _chained(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk
