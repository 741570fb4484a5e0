"""How fast a business may write to one person."""

from tideline.features.messages.pacing import BURST, EVERY_SECONDS, Pace


def test_a_burst_goes_at_once_and_is_made_up_for_afterwards() -> None:
    pace = Pace()
    rests = [pace.rest_after("ana", 0.0) for _ in range(BURST + 2)]
    assert rests[: BURST - 1] == [0.0] * (BURST - 1)
    assert rests[BURST - 1 :] == [EVERY_SECONDS, 2 * EVERY_SECONDS, 3 * EVERY_SECONDS]


def test_in_the_long_run_it_is_one_in_six_seconds() -> None:
    pace, now, sent = Pace(), 0.0, 0
    while now < 3600:
        now += max(0.01, pace.rest_after("ana", now))
        sent += 1
    assert 600 <= sent <= 600 + BURST


def test_others_do_not_wait() -> None:
    pace = Pace()
    for _ in range(BURST + 1):
        pace.rest_after("ana", 0.0)
    assert pace.rest_after("bo", 0.0) == 0.0


def test_who_was_quiet_has_the_burst_again() -> None:
    pace = Pace(every=6, burst=3)
    for _ in range(3):
        pace.rest_after("ana", 0.0)
    assert pace.rest_after("ana", 3600.0) == 0.0


def test_it_remembers_only_those_who_have_to_wait() -> None:
    pace = Pace(every=1, burst=1)
    for n in range(30_000):
        pace.rest_after(str(n), float(n))
    assert len(pace._earned_at) <= 10_001
