"""Times on the wire: `2026-09-14 16:20:30 +0200` in the workspace's zone, and the forms in which clients write them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, auto

from tideline.platform import local_time
from tideline.platform.local_time import DAY, INSTANT

SECOND = timedelta(seconds=1)

# One year away from what `datetime` can hold, so that no change of zone leaves it.
FIRST_YEAR, LAST_YEAR = 2, 9998

# A plus that was not percent-encoded arrives as a space, hence `[+ -]` before the offset's digits.
FORM = re.compile(
    r"""
    (?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)
    (?:[Tt\ ]
       (?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?
       (?P<offset>\ ?[Zz]|\ ?[+\ -]\d\d:?\d\d)?
    )?
    """,
    re.VERBOSE | re.ASCII,
)


class Precision(Enum):
    """How much of time a text names: a client that writes a date means the whole day."""

    DAY = auto()
    SECOND = auto()
    EXACT = auto()


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or date-time as a client wrote it; without an offset it is meant in the workspace's zone."""

    at: datetime
    precision: Precision

    @classmethod
    def read(cls, text: str) -> "Moment":
        found = FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError("must be a date or a date-time")
        part = found.groupdict()
        whole = [int(part[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
        if not FIRST_YEAR <= whole[0] <= LAST_YEAR:
            raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
        micros = int((part["fraction"] or "").ljust(6, "0")[:6])
        at = datetime(*whole, micros, tzinfo=_offset(part["offset"]))  # type: ignore[arg-type, misc]
        if part["hour"] is None:
            return cls(at, Precision.DAY)
        return cls(at, Precision.EXACT if part["fraction"] else Precision.SECOND)


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    text = text[1:] if len(text) > 1 and text[1] in "Zz+ -" else text
    if text in ("Z", "z"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError("must have an offset below 24 hours")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


class LocalTime(local_time.LocalTime):
    """The time of one zone, and what a client means by a moment in it."""

    def first(self, moment: Moment) -> datetime:
        """The first instant that belongs to the moment."""
        return self._utc(moment.at)

    def last(self, moment: Moment) -> datetime:
        """The last instant that belongs to it: the wire shows whole seconds, so a second is meant whole."""
        match moment.precision:
            case Precision.DAY:
                return self._utc(moment.at + DAY) - INSTANT
            case Precision.SECOND:
                return self._utc(moment.at) + SECOND - INSTANT
            case Precision.EXACT:
                return self._utc(moment.at)

    def beyond(self, moment: Moment) -> datetime:
        """What is later than a moment is later than this. A time read from the wire is not later than itself,
        though whole seconds hide what came after them; a date is its midnight."""
        return self.first(moment) if moment.precision is Precision.DAY else self.last(moment)

    def _utc(self, at: datetime) -> datetime:
        at = at if at.tzinfo else at.replace(tzinfo=self.zone)
        return at.astimezone(UTC)
