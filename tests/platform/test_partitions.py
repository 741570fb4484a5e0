"""A log with one partition a day: made ahead, emptied into, dropped in time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from tests.support.facts import add_workspaces, happen, names
from tests.support.lanes import NOON, HandClock
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher, facts_after, maintain_partitions
from tideline.platform.wake import Wakes

DAY = 24 * 3600.0


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    db = await Database.connect(dsn, clock, max_size=4)
    await add_workspaces(db, 1)
    yield db
    await db.close()


async def maintain(db: Database) -> None:
    async with db.system() as tx:
        await maintain_partitions(tx, keep=timedelta(days=30))


async def number(db: Database) -> None:
    dispatcher = Dispatcher(db, Wakes())
    async with db.session() as session:
        while await dispatcher.dispatch(session):
            pass


async def partitions(db: Database) -> dict[str, list[str]]:
    """The names of the facts in each partition."""
    async with db.system_read() as tx:
        tables = await tx.fetch(
            """
            SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
            WHERE inhparent = 'tenant.fact'::regclass ORDER BY child.relname
            """
        )
        rows = await tx.fetch("SELECT tableoid::regclass::text AS part, payload FROM tenant.fact ORDER BY id")
    found: dict[str, list[str]] = {table["name"].removeprefix("fact_"): [] for table in tables}
    for row in rows:
        found[row["part"].removeprefix("tenant.fact_")].append(row["payload"]["name"])
    return found


async def test_today_and_the_next_three_days_have_a_partition(db: Database) -> None:
    await maintain(db)
    await maintain(db)
    await happen(db, 1, "now")
    assert await partitions(db) == {
        "20261123": ["now"],
        "20261124": [],
        "20261125": [],
        "20261126": [],
        "rest": [],
    }


async def test_facts_that_fell_into_the_default_partition_move_to_their_day(db: Database, clock: HandClock) -> None:
    await happen(db, 1, "monday")
    clock.forward(DAY)
    await happen(db, 1, "tuesday", "again")
    clock.forward(DAY)
    await happen(db, 1, "wednesday")
    await number(db)
    await maintain(db)
    found = await partitions(db)
    assert (found["20261123"], found["20261124"], found["20261125"]) == (
        ["monday"],
        ["tuesday", "again"],
        ["wednesday"],
    )
    assert found["rest"] == []
    async with db.read(1) as tx:
        log = await facts_after(tx, 0, 10)
    assert [(fact.seq, fact.payload["name"]) for fact in log] == [
        (1, "monday"),
        (2, "tuesday"),
        (3, "again"),
        (4, "wednesday"),
    ]


async def test_what_is_older_than_the_log_is_kept_goes_and_the_rest_keeps_its_numbers(
    db: Database, clock: HandClock
) -> None:
    await maintain(db)
    await happen(db, 1, "old")
    clock.forward(31 * DAY)
    await happen(db, 1, "in the default partition")
    await number(db)
    await maintain(db)
    clock.forward(DAY)
    await happen(db, 1, "new")
    await number(db)
    found = await partitions(db)
    assert "20261123" not in found
    assert "20261224" in found
    async with db.read(1) as tx:
        log = await facts_after(tx, 0, 10)
    assert [(fact.seq, fact.payload["name"]) for fact in log] == [(2, "in the default partition"), (3, "new")]


async def test_old_facts_in_the_default_partition_go_too(db: Database, clock: HandClock) -> None:
    await happen(db, 1, "old")
    await number(db)
    clock.forward(40 * DAY)
    await maintain(db)
    assert (await partitions(db))["rest"] == []


async def test_a_fact_without_a_number_is_kept_however_old_it_is(db: Database, clock: HandClock) -> None:
    await happen(db, 1, "in the default partition")
    clock.forward(DAY)
    await maintain(db)
    await happen(db, 1, "in its own")
    clock.forward(40 * DAY)
    await maintain(db)
    assert (await partitions(db))["20261124"] == ["in its own"]
    await number(db)
    async with db.read(1) as tx:
        assert names(await facts_after(tx, 0, 10)) == ["in the default partition", "in its own"]
    await maintain(db)
    assert "20261124" not in await partitions(db)


async def test_it_gives_up_on_a_lock_instead_of_holding_up_the_writers(db: Database) -> None:
    async with db.system() as tx:
        await tx.fetch("SELECT FROM tenant.fact")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await maintain(db)
        await happen(db, 1, "goes on")
    await maintain(db)
    assert (await partitions(db))["20261123"] == ["goes on"]


async def test_writers_are_not_disturbed_while_their_day_gets_its_partition(db: Database) -> None:
    made = asyncio.Event()

    async def write(writer: int) -> int:
        count = 0
        while not made.is_set() or count < 20:
            await happen(db, 1, f"{writer}-{count}")
            count += 1
        return count

    writers = [asyncio.create_task(write(n)) for n in range(3)]
    await maintain(db)
    made.set()
    written = sum(await asyncio.gather(*writers))
    found = await partitions(db)
    assert len(found["20261123"]) == written
    assert found["rest"] == []
