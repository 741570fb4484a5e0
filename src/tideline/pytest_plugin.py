"""Fixtures with a running Tideline for the tests of programs that are built on it; docs/testing.md describes them.

pytest loads this wherever Tideline is installed, so nothing else of it is imported before a test asks.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tideline.testing import AsyncClock, AsyncReceiver, AsyncWorkspace, Clock, Receiver, Workspace
    from tideline.testing.running import Running


@pytest.fixture(scope="session")
def tideline_settings() -> dict[str, str]:
    """Settings of the Tideline under test (`TIDELINE_...`); a conftest.py may say others."""
    return {}


@pytest.fixture(scope="session")
def tideline_running(tideline_settings: dict[str, str]) -> "Iterator[Running]":
    """The Tideline of this session, or of this worker of pytest-xdist. It starts when it is first needed."""
    from tideline.testing.running import Running

    running = Running(tideline_settings)
    yield running
    running.close()


@pytest.fixture
def tideline(tideline_running: "Running", request: pytest.FixtureRequest) -> "Iterator[Workspace]":
    """An empty workspace for this test."""
    workspace = tideline_running.workspace(request.node.name)
    yield workspace
    workspace.close()
    tideline_running.renew_if_moved()


@pytest.fixture
def tideline_webhooks(tideline: "Workspace") -> "Receiver":
    """Receives and verifies webhooks: `subscribe`, then `wait_for`."""
    return tideline.receiver()


@pytest.fixture
def tideline_clock(tideline: "Workspace") -> "Clock":
    """Moves time forward. The next test gets a server of its own, on which it is today."""
    return tideline.clock


@pytest.fixture
def async_tideline(tideline: "Workspace") -> "AsyncWorkspace":
    """The workspace of `tideline`, to be awaited."""
    from tideline.testing import AsyncWorkspace

    return AsyncWorkspace(tideline)


@pytest.fixture
def async_tideline_webhooks(tideline_webhooks: "Receiver") -> "AsyncReceiver":
    """The receiver of `tideline_webhooks`, to be awaited."""
    from tideline.testing import AsyncReceiver

    return AsyncReceiver(tideline_webhooks)


@pytest.fixture
def async_tideline_clock(tideline_clock: "Clock") -> "AsyncClock":
    """The clock of `tideline_clock`, to be awaited."""
    from tideline.testing import AsyncClock

    return AsyncClock(tideline_clock)
