"""A database with two workspaces that both have numbers, and a clock that tests move."""

from collections.abc import AsyncIterator

import pytest

from tests.support.office import HandClock, Office
from tideline.platform.db import Database
from tideline.platform.wake import Wakes


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock)
    yield opened
    await opened.close()


@pytest.fixture
def wakes(db: Database) -> Wakes:
    made = Wakes()
    db.wake = made.wake
    return made


@pytest.fixture
async def office(db: Database, wakes: Wakes) -> Office:
    return await Office.open(db, wakes)


@pytest.fixture
async def neighbour(db: Database, wakes: Wakes) -> Office:
    """The second workspace: the same phone is linked there too, and an attempt to link another one is open."""
    other = await Office.open(db, wakes, "lena@lagoon.example")
    await other.link("15550001001", name="Lagoon")
    await other.begin_link()
    return other
