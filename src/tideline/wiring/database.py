"""Opens the database: the named one, or the embedded one of the data folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tideline.platform import installation, launcher, migrate
from tideline.platform.clock import Clock, SystemClock
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.partitions import maintain_partitions
from tideline.settings import Settings
from tideline.wiring.folder import ensure_ours

OLDEST, NEWEST = 15, 18
PREPARING = 0x7469_6465_7072_6570  # "tideprep"


class DatabaseOutOfReach(Problem):
    code = "database_out_of_reach"
    message = "The database named by TIDELINE_DATABASE_URL cannot be used."


class DatabaseTooOld(Problem):
    code = "database_too_old"
    message = f"Tideline needs PostgreSQL {OLDEST} to {NEWEST}."


@asynccontextmanager
async def reach(settings: Settings) -> AsyncIterator[str]:
    """The address of the database for a command: it may be running already, or is started for the moment."""
    if settings.database_url:
        await ensure_usable(settings.database_url)
        yield settings.database_url
    else:
        ensure_ours(settings.data_dir)
        async with launcher.reach(settings.data_dir, run_as=settings.run_as) as dsn:
            yield dsn


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database for a command, with the schema of this version."""
    async with reach(settings) as dsn:
        await migrate.migrate(dsn)
        async with connected(dsn, SystemClock(), most=2) as db:
            await prepare(db)
            yield db


@asynccontextmanager
async def connected(dsn: str, clock: Clock, *, most: int) -> AsyncIterator[Database]:
    db = await Database.connect(dsn, clock, max_size=most)
    try:
        yield db
    finally:
        await db.close()


async def prepare(db: Database) -> None:
    """What has to be there before the first transaction: the installation's own row, and today's partitions, which
    nobody may be writing past while they are made."""
    async with db.system() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock($1)", PREPARING)
        await installation.introduce(tx)
        await maintain_partitions(tx)


async def ensure_usable(dsn: str) -> None:
    """Say in one sentence why a named database does not let us in, or that it is too old."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseOutOfReach(
            f"The database named by TIDELINE_DATABASE_URL cannot be used: {_without_address(error)}"
        ) from error
    try:
        major = connection.get_server_version().major
    finally:
        await connection.close()
    if major < OLDEST:
        raise DatabaseTooOld(f"The database is PostgreSQL {major}; Tideline needs {OLDEST} to {NEWEST}.")


def _without_address(error: Exception) -> str:
    """What went wrong, without the address, which may hold a password."""
    if isinstance(error, TimeoutError):
        return "it does not answer."
    if isinstance(error, asyncpg.PostgresError):
        return f"{error.args[0]}."
    if isinstance(error, OSError):
        return f"{error.strerror or 'no connection'}."
    return "it is not a PostgreSQL address (postgresql://user:password@host:5432/name)."
