"""Which days somebody wants to see, in the workspace's own time. No I/O."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from tideline.surfaces.dashboard.words import N_

MONTH: Final = "month"
LAST_MONTH: Final = "last_month"
PERIODS: Final[Mapping[str, str]] = {
    MONTH: N_("This month"),
    LAST_MONTH: N_("Last month"),
    "7": N_("7 days"),
    "30": N_("30 days"),
    "90": N_("90 days"),
}


def chosen(asked: str) -> str:
    return asked if asked in PERIODS else MONTH


def days_of(period: str, today: date) -> Sequence[date]:
    """All days of a period, none of them after today."""
    first, last = today.replace(day=1), today
    if period == LAST_MONTH:
        last = first - timedelta(days=1)
        first = last.replace(day=1)
    elif period != MONTH:
        first = today - timedelta(days=int(period) - 1)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
