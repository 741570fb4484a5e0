"""The nightly local backup of the embedded database: when it is due, and how many are kept."""

import asyncio
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import asyncpg
import structlog

from tideline.platform.backup.make import backup
from tideline.platform.backup.places import Places, size_of
from tideline.platform.backup.problems import NoRoomForBackup

log = structlog.get_logger(__name__)

AT = time(3, 17)
KEEP = 7
ROOM_TO_LEAVE = 256 << 20
NAME = re.compile(r"nightly-\d{8}T\d{6}Z\.tar")


def next_run(now: datetime, at: time = AT) -> datetime:
    """The next moment after `now` when the clock of `now`'s zone shows `at`, as a UTC instant."""
    local = now if now.tzinfo else now.replace(tzinfo=UTC)
    for days in range(3):
        due = datetime.combine(local.date() + timedelta(days=days), at, tzinfo=local.tzinfo).astimezone(UTC)
        if due > local:
            return due
    raise AssertionError("one of three days must come later")


async def nightly(
    dsn: str,
    folder: Path,
    *,
    places: Places,
    app_version: str,
    now: datetime,
    keep: int = KEEP,
    room_to_leave: int = ROOM_TO_LEAVE,
) -> Path:
    """Make a backup in the folder, then remove the oldest ones beyond `keep`, and what a crash left."""
    await asyncio.to_thread(_tidy, folder)
    fitting = await _what_fits(dsn, folder, places, room_to_leave)
    to = folder / f"nightly-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"
    await backup(dsn, to, places=fitting, app_version=app_version, now=now)
    await asyncio.to_thread(_prune, folder, keep)
    return to


def kept(folder: Path) -> list[Path]:
    """The nightly backups in the folder, oldest first."""
    return sorted(path for path in folder.glob("nightly-*.tar") if NAME.fullmatch(path.name))


def _tidy(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("nightly-*.tar.unfinished"):
        shutil.rmtree(left, ignore_errors=True)


async def _what_fits(dsn: str, folder: Path, places: Places, room_to_leave: int) -> Places:
    """A backup must not be what fills the disk: the stored files are left out first, then there is none."""
    free = shutil.disk_usage(folder).free
    wanted = await _size(dsn) + await asyncio.to_thread(size_of, places.sessions) + room_to_leave
    if free < wanted:
        raise NoRoomForBackup(
            f"The nightly backup was left out: {folder} has {free >> 20} MB free, and {wanted >> 20} MB may be needed."
        )
    files = await asyncio.to_thread(size_of, places.files)
    if free < wanted + files:
        log.warning("backup.files_left_out", free_mb=free >> 20, files_mb=files >> 20)
        return replace(places, files=None)
    return places


async def _size(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        return int(await conn.fetchval("SELECT pg_database_size(current_database())"))
    finally:
        await conn.close()


def _prune(folder: Path, keep: int) -> None:
    for old in kept(folder)[:-keep]:
        old.unlink()
        log.info("backup.pruned", name=old.name)
