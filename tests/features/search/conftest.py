"""The fixtures of `tests/support/two_workspaces.py`, and a search that reads as a line."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.two_workspaces import clock, db, neighbour, shared_dsn, world
from tests.support.world import World
from tideline.features import messages
from tideline.features.messages import SearchFilter
from tideline.features.search import actions, read_question

__all__ = ["clock", "db", "neighbour", "shared_dsn", "world"]

Find = Callable[..., Awaitable[list[str | None]]]


@pytest.fixture
def find(world: World) -> Find:
    """The texts that a search shows, in the order of the page."""

    async def found(typed: str, page: int = 1, size: int = 50, *, at: World = world, **wanted: Any) -> list[str | None]:
        question = read_question(typed)
        shown = await at.run(messages.search_messages, question, SearchFilter(**wanted), page, size)
        return [hit.message.text for hit in shown.items]

    return found


@pytest.fixture(params=["among the newest", "by the index", "by reading"])
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A search answers the same however it gets to the answer."""
    if request.param != "among the newest":
        monkeypatch.setattr(actions, "WINDOW", 1)
    if request.param == "by reading":
        monkeypatch.setattr(actions, "most_of", lambda limit: 1)
    return str(request.param)
