"""Templates and the few filters that turn values into what people read."""

from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )
    env.filters |= {
        "initials": initials,
        "hue": hue,
        "short_time": short_time,
        "clock_time": clock_time,
        "long_day": long_day,
    }
    return env


def initials(name: str) -> str:
    """One or two letters that stand for a person: `Mira Solberg` is `MS`."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "#"


def hue(text: str) -> int:
    """One of the eight hues, the same for the same text for ever."""
    return crc32(text.encode()) % 8 + 1


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def short_time(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The time today, the day before that."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return local.strftime("%H:%M")
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def long_day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def by_day(messages: list[Any], zone: ZoneInfo) -> list[tuple[date, list[Any]]]:
    """Messages in the order given, in one group per local day."""
    groups = groupby(messages, key=lambda message: message.at.astimezone(zone).date())
    return [(day, list(rows)) for day, rows in groups]
