"""What the statements of the lanes take and give."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

FRESH = datetime(1970, 1, 1, tzinfo=UTC)  # `due_at` of an item that only waits for its turn


class Parting(StrEnum):
    """How a lane is let go."""

    SETTLED = "settled"
    HANDED_BACK = "handed_back"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class LaneWork:
    """What `add` puts on one lane: how many items, and the earliest time at which one of them can go."""

    workspace: int
    kind: str
    group: int
    sub: str
    items: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class NewRow:
    """An item for the lane at position `lane` (from 1) of the same call."""

    lane: int
    due_at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """How many lanes a locked group gives out, with how many items each."""

    group: int
    lanes: int
    heads: int
    rate_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one leased lane. `settled` None means all that is still held."""

    lane_id: int
    done: int
    settled: int | None
    rest_until: datetime
