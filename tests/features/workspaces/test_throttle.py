"""How often somebody may try."""

from datetime import UTC, datetime, timedelta

import pytest

from tideline.features.workspaces.errors import TooManyAttempts
from tideline.features.workspaces.throttle import Throttle

MINUTE = timedelta(minutes=1)


class HandClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def test_the_window_opens_again(clock: HandClock) -> None:
    throttle = Throttle(clock, most=2, window=MINUTE)
    throttle.attempt("a")
    clock.time += MINUTE / 2
    throttle.attempt("a")
    with pytest.raises(TooManyAttempts) as refused:
        throttle.attempt("a")
    assert refused.value.details["retry_after"] == 30
    clock.time += MINUTE / 2
    throttle.attempt("a")


def test_keys_do_not_disturb_each_other_and_can_be_forgotten(clock: HandClock) -> None:
    throttle = Throttle(clock, most=1, window=MINUTE)
    throttle.attempt("a")
    throttle.attempt("b")
    throttle.forget("a")
    throttle.attempt("a")
    with pytest.raises(TooManyAttempts):
        throttle.attempt("b")


def test_memory_is_bounded_and_the_busiest_stay_known(clock: HandClock) -> None:
    throttle = Throttle(clock, most=1, window=MINUTE, most_keys=3)
    throttle.attempt("busy")
    for number in range(100):
        throttle.attempt(f"stranger {number}")
        with pytest.raises(TooManyAttempts):
            throttle.attempt("busy")
    assert len(throttle._attempts) == 3
