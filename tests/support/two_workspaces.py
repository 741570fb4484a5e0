"""Fixtures: two workspaces on a database that all tests of a folder share; nobody else uses either of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.postgres import PostgresForTests
from tests.support.world import HandClock, World
from tideline.platform.db import Database


@pytest.fixture(scope="package")
def shared_dsn(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(shared_dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(shared_dsn, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def world(db: Database, clock: HandClock) -> World:
    return await World.open(db, clock)


@pytest.fixture
async def neighbour(db: Database, clock: HandClock) -> World:
    """The second workspace: it has the same numbers, people, names and labels, and nothing of it may change."""
    other = await World.open(db, clock)
    number = await other.number("15550100001", lid="990001")
    chat = await other.chat(number, "15550100234", name="Mira Solberg", labels=["new-lead"])
    await other.hear(chat, "Is anybody there?", external_id="EXT1")
    return other
