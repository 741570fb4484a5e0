"""One database for the whole folder; every test has workspaces of its own in it, and there are always two."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, HandClock, Place
from tests.support.postgres import PostgresForTests
from tideline.features.numbers import Number
from tideline.platform.db import Database


@pytest.fixture(scope="package")
def api_dsn(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@pytest.fixture
async def world(api_dsn: str) -> AsyncIterator[ApiWorld]:
    clock = HandClock()
    db = await Database.connect(api_dsn, clock)
    made = ApiWorld(db, clock)
    yield made
    await made.close()


@pytest.fixture
async def shop(world: ApiWorld) -> Place:
    """The workspace that calls."""
    return await world.workspace()


@pytest.fixture
async def number(shop: Place) -> Number:
    """The one connected number of the shop."""
    return await shop.link()


@pytest.fixture
def api(shop: Place) -> ApiClient:
    return shop.api


@pytest.fixture
async def neighbour(world: ApiWorld) -> Place:
    """The second workspace, and it is not empty: the same phone is linked there and the same customer wrote to it."""
    other = await world.workspace("Blue Lagoon")
    number = await other.link(name="Lagoon")
    await other.hear(number, "From the lagoon", name="Mira of the Lagoon")
    await other.teammate("ines@lagoon.example")
    await other.api.post("/templates", {"name": "Lagoon hours", "text": "Open from the lagoon's tide on"})
    await other.api.post("/webhooks", {"event_type": "message:new", "url": "https://lagoon.example/in"})
    return other
