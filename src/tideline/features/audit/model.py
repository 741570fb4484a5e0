"""Entries of the audit log, what they are about, and which of them somebody asks for. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tideline.platform.facts import Actor

Changes = Mapping[str, tuple[str | None, str | None]]
"""What changed: its name, what it was before, what it is now; None where that is not known, or not told."""


class Area(StrEnum):
    """Which part of the work an entry belongs to."""

    SIGN_IN = "sign_in"
    PEOPLE = "people"
    NUMBERS = "numbers"
    CHATS = "chats"
    TEMPLATES = "templates"
    FILES = "files"
    WEBHOOKS = "webhooks"
    TOKENS = "tokens"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class About:
    """The thing that something was done with: `chat`, `number`, `teammate`, `team`, `template`, `webhook`, `file` or
    `workspace`. The name is the one that it had then; of a teammate the id is enough."""

    what: str
    id: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a fact comes to in the audit log."""

    area: Area
    about: About
    changes: Changes


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. `actor.way` is how somebody came in."""

    seq: int
    at: datetime
    kind: str
    area: Area
    actor: Actor
    about: About
    changes: Changes


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry that was shown; the next page begins behind it."""

    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; None is all of them. `until` is the first moment that is no longer meant."""

    person: int | None = None
    area: Area | None = None
    kind: str | None = None
    about: About | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    entries: Sequence[Entry]
    next: Cursor | None
