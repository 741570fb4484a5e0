"""A simulated world per test, on one database for all of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.postgres import PostgresForTests
from tideline.connectors.simulator import World
from tideline.platform.clock import ShiftedClock
from tideline.platform.db import Database
from tideline.platform.wake import Wakes


@pytest.fixture(scope="module")
def world_dsn(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def db(world_dsn: str, clock: ShiftedClock) -> AsyncIterator[Database]:
    """An empty world; making a new database for each test would take most of the time."""
    db = await Database.connect(world_dsn, clock)
    async with db.system() as tx:
        await tx.execute("TRUNCATE simulator.phone, simulator.pairing, simulator.chat_group, simulator.file CASCADE")
        await tx.execute("UPDATE simulator.world SET last_id = 0, last_event = 0, changes = 0")
    yield db
    await db.close()


@pytest.fixture
def world(db: Database) -> World:
    return World(db, Wakes())
