"""A simulated world per test, on one database for all of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.postgres import PostgresForTests
from tests.support.simulated import empty_world
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
    db = await Database.connect(world_dsn, clock)
    await empty_world(db)
    yield db
    await db.close()


@pytest.fixture
def world(db: Database) -> World:
    return World(db, Wakes())
