"""The fixtures of `tests/support/two_workspaces.py`, and how events look from outside."""

import pytest

from tests.features.webhooks.told import ATHENS, PUBLIC_URL
from tests.support.two_workspaces import clock, db, neighbour, shared_dsn, world
from tests.support.world import START
from tideline.features.files import Links
from tideline.features.webhooks.bodies import View
from tideline.platform.crypto import Keyring

__all__ = ["clock", "db", "neighbour", "shared_dsn", "world"]


@pytest.fixture
def view() -> View:
    links = Links(Keyring(["a key for tests, long enough"]), PUBLIC_URL)
    return View(1, ATHENS, PUBLIC_URL, links.url_of, START)
