"""Waiting for a fact, for as long as it takes and no longer."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
LOOK_EVERY = 0.02


class NeverHappened(AssertionError):
    """What a test waited for did not come in time."""


def eventually(
    look: Callable[[], T | None],
    what: str,
    *,
    within: float = PATIENCE_SECONDS,
    instead: Callable[[], str] = lambda: "",
) -> T:
    """What `look` finds, as soon as that is something; else an error that says what did not happen, and `instead`,
    what happened."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise NeverHappened(f"{what} did not happen within {within:g} s. {instead()}".rstrip())
        time.sleep(LOOK_EVERY)
