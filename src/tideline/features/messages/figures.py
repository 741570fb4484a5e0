"""Figures by day: which messages count where, how long first answers took, and what the middle one took. No I/O.

A day is one of the workspace's own zone, and a message belongs to the day on which it was written, however late it
comes. Calls, notes and reactions are no messages here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import log, log1p
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from tideline.features.messages.model import MessageType, Origin
from tideline.platform.facts import Fact

COUNTED: Final = ("MessageReceived", "MessageSent", "MessageImported")
KINDS: Final = (*COUNTED, "ChatClosed")
NOBODY: Final = 0
GROWTH: Final = 1.15
LAST_STEP: Final = 120
"""Some seven months."""


class Way(StrEnum):
    """How a message came to be; the names of the columns."""

    RECEIVED = "received"
    PEOPLE = "by_people"
    API = "by_api"
    PHONE = "by_phone"


class Cell(NamedTuple):
    """A day of a number and of one of the team. The order is that in which rows are written, so that two who write at
    the same time wait for each other instead of deadlocking."""

    workspace_id: int
    day: date
    number_id: int
    teammate_id: int


class Chat(NamedTuple):
    workspace_id: int
    chat_id: int

    @classmethod
    def of(cls, fact: Fact) -> "Chat":
        return cls(fact.workspace_id, fact.chat_id or 0)


@dataclass(frozen=True, slots=True)
class Clock:
    """What has to be known of a workspace. Messages before `counts_from` are counted by the chore."""

    zone: ZoneInfo
    counts_from: UUID | None = None


@dataclass(slots=True)
class Tally:
    """What a batch of facts adds."""

    messages: Counter[tuple[Cell, Way]] = field(default_factory=Counter)
    answers: Counter[tuple[Cell, int]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Sums:
    """Messages of a day, a number or a teammate."""

    received: int = 0
    by_people: int = 0
    by_api: int = 0
    by_phone: int = 0

    @property
    def sent(self) -> int:
        return self.by_people + self.by_api + self.by_phone


@dataclass(frozen=True, slots=True)
class Answers:
    """First answers: how many, and what the one in the middle took."""

    count: int = 0
    median: timedelta | None = None


def way_of(from_me: bool, origin: str) -> Way:
    if not from_me:
        return Way.RECEIVED
    return {Origin.SHARED_INBOX.value: Way.PEOPLE, Origin.SYNCED.value: Way.PHONE}.get(origin, Way.API)


def tally(facts: Iterable[Fact], clocks: Mapping[int, Clock], waiting: dict[Chat, datetime]) -> Tally:
    """Count facts in their order. `waiting` says who waits for an answer since when, and does so afterwards."""
    found = Tally()
    for fact in facts:
        clock = clocks.get(fact.workspace_id)
        if clock is None or fact.kind not in KINDS:
            continue
        if fact.kind == "ChatClosed":
            waiting.pop(Chat.of(fact), None)
            continue
        told = fact.payload["message"]
        if told["type"] == MessageType.WHATSAPP:
            _count(found, fact, told, clock, waiting)
    return found


def _count(found: Tally, fact: Fact, told: Mapping[str, Any], clock: Clock, waiting: dict[Chat, datetime]) -> None:
    at = datetime.fromisoformat(told["at"])
    way = way_of(told["from_me"], told["origin"])
    teammate = fact.actor.id if way in (Way.PEOPLE, Way.API) else None
    cell = Cell(fact.workspace_id, day_of(at, clock.zone), told["number_id"], teammate or NOBODY)
    if clock.counts_from is None or UUID(told["uid"]) >= clock.counts_from:
        found.messages[cell, way] += 1
    if fact.kind == "MessageImported" or fact.payload["chat"]["kind"] != "direct":
        return
    chat = Chat.of(fact)
    if way is Way.RECEIVED:
        waiting.setdefault(chat, at)
    elif way is not Way.API and (since := waiting.pop(chat, None)):
        # a program that answers by itself leaves the customer waiting for a person
        found.answers[cell, step_of(at - since)] += 1


def day_of(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def step_of(took: timedelta) -> int:
    """About how long it took: steps that grow by a seventh, from a second on."""
    return min(round(log1p(max(0.0, took.total_seconds())) / log(GROWTH)), LAST_STEP)


def length_of(step: int) -> timedelta:
    return timedelta(seconds=round(GROWTH**step - 1))


def answers_of(steps: Iterable[tuple[int, int]]) -> Answers:
    """From how many took about how long."""
    ordered: Sequence[tuple[int, int]] = sorted(steps)
    count = sum(answers for _, answers in ordered)
    passed = 0
    for step, answers in ordered:
        passed += answers
        if passed * 2 >= count > 0:
            return Answers(count, length_of(step))
    return Answers()
