"""Fixtures for every test; the things themselves are made in `tests/support`."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresForTests


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
