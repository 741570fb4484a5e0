"""Times on the wire: what comes out, and all the forms in which clients write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.surfaces.api.times import LocalTime, Moment

BERLIN = LocalTime(ZoneInfo("Europe/Berlin"))
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe",
         "Pacific/Kiritimati", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia"]  # fmt: skip

WRITTEN = {
    "summer": (datetime(2026, 9, 14, 14, 20, 30, tzinfo=UTC), "2026-09-14 16:20:30 +0200"),
    "winter": (datetime(2026, 1, 14, 14, 20, 30, tzinfo=UTC), "2026-01-14 15:20:30 +0100"),
    "fractions are cut off": (datetime(2026, 1, 14, 14, 20, 30, 999_999, tzinfo=UTC), "2026-01-14 15:20:30 +0100"),
    "the last second before the clocks change": (
        datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), "2026-03-29 01:59:59 +0100",
    ),
    "the first second after": (datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC), "2026-03-29 03:00:00 +0200"),
    "the hour that comes twice, first": (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30:00 +0200"),
    "the hour that comes twice, then": (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30:00 +0100"),
    "past midnight there": (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2027-01-01 00:30:00 +0100"),
}  # fmt: skip


@pytest.mark.parametrize(("at", "text"), WRITTEN.values(), ids=WRITTEN)
def test_an_instant_is_written_in_the_zone(at: datetime, text: str) -> None:
    assert BERLIN.format(at) == text
    assert BERLIN.format(at) == text, "and again, from memory"


@given(seconds=st.integers(70_000_000, 4_000_000_000), zone=st.sampled_from(ZONES))
def test_every_instant_is_written_as_the_standard_library_writes_it(seconds: int, zone: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    local = at.astimezone(ZoneInfo(zone))
    assert LocalTime(ZoneInfo(zone)).format(at) == local.strftime("%Y-%m-%d %H:%M:%S %z")


def test_offsets_are_forgotten_before_they_fill_the_memory() -> None:
    zone = LocalTime(ZoneInfo("America/New_York"))
    for day in range(9000):
        zone.format(datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=day))
    assert len(zone._days) <= 4096


READ = {
    "a date": ("2026-03-19", "2026-03-18T23:00:00", "2026-03-19T22:59:59.999999"),
    "the date of a change of clocks": ("2026-03-29", "2026-03-28T23:00:00", "2026-03-29T21:59:59.999999"),
    "minutes": ("2026-03-01 10:35", "2026-03-01T09:35:00", "2026-03-01T09:35:00.999999"),
    "a T": ("2026-03-01T10:35:07", "2026-03-01T09:35:07", "2026-03-01T09:35:07.999999"),
    "a fraction": ("2026-03-01T10:35:07.25", "2026-03-01T09:35:07.250000", "2026-03-01T09:35:07.250000"),
    "a Z": ("2026-03-01T10:35:07Z", "2026-03-01T10:35:07", "2026-03-01T10:35:07.999999"),
    "an offset": ("2026-03-01T10:35:07+05:30", "2026-03-01T05:05:07", "2026-03-01T05:05:07.999999"),
    "a negative offset": ("2026-03-01T10:35-0330", "2026-03-01T14:05:00", "2026-03-01T14:05:00.999999"),
    "the wire's own form": ("2026-03-01 10:35:07 +0200", "2026-03-01T08:35:07", "2026-03-01T08:35:07.999999"),
    "a plus that a query made a space": ("2026-03-01 10:35  0200", "2026-03-01T08:35:00", "2026-03-01T08:35:00.999999"),
    "the same in ISO": ("2026-03-01T10:35:07 02:00", "2026-03-01T08:35:07", "2026-03-01T08:35:07.999999"),
    "white space around": ("  2026-03-19 ", "2026-03-18T23:00:00", "2026-03-19T22:59:59.999999"),
    "the first of all": ("0002-01-01T00:00+23:59", "0001-12-31T00:01:00", "0001-12-31T00:01:00.999999"),
    "the last of all": ("9998-12-31T23:59-23:59", "9999-01-01T23:58:00", "9999-01-01T23:58:00.999999"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "first", "last"), READ.values(), ids=READ)
def test_a_moment_has_a_first_and_a_last_instant(text: str, first: str, last: str) -> None:
    moment = Moment.read(text)
    assert BERLIN.first(moment) == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert BERLIN.last(moment) == datetime.fromisoformat(last).replace(tzinfo=UTC)


def test_later_than_a_time_is_later_than_its_second_and_later_than_a_date_begins_at_midnight() -> None:
    second, date = Moment.read("2026-03-01T10:35:07Z"), Moment.read("2026-03-01")
    assert BERLIN.beyond(second) == datetime(2026, 3, 1, 10, 35, 7, 999_999, UTC)
    assert BERLIN.beyond(date) == datetime(2026, 2, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", [
    "", "yesterday", "2026", "2026-03", "2026-3-1", "2026-13-01", "2026-02-30", "2026-03-01T25:00", "2026-03-01T10",
    "2026-03-01T10:35+24:00", "2026-03-01T10:35+02:60", "2026-03-01 10:35 PM", "0000-01-01", "0001-01-01", "9999-12-31",
    "٢٠٢٦-٠٣-٠١", "1772361300", "2026-03-01T10:35:60Z",
])  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|range"):
        Moment.read(text)
