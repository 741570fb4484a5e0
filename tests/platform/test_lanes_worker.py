"""How a worker goes about its lanes, in real time and against a real database."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.support.lanes import WORKSPACE, HandClock, Stage
from tests.support.postgres import PostgresForTests
from tideline.platform import lanes
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database
from tideline.platform.lanes import Held, LaneLost, NewItem, Worker
from tideline.platform.wake import Wakes


@pytest.fixture(scope="module")
async def database(postgres: PostgresForTests) -> AsyncIterator[Database]:
    dsn = postgres.new_database()
    db = await Database.connect(dsn, SystemClock(), max_size=6)
    yield db
    await db.close()
    postgres.drop(dsn)


@pytest.fixture
async def yard(database: Database) -> "Yard":
    wakes = Wakes()
    database.wake = wakes.wake
    async with database.system() as tx:
        await tx.execute("TRUNCATE lanes.lane_group, lanes.lane, lanes.item")
    return Yard(database, wakes)


class Yard(Stage):
    """Workers, what they did, and ways to wait for it."""

    def __init__(self, db: Database, wakes: Wakes) -> None:
        super().__init__(db, HandClock(db.clock.now()))
        self.wakes = wakes
        self.did: list[str] = []
        self._changed = asyncio.Condition()

    def worker(self, act: Callable[[Held], Awaitable[None]] | None = None, **options: Any) -> Worker:
        return Worker(self.db, self.wakes, self.kind, act or self.finish, **{"poll": 0.2, **options})

    @asynccontextmanager
    async def running(self, worker: Worker) -> AsyncIterator[Worker]:
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            await worker.stop()
            await task

    async def finish(self, held: Held) -> None:
        for item in held.items:
            async with self.db.system() as tx:
                await held.done(tx, item)
            await self.note(item.payload["name"])

    async def note(self, what: str) -> None:
        async with self._changed:
            self.did.append(what)
            self._changed.notify_all()

    async def until_it_did(self, *what: str) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: sorted(self.did) == sorted(what))

    async def waiting(self) -> int:
        async with self.db.system_read() as tx:
            return sum(group.waiting for group in await lanes.list_groups(tx, self.kind))


async def test_work_is_taken_up_as_soon_as_it_is_committed(yard: Yard) -> None:
    async with yard.running(yard.worker(poll=60.0)):
        await yard.put("a", "b")
        await yard.until_it_did("a", "b")
        await yard.put("c", sub="other", group=2)
        await yard.until_it_did("a", "b", "c")
    assert await yard.waiting() == 0


async def test_a_lane_rests_for_its_gap_and_no_longer(yard: Yard) -> None:
    await yard.group(gap=(0.15, 0.15))
    await yard.put("a", "b", "c")
    times = []

    async def act(held: Held) -> None:
        times.append(yard.db.clock.now())
        await yard.finish(held)

    async with yard.running(yard.worker(act, poll=60.0)):
        await yard.until_it_did("a", "b", "c")
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]
    assert all(0.15 <= gap < 1 for gap in gaps), gaps


async def test_as_many_lanes_at_once_as_there_are_slots(yard: Yard) -> None:
    await yard.group(width=10)
    for n in range(6):
        await yard.put(str(n), sub=str(n))
    at_once, most, go_on = 0, 0, asyncio.Event()

    async def act(held: Held) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await yard.note("begun")
        await go_on.wait()
        at_once -= 1
        await yard.finish(held)

    async with yard.running(yard.worker(act, slots=3)) as worker:
        await yard.until_it_did("begun", "begun", "begun")
        assert len(worker.holding) == 3
        go_on.set()
        await yard.until_it_did(*["begun"] * 6, *map(str, range(6)))
    assert most == 3


async def test_a_failing_act_is_tried_again_later_and_holds_up_nobody(yard: Yard) -> None:
    await yard.put("bad", "good")

    async def act(held: Held) -> None:
        if held.items[0].payload["name"] == "bad":
            raise ZeroDivisionError
        await yard.finish(held)

    async with yard.running(yard.worker(act)):
        await yard.until_it_did("good")
    async with yard.db.system_read() as tx:
        [left] = await tx.fetch("SELECT payload, attempt, due_at - enqueued_at AS wait FROM lanes.item")
    assert (left["payload"], left["attempt"]) == ({"name": "bad"}, 2)
    assert left["wait"] >= timedelta(seconds=2)


@pytest.mark.parametrize("how", ["forgets", "cancels itself"])
async def test_an_act_that_settles_nothing_does_not_spin(yard: Yard, how: str) -> None:
    await yard.put("a", "b")

    async def act(held: Held) -> None:
        await yard.note(held.items[0].payload["name"])
        if how == "cancels itself":
            raise asyncio.CancelledError

    async with yard.running(yard.worker(act)):
        await yard.until_it_did("a", "b")
        await yard.put("c", sub="c")
        await yard.until_it_did("a", "b", "c")
    assert await yard.waiting() == 3


async def test_stop_finishes_what_is_in_hand(yard: Yard) -> None:
    await yard.put("a", "b")
    go_on = asyncio.Event()

    async def act(held: Held) -> None:
        await yard.note("begun")
        await go_on.wait()
        await yard.finish(held)

    async with yard.running(yard.worker(act)) as worker:
        await yard.until_it_did("begun")
        stopping = asyncio.create_task(worker.stop())
        go_on.set()
        await stopping
    assert yard.did == ["begun", "a"]
    assert await yard.waiting() == 1


async def test_stop_hands_back_what_does_not_finish_in_time(yard: Yard) -> None:
    await yard.put("a")

    async def act(held: Held) -> None:
        await yard.note("begun")
        await asyncio.Event().wait()

    async with yard.running(yard.worker(act)) as worker:
        await yard.until_it_did("begun")
        await worker.stop(grace=0.01)
    yard.did.clear()
    async with yard.running(yard.worker(poll=60.0)):
        await yard.until_it_did("a")


async def test_a_cancelled_worker_hands_back_too(yard: Yard) -> None:
    await yard.put("a")

    async def act(held: Held) -> None:
        await yard.note("begun")
        await asyncio.Event().wait()

    task = asyncio.create_task(yard.worker(act).run())
    await yard.until_it_did("begun")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    yard.did.clear()
    async with yard.running(yard.worker(poll=60.0)):
        await yard.until_it_did("a")


async def test_another_worker_takes_over_what_a_vanished_one_held(yard: Yard) -> None:
    await yard.put("a")
    async with yard.db.system() as tx:
        [vanished] = await lanes.claim(tx, yard.kind, lease=timedelta(seconds=0.05))
    async with yard.running(yard.worker(poll=0.05)):
        await yard.until_it_did("a")
    with pytest.raises(LaneLost):
        await yard.done(vanished)


async def test_a_lease_is_renewed_while_the_work_lasts(yard: Yard) -> None:
    await yard.put("a")

    async def act(held: Held) -> None:
        first = await leased_until()
        while await leased_until() == first:
            pass
        await yard.finish(held)

    async def leased_until() -> Any:
        async with yard.db.system_read() as tx:
            return await tx.value("SELECT leased_until FROM lanes.lane WHERE kind = $1", yard.kind)

    async with yard.running(yard.worker(act, lease=timedelta(seconds=1.5))):
        await yard.until_it_did("a")


async def test_a_worker_of_certain_groups_looks_again_when_they_become_more(yard: Yard) -> None:
    await yard.put("first", group=1)
    await yard.put("second", group=2)
    own: set[int] = set()
    async with yard.running(yard.worker(groups=lambda: own, poll=60.0)) as worker:
        own.add(1)
        worker.look()
        await yard.until_it_did("first")
        own.add(2)
        worker.look()
        await yard.until_it_did("first", "second")


async def test_a_busy_lane_is_taken_although_somebody_always_has_it_locked(yard: Yard) -> None:
    """Claims pass over locked rows; without waiting in line now and then they would pass over this lane for ever."""
    await yard.put("a")
    handed_over = asyncio.Event()

    async def keep_locking() -> None:
        while "a" not in yard.did:
            async with yard.db.system() as tx:
                await lanes.enqueue(tx, WORKSPACE, [NewItem(yard.lane("", 1), {"name": "more"})])
                handed_over.set()

    lockers = [asyncio.create_task(keep_locking()) for _ in range(3)]
    await handed_over.wait()
    async with yard.running(yard.worker()):
        async with asyncio.timeout(10):
            await asyncio.gather(*lockers)


async def test_a_worker_outlasts_a_lane_that_is_locked_for_long(yard: Yard) -> None:
    await yard.put("a")
    async with yard.db.system() as tx:
        await lanes.enqueue(tx, WORKSPACE, [NewItem(yard.lane(), {"name": "b"})])
        async with yard.running(yard.worker(poll=60.0)):
            await yard.put("other", sub="other", group=2)
            await yard.until_it_did("other")
            async with asyncio.timeout(10):
                while await _waits_for_a_lock(yard.db):
                    pass
            assert yard.did == ["other"]
    async with yard.running(yard.worker(poll=60.0)):
        await yard.until_it_did("other", "a", "b")


async def _waits_for_a_lock(db: Database) -> bool:
    async with db.system_read() as tx:
        return bool(await tx.value("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))


async def test_pausing_holds_and_resuming_goes_on_at_once(yard: Yard) -> None:
    async with yard.db.tx(WORKSPACE) as tx:
        await lanes.pause(tx, yard.kind, 1)
    await yard.put("a")
    await yard.put("b", group=2)
    async with yard.running(yard.worker(poll=60.0)):
        await yard.until_it_did("b")
        async with yard.db.tx(WORKSPACE) as tx:
            await lanes.resume(tx, yard.kind, 1)
        await yard.until_it_did("a", "b")


async def test_stopping_a_worker_that_never_ran_is_fine(yard: Yard) -> None:
    worker = yard.worker()
    await worker.stop()
    await worker.run()


async def test_two_workers_share_the_work_and_do_nothing_twice(yard: Yard) -> None:
    await yard.group(width=50)
    await yard.enqueue([NewItem(yard.lane(str(n % 40)), {"name": str(n)}) for n in range(200)])
    async with yard.running(yard.worker(slots=10, heads=2)), yard.running(yard.worker(slots=10, heads=2)):
        await yard.until_it_did(*map(str, range(200)))
    for lane in range(40):
        of_lane = [int(name) for name in yard.did if int(name) % 40 == lane]
        assert of_lane == sorted(of_lane)


async def test_nothing_is_lost_or_done_twice_while_workers_come_and_go(yard: Yard) -> None:
    rng = random.Random(20261123)
    names = [str(n) for n in range(300)]
    await yard.group(1, width=3)
    await yard.group(2, width=8)
    async with yard.db.system() as tx:
        await tx.execute("CREATE TABLE done (name text PRIMARY KEY)")

    async def act(held: Held) -> None:
        for item in held.items:
            dice = rng.randrange(10)
            async with yard.db.system() as tx:
                if dice == 0:
                    await held.retry(tx, item, tx.now, hold_lane=rng.random() < 0.5)
                elif dice == 1:
                    await lanes.release(tx, [held])
                    break
                else:
                    await tx.execute("INSERT INTO done VALUES ($1)", item.payload["name"])
                    await held.done(tx, item)

    async def fill() -> None:
        left = list(names)
        while left:
            size = rng.randrange(1, 9)
            batch, left = left[:size], left[size:]
            await yard.enqueue([_somewhere(yard, rng, name) for name in batch])

    async def come_and_go() -> None:
        while not filling.done() or await yard.waiting():
            task = asyncio.create_task(yard.worker(act, slots=6, heads=2, poll=0.02).run())
            await asyncio.wait([task], timeout=rng.uniform(0.05, 0.4))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    filling = asyncio.create_task(fill())
    async with asyncio.timeout(60):
        await asyncio.gather(filling, come_and_go(), come_and_go())
    async with yard.db.system_read() as tx:
        done = await tx.fetch("SELECT name FROM done")
        groups = await lanes.list_groups(tx, yard.kind)
    assert sorted(row["name"] for row in done) == sorted(names)
    assert [group.running for group in groups] == [0, 0]


def _somewhere(yard: Yard, rng: random.Random, name: str) -> NewItem:
    return NewItem(yard.lane(rng.choice("abcd"), rng.choice([1, 2])), {"name": name})
