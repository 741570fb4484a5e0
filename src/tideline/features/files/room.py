"""How much may come in: the size of one file, the bytes of a workspace, the rest of the disk."""

import time
from collections import defaultdict
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from tideline.features.files import store
from tideline.features.files.errors import DiskFull, FileTooLarge, WorkspaceFull
from tideline.features.files.model import MEGABYTE, File, Limits
from tideline.features.files.types import FileKind
from tideline.platform.db import Database

LOOK_AGAIN = 30.0  # seconds for which the sum of a workspace's bytes is good enough
LOOK_AT_DISK = 8 * MEGABYTE

_NAMES = {
    FileKind.IMAGE: "an image",
    FileKind.AUDIO: "an audio file",
    FileKind.VIDEO: "a video",
    FileKind.DOCUMENT: "a document",
}


class Room:
    """The rules. Sums are looked up now and then; what this process is just taking in is counted besides."""

    def __init__(self, db: Database, limits: Limits, free: Callable[[], int | None]) -> None:
        self._db = db
        self.limits = limits
        self._free = free
        self._used: dict[int, tuple[float, int]] = {}
        self._coming: defaultdict[int, int] = defaultdict(int)

    async def ensure(self, file: File, kind: FileKind) -> None:
        """Before anything is read: is there room for what was announced?"""
        self.ensure_size(kind, file.size)
        at, _ = self._used.get(file.workspace_id, (float("-inf"), 0))
        if time.monotonic() - at > LOOK_AGAIN:
            async with self._db.read(file.workspace_id) as tx:
                used = await store.bytes_used(tx, file.workspace_id) - file.size
            self._used[file.workspace_id] = (time.monotonic(), used)
        self._ensure_workspace(file.workspace_id, file.size)
        self._ensure_disk(file.size)

    def ensure_size(self, kind: FileKind, size: int) -> None:
        most = self.limits.of_kind(kind)
        if size > most:
            raise FileTooLarge(f"File is too large: {_NAMES[kind]} may have {_in_words(most)}")

    @contextmanager
    def taking(self, file: File, kind: FileKind, chunks: AsyncIterable[bytes]) -> Iterator["Counted"]:
        """Passes the bytes on, and stops a stream that grows beyond what it may."""
        counted = Counted(self, file.workspace_id, kind, chunks)
        try:
            yield counted
        finally:
            self._coming[file.workspace_id] -= counted.size
            if not self._coming[file.workspace_id]:
                del self._coming[file.workspace_id]

    def keep(self, workspace_id: int, size: int) -> None:
        """So many bytes more are stored."""
        at, used = self._used.get(workspace_id, (float("-inf"), 0))
        self._used[workspace_id] = (at, used + size)

    def grow(self, workspace_id: int, kind: FileKind, size: int, by: int) -> None:
        self._coming[workspace_id] += by
        self.ensure_size(kind, size)
        self._ensure_workspace(workspace_id, 0)
        if size // LOOK_AT_DISK != (size - by) // LOOK_AT_DISK:
            self._ensure_disk(0)

    def _ensure_workspace(self, workspace_id: int, more: int) -> None:
        _, used = self._used.get(workspace_id, (0.0, 0))
        if used + self._coming.get(workspace_id, 0) + more > self.limits.workspace_bytes:
            raise WorkspaceFull

    def _ensure_disk(self, size: int) -> None:
        free = self._free()
        if free is not None and free - size < self.limits.reserve_bytes:
            raise DiskFull


class Counted:
    def __init__(self, room: Room, workspace_id: int, kind: FileKind, chunks: AsyncIterable[bytes]) -> None:
        self._room = room
        self._workspace_id = workspace_id
        self._kind = kind
        self._chunks = chunks
        self.size = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            self.size += len(chunk)
            self._room.grow(self._workspace_id, self._kind, self.size, len(chunk))
            if chunk:
                yield chunk


def _in_words(size: int) -> str:
    return f"{size // MEGABYTE} MB" if size >= MEGABYTE else f"{size} bytes"
