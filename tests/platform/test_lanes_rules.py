"""The rules of lanes that need no database."""

from datetime import timedelta

import pytest

from tests.support.lanes import NOON
from tideline.platform.lanes import Limits
from tideline.platform.lanes.model import share_out, turn

SHARES = {
    "nobody there": (5, [], []),
    "one group takes all it has room for": (5, [3], [3]),
    "one group, more room than wanted": (5, [9], [5]),
    "evenly": (6, [9, 9, 9], [2, 2, 2]),
    "the rest goes to the first": (7, [9, 9, 9], [3, 2, 2]),
    "what one cannot take the others do": (9, [1, 9, 9], [1, 4, 4]),
    "more groups than wanted": (2, [9, 9, 9], [1, 1, 0]),
    "no room": (5, [0, -1, 2], [0, 0, 2]),
    "nothing wanted": (0, [3, 3], [0, 0]),
}


@pytest.mark.parametrize(("wanted", "rooms", "shares"), SHARES.values(), ids=SHARES)
def test_what_is_wanted_is_shared_among_groups(wanted: int, rooms: list[int], shares: list[int]) -> None:
    assert share_out(wanted, rooms) == shares


TURNS = {
    # rate, burst, rate_at seconds from now, wanted -> given, rate_at seconds from now
    "without a rate all": (None, 1, -99.0, 5, 5, -99.0),
    "one at a time": (2.0, 1, 0.0, 5, 1, 0.5),
    "not yet": (2.0, 1, 0.1, 5, 0, 0.1),
    "quiet for long: the whole burst and no more": (2.0, 4, -3600.0, 9, 4, 0.5),
    "quiet for long, little wanted: the rest of the burst stays": (2.0, 4, -3600.0, 1, 1, -1.0),
    "quiet for a while: what has come together": (2.0, 4, -0.6, 9, 2, 0.4),
    "nothing wanted": (2.0, 4, -3600.0, 0, 0, -3600.0),
}


@pytest.mark.parametrize(("rate", "burst", "at", "wanted", "given", "next_at"), TURNS.values(), ids=TURNS)
def test_a_group_with_a_rate_gives_what_it_allows(
    rate: float | None, burst: int, at: float, wanted: int, given: int, next_at: float
) -> None:
    its_turn = turn(NOON, wanted, rate=rate, burst=burst, rate_at=NOON + timedelta(seconds=at))
    assert its_turn.lanes == given
    assert its_turn.rate_at == NOON + timedelta(seconds=next_at)


def test_over_a_long_time_a_group_gives_its_rate() -> None:
    now, rate_at, given = NOON, NOON, 0
    for _ in range(1000):
        its_turn = turn(now, 7, rate=3.0, burst=5, rate_at=rate_at)
        rate_at, given = its_turn.rate_at, given + its_turn.lanes
        now += timedelta(seconds=0.1)
    assert 300 <= given <= 306


@pytest.mark.parametrize(
    "limits", [{"width": 0}, {"burst": 0}, {"gap": (2.0, 1.0)}, {"gap": (-1.0, 1.0)}, {"rate": 0.0}], ids=str
)
def test_limits_that_make_no_sense_are_refused(limits: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"at least|gap|rate"):
        Limits(**limits)  # type: ignore[arg-type]
