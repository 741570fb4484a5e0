"""Brings the schema up to date: numbered SQL files, each applied once, in order, in a transaction of its own."""

import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from tideline.platform.errors import Problem

log = structlog.get_logger(__name__)

FOLDER = Path(__file__).resolve().parents[1] / "migrations"
FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
LABELS = ("expand", "contract")
LOCK = 0x7469_6465_6C69_6E65  # "tideline": whoever migrates holds this advisory lock until its transaction ends
# Not to_regclass(): right after waiting for the lock it may still answer from a cache that knows of no schema.
HAS_RECORD = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'directory' AND tablename = 'migration')"
UNFINISHED_RESTORE = "directory.unfinished_restore"


class SchemaNewer(Problem):
    code = "schema_newer"
    message = "The database was migrated by a newer Tideline."


class MigrationChanged(Problem):
    code = "migration_changed"
    message = "A migration that was already applied has been changed."


class MigrationUnreadable(Problem):
    code = "migration_unreadable"
    message = "A migration file is not named or labelled as it should be."


class RestoreUnfinished(Problem):
    code = "restore_unfinished"
    message = (
        "A restore into this database was interrupted. Empty the database (or the data folder) and run "
        "`tideline restore` again."
    )


class State(StrEnum):
    APPLIED = "applied"
    PENDING = "pending"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    number: int
    name: str
    label: str
    sha256: str
    sql: str


@dataclass(frozen=True, slots=True)
class Applied:
    """One row of the database's record."""

    number: int
    name: str
    label: str
    sha256: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What `tideline migrate` shows about one migration."""

    number: int
    name: str
    label: str
    state: State
    applied_at: datetime | None


async def migrate(dsn: str, folder: Path = FOLDER) -> list[Migration]:
    """Apply what is missing and return it. Several may call this at once; each migration runs once."""
    conn = await asyncpg.connect(dsn, server_settings={"timezone": "UTC"})
    try:
        if await conn.fetchval("SELECT to_regclass($1) IS NOT NULL", UNFINISHED_RESTORE):
            raise RestoreUnfinished
        return await apply_missing(conn, read_folder(folder))
    finally:
        await conn.close()


async def status(dsn: str, folder: Path = FOLDER) -> list[Step]:
    """Every migration known to the code or to the database, and what is to be done with it."""
    conn = await asyncpg.connect(dsn)
    try:
        return compare(read_folder(folder), await applied(conn))
    finally:
        await conn.close()


def read_folder(folder: Path) -> list[Migration]:
    """The migrations of a folder by number."""
    migrations = sorted((_read(path) for path in folder.glob("*.sql")), key=lambda migration: migration.number)
    for before, after in itertools.pairwise(migrations):
        if before.number == after.number:
            raise MigrationUnreadable(f"Two migrations have the number {after.number:04}: {before.name}, {after.name}.")
    return migrations


def _read(path: Path) -> Migration:
    named = FILE_NAME.fullmatch(path.name)
    if not named:
        raise MigrationUnreadable(f"{path.name} is not named like 0001_what_it_does.sql.")
    raw = path.read_bytes()
    sql = raw.decode()
    label = sql.partition("\n")[0].removeprefix("--").strip()
    if label not in LABELS or not sql.startswith("--"):
        raise MigrationUnreadable(f"The first line of {path.name} must be `-- expand` or `-- contract`.")
    return Migration(int(named[1]), named[2], label, hashlib.sha256(raw).hexdigest(), sql)


def compare(migrations: Sequence[Migration], done: Sequence[Applied]) -> list[Step]:
    """Lay the code's migrations beside the database's record."""
    known = {migration.number for migration in migrations}
    records = {record.number: record for record in done}
    steps = [_step(migration, records.get(migration.number)) for migration in migrations]
    steps += [
        Step(record.number, record.name, record.label, State.UNKNOWN, record.applied_at)
        for record in done
        if record.number not in known
    ]
    return sorted(steps, key=lambda step: step.number)


def _step(migration: Migration, record: Applied | None) -> Step:
    if record is None:
        return Step(migration.number, migration.name, migration.label, State.PENDING, None)
    state = State.APPLIED if record.sha256 == migration.sha256 else State.CHANGED
    return Step(migration.number, migration.name, migration.label, state, record.applied_at)


def pending(migrations: Sequence[Migration], done: Sequence[Applied]) -> list[Migration]:
    """What is left to apply; refuses a database that this code does not understand."""
    steps = compare(migrations, done)
    unknown = [step for step in steps if step.state is State.UNKNOWN]
    if unknown:
        raise SchemaNewer(
            f"The database was migrated by a newer Tideline (it has {_named(unknown[-1])}, which this version does "
            "not know). Start that newer version, or restore a backup made before the upgrade.",
            number=unknown[-1].number,
        )
    changed = [step for step in steps if step.state is State.CHANGED]
    if changed:
        raise MigrationChanged(
            f"Migration {_named(changed[0])} was applied in another wording than the one this version brings. "
            "Applied migrations never change; add a new one instead.",
            number=changed[0].number,
        )
    waiting = {step.number for step in steps if step.state is State.PENDING}
    return [migration for migration in migrations if migration.number in waiting]


def _named(step: Step) -> str:
    return f"{step.number:04}_{step.name}"


async def applied(conn: "asyncpg.Connection[Any]") -> list[Applied]:
    """The database's own record of what was applied."""
    if not await conn.fetchval(HAS_RECORD):
        return []
    rows = await conn.fetch("SELECT number, name, label, sha256, applied_at FROM directory.migration ORDER BY number")
    return [Applied(**row) for row in rows]


async def apply_missing(conn: "asyncpg.Connection[Any]", migrations: Sequence[Migration]) -> list[Migration]:
    """Apply one after the other; the lock is taken, and the record read again, in each transaction."""
    mine = []
    while pending(migrations, await applied(conn)):
        async with conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            waiting = pending(migrations, await applied(conn))
            if waiting:
                await _apply(conn, waiting[0])
                mine.append(waiting[0])
    return mine


async def _apply(conn: "asyncpg.Connection[Any]", migration: Migration) -> None:
    await conn.execute(migration.sql)
    # after the migration, because the first one creates the schema `directory` itself
    await conn.execute(
        """
        CREATE SCHEMA IF NOT EXISTS directory;
        CREATE TABLE IF NOT EXISTS directory.migration (
            number     integer PRIMARY KEY,
            name       text NOT NULL,
            label      text NOT NULL CHECK (label IN ('expand', 'contract')),
            sha256     text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    await conn.execute(
        "INSERT INTO directory.migration (number, name, label, sha256) VALUES ($1, $2, $3, $4)",
        migration.number,
        migration.name,
        migration.label,
        migration.sha256,
    )
    log.info("migration.applied", number=migration.number, name=migration.name, label=migration.label)
