"""A small installation with data in every place, to be backed up and brought back."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from tideline.platform import backup as backups
from tideline.platform import migrate
from tideline.platform.backup import Places, backup, restore

NOW = datetime(2026, 11, 23, 3, 17, tzinfo=UTC)
NOTES = "-- expand\nCREATE SCHEMA directory;\nCREATE TABLE directory.note (id integer PRIMARY KEY, body text);\n"
LATER = "-- expand\nALTER TABLE directory.note ADD COLUMN held boolean NOT NULL DEFAULT false;\n"
BODY = "SET transaction_timeout = 0;\n\\.\ttab, Grüße, 🌊"


class Installation:
    """A small installation: a database, stored files, linked sessions, a secret key."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.folder = folder
        self.dsn = dsn
        self.places = Places(files=folder / "files", sessions=folder / "sessions", secret_key=folder / "secret.key")
        self.work = folder / "restore.unfinished"

    async def fetch(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        conn = await asyncpg.connect(self.dsn)
        try:
            return [tuple(row) for row in await conn.fetch(sql, *args)]
        finally:
            await conn.close()

    def content(self) -> dict[str, bytes]:
        kept = (self.folder / "files", self.folder / "secret.key")
        paths = [path for place in kept for path in (place, *place.rglob("*")) if path.is_file()]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}


def write_migrations(folder: Path) -> Path:
    folder.mkdir()
    (folder / "0001_notes.sql").write_text(NOTES)
    return folder


async def put_to_use(installation: Installation, migrations: Path) -> Installation:
    await migrate.migrate(installation.dsn, migrations)
    await installation.fetch("INSERT INTO directory.note SELECT n, $1 FROM generate_series(1, 1000) n", BODY)
    fill(installation)
    return installation


def fill(installation: Installation) -> None:
    for name, content in {"files/1/a": b"A" * 70_000, "files/1/b": b"", "files/2/ü ö.png": b"P"}.items():
        path = installation.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (installation.folder / "secret.key").write_bytes(b"very secret")
    (installation.folder / "sessions").mkdir()
    session = sqlite3.connect(installation.folder / "sessions" / "1.db")
    session.executescript(
        "PRAGMA journal_mode = wal; CREATE TABLE device (jid text); INSERT INTO device VALUES ('4711');"
    )
    session.close()


async def make(used: Installation, to: Path, *, key: bool = False) -> backups.Manifest:
    places = used.places if key else Places(files=used.places.files, sessions=used.places.sessions)
    return await backup(used.dsn, to, places=places, app_version="0.1.0", now=NOW)


def names_below(folder: Path, pattern: str) -> list[str]:
    return [path.name for path in folder.rglob(pattern)]


async def hold(conn: "asyncpg.Connection[Any]") -> None:
    await conn.execute("INSERT INTO directory.note VALUES (0, 'held')")


async def bring_back(file: Path, into: Installation, migrations: Path, after: Any = hold) -> backups.Manifest:
    return await restore(file, into.dsn, places=into.places, work=into.work, after=after, migrations=migrations)
