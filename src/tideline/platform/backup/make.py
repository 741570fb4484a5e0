"""Makes a backup: one file with the database, the stored files and the linked sessions."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from tideline.platform.backup import archive
from tideline.platform.backup.clients import reach_server
from tideline.platform.backup.places import Places, copy_sessions
from tideline.platform.backup.problems import BackupNotWritten, NothingToBackUp
from tideline.platform.launcher.cluster import sync_folder
from tideline.platform.migrate import applied

log = structlog.get_logger(__name__)

OURS = """
SELECT nspname FROM pg_namespace n
WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public') AND pg_has_role(nspowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e')
ORDER BY nspname
"""


async def backup(dsn: str, to: Path, *, places: Places, app_version: str, now: datetime) -> archive.Manifest:
    """Write one file that holds everything `places` names and the database as it is at one moment.

    The secret key is taken only if `places` names it. The file appears under its name when it is complete
    and on disk. Nothing has to be stopped for it.
    """
    try:
        with _work_folder(to) as work:
            schema, server_version = await _dump(dsn, work / archive.DUMP)
            manifest = await asyncio.to_thread(_pack, work, places, app_version, schema, server_version, now)
            await asyncio.to_thread(_publish, work, to)
    except OSError as error:
        raise BackupNotWritten(
            f"The backup could not be written ({error.strerror}: {error.filename or to})."
        ) from error
    log.info("backup.made", members=manifest.members, bytes=manifest.bytes, schema=schema)
    return manifest


@contextmanager
def _work_folder(to: Path) -> Iterator[Path]:
    if to.exists():
        raise BackupNotWritten(f"{to} exists already.")
    work = to.with_name(to.name + ".unfinished")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


async def _dump(dsn: str, to: Path) -> tuple[int, int]:
    """Dump the database, and return the schema version of that same moment and the server's version."""
    conn = await asyncpg.connect(dsn)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await conn.fetchval("SELECT pg_export_snapshot()")
            schema = await _schema_version(conn)
            server = await reach_server(dsn, conn)
            await server.dump(snapshot, await schemas(conn), to)
            return schema, conn.get_server_version().major
    finally:
        await conn.close()


async def schemas(conn: "asyncpg.Connection[Any]") -> list[str]:
    """The schemas that are ours; others in the same database are none of our business."""
    return [row["nspname"] for row in await conn.fetch(OURS)]


async def _schema_version(conn: "asyncpg.Connection[Any]") -> int:
    done = await applied(conn)
    if not done:
        raise NothingToBackUp
    return done[-1].number


def _pack(
    work: Path, places: Places, app_version: str, schema: int, server_version: int, now: datetime
) -> archive.Manifest:
    sessions = work / archive.SESSIONS
    with archive.create(work / "archive.tar", work / archive.CHECKSUMS, now) as writer:
        writer.add(archive.DUMP, work / archive.DUMP)
        (work / archive.DUMP).unlink()
        if places.secret_key:
            writer.add(archive.SECRET_KEY, places.secret_key)
        if places.sessions:
            copy_sessions(places.sessions, sessions)
            writer.add_folder(archive.SESSIONS, sessions)
        # after the database: a file of a row in the dump is there, and one more does no harm
        if places.files:
            writer.add_folder(archive.FILES, places.files)
        manifest = archive.Manifest(
            app_version=app_version,
            schema=schema,
            server_version=server_version,
            created_at=now.astimezone(UTC),
            has_files=places.files is not None,
            has_sessions=places.sessions is not None,
            has_secret_key=places.secret_key is not None,
            members=writer.members,
            bytes=writer.bytes,
            checksums_sha256=writer.checksums_sha256(),
        )
        writer.finish(manifest)
    return manifest


def _publish(work: Path, to: Path) -> None:
    (work / "archive.tar").rename(to)
    sync_folder(to.parent)
