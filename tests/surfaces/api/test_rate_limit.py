"""Thirty requests a second and ten that wait: when a client is slowed down, and when it is refused."""

import pytest

from tideline.surfaces.api.rate_limit import CLIENTS, RateLimit, TooFast


class Watch:
    """A clock that only goes when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def waits(limit: RateLimit, requests: int, client: str = "ana") -> list[float]:
    return [round(limit.take(client), 4) for _ in range(requests)]


def test_a_second_of_requests_goes_at_once_and_ten_more_wait_for_their_turn() -> None:
    limit = RateLimit(30, now=Watch())
    assert waits(limit, 30) == [0.0] * 30
    assert waits(limit, 10) == [round(n / 30, 4) for n in range(1, 11)]
    with pytest.raises(TooFast):
        limit.take("ana")


def test_who_keeps_the_pace_is_never_slowed_down() -> None:
    watch = Watch()
    limit = RateLimit(30, now=watch)
    for _ in range(300):
        assert limit.take("ana") == 0.0
        watch.seconds += 1 / 30


def test_refused_requests_do_not_lengthen_the_wait() -> None:
    watch = Watch()
    limit = RateLimit(30, now=watch)
    waits(limit, 40)
    for _ in range(1000):
        with pytest.raises(TooFast):
            limit.take("ana")
    watch.seconds += 1
    assert waits(limit, 20) == [0.0] * 20


def test_every_client_has_a_bucket_of_its_own() -> None:
    limit = RateLimit(1, queued=0, now=Watch())
    assert waits(limit, 1, "ana") == waits(limit, 1, "ben") == [0.0]
    with pytest.raises(TooFast):
        limit.take("ana")


def test_nought_is_no_limit() -> None:
    assert waits(RateLimit(0), 1000) == [0.0] * 1000


def test_clients_that_are_long_gone_are_forgotten() -> None:
    watch = Watch()
    limit = RateLimit(1, queued=0, now=watch)
    for n in range(CLIENTS):
        limit.take(str(n))
    watch.seconds += 10
    limit.take("new")
    assert len(limit._buckets) == 1
