"""Templates, and the filters that turn values into what people read."""

from functools import cache
from pathlib import Path
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension

from tideline.platform.static import version_of
from tideline.surfaces.dashboard import dates, failures, spoken, window, words

HERE = Path(__file__).parent
STATIC = HERE / "static"
KILO = 1000


class KeptByBrowsers(Extension):
    """Templates write `/static/app.css`; pages name the version of the folder too, so that browsers keep the file."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        return source.replace('"/static/', f'"/static/{_version()}/')


@cache
def _version() -> str:
    return version_of(STATIC)


@cache
def environment() -> Environment:
    """Everything is escaped. No template may switch that off, and a test sees to it that none does."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=[KeptByBrowsers],
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "initials": initials,
        "hue": hue,
        "short_time": dates.short_time,
        "clock_time": dates.clock_time,
        "exact_time": dates.exact_time,
        "day_and_time": dates.day_and_time,
        "short_day": dates.short_day,
        "whole_day": dates.whole_day,
        "long_day": dates.long_day,
        "size_words": size_words,
        "play_time": play_time,
        "mode": window.mode,
        "left": window.left,
        "reason": failures.reason,
        "exactly": failures.exactly,
        "length_words": dates.length_words,
        "refusal": spoken.refusal,
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


def size_words(size: int) -> str:
    if size < KILO:
        return f"{size} bytes"
    kilobytes = size / KILO
    if kilobytes < KILO:
        return f"{kilobytes:.0f} kB"
    megabytes = kilobytes / KILO
    return f"{megabytes:.1f} MB" if megabytes < KILO else f"{megabytes / KILO:.1f} GB"


def play_time(seconds: float) -> str:
    """How long something plays, as players write it: `0:07`, `1:02:30`."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
