"""Quotas: billing periods in a workspace's own time, and how credits are taken."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    """What renews each period."""

    MESSAGES = "messages"
    API_CALLS = "api_calls"
    TRANSACTIONS = "transactions"


class Threshold(StrEnum):
    """How far into a quota somebody wants to be told, once in each period."""

    NEAR_FULL = "near_full"
    FULL = "full"

    def of(self, total: int) -> int:
        """From how many on."""
        return total if self is Threshold.FULL else ceil(total * NEAR)


NEAR = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open: the first instant after it is `end`, where the next one starts."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Quota:
    """Seats have no period."""

    total: int
    used: int
    period: Period | None = None

    @property
    def left(self) -> int:
        return max(0, self.total - self.used)


@dataclass(frozen=True, slots=True)
class Taken:
    """So much was just taken from a period of a renewing quota."""

    kind: Kind
    amount: int
    used: int
    total: int
    period: Period

    def crossed(self) -> list[Threshold]:
        """What this took the quota over, the nearer one first."""
        before = self.used - self.amount
        return [one for one in Threshold if before < one.of(self.total) <= self.used]

    def reached(self) -> list[Threshold]:
        """The same, with what was taken before, and where the quota has become smaller meanwhile."""
        return [one for one in Threshold if self.used >= one.of(self.total)]


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits that do not expire. `updated_at` is the last top-up, None when there never was one."""

    remaining: int
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a workspace may use and has used."""

    seats: Quota
    messages: Quota
    api_calls: Quota
    transactions: Quota
    balance: Balance


@dataclass(frozen=True, slots=True)
class Charge:
    """Credits that were taken: so many from the period that starts at `period_start`, the rest from the balance."""

    from_period: int
    from_balance: int
    period_start: datetime

    @property
    def total(self) -> int:
        return self.from_period + self.from_balance


def period_at(now: datetime, day: int, zone: ZoneInfo) -> Period:
    """The period that contains `now`, midnight to midnight on the billing day of the month in that zone.

    Days 29 to 31 become the last day of shorter months. The two loops matter around the billing midnight,
    where a change of the clocks can put an instant on the other side of the boundary than its date says.
    """
    local = now.astimezone(zone)
    month = local.year * 12 + local.month - 1
    while _boundary(month, day, zone) > now:
        month -= 1
    while _boundary(month + 1, day, zone) <= now:
        month += 1
    return Period(_boundary(month, day, zone), _boundary(month + 1, day, zone))


def _boundary(month: int, day: int, zone: ZoneInfo) -> datetime:
    """The instant at which the billing day of a month begins; `month` counts from the year 0.

    A midnight that the clocks skip is taken with the offset before the change, which is the instant of the
    change itself; of a midnight that comes twice it is the first.
    """
    year, index = divmod(month, 12)
    last = calendar.monthrange(year, index + 1)[1]
    return datetime(year, index + 1, min(day, last), tzinfo=zone).astimezone(UTC)


def allot(wanted: Sequence[int], period_left: int, balance: int) -> list[tuple[int, int] | None]:
    """Serve the wishes in order, the period first and then the balance; None for those that no longer fit."""
    served: list[tuple[int, int] | None] = []
    for wish in wanted:
        if wish > period_left + balance:
            served.append(None)
            continue
        from_period = min(wish, period_left)
        period_left -= from_period
        balance -= wish - from_period
        served.append((from_period, wish - from_period))
    return served
