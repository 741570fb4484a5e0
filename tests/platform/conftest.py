"""Data folders for tests of the embedded database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.embedded import App


@pytest.fixture(autouse=True)
def _no_app_is_left_running() -> Iterator[None]:
    yield
    while App.started:
        App.started.pop().clean_up()


@pytest.fixture(scope="session")
def used_data_dir(make_data_dir: Callable[[], Path]) -> Path:
    """A data folder that was in use before, shared by all who leave it stopped and whole: making one takes a second."""
    folder = make_data_dir()
    assert App(folder).stop() == 0
    return folder
