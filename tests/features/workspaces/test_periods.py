"""Billing periods and the order in which credits are taken."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.features.workspaces.periods import Period, Quota, allot, period_at


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# now, billing day, zone, start, end
SITUATIONS = {
    "calendar month": ("2026-03-15T12:00Z", 1, "UTC", "2026-03-01T00:00Z", "2026-04-01T00:00Z"),
    "over the change to summer time": (
        "2026-03-15T12:00Z", 1, "Europe/Athens", "2026-03-01T00:00+02:00", "2026-04-01T00:00+03:00",
    ),
    "the 12th": ("2026-03-11T22:00Z", 12, "UTC", "2026-02-12T00:00Z", "2026-03-12T00:00Z"),
    "the first instant": ("2026-03-12T00:00Z", 12, "UTC", "2026-03-12T00:00Z", "2026-04-12T00:00Z"),
    "the last instant": ("2026-03-11T23:59:59.999999Z", 12, "UTC", "2026-02-12T00:00Z", "2026-03-12T00:00Z"),
    "already the 1st in the workspace": (
        "2026-02-28T15:00Z", 1, "Asia/Tokyo", "2026-03-01T00:00+09:00", "2026-04-01T00:00+09:00",
    ),
    "still the 28th in the workspace": (
        "2026-03-01T03:00Z", 1, "America/New_York", "2026-02-01T00:00-05:00", "2026-03-01T00:00-05:00",
    ),
    "the 31st in February": ("2026-02-28T12:00Z", 31, "UTC", "2026-02-28T00:00Z", "2026-03-31T00:00Z"),
    "before the 31st in February": ("2026-02-27T12:00Z", 31, "UTC", "2026-01-31T00:00Z", "2026-02-28T00:00Z"),
    "the 29th in a leap year": ("2028-02-29T12:00Z", 29, "UTC", "2028-02-29T00:00Z", "2028-03-29T00:00Z"),
    "the 30th in a common year": ("2026-03-01T12:00Z", 30, "UTC", "2026-02-28T00:00Z", "2026-03-30T00:00Z"),
    "the 31st in April": ("2026-05-01T00:00Z", 31, "UTC", "2026-04-30T00:00Z", "2026-05-31T00:00Z"),
    "over new year": ("2026-01-05T12:00Z", 12, "UTC", "2025-12-12T00:00Z", "2026-01-12T00:00Z"),
    "a midnight that is skipped (Cairo, 2026-04-24)": (
        "2026-04-24T12:00Z", 24, "Africa/Cairo", "2026-04-24T01:00+03:00", "2026-05-24T00:00+03:00",
    ),
    "a midnight that comes twice (Havana, 2026-11-01)": (
        "2026-11-01T04:30Z", 1, "America/Havana", "2026-11-01T00:00-04:00", "2026-12-01T00:00-05:00",
    ),
    "a day that never was (Apia, 2011-12-30)": (
        "2011-12-30T12:00Z", 30, "Pacific/Apia", "2011-12-29T24:00-10:00", "2012-01-30T00:00+14:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("now", "day", "zone", "start", "end"), SITUATIONS.values(), ids=SITUATIONS)
def test_the_period_of_an_instant(now: str, day: int, zone: str, start: str, end: str) -> None:
    first = at(start.replace("29T24:00-10:00", "30T10:00+00:00"))
    assert period_at(at(now), day, ZoneInfo(zone)) == Period(first, at(end))


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/Havana", "America/Sao_Paulo", "Africa/Cairo",
         "Asia/Tehran", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati",
         "America/Nuuk", "Asia/Beirut", "America/Asuncion"]  # fmt: skip
instants = st.integers(946_684_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
days = st.integers(1, 31)
zones = st.sampled_from(ZONES).map(ZoneInfo)


@given(instants, days, zones)
def test_a_period_contains_its_instant_and_is_about_a_month_long(now: datetime, day: int, zone: ZoneInfo) -> None:
    period = period_at(now, day, zone)
    assert now in period
    assert timedelta(days=26) < period.end - period.start < timedelta(days=33)


@given(instants, days, zones)
def test_periods_follow_each_other_without_gap_or_overlap(now: datetime, day: int, zone: ZoneInfo) -> None:
    period = period_at(now, day, zone)
    after = period_at(period.end, day, zone)
    before = period_at(period.start - timedelta(microseconds=1), day, zone)
    assert after.start == period.end
    assert before.end == period.start


@given(instants, days, zones)
def test_every_instant_of_a_period_says_the_same_period(now: datetime, day: int, zone: ZoneInfo) -> None:
    period = period_at(now, day, zone)
    for instant in (period.start, period.end - timedelta(microseconds=1)):
        assert period_at(instant, day, zone) == period


@given(instants, days, zones)
def test_a_period_begins_on_the_billing_day_or_the_last_of_a_short_month(
    now: datetime, day: int, zone: ZoneInfo
) -> None:
    local = period_at(now, day, zone).start.astimezone(zone)
    next_day = date(local.year, local.month, local.day) + timedelta(days=1)
    assert local.day == day or (local.day < day and next_day.day == 1) or zone.key == "Pacific/Apia"


# Credits -----------------------------------------------------------------------------------------------------

WISHES = {
    "all from the period": ([1, 2], 5, 5, [(1, 0), (2, 0)]),
    "exactly the period": ([2, 1], 3, 0, [(2, 0), (1, 0)]),
    "one across the edge": ([2, 2], 3, 5, [(2, 0), (1, 1)]),
    "then from the balance": ([2, 2, 1], 3, 2, [(2, 0), (1, 1), (0, 1)]),
    "nothing left": ([1, 1], 0, 0, [None, None]),
    "too big, the next still fits": ([2, 1], 1, 0, [None, (1, 0)]),
    "in order": ([1, 1, 1], 2, 0, [(1, 0), (1, 0), None]),
    "free of charge": ([0, 1], 0, 0, [(0, 0), None]),
    "no wishes": ([], 5, 5, []),
}


@pytest.mark.parametrize(("wanted", "period", "balance", "served"), WISHES.values(), ids=WISHES)
def test_wishes_are_served(wanted: list[int], period: int, balance: int, served: list[tuple[int, int] | None]) -> None:
    assert allot(wanted, period, balance) == served


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_never_more_than_there_is_and_the_balance_only_when_the_period_is_empty(
    wanted: list[int], period: int, balance: int
) -> None:
    served = [part for part in allot(wanted, period, balance) if part is not None]
    from_period, from_balance = sum(part[0] for part in served), sum(part[1] for part in served)
    assert from_period <= period
    assert from_balance <= balance
    assert from_balance == 0 or from_period == period


def test_a_quota_that_was_lowered_has_nothing_left_and_not_less() -> None:
    assert Quota(total=5, used=8).left == 0
