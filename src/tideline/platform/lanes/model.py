"""What lanes are made of: lanes in groups, items in lanes, and the rules that need no database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Lane:
    """A row of waiting work, done in order. `group` is what shares a width, a gap and a pause (a number, a webhook)."""

    kind: str
    group: int
    sub: str = ""


@dataclass(frozen=True, slots=True)
class NewItem:
    """Work for a lane. Without `due_at` it waits for its turn only; with it, for that time as well."""

    lane: Lane
    payload: dict[str, Any] = field(hash=False)
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Work that was taken from a lane. `attempt` is 1 the first time and grows with each retry."""

    id: int
    attempt: int
    payload: dict[str, Any] = field(repr=False, hash=False)
    enqueued_at: datetime
    key: datetime = field(repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """How a group may be worked on.

    `width`: how many of its lanes at once. `gap`: seconds (at least, at most) a lane rests after an item, drawn
    at random. `rate`: items a second over all lanes of the group, `burst` of them at once after a quiet time.
    """

    width: int = 1
    gap: tuple[float, float] = (0.0, 0.0)
    rate: float | None = None
    burst: int = 1

    def __post_init__(self) -> None:
        if self.width < 1 or self.burst < 1:
            raise ValueError("width and burst are at least 1")
        if not 0 <= self.gap[0] <= self.gap[1]:
            raise ValueError("a gap is (at least, at most), in seconds")
        if self.rate is not None and self.rate <= 0:
            raise ValueError("a rate is more than nothing")


@dataclass(frozen=True, slots=True)
class GroupState:
    """What a metric or a page shows about a group."""

    kind: str
    group: int
    workspace_id: int
    width: int
    running: int
    waiting: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """How a group that was just locked may go on: how many lanes now, and when its rate allows the one after them."""

    lanes: int
    rate_at: datetime


def share_out(limit: int, rooms: Sequence[int]) -> list[int]:
    """Divide what is wanted among groups, evenly as far as their rooms go; what is left over goes to the first."""
    left = limit
    shares = [0] * len(rooms)
    open_ones = [n for n, room in enumerate(rooms) if room > 0]
    while left > 0 and open_ones:
        each = max(1, left // len(open_ones))
        for n in open_ones:
            more = min(each, rooms[n] - shares[n], left)
            shares[n] += more
            left -= more
        open_ones = [n for n in open_ones if shares[n] < rooms[n]]
    return shares


def turn(now: datetime, lanes: int, *, rate: float | None, burst: int, rate_at: datetime) -> Turn:
    """How many of these lanes a group may give out now (a leaky bucket where it has a rate)."""
    if rate is None:
        return Turn(lanes, rate_at)
    tolerance = timedelta(seconds=(burst - 1) / rate)
    saved = min(tolerance, now - rate_at)
    allowed = 0 if saved < timedelta() else int(saved.total_seconds() * rate + 1e-6) + 1
    lanes = min(lanes, allowed)
    if not lanes:
        return Turn(0, rate_at)
    return Turn(lanes, max(rate_at, now - tolerance) + timedelta(seconds=lanes / rate))
