"""Instants in the local form of a zone, `2026-09-14 16:20:30 +0200`, which is what people and programs outside see."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAYS_KEPT = 4096
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)

DAY_MINUTES = 24 * 60
TWO = [f"{n:02d}" for n in range(60)]
CLOCK = [f"{minute // 60:02d}:{minute % 60:02d}:" for minute in range(DAY_MINUTES)]


class Day(NamedTuple):
    """One UTC day in a zone: the offset, and the dates on which its instants may fall there."""

    minutes: int
    suffix: str
    before: str
    same: str
    after: str


class LocalTime:
    """The time of one zone. Formatting is on the path of every list, so a day's offset and dates are kept, and
    an instant is put together from pieces: five times faster than the standard library."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._days: dict[int, Day | None] = {}

    def format(self, at: datetime) -> str:
        """An aware UTC instant in the wire's form."""
        ordinal = at.toordinal()
        try:
            day = self._days[ordinal]
        except KeyError:
            day = self._look_at(ordinal)
        if day is None:
            return self._format_slowly(at)
        minutes, suffix, before, same, after = day
        minute = at.hour * 60 + at.minute + minutes
        if minute < 0:
            return before + CLOCK[minute + DAY_MINUTES] + TWO[at.second] + suffix
        if minute >= DAY_MINUTES:
            return after + CLOCK[minute - DAY_MINUTES] + TWO[at.second] + suffix
        return same + CLOCK[minute] + TWO[at.second] + suffix

    def _look_at(self, ordinal: int) -> Day | None:
        """What is to know of a UTC day, or None when its offset changes within the day."""
        midnight = datetime.fromordinal(ordinal).replace(tzinfo=UTC)
        minutes, end = self._minutes(midnight), self._minutes(midnight + DAY - INSTANT)
        dates = [f"{midnight + n * DAY:%Y-%m-%d} " for n in (-1, 0, 1)]
        day = Day(minutes, _suffix(minutes), *dates) if minutes == end else None
        if len(self._days) >= DAYS_KEPT:
            self._days.clear()
        self._days[ordinal] = day
        return day

    def _format_slowly(self, at: datetime) -> str:
        minutes = self._minutes(at)
        return (at + timedelta(minutes=minutes)).isoformat(" ")[:19] + _suffix(minutes)

    def _minutes(self, at: datetime) -> int:
        offset = at.astimezone(self.zone).utcoffset() or timedelta()
        return round(offset.total_seconds() / 60)


def _suffix(minutes: int) -> str:
    return f" {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
