"""Transactions whose process dies at one of their statements."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from tideline.platform.db import Database, SystemTx

T = TypeVar("T")


class Crash(Exception):
    """The process dies here: what is open rolls back, and nobody tidies up."""


class DoomedTx(SystemTx):
    """Dies at statement number `at` (from 1): before it is sent, or when its answer is there."""

    def __init__(self, tx: SystemTx, at: int, after: bool) -> None:
        super().__init__(tx._conn, tx.now)
        self.after_commit, self.topics = tx.after_commit, tx.topics
        self._left = at
        self._after = after

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        return await self._die_or(super().fetch(sql, *args))

    async def value(self, sql: str, *args: Any) -> Any:
        return await self._die_or(super().value(sql, *args))

    async def execute(self, sql: str, *args: Any) -> int:
        return await self._die_or(super().execute(sql, *args))

    async def _die_or(self, statement: Coroutine[Any, Any, T]) -> T:
        self._left -= 1
        if self._left == 0 and not self._after:
            statement.close()
            raise Crash
        answer = await statement
        if self._left == 0:
            raise Crash
        return answer


@asynccontextmanager
async def doomed(db: Database, at: int | None, after: bool = False) -> AsyncIterator[SystemTx]:
    """A transaction that dies at a statement, or an ordinary one when `at` is None."""
    async with db.system() as tx:
        yield tx if at is None else DoomedTx(tx, at, after)
