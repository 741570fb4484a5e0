"""Thirty requests a second and ten that wait: when a client is slowed down, when it is refused, and what it is told."""

import pytest

from tideline.platform.contract.exchange import Head
from tideline.platform.rate_limit import RateLimit, TooFast


class Watch:
    """A clock that only goes when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def waits(limit: RateLimit, requests: int, client: str = "192.0.2.1") -> list[float]:
    return [round(limit.take(client).wait, 4) for _ in range(requests)]


def told(head: Head) -> list[int]:
    """Limit, remaining, reset."""
    assert [name for name, _ in head] == [b"ratelimit-limit", b"ratelimit-remaining", b"ratelimit-reset"]
    return [int(value) for _, value in head]


def test_a_second_of_requests_goes_at_once_and_ten_more_wait_for_their_turn() -> None:
    limit = RateLimit(30, now=Watch())
    assert waits(limit, 30) == [0.0] * 30
    assert waits(limit, 10) == [round(n / 30, 4) for n in range(1, 11)]
    with pytest.raises(TooFast):
        limit.take("192.0.2.1")


def test_how_many_wait_can_be_chosen() -> None:
    limit = RateLimit(2, queued=1, now=Watch())
    assert waits(limit, 3) == [0.0, 0.0, 0.5]
    with pytest.raises(TooFast):
        limit.take("192.0.2.1")


def test_every_answer_says_what_is_left() -> None:
    watch = Watch()
    limit = RateLimit(3, queued=1, now=watch)
    heads = [told(limit.take("192.0.2.1").head) for _ in range(4)]
    assert heads == [[3, 2, 1], [3, 1, 1], [3, 0, 1], [3, 0, 2]]
    with pytest.raises(TooFast) as refused:
        limit.take("192.0.2.1")
    assert told(refused.value.head) == [3, 0, 2]
    watch.seconds += 2
    assert told(limit.take("192.0.2.1").head) == [3, 2, 1]


def test_who_keeps_the_pace_is_never_slowed_down() -> None:
    watch = Watch()
    limit = RateLimit(30, now=watch)
    for _ in range(300):
        assert limit.take("192.0.2.1").wait == 0.0
        watch.seconds += 1 / 30


def test_refused_requests_do_not_lengthen_the_wait() -> None:
    watch = Watch()
    limit = RateLimit(30, now=watch)
    waits(limit, 40)
    for _ in range(1000):
        with pytest.raises(TooFast):
            limit.take("192.0.2.1")
    watch.seconds += 1
    assert waits(limit, 20) == [0.0] * 20


CUSTOMERS = {
    "two IPv4 addresses": ("192.0.2.1", "192.0.2.2", False),
    "two addresses of one IPv6 network": ("2001:db8::1", "2001:db8::ffff:2", True),
    "two IPv6 networks": ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    "an IPv4 address on either kind of socket": ("192.0.2.1", "::ffff:192.0.2.1", True),
}


@pytest.mark.parametrize(("one", "other", "is_same"), CUSTOMERS.values(), ids=CUSTOMERS)
def test_every_client_has_a_bucket_of_its_own(one: str, other: str, is_same: bool) -> None:
    limit = RateLimit(1, queued=0, now=Watch())
    assert waits(limit, 1, one) == [0.0]
    if is_same:
        with pytest.raises(TooFast):
            limit.take(other)
    else:
        assert waits(limit, 1, other) == [0.0]


def test_nought_is_no_limit_and_nothing_is_said_of_one() -> None:
    assert waits(RateLimit(0), 1000) == [0.0] * 1000
    assert RateLimit(0).take("192.0.2.1").head == ()


def kept(limit: RateLimit) -> int:
    return len(limit._recent) + len(limit._former)


def test_clients_that_are_long_gone_are_forgotten() -> None:
    watch = Watch()
    limit = RateLimit(1, queued=0, now=watch)
    for n in range(1000):
        limit.take(str(n))
    for _ in range(2):
        watch.seconds += 10
        limit.take("new")
    assert kept(limit) == 2


def test_a_bucket_outlives_the_turn_as_long_as_it_is_not_full() -> None:
    watch = Watch()
    limit = RateLimit(1, queued=9, now=watch)
    waits(limit, 10, "192.0.2.1")
    for _ in range(40):
        watch.seconds += 1
        assert waits(limit, 1, "192.0.2.1") == [9.0]
        assert waits(limit, 1, "192.0.2.2") == [0.0]


def test_however_many_clients_come_memory_is_bounded() -> None:
    limit = RateLimit(1, clients=100, now=Watch())
    for n in range(10_000):
        limit.take(f"10.0.{n // 256}.{n % 256}")
        assert kept(limit) <= 200
