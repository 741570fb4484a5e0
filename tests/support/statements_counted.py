"""Which statements a database is sent: everything that goes over its connections while somebody listens."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tideline.platform.db import Database
from tideline.platform.spares import Spares

SAVEPOINT = re.compile(r"__asyncpg_savepoint_\w+__")


class Listening(Spares):
    """Hands out connections like any other, and hears what is said on them."""

    def __init__(self, pool: Any, hear: Callable[[str], None]) -> None:
        super().__init__(pool)
        self._hear = hear

    async def take(self) -> Any:
        conn = await super().take()
        conn.add_query_logger(self._heard)
        return conn

    async def give_back(self, conn: Any, *, in_order: bool) -> None:
        conn.remove_query_logger(self._heard)
        await super().give_back(conn, in_order=in_order)

    def _heard(self, record: Any) -> None:
        self._hear(SAVEPOINT.sub("savepoint", record.query))


class StatementsCounted:
    """Listens to one database from now on, so it is made before anybody uses that database."""

    def __init__(self, db: Database) -> None:
        self._lists: list[list[str]] = []
        db._spares = Listening(db._pool, self._hear)

    def _hear(self, sql: str) -> None:
        for statements in self._lists:
            statements.append(sql)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[list[str]]:
        """What is sent meanwhile, in order; the list is complete when the block has ended."""
        statements: list[str] = []
        await asyncio.sleep(0)  # asyncpg tells of a statement in the turn of the loop after it
        self._lists.append(statements)
        try:
            yield statements
            await asyncio.sleep(0)
        finally:
            self._lists.remove(statements)
