"""What the address of a list asks for: view, filters, search and place, and the address that asks for something else.

The state of a list is its address, so that it can be shared, kept and gone back to. What means nothing is left out.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tideline.features import chats
from tideline.features.chats import ChatFilter, Place
from tideline.features.workspaces import Teammate, TeammateId
from tideline.surfaces.dashboard.shown import EPOCH
from tideline.surfaces.dashboard.words import N_

Pairs = Sequence[tuple[str, str]]

ALL: Final = "all"
MOST_VALUES: Final = 50
LONGEST_VALUE: Final = 600
NOBODY: Final = "nobody"
ME: Final = "me"
_TICK: Final = timedelta(microseconds=1)
_PLACE: Final = re.compile(r"(-?[0-9]{1,17})?\.([A-Za-z0-9_-]{0,1500})")

VIEWS: Final[dict[str, str]] = {
    ALL: N_("All"),
    "mine": N_("Mine"),
    "unassigned": N_("Unassigned"),
    "unattended": N_("Unattended"),
    "closed": N_("Closed"),
}
CHOICES: Final[dict[str, dict[str, str]]] = {
    "kind": {"direct": N_("Direct chats"), "group": N_("Groups")},
    "read": {"no": N_("Unread"), "yes": N_("Read")},
    "state": {"open": N_("Open"), "closed": N_("Closed")},
    "ai": {"on": N_("AI agent on"), "off": N_("AI agent off")},
}
"""Filters with two values each, either of which may be left out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`responsible` are ids of teammates, `me` or `nobody`; the days are those of whoever looks."""

    view: str = ALL
    labels: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    responsible: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    since: date | None = None
    until: date | None = None
    q: str = ""
    after: Place | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The address again, without the place."""
        view = [("view", self.view)] if self.view != ALL else []
        return [*view, *self.filters, *([("q", self.q)] if self.q else [])]

    @property
    def filters(self) -> list[tuple[str, str]]:
        """The part of it that has a chip each."""
        return [
            *(("number", str(one)) for one in self.numbers),
            *(("label", one) for one in self.labels),
            *(("responsible", one) for one in self.responsible),
            *self.choices,
            *((name, day.isoformat()) for name, day in (("since", self.since), ("until", self.until)) if day),
        ]

    @property
    def is_searching(self) -> bool:
        return bool(self.q)

    def choice(self, name: str) -> str | None:
        return dict(self.choices).get(name)


def read(query: Iterable[tuple[str, str]]) -> Wanted:
    """What is not understood does not restrict, nor does what no database takes."""
    found: dict[str, list[str]] = {}
    for name, value in query:
        if value.strip() and len(value) <= LONGEST_VALUE and "\x00" not in value:
            found.setdefault(name, []).append(value.strip())
    one = {name: values[-1] for name, values in found.items()}
    choices = [(name, one[name]) for name, values in CHOICES.items() if one.get(name) in values]
    return Wanted(
        view=one.get("view", ALL) if one.get("view") in VIEWS else ALL,
        labels=_several(found.get("label", ())),
        numbers=tuple(int(value) for value in _several(found.get("number", ())) if is_id(value)),
        responsible=_several(value for value in found.get("responsible", ()) if value in (ME, NOBODY) or is_id(value)),
        choices=tuple(choices),
        since=_day(one.get("since")),
        until=_day(one.get("until")),
        q=one.get("q", ""),
        after=_place(one.get("after")),
    )


def chat_filter(wanted: Wanted, me: Teammate, people: Mapping[TeammateId, Teammate], zone: ZoneInfo) -> ChatFilter:
    """The same filter as everywhere, within what this teammate sees. A search looks in all views."""
    found = ChatFilter(visible_to=me)
    if not wanted.is_searching:
        found = _of_view(found, wanted.view, me)
    if wanted.responsible:
        is_nobodys = NOBODY in wanted.responsible
        emails = [me.email if one == ME else people[TeammateId(int(one))].email for one in _known(wanted, people)]
        found = replace(found, is_assigned=False if is_nobodys else None, responsible=None if is_nobodys else emails)
    state = wanted.choice("state")
    return replace(
        found,
        called=wanted.q or None,
        labels=wanted.labels or None,
        number_ids=wanted.numbers or None,
        is_group=_is(wanted.choice("kind"), "group"),
        is_read=_is(wanted.choice("read"), "yes"),
        is_closed=found.is_closed if state is None else state == "closed",
        autoresponse=_is(wanted.choice("ai"), "on"),
        created_after=_begin(wanted.since, zone) - _TICK if wanted.since else None,
        created_before=_begin(wanted.until + timedelta(days=1), zone) if wanted.until else None,
    )


def _of_view(found: ChatFilter, view: str, me: Teammate) -> ChatFilter:
    match view:
        case "mine":
            return replace(found, responsible=[me.email], is_closed=False)
        case "unassigned":
            return replace(found, is_assigned=False, is_closed=False)
        case "unattended":
            return replace(found, is_waiting=True)
        case "closed":
            return replace(found, is_closed=True)
        case _:
            return found


def _known(wanted: Wanted, people: Mapping[TeammateId, Teammate]) -> list[str]:
    return [one for one in wanted.responsible if one == ME or (one.isdigit() and TeammateId(int(one)) in people)]


def _is(given: str | None, value: str) -> bool | None:
    return None if given is None else given == value


# Addresses ---------------------------------------------------------------------------------------------------


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path


def without(pairs: Iterable[tuple[str, str]], gone: tuple[str, str]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair != gone]


def place_text(place: Place) -> str:
    """A place in the list as one word. Names stay out of what people read in an address."""
    at = "" if place.at is None else str((place.at - EPOCH) // _TICK)
    return f"{at}.{base64.urlsafe_b64encode(place.name_key.encode()).decode().rstrip('=')}"


def _place(given: str | None) -> Place | None:
    found = _PLACE.fullmatch(given or "")
    if found is None:
        return None
    at, key = found.groups()
    try:
        name_key = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()
        when = None if at is None else EPOCH + timedelta(microseconds=int(at))
    except (binascii.Error, UnicodeDecodeError, OverflowError):
        return None
    return None if "\x00" in name_key else Place(when, name_key)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _several(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))[:MOST_VALUES]


def is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 10 and chats.is_id(int(value))


def _day(given: str | None) -> date | None:
    """Within the years that every zone and database can say."""
    try:
        day = date.fromisoformat(given or "")
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None
