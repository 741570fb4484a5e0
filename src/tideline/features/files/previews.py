"""Thumbnails and measures: found out once a file is stored, on a lane of its workspace, and never in anybody's way."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import BinaryIO, Final

import structlog

from tideline.features.files import actions
from tideline.features.files.errors import FileNotFound, FileStoreAway
from tideline.features.files.model import File, FileUid, Measures, NewFile, Purpose
from tideline.features.files.ordering import uid_in
from tideline.features.files.spool import Spool, read_whole
from tideline.features.files.stored import Files
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.lanes import Held, Item
from tideline.platform.media import MediaBusy, MediaCrashed, Preview, Workshop

log = structlog.get_logger(__name__)

# What may be the fault of the moment. A file that took too much work once would take it again.
PASSING: Final = (MediaBusy, MediaCrashed, FileStoreAway)
WAITS: Final = (timedelta(minutes=1), timedelta(minutes=15))
MOST_LAPSES: Final = 2
NAME: Final = "thumbnail.jpg"
TYPE: Final = "image/jpeg"


class Previews:
    """The act of the lane. A file whose preview cannot be made stays without one; nobody waits for it."""

    def __init__(self, db: Database, files: Files, spool: Spool, workshop: Workshop) -> None:
        self._db = db
        self._files = files
        self._spool = spool
        self._workshop = workshop

    async def __call__(self, held: Held) -> None:
        for item in held.items:
            await self._attempt(held, item)

    async def _attempt(self, held: Held, item: Item) -> None:
        """Try once; then it is done, or waits for its next time, or is given up."""
        began = time.perf_counter()
        uid = uid_in(item)
        again_in: timedelta | None = None
        try:
            outcome = await self._prepare(held, uid)
        except Problem as problem:
            outcome = problem.code
            again_in = _wait(item.attempt) if isinstance(problem, PASSING) else None
        except Exception as problem:
            outcome = type(problem).__name__
            again_in = _wait(item.attempt)
            log.exception("file.preview_failed", file=str(uid))
        await self._settle(held, item, again_in)
        log.info(
            "file.preview",
            file=str(uid),
            attempt=item.attempt,
            outcome=outcome,
            took=round(time.perf_counter() - began, 3),
            again_in=again_in.total_seconds() if again_in else None,
        )

    async def _prepare(self, held: Held, uid: FileUid) -> str:
        if held.lapses > MOST_LAPSES:
            return "given up"  # whoever tried was gone before it was done, again and again
        file = await self._files.get(held.workspace_id, uid)
        if not file.is_stored or file.thumbnail_uid:
            return "not needed"
        async with self._opened(file) as source:
            with self._spool.scratch() as small:
                preview = await self._workshop.preview(source, small)
                await self._keep(file, preview, small)
        return "done"

    @asynccontextmanager
    async def _opened(self, file: File) -> AsyncIterator[BinaryIO]:
        """The file where it lies, or a copy of it where it lies elsewhere."""
        if path := self._files.path_of(file):
            try:
                source = await asyncio.to_thread(path.open, "rb")
            except FileNotFoundError:
                raise FileNotFound from None
            with source:
                yield source
            return
        with self._spool.scratch() as copy:
            async for chunk in self._files.chunks(file):
                await asyncio.to_thread(copy.write, chunk)
            copy.flush()
            yield copy

    async def _keep(self, file: File, preview: Preview, small: BinaryIO) -> None:
        measures = Measures(preview.width, preview.height, preview.seconds)
        if not preview.has_picture:
            await self._db.run(file.workspace_id, partial(actions.measure, uid=file.uid, measures=measures))
            return
        new = NewFile(NAME, TYPE, Purpose.THUMBNAIL, os.fstat(small.fileno()).st_size)
        await self._files.save_thumbnail(file, new, read_whole(small), measures)

    async def _settle(self, held: Held, item: Item, again_in: timedelta | None) -> None:
        async with self._db.tx(held.workspace_id) as tx:
            if again_in is None:
                tx.before_commit(lambda last: held.done(last, item))
            else:
                at = tx.now + again_in
                tx.before_commit(lambda last: held.retry(last, item, at))


def _wait(attempt: int) -> timedelta | None:
    return WAITS[attempt - 1] if attempt <= len(WAITS) else None
