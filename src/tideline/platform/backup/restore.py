"""Restores a backup into an empty database and data folder."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from tideline.platform import migrate
from tideline.platform.backup import archive
from tideline.platform.backup.clients import reach_server
from tideline.platform.backup.make import schemas
from tideline.platform.backup.places import Places, is_in_use
from tideline.platform.backup.problems import BackupNewer, RestoreFailed, RestoreTargetInUse

log = structlog.get_logger(__name__)

After = Callable[["asyncpg.Connection[Any]"], Awaitable[None]]
PLACED = "placed"

SOMETHING_OF_SOMEBODY = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
LIMIT 1
"""


async def restore(
    file: Path, dsn: str, *, places: Places, work: Path, after: After, migrations: Path = migrate.FOLDER
) -> archive.Manifest:
    """Bring a backup back, migrate it to this version, and let `after` change what must not simply go on.

    `after` runs in the transaction that ends the restore: until then nothing of ours starts on this database,
    so a restored installation never sends or delivers before `after` has held it. A restore that was interrupted
    is taken up by running it again. `work` is a folder of our own on the disk of the data folder.
    """
    known = migrate.read_folder(migrations)
    manifest = await asyncio.to_thread(archive.read_manifest, file)
    _check_fit(manifest, known, places)
    conn = await asyncpg.connect(dsn)
    try:
        interrupted = await _is_unfinished(conn)
        if not interrupted:
            await _check_database(conn)
        with _work_folder(work, places, interrupted=interrupted):
            await asyncio.to_thread(archive.unpack, file, manifest, work)
            _check_key(work, places)
            if interrupted:
                await _drop_ours(conn)
            server = await reach_server(dsn, conn)
            await server.load(work / archive.DUMP, last=f"CREATE TABLE {migrate.UNFINISHED_RESTORE} ()")
            await migrate.apply_missing(conn, known)
            await asyncio.to_thread(_put_in_place, work, places)
            async with conn.transaction():
                await after(conn)
                await conn.execute(f"DROP TABLE {migrate.UNFINISHED_RESTORE}")
        await conn.execute("ANALYZE")
    except OSError as error:
        raise RestoreFailed(f"The restore could not be finished ({error.strerror}: {error.filename}).") from error
    finally:
        await conn.close()
    log.info("backup.restored", members=manifest.members, bytes=manifest.bytes, schema=manifest.schema)
    return manifest


def _check_fit(manifest: archive.Manifest, known: Sequence[migrate.Migration], places: Places) -> None:
    newest = known[-1].number if known else 0
    if manifest.format > archive.FORMAT or manifest.schema > newest:
        raise BackupNewer(
            f"This backup was made by Tideline {manifest.app_version} (schema {manifest.schema:04}); this version "
            f"knows schemas up to {newest:04}. Restore it with that version or a newer one."
        )
    for held, place, name in (
        (manifest.has_files, places.files, "stored files"),
        (manifest.has_sessions, places.sessions, "linked sessions"),
    ):
        if held and place is None:
            raise RestoreFailed(f"The backup holds {name}, but this installation has no folder for them.")


async def _is_unfinished(conn: "asyncpg.Connection[Any]") -> bool:
    return bool(await conn.fetchval("SELECT to_regclass($1) IS NOT NULL", migrate.UNFINISHED_RESTORE))


async def _check_database(conn: "asyncpg.Connection[Any]") -> None:
    found = await conn.fetchval(SOMETHING_OF_SOMEBODY)
    if found:
        raise RestoreTargetInUse(f"The database is not empty (it has {found}). Restore into an empty one.")


@contextmanager
def _work_folder(work: Path, places: Places, *, interrupted: bool) -> Iterator[None]:
    """An empty folder for our work; what an interrupted run had put in place already is taken away again."""
    _take_back(work if interrupted else None, places)
    for place in (places.files, places.sessions):
        if place and is_in_use(place):
            raise RestoreTargetInUse(f"{place} is not empty. Restore into an empty data folder.")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    yield
    shutil.rmtree(work, ignore_errors=True)


def _take_back(work: Path | None, places: Places) -> None:
    if work and (work / PLACED).exists():
        for name in (work / PLACED).read_text().split():
            place = _places(places)[name]
            if place and place.is_dir():
                shutil.rmtree(place)


def _check_key(work: Path, places: Places) -> None:
    unpacked, place = work / archive.SECRET_KEY, places.secret_key
    if unpacked.exists() and place and place.exists() and place.read_bytes() != unpacked.read_bytes():
        raise RestoreTargetInUse(f"{place} holds another secret key than the backup. Move it away first.")


async def _drop_ours(conn: "asyncpg.Connection[Any]") -> None:
    for name in await schemas(conn):
        quoted = name.replace('"', '""')
        await conn.execute(f'DROP SCHEMA "{quoted}" CASCADE')


def _put_in_place(work: Path, places: Places) -> None:
    """Move what was unpacked to its places, and write down first what is about to be moved."""
    for name, place in _places(places).items():
        if place and (work / name).exists():
            with (work / PLACED).open("a") as placed:
                placed.write(f"{name}\n")
                placed.flush()
                os.fsync(placed.fileno())
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir():
                place.rmdir()
            shutil.move(work / name, place)
    os.sync()


def _places(places: Places) -> dict[str, Path | None]:
    return {archive.FILES: places.files, archive.SESSIONS: places.sessions, archive.SECRET_KEY: places.secret_key}
