"""How a place and cards of people read as text: WhatsApp has kinds of messages for them, the wire has none.

Every connector writes them in this one way, so that programs find the same text and pages know it again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MAP: Final = "https://maps.google.com/?q="
LONGEST_PLACE: Final = 2_000
_PLACE: Final = re.compile(rf"(?:^|\n){re.escape(MAP)}(-?\d{{1,3}}(?:\.\d{{1,20}})?),(-?\d{{1,3}}(?:\.\d{{1,20}})?)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map; `lines` say what is there, if anything was said."""

    address: str
    lines: Sequence[str]


def place_text(latitude: float, longitude: float, *lines: str) -> str:
    """What is there, then a link to the map. Degrees have six places, which is a decimetre."""
    return "\n".join([*filter(None, lines), f"{MAP}{_degrees(latitude)},{_degrees(longitude)}"])


def _degrees(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def find_place(text: str) -> Place | None:
    """The place that a text is, if it is one."""
    found = _PLACE.search(text) if len(text) <= LONGEST_PLACE else None
    if found is None:
        return None
    lines = [line for line in text[: found.start()].splitlines() if line]
    return Place(text[found.start() :].lstrip("\n"), lines)


def cards_text(cards: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A line for each person: the name and the phones."""
    return "\n".join(line for name, phones in cards if (line := " ".join(filter(None, (name, *phones)))))
