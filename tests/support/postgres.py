"""One PostgreSQL for the whole test run, and a fresh, migrated database for whoever asks.

The server is the embedded one with fsync off; it ends with this process, also after `kill -9`.
`TIDELINE_TEST_DATABASE_URL` names another server instead; its role must be allowed to create databases.
"""

import asyncio
import atexit
import fcntl
import itertools
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tideline.platform import launcher
from tideline.platform.migrate import FOLDER, migrate
from tideline.testing.room import room

T = TypeVar("T")

FOR_SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}
PREFIX = "tideline-tests-"


class PostgresForTests:
    """Every method is plain and may be called from a test that runs in an event loop."""

    def __init__(self, migrations: Path = FOLDER) -> None:
        self._migrations = migrations
        self._run = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres-for-tests", daemon=True)
        self._server: launcher.EmbeddedServer | None = None
        self._folder: Path | None = None
        self._admin: asyncpg.Connection[Any]
        self._dsn = ""
        self._template: str | None = None

    def start(self) -> None:
        self._thread.start()
        self._wait_for(self._start())
        atexit.register(self.stop)

    def new_database(self) -> str:
        """A fresh database with all migrations applied."""
        return self._wait_for(self._new_database(migrated=True))

    def new_empty_database(self) -> str:
        """A fresh database without any schema of ours."""
        return self._wait_for(self._new_database(migrated=False))

    def drop(self, dsn: str) -> None:
        """Drop a database, and throw out whoever is still connected to it."""
        self._wait_for(self._admin.execute(f'DROP DATABASE IF EXISTS "{database_of(dsn)}" WITH (FORCE)'))

    def stop(self) -> None:
        atexit.unregister(self.stop)
        if self._loop.is_running():
            self._wait_for(self._stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _start(self) -> None:
        self._dsn = os.environ.get("TIDELINE_TEST_DATABASE_URL", "")
        if not self._dsn:
            remove_left_overs()
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=room()))
            self._server = await launcher.start(self._folder, settings=FOR_SPEED, may_create_databases=True)
            self._dsn = self._server.dsn
        self._admin = await asyncpg.connect(self._dsn)

    async def _new_database(self, *, migrated: bool) -> str:
        template = await self._migrated_template() if migrated else "template0"
        return await self._create(f"tideline_test_{self._run}_{next(self._numbers)}", template)

    async def _migrated_template(self) -> str:
        if self._template is None:
            dsn = await self._create(f"tideline_test_{self._run}_template", "template0")
            await migrate(dsn, self._migrations)
            self._template = database_of(dsn)
        return self._template

    async def _create(self, name: str, template: str) -> str:
        strategy = "STRATEGY FILE_COPY" if self._server else ""  # five times faster where nothing waits for a disk
        await self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {strategy}')
        return with_database(self._dsn, name)

    async def _stop(self) -> None:
        if self._server:
            await self._admin.close()
            await self._server.stop()
            return
        for row in await self._admin.fetch(
            "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", f"tideline_test_{self._run}_"
        ):
            await self._admin.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
        await self._admin.close()

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)


def database_of(dsn: str) -> str:
    return urlsplit(dsn).path.removeprefix("/")


def with_database(dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def remove_left_overs() -> None:
    """Remove the folders of test runs that were killed; those of living ones are locked."""
    for folder in room().glob(f"{PREFIX}*"):
        try:
            with (folder / "serve.lock").open() as lock, (folder / "postgres" / "server.lock").open() as server:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(server, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
