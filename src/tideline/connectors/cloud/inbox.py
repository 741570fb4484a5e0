"""Where webhooks are put down before anybody reads them: many requests share a commit, and each waits for its own."""

import asyncio
from collections import deque
from collections.abc import Sequence

import structlog

from tideline.connectors.cloud import store
from tideline.connectors.cloud.store import Notice, Stray
from tideline.platform.db import Database, asks_for_another_run

log = structlog.get_logger(__name__)

TOPIC = "cloud"
"""Woken when something was put down."""
MOST_AT_ONCE = 200
MOST_WAITING = 5_000
LARGEST_WAITING = 64 * 1024 * 1024
LARGEST_AT_ONCE = 16 * 1024 * 1024
RUNS = 3

_Given = tuple[Sequence[Notice], Sequence[Stray], "asyncio.Future[None]"]


class InboxFull(Exception):
    """The database does not keep up; the platform comes again later."""


class Inbox:
    """One per process. What `take` has returned for is on the disk."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: deque[_Given] = deque()
        self._size = 0
        self._writer: asyncio.Task[None] | None = None

    async def take(self, notices: Sequence[Notice], strays: Sequence[Stray] = ()) -> None:
        """Raises what kept it from being stored."""
        if len(self._waiting) >= MOST_WAITING or self._size >= LARGEST_WAITING:
            raise InboxFull
        self._size += _size(notices, strays)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((notices, strays, done))
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._write())
        await asyncio.shield(done)

    async def _write(self) -> None:
        while self._waiting:
            batch = self._next()
            try:
                await self._store(batch)
            except Exception as problem:
                log.warning("cloud.not_stored", webhooks=len(batch), problem=type(problem).__name__)
                _tell(batch, problem)
            else:
                _tell(batch, None)

    def _next(self) -> list[_Given]:
        """What shares a commit: many small bodies, or a few large ones."""
        batch: list[_Given] = []
        size = 0
        while self._waiting and len(batch) < MOST_AT_ONCE and size < LARGEST_AT_ONCE:
            given = self._waiting.popleft()
            size += _size(given[0], given[1])
            batch.append(given)
        self._size -= size
        return batch

    async def _store(self, batch: Sequence[_Given]) -> None:
        notices = [notice for some, _, _ in batch for notice in some]
        strays = [stray for _, some, _ in batch for stray in some]
        for run in range(1, RUNS + 1):
            try:
                async with self._db.system() as tx:
                    if strays:
                        await store.keep_strays(tx, strays)
                    if notices:
                        await store.put(tx, notices)
                        tx.wake(TOPIC)
                return
            except Exception as problem:
                if run == RUNS or not asks_for_another_run(problem):
                    raise


def _size(notices: Sequence[Notice], strays: Sequence[Stray]) -> int:
    return sum(len(one.body) for one in notices) + sum(len(one.body) for one in strays)


def _tell(batch: Sequence[_Given], problem: Exception | None) -> None:
    for _, _, done in batch:
        if done.done():
            continue
        if problem is None:
            done.set_result(None)
        else:
            done.set_exception(problem)
