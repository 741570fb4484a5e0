"""The bytes of files: streamed in and out of the object store, never inside a transaction."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from tideline.features.files import actions, events, store
from tideline.features.files.errors import FileIsEmpty, FileNotFound, FileNotReady
from tideline.features.files.model import File, Limits, Measures, NewFile, Purpose, Upload
from tideline.features.files.names import disposition
from tideline.features.files.objects import Objects
from tideline.features.files.ordering import order_previews
from tideline.features.files.room import Room
from tideline.features.files.types import FileKind, kind_of
from tideline.platform.db import Database, Tx
from tideline.platform.facts import SYSTEM, Actor
from tideline.platform.once import Once, do_once

T = TypeVar("T")
Mark = Callable[[Tx, File, int], Awaitable[T]]


class Files:
    """Rows and objects together, under the rules about how much there may be."""

    def __init__(self, db: Database, objects: Objects, limits: Limits | None = None) -> None:
        self.objects = objects
        self.room = Room(db, limits or Limits(), objects.free)
        self._db = db

    @classmethod
    def in_folder(cls, db: Database, folder: Path, limits: Limits | None = None) -> "Files":
        """Files in a local folder, readable by nobody else."""
        return cls(db, Objects.in_folder(folder), limits)

    async def save(
        self, workspace_id: int, new: NewFile, chunks: AsyncIterable[bytes], *, actor: Actor = SYSTEM
    ) -> File:
        """Store a whole new file: its row, its bytes, then that they are there."""
        return await self._save(workspace_id, new, chunks, _mark, actor)

    async def save_upload(
        self, workspace_id: int, new: NewFile, chunks: AsyncIterable[bytes], *, actor: Actor, once: Once | None = None
    ) -> Upload:
        """The same for what somebody uploads, under the key of the request."""

        async def mark(tx: Tx, file: File, size: int) -> Upload:
            async def answer(tx: Tx) -> Upload:
                await _mark(tx, file, size)
                return await actions.get_upload(tx, file.uid)

            return await do_once(tx, once, answer)

        return await self._save(workspace_id, new, chunks, mark, actor)

    async def save_thumbnail(self, of: File, new: NewFile, chunks: AsyncIterable[bytes], measures: Measures) -> File:
        """Store the small picture of a file. The file refers to it as soon as it is there, or it is given up again."""

        async def mark(tx: Tx, thumbnail: File, size: int) -> File:
            stored = await _mark(tx, thumbnail, size)
            await actions.measure(tx, of.uid, measures, stored.uid)
            return stored

        return await self._save(of.workspace_id, new, chunks, mark, SYSTEM)

    async def save_with(
        self,
        workspace_id: int,
        new: NewFile,
        chunks: AsyncIterable[bytes],
        attach: Callable[[Tx, File], Awaitable[None]],
    ) -> File:
        """Store a whole new file for something else, which refers to it in the same transaction."""

        async def mark(tx: Tx, file: File, size: int) -> File:
            stored = await _mark(tx, file, size)
            await attach(tx, stored)
            return stored

        return await self._save(workspace_id, new, chunks, mark, SYSTEM)

    async def fill(self, workspace_id: int, uid: UUID, chunks: AsyncIterable[bytes]) -> File:
        """Store the bytes of a file that is expected. Doing it again changes nothing."""
        file = await self.get(workspace_id, uid)
        return file if file.is_stored else await self._store(file, kind_of(file.mimetype), chunks, _mark, SYSTEM)

    async def get(self, workspace_id: int, uid: UUID) -> File:
        async with self._db.read(workspace_id) as tx:
            return await actions.get(tx, uid)

    async def give_up(self, workspace_id: int, uid: UUID, problem: str | None = None) -> None:
        """Nothing will come any more, because of a problem of this code. What is stored stays: who only thinks that
        it failed may have lost the answer of the database."""

        async def forget(tx: Tx) -> None:
            if problem:
                await store.set_problem(tx, uid, problem)
            await store.give_up(tx, [uid])

        await self._db.run(workspace_id, forget)

    async def note(self, workspace_id: int, uid: UUID, problem: str) -> None:
        """It has not come yet, because of a problem of this code; it may still come."""

        async def write(tx: Tx) -> None:
            await store.set_problem(tx, uid, problem)

        await self._db.run(workspace_id, write)

    async def chunks(self, file: File, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a stored file, or a part of them (`end` exclusive)."""
        if not file.is_stored:
            raise FileNotReady
        stop = file.size if end is None else end
        if start < stop:
            async for chunk in self.objects.read(file.object_path, start, stop):
                yield chunk

    async def address(self, file: File, lifetime: timedelta) -> str | None:
        """Where the bucket gives the file out by itself; None when we have to."""
        return await self.objects.sign(file.object_path, lifetime) if self.objects.is_remote else None

    def path_of(self, file: File) -> Path | None:
        """Where the bytes are on this machine; None when they are elsewhere."""
        return self.objects.path(file.object_path)

    def source(self, file: File) -> "StoredSource":
        """What a connector reads a file from when it sends it."""
        return StoredSource(self, file)

    async def _save(
        self, workspace_id: int, new: NewFile, chunks: AsyncIterable[bytes], mark: Mark[T], actor: Actor
    ) -> T:
        kind = new.kind or kind_of(new.mimetype)
        self.room.ensure_size(kind, new.size)
        [file] = await self._db.run(workspace_id, lambda tx: actions.expect(tx, [new]), actor=actor)
        try:
            return await self._store(file, kind, chunks, mark, actor)
        except BaseException:
            await asyncio.shield(self.give_up(workspace_id, file.uid))
            raise

    async def _store(self, file: File, kind: FileKind, chunks: AsyncIterable[bytes], mark: Mark[T], actor: Actor) -> T:
        await self.room.ensure(file, kind)
        size = await self._write(file, kind, chunks)
        try:
            marked = await self._db.run(file.workspace_id, lambda tx: mark(tx, file, size), actor=actor)
        except FileNotFound:
            await self.objects.remove(file.object_path)
            raise
        self.room.keep(file.workspace_id, size)
        return marked

    async def _write(self, file: File, kind: FileKind, chunks: AsyncIterable[bytes]) -> int:
        with self.room.taking(file, kind, chunks) as counted:
            await self.objects.put(file.object_path, counted, headers_of(file))
        if not counted.size:
            await self.objects.remove(file.object_path)
            raise FileIsEmpty
        return counted.size


def headers_of(file: File) -> dict[str, str]:
    """What a bucket says with a file when it gives it out itself: a page stays a download there as well."""
    return {
        "Content-Type": file.mimetype,
        "Content-Disposition": disposition(file.filename, file.mimetype),
        "Cache-Control": "private, no-store",
    }


async def _mark(tx: Tx, file: File, size: int) -> File:
    """Say that the bytes are there, unless the file was given up in the meantime."""
    stored = await store.mark_stored(tx, file.uid, size)
    if stored is None:
        raise FileNotFound
    order_previews(tx, [stored])
    if stored.purpose is Purpose.UPLOAD:
        tx.record(events.uploaded(await actions.get_upload(tx, file.uid)))
    return stored


class StoredSource:
    """Gives the bytes of a stored file as often as asked (`numbers.port.MediaSource`)."""

    def __init__(self, files: Files, file: File) -> None:
        self._files = files
        self._file = file

    def chunks(self) -> AsyncIterator[bytes]:
        return self._files.chunks(self._file)
