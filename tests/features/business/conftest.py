"""Two workspaces; the second one has a business number of its own."""

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
async def office(db: Database) -> Office:
    return await Office.open(db, Wakes())


@pytest.fixture
async def neighbour(db: Database) -> Office:
    return await Office.open(db, Wakes(), "lena@lagoon.example")
