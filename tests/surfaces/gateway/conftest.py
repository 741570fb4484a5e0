"""A database, a workspace, a second one beside it, a small network, and gateways as many as a test wants."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.office import HandClock, Office
from tests.surfaces.gateway.network import FakeNetwork
from tideline.features.files import Files
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway import Timing

QUICK = Timing(
    renew_every=timedelta(seconds=0.05),
    look_for_pairings=timedelta(seconds=0.05),
    start_again=timedelta(seconds=0.05),
    drain=timedelta(seconds=5),
    send_gap=timedelta(),
    picture_gap=timedelta(),
)
A, B = UUID(int=101), UUID(int=102)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock, max_size=20)
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
    other = await Office.open(db, wakes, "lena@lagoon.example")
    await other.link("15550001001", A, name="Lagoon")
    return other


@pytest.fixture
def store(db: Database, tmp_path: Path) -> Files:
    return Files.in_folder(db, tmp_path / "files")


@pytest.fixture
def network() -> FakeNetwork:
    return FakeNetwork()
