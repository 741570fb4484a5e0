"""Tidying up after crashes and deletions: rows without bytes, bytes without rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from tideline.features.files import store
from tideline.features.files.model import File, FileState, Purpose, object_path
from tideline.features.files.ordering import order_previews
from tideline.features.files.stored import Files
from tideline.platform import installation
from tideline.platform.db import Database

# An upload that takes longer has failed; media that came in is asked for again for days.
PATIENCE = {
    Purpose.UPLOAD: timedelta(hours=2),
    Purpose.PHOTO: timedelta(hours=2),
    Purpose.THUMBNAIL: timedelta(hours=2),
    Purpose.MEDIA: timedelta(days=3),
}
ORPHAN_AGE = timedelta(days=1)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    given_up: int = 0
    finished: int = 0
    removed: int = 0
    orphans: int = 0


async def sweep(db: Database, files: Files) -> Swept:
    """Finish or give up what was left half-done, and remove the bytes of deleted files."""
    if not await _may_sweep(db, files):
        return Swept()
    now = db.clock.now()
    async with db.system() as tx:
        found = await store.list_unfinished(tx, now - min(PATIENCE.values()), BATCH)
    given_up = finished = removed = 0
    for workspace_id, rows in groupby(sorted(found, key=_workspace), key=_workspace):
        done = await _sweep_workspace(db, files, workspace_id, list(rows), now)
        given_up, finished, removed = given_up + done.given_up, finished + done.finished, removed + done.removed
    return Swept(given_up, finished, removed)


async def _sweep_workspace(db: Database, files: Files, workspace_id: int, rows: list[File], now: datetime) -> Swept:
    overdue = [file for file in rows if file.state is FileState.PENDING and is_overdue(file, now)]
    sizes = {file.uid: await files.objects.size(file.object_path) for file in overdue}
    # A message shows its media, so bytes that made it are worth keeping; nobody knows of a lost upload.
    rescued = {file.uid: size for file in overdue if (size := sizes[file.uid]) and file.purpose is Purpose.MEDIA}
    lost = [file.uid for file in overdue if file.uid not in rescued]
    async with db.tx(workspace_id) as tx:
        order_previews(tx, [file for uid, size in rescued.items() if (file := await store.mark_stored(tx, uid, size))])
        given_up = await store.give_up(tx, lost)
    gone = [file for file in rows if file.state is FileState.DELETED or file.uid in given_up]
    for file in gone:
        await files.objects.remove(file.object_path)
    async with db.tx(workspace_id) as tx:
        await store.mark_swept(tx, [file.uid for file in gone])
    return Swept(given_up=len(given_up), finished=len(rescued), removed=len(gone))


def is_overdue(file: File, now: datetime) -> bool:
    return file.created_at + PATIENCE[file.purpose] < now


async def sweep_orphans(db: Database, files: Files) -> int:
    """Remove objects that no row knows, as a restored backup or a deleted workspace leaves them."""
    if not await _may_sweep(db, files):
        return 0
    before = db.clock.now() - ORPHAN_AGE
    removed = await files.objects.remove_torn(before)
    async for batch in files.objects.list():
        old = [key for path, at, _ in batch if at < before and (key := _key(path))]
        removed += await _remove_unknown(db, files, old)
    return removed


async def _may_sweep(db: Database, files: Files) -> bool:
    """A bucket may be somebody else's by mistake. And a restored installation that is still held may be a second one
    beside the first: to its database, all that came in since the backup would be an orphan."""
    if not files.objects.is_remote:
        return True
    async with db.system_read() as tx:
        name, held_at = await installation.name(tx), await installation.held_at(tx)
    if held_at is not None:
        return False
    await files.objects.claim(name)
    return True


async def _remove_unknown(db: Database, files: Files, keys: Sequence[tuple[int, UUID]]) -> int:
    async with db.system() as tx:
        known = await store.list_known(tx, keys)
    unknown = [key for key in keys if key not in known]
    for workspace_id, uid in unknown:
        await files.objects.remove(object_path(workspace_id, uid))
    return len(unknown)


def _key(path: str) -> tuple[int, UUID] | None:
    """The workspace and uid an object belongs to; None for what is not ours and stays where it is."""
    workspace_id, _, uid = path.partition("/")
    try:
        return int(workspace_id), UUID(uid)
    except ValueError:
        return None


def _workspace(file: File) -> int:
    return file.workspace_id
