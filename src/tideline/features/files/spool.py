"""Files on their way in: what a client sends is kept in a folder of its own until it is known what it is."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from tideline.features.files.errors import DiskFull, FileTooLarge

PIECE = 1024 * 1024  # what is held in memory of a file that comes in
LOOK_EVERY = 8 * PIECE  # so much is written between two looks at the disk
PREFIX = "coming-"


async def read_whole(file: BinaryIO) -> AsyncIterator[bytes]:
    """The bytes of an open file from its beginning, a piece at a time."""
    await asyncio.to_thread(file.seek, 0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


class Spooled:
    """A file that came in whole. It can be read as often as somebody likes, until the request ends."""

    def __init__(self, path: Path, size: int, digest: bytes) -> None:
        self.path = path
        self.size = size
        self.digest = digest
        """SHA-256 of the bytes."""

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, a piece at a time (`numbers.port.MediaSource`)."""
        with await asyncio.to_thread(self.path.open, "rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece


class Writing:
    """A file that is coming in: `write` piece by piece, then `finish`."""

    def __init__(self, file: BinaryIO, path: Path, largest: int, reserve: int) -> None:
        self._file = file
        self._path = path
        self._largest = largest
        self._reserve = reserve
        self._buffer = bytearray()
        self._hash = hashlib.sha256()
        self._looked_at = -LOOK_EVERY
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Raises FileTooLarge or DiskFull as soon as that is certain."""
        self.size += len(data)
        if self.size > self._largest:
            raise FileTooLarge
        self._buffer += data
        if len(self._buffer) >= PIECE:
            await self._flush()

    async def finish(self) -> Spooled:
        await self._flush()
        return Spooled(self._path, self.size, self._hash.digest())

    async def _flush(self) -> None:
        if self.size - self._looked_at >= LOOK_EVERY:
            self._looked_at = self.size
            if shutil.disk_usage(self._path.parent).free < self._reserve:
                raise DiskFull
        piece, self._buffer = bytes(self._buffer), bytearray()
        await asyncio.to_thread(self._put, piece)

    def _put(self, piece: bytes) -> None:
        """Hashing a hundred megabytes takes a while, so it is done beside the event loop as well."""
        self._hash.update(piece)
        self._file.write(piece)
        self._file.flush()


class Spool:
    """The folder, and how much one file may have. `reserve` bytes of the disk stay free."""

    def __init__(self, folder: Path, *, largest: int, reserve: int = 0) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.largest = largest
        self._reserve = reserve

    @asynccontextmanager
    async def open(self, largest: int | None = None) -> AsyncIterator[Writing]:
        """A place for one file, which is gone when the block ends."""
        handle, name = tempfile.mkstemp(prefix=PREFIX, dir=self._folder)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield Writing(file, path, self.largest if largest is None else largest, self._reserve)
        finally:
            _remove(path)  # at once: a cancelled request could not wait for it

    def scratch(self) -> BinaryIO:
        """A file without a name, for something that is being made; it is gone when it is closed."""
        return cast(BinaryIO, tempfile.TemporaryFile(dir=self._folder))

    def clear(self) -> int:
        """Remove what killed processes left here. What a living one is writing or reading is locked, and stays."""
        left = [path for path in self._folder.glob(f"{PREFIX}*") if _is_left(path)]
        for path in left:
            _remove(path)
        return len(left)


def _is_left(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
