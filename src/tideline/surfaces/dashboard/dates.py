"""Moments and days as people read them, in the language and the zone of whoever looks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tideline.surfaces.dashboard.words import N_, _, speaking

MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
MINUTE, DAY = 60, 24
WITHOUT_SHORT_MONTHS = ("he",)


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def exact_time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S")


def short_time(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The time today, the day before that."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return local.strftime("%H:%M")
    return short_day(local.date(), today)


def short_day(day: date, today: date) -> str:
    month = _month(day)
    if speaking().lang not in WITHOUT_SHORT_MONTHS:
        month = month[:3]
    return f"{day.day} {month}" if day.year == today.year else f"{day.day} {month} {day.year}"


def long_day(day: date, today: date) -> str:
    if day == today:
        return _("Today")
    weekday = _(WEEKDAYS[day.weekday()])
    return said("{weekday}, {day} {month} {year}", weekday=weekday, day=day.day, month=_month(day), year=day.year)


def whole_day(day: date) -> str:
    return said("{day} {month} {year}", day=day.day, month=_month(day), year=day.year)


def day_and_time(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{whole_day(local.date())}, {local:%H:%M}"


def said(pattern: str, **values: object) -> str:
    """A pattern of the catalogues, filled with words of the same language: nothing there has to be kept apart."""
    return _(pattern).format(**values)


PATTERNS = (N_("{weekday}, {day} {month} {year}"), N_("{day} {month} {year}"))


def _month(day: date) -> str:
    return _(MONTHS[day.month - 1])


def length_words(took: timedelta) -> str:
    """How long something took, with as many figures as anybody wants to know."""
    seconds = round(took.total_seconds())
    if seconds < MINUTE:
        return _("{count} s", count=seconds)
    minutes = round(seconds / MINUTE)
    if minutes < MINUTE:
        return _("{count} min", count=minutes)
    hours = minutes / MINUTE
    return _("{count} h", count=f"{hours:.1f}") if hours < DAY else _("{count} days", count=f"{hours / DAY:.1f}")
