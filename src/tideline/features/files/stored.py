"""The bytes of files: streamed in and out of the object store, never inside a transaction."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from obstore.store import LocalStore, ObjectStore

from tideline.features.files import actions, store
from tideline.features.files.errors import (
    DiskFull,
    FileIsEmpty,
    FileNotFound,
    FileNotReady,
    FileTooLarge,
    WorkspaceFull,
)
from tideline.features.files.model import File, Limits, NewFile
from tideline.platform.db import Database, Tx
from tideline.platform.facts import SYSTEM, Actor

PART = 1024 * 1024  # what is held in memory of an upload, times two
CHUNK = 64 * 1024
LOOK_AGAIN = 30.0  # seconds for which the sum of a workspace's bytes is good enough


class Files:
    """The object store and the rules about how much goes into it."""

    def __init__(self, db: Database, objects: ObjectStore, limits: Limits | None = None) -> None:
        self._db = db
        self._objects = objects
        self._limits = limits or Limits()
        self._folder = Path(objects.prefix) if isinstance(objects, LocalStore) and objects.prefix else None
        self._used: dict[int, tuple[float, int]] = {}

    @classmethod
    def in_folder(cls, db: Database, folder: Path, limits: Limits | None = None) -> "Files":
        """Files in a local folder, readable by nobody else."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(db, LocalStore(folder, automatic_cleanup=True), limits)

    async def save(
        self, workspace_id: int, new: NewFile, chunks: AsyncIterable[bytes], *, actor: Actor = SYSTEM
    ) -> File:
        """Store a whole new file: its row, its bytes, then that they are there."""
        [file] = await self._db.run(workspace_id, lambda tx: actions.expect(tx, [new]), actor=actor)
        try:
            return await self._store(file, chunks)
        except BaseException:
            await asyncio.shield(self.give_up(workspace_id, file.uid))
            raise

    async def fill(self, workspace_id: int, uid: UUID, chunks: AsyncIterable[bytes]) -> File:
        """Store the bytes of a file that is expected. Doing it again changes nothing."""
        file = await self.get(workspace_id, uid)
        return file if file.is_stored else await self._store(file, chunks)

    async def get(self, workspace_id: int, uid: UUID) -> File:
        async with self._db.read(workspace_id) as tx:
            return await actions.get(tx, uid)

    async def give_up(self, workspace_id: int, uid: UUID) -> None:
        """Nothing will come any more."""

        async def forget(tx: Tx) -> int:
            return await store.mark_deleted(tx, [uid])

        await self._db.run(workspace_id, forget)

    async def chunks(self, file: File, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a stored file, or a part of them (`end` exclusive)."""
        if not file.is_stored:
            raise FileNotReady
        stop = file.size if end is None else end
        if start >= stop:
            return
        try:
            found = await self._objects.get_async(file.object_path, options={"range": (start, stop)})
        except FileNotFoundError:
            raise FileNotFound from None
        async for part in found.stream(min_chunk_size=CHUNK):
            yield bytes(part)

    def source(self, file: File) -> "StoredSource":
        """What a connector reads a file from when it sends it."""
        return StoredSource(self, file)

    # The object store, for the sweeper

    async def size_of(self, path: str) -> int | None:
        """The size of an object, None when there is none."""
        try:
            return (await self._objects.head_async(path))["size"]
        except FileNotFoundError:
            return None

    async def remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            await self._objects.delete_async(path)

    async def remove_torn(self, before: datetime) -> int:
        """Remove what a crash left of objects that were being written; a local store hides it from its list."""
        folder = self._folder
        return await asyncio.to_thread(_remove_torn, folder, before.timestamp()) if folder else 0

    @property
    def objects(self) -> ObjectStore:
        return self._objects

    # Storing

    async def _store(self, file: File, chunks: AsyncIterable[bytes]) -> File:
        await self._ensure_room(file, file.size)
        size = await self._write(file, chunks)
        stored = await self._db.run(file.workspace_id, lambda tx: store.mark_stored(tx, file.uid, size))
        if stored is None:
            await self.remove(file.object_path)
            raise FileNotFound
        self._count(file.workspace_id, size)
        return stored

    async def _write(self, file: File, chunks: AsyncIterable[bytes]) -> int:
        counted = _Counted(chunks, self._limits.largest(file.mimetype), self._ensure_disk)
        await self._objects.put_async(file.object_path, aiter(counted), chunk_size=PART, max_concurrency=2)
        if not counted.size:
            await self.remove(file.object_path)
            raise FileIsEmpty
        await asyncio.to_thread(self._flush, file.object_path)
        return counted.size

    def _flush(self, path: str) -> None:
        """The row will say `stored`, so the bytes must survive a power cut; a local store leaves that to us."""
        if self._folder is None:
            return
        for target in (self._folder / path, (self._folder / path).parent):
            fd = os.open(target, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)

    async def _ensure_room(self, file: File, size: int) -> None:
        if size > self._limits.largest(file.mimetype):
            raise FileTooLarge
        if await self._used_by(file) + size > self._limits.workspace_bytes:
            raise WorkspaceFull
        self._ensure_disk(size)

    def _ensure_disk(self, size: int) -> None:
        if self._folder and shutil.disk_usage(self._folder).free - size < self._limits.reserve_bytes:
            raise DiskFull

    async def _used_by(self, file: File) -> int:
        """The workspace's bytes without this file's; looked up now and then and counted in between."""
        at, used = self._used.get(file.workspace_id, (float("-inf"), 0))
        if time.monotonic() - at > LOOK_AGAIN:
            async with self._db.read(file.workspace_id) as tx:
                used = await store.bytes_used(tx, file.workspace_id) - file.size
            self._used[file.workspace_id] = (time.monotonic(), used)
        return used

    def _count(self, workspace_id: int, size: int) -> None:
        at, used = self._used.get(workspace_id, (float("-inf"), 0))
        self._used[workspace_id] = (at, used + size)


def _remove_torn(folder: Path, before: float) -> int:
    """A local store writes to `{uid}#{n}` and renames when it is done."""
    torn = [path for path in folder.glob("*/*#*") if path.stat().st_mtime < before]
    for path in torn:
        path.unlink(missing_ok=True)
    return len(torn)


class StoredSource:
    """Gives the bytes of a stored file as often as asked (`numbers.port.MediaSource`)."""

    def __init__(self, files: Files, file: File) -> None:
        self._files = files
        self._file = file

    def chunks(self) -> AsyncIterator[bytes]:
        return self._files.chunks(self._file)


class _Counted:
    """Passes chunks on, counts them, and stops a stream that grows beyond what it may."""

    def __init__(self, chunks: AsyncIterable[bytes], most: int, ensure_disk: Callable[[int], None]) -> None:
        self._chunks = chunks
        self._most = most
        self._ensure_disk = ensure_disk
        self.size = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        looked_at = 0
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._most:
                raise FileTooLarge
            if self.size - looked_at > 8 * PART:
                looked_at = self.size
                self._ensure_disk(0)
            if chunk:
                yield chunk
