"""Timers: once for all nodes, by the clock that is handed in, and never for ever in the hands of the dead."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.support.office import HandClock
from tideline.platform.db import Database
from tideline.platform.timers import AFTER_FAILURE, Daily, Every, Schedule, Timer, Timers

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCHEDULES: dict[str, tuple[Schedule, datetime, datetime, datetime]] = {
    "every minute": (Every(MINUTE), NOON, NOON, NOON + MINUTE),
    "later today": (
        Daily(time(23, 30)), NOON, NOON.replace(hour=23, minute=30), NOON.replace(hour=23, minute=30),
    ),
    "tomorrow": (
        Daily(time(3, 0)), NOON, NOON.replace(day=24, hour=3), NOON.replace(day=24, hour=3),
    ),
    "just now": (
        Daily(time(12, 0)), NOON, NOON.replace(day=24), NOON.replace(day=24),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("schedule", "now", "first", "after"), SCHEDULES.values(), ids=SCHEDULES)
def test_when_it_is_due(schedule: Schedule, now: datetime, first: datetime, after: datetime) -> None:
    assert (schedule.first(now), schedule.after(now)) == (first, after)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock)
    yield opened
    await opened.close()


def timers(
    db: Database, action: Callable[[], Awaitable[object]], node: str = "one", at_most: timedelta = MINUTE
) -> Timers:
    return Timers(db, [Timer("sweep", Every(timedelta(hours=1)), action, at_most=at_most)], node=node, look=0.01)


class Count:
    def __init__(self) -> None:
        self.runs = 0
        self.problem: Exception | None = None

    async def __call__(self) -> None:
        self.runs += 1
        if self.problem:
            raise self.problem


async def test_many_nodes_do_it_once_each_time(db: Database, clock: HandClock) -> None:
    count = Count()
    nodes = [timers(db, count, f"node {n}") for n in range(4)]
    await asyncio.gather(*(node.introduce() for node in nodes))
    for expected in (1, 2):
        await asyncio.gather(*(node.run_due() for node in nodes))
        assert count.runs == expected
        clock.advance(timedelta(minutes=59))
        await asyncio.gather(*(node.run_due() for node in nodes))
        assert count.runs == expected
        clock.advance(MINUTE)


async def test_a_restart_does_not_begin_again(db: Database, clock: HandClock) -> None:
    count = Count()
    for node in ("before", "after"):
        restarted = timers(db, count, node)
        await restarted.introduce()
        await restarted.run_due()
        clock.advance(MINUTE)
    assert count.runs == 1


async def test_a_failure_is_tried_again_soon(db: Database, clock: HandClock) -> None:
    count = Count()
    count.problem = ValueError("no")
    one = timers(db, count)
    await one.introduce()
    await one.run_due()
    await one.run_due()
    assert count.runs == 1
    clock.advance(AFTER_FAILURE)
    await one.run_due()
    assert count.runs == 2


async def test_nobody_else_begins_while_one_is_at_it_until_that_takes_too_long(db: Database, clock: HandClock) -> None:
    begun, count = asyncio.Event(), Count()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    slow, other = timers(db, hang, "slow"), timers(db, count, "other")
    await slow.introduce()
    hanging = asyncio.create_task(slow.run_due())
    await begun.wait()
    await other.run_due()
    assert count.runs == 0
    clock.advance(MINUTE + timedelta(seconds=1))
    await other.run_due()
    assert count.runs == 1
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    await other.run_due()
    assert count.runs == 1


async def test_a_stopped_node_leaves_its_timer_to_the_next_one(db: Database) -> None:
    begun, count = asyncio.Event(), Count()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(timers(db, hang, "stopped").run())
    await begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await timers(db, count, "next").run_due()
    assert count.runs == 1


async def test_what_hangs_is_ended_after_its_time(db: Database) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    one = timers(db, hang, at_most=timedelta(seconds=0.05))
    await one.introduce()
    await one.run_due()
    async with db.system_read() as tx:
        assert await tx.value("SELECT outcome FROM directory.timer WHERE name = 'sweep'") == "TimeoutError"
