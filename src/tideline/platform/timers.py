"""What happens by the clock, once for all nodes: a row per timer says when it is due and who is at it."""

import asyncio
import time as stopwatch
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

import structlog

from tideline.platform.db import Connection, Database, SystemTx

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
AFTER_FAILURE = timedelta(minutes=1)


class Schedule(Protocol):
    """Says when a timer is due."""

    def first(self, now: datetime) -> datetime: ...

    def after(self, now: datetime) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again, the first time at once."""

    pause: timedelta

    def first(self, now: datetime) -> datetime:
        return now

    def after(self, now: datetime) -> datetime:
        return now + self.pause


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at this time (UTC)."""

    at: time

    def first(self, now: datetime) -> datetime:
        return self.after(now)

    def after(self, now: datetime) -> datetime:
        today = now.replace(hour=self.at.hour, minute=self.at.minute, second=self.at.second, microsecond=0)
        return today if today > now else today + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to do by the clock. A node that dies in the middle keeps others off for `at_most`."""

    name: str
    schedule: Schedule
    action: Callable[[], Awaitable[object]]
    at_most: timedelta = timedelta(minutes=10)


class Timers:
    """Runs timers one after the other. Several nodes may run the same ones: each time is taken by one of them."""

    def __init__(self, db: Database, timers: Sequence[Timer], *, node: str, look: float = LOOK_SECONDS) -> None:
        self._db = db
        self._timers = {timer.name: timer for timer in timers}
        self._node = node
        self._look = look

    async def run(self) -> None:
        """Until cancelled. The clock is looked at every second, because a test may turn it."""
        is_introduced = False
        while True:
            # A database that is away for a moment must not end the timers.
            try:
                if not is_introduced:
                    await self.introduce()
                    is_introduced = True
                await self.run_due()
            except Exception:
                log.exception("timers.failed")
            await asyncio.sleep(self._look)

    async def introduce(self) -> None:
        """Make the rows of timers that are new."""
        async with self._db.system() as tx:
            for timer in self._timers.values():
                await _insert(tx, timer.name, timer.schedule.first(tx.now))

    async def run_due(self) -> None:
        """Run whatever is due now and not in other hands."""
        async with self._db.system_read() as tx:
            due = await _list_due(tx, list(self._timers))
        for name in due:
            await self._run(self._timers[name])

    async def _run(self, timer: Timer) -> None:
        async with self._db.system() as tx:
            if not await _take(tx, timer.name, self._node, tx.now + timer.at_most):
                return
        began = stopwatch.perf_counter()
        outcome = "done"
        try:
            async with asyncio.timeout(timer.at_most.total_seconds()):
                await timer.action()
        except asyncio.CancelledError:
            await self._let_go(timer, "stopped", self._db.clock.now())
            raise
        except Exception as problem:
            outcome = type(problem).__name__
            log.exception("timer.failed", timer=timer.name)
        next_at = timer.schedule.after(self._db.clock.now())
        if outcome != "done":
            next_at = min(next_at, self._db.clock.now() + AFTER_FAILURE)
        await self._let_go(timer, outcome, next_at)
        log.debug("timer.ran", timer=timer.name, outcome=outcome, took=round(stopwatch.perf_counter() - began, 3))

    async def _let_go(self, timer: Timer, outcome: str, due_at: datetime) -> None:
        async with self._db.system() as tx:
            await _finish(tx, timer.name, self._node, due_at, outcome)


async def _insert(tx: SystemTx, name: str, due_at: datetime) -> None:
    await tx.execute(
        "INSERT INTO directory.timer (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, due_at
    )


async def _list_due(tx: Connection, names: Sequence[str]) -> list[str]:
    rows = await tx.fetch(
        """
        SELECT name FROM directory.timer
        WHERE name = ANY ($1::text[]) AND due_at <= $2 AND (held_until IS NULL OR held_until < $2)
        ORDER BY due_at
        """,
        list(names),
        tx.now,
    )
    return [row["name"] for row in rows]


async def _take(tx: SystemTx, name: str, node: str, until: datetime) -> bool:
    """Two nodes may see a timer due at the same time; the row lets one of them have it."""
    taken = await tx.execute(
        """
        UPDATE directory.timer SET held_until = $3, node = $2
        WHERE name = $1 AND due_at <= $4 AND (held_until IS NULL OR held_until < $4)
        """,
        name,
        node,
        until,
        tx.now,
    )
    return taken == 1


async def _finish(tx: SystemTx, name: str, node: str, due_at: datetime, outcome: str) -> None:
    await tx.execute(
        """
        UPDATE directory.timer SET held_until = NULL, due_at = $3, ran_at = $4, outcome = $5
        WHERE name = $1 AND node = $2
        """,
        name,
        node,
        due_at,
        tx.now,
        outcome,
    )
