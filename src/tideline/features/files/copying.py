"""From one place to another: every object that the database knows and the store here lacks."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from tideline.features.files import store
from tideline.features.files.model import File
from tideline.features.files.objects import Objects
from tideline.features.files.stored import Files, headers_of
from tideline.platform.db import Database

BATCH = 500
AT_ONCE = 4


@dataclass(slots=True)
class Copied:
    """What one run did; `missing` are files that the source does not have either."""

    copied: int = 0
    bytes: int = 0
    there: int = 0
    missing: int = 0


async def copy_from(db: Database, files: Files, source: Objects) -> Copied:
    """Bring the objects of all stored files here. It may be interrupted and run again; what is here stays."""
    done = Copied()
    after: tuple[int, UUID] = (0, UUID(int=0))
    while True:
        async with db.system_read() as tx:
            batch = await store.list_stored(tx, after, BATCH)
        if not batch:
            return done
        turns = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_copy(files.objects, source, file, done, turns) for file in batch))
        after = batch[-1].workspace_id, batch[-1].uid


async def _copy(target: Objects, source: Objects, file: File, done: Copied, turns: asyncio.Semaphore) -> None:
    async with turns:
        if await target.size(file.object_path) == file.size:
            done.there += 1
        elif await source.size(file.object_path) != file.size:
            done.missing += 1
        else:
            await target.put(file.object_path, source.read(file.object_path, 0, file.size), headers_of(file))
            done.copied += 1
            done.bytes += file.size
