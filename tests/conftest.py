"""Fixtures for every test; the things themselves are made in `tests/support`."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import fuzz
from tests.support.postgres import PostgresForTests
from tideline.testing.room import room

fuzz.use()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresForTests]:
    """The PostgreSQL of this test run."""
    server = PostgresForTests()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def dsn(postgres: PostgresForTests) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@pytest.fixture(scope="session")
def make_data_dir() -> Iterator[Callable[[], Path]]:
    """Makes fresh data folders that PostgreSQL's account can reach too, which `tmp_path` of root is not."""
    made = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="tideline-data-", dir=room())))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data_dir(make_data_dir: Callable[[], Path]) -> Path:
    """An empty data folder."""
    return make_data_dir()
