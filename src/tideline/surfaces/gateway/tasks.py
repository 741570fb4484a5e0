"""Small pieces of work beside the loops, and loops that outlive their failures."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0
# The database is away or overloaded: nothing is wrong with the work, it can wait.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)


class Tasks:
    """Keeps hold of tasks until they end; one that fails is a line in the log."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self) -> None:
        """Wait for all that were begun."""
        while self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            log.error("gateway.task_failed", exc_info=problem)


async def keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop until cancelled. When it fails, say so and begin again: one bad moment must not end a gateway."""
    while True:
        try:
            await loop()
        except AWAY as problem:
            log.warning("gateway.waits", work=name, problem=type(problem).__name__, again_in=AGAIN_SECONDS)
        except Exception:
            log.exception("gateway.loop_failed", loop=name, again_in=AGAIN_SECONDS)
        await asyncio.sleep(AGAIN_SECONDS)


async def until_done(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do something that must not get lost, and wait as long as the database is away."""
    while True:
        try:
            return await work()
        except AWAY as problem:
            log.warning("gateway.waits", work=name, problem=type(problem).__name__, again_in=AGAIN_SECONDS)
        await asyncio.sleep(AGAIN_SECONDS)
