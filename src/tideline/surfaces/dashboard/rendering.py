"""Templates, and the filters that turn values into what people read."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tideline.surfaces.dashboard import words

HERE = Path(__file__).parent
KILO = 1000


@cache
def environment() -> Environment:
    """Everything is escaped. No template may switch that off, and a test sees to it that none does."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "initials": initials,
        "hue": hue,
        "short_time": short_time,
        "clock_time": clock_time,
        "long_day": long_day,
        "size_words": size_words,
        "play_time": play_time,
    }
    env.globals |= {"_": words._, "ngettext": words.ngettext, "speaking": words.speaking, "theme": None}
    return env


def initials(name: str) -> str:
    """One or two letters that stand for a person: `Mira Solberg` is `MS`; nothing for what is no name."""
    words = [word for word in name.split() if word[0].isalpha()]
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0] for word in ends).upper()


def hue(text: str) -> int:
    """One of the eight hues, the same for the same text for ever."""
    return crc32(text.encode("utf-8", "replace")) % 8 + 1


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def short_time(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The time today, the day before that."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return local.strftime("%H:%M")
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def long_day(day: date, today: date) -> str:
    return "Today" if day == today else f"{day:%A}, {day.day} {day:%B %Y}"


def size_words(size: int) -> str:
    if size < KILO:
        return f"{size} bytes"
    kilobytes = size / KILO
    return f"{kilobytes:.0f} kB" if kilobytes < KILO else f"{kilobytes / KILO:.1f} MB"


def play_time(seconds: float) -> str:
    """How long something plays, as players write it: `0:07`, `1:02:30`."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
