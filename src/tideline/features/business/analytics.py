"""Questions for the figures of a business number: what may be asked, and what is shown of the answer. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tideline.features.business.errors import InvalidAnalytics
from tideline.features.numbers import NumberId
from tideline.features.numbers.port import AnalyticsQuestion

OLDEST: Final = timedelta(days=365)
HOUR: Final = 3600
FRESH: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=7)
DIMENSIONS: Final = ("COUNTRY", "PRICING_CATEGORY", "PRICING_TYPE")


class AnalyticsState(StrEnum):
    PENDING = "pending"
    READY = "ready"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for, as they put it: Unix seconds and WhatsApp's words."""

    start: int
    end: int
    dimensions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Analytics:
    """A question and how far its answer is."""

    handle: UUID
    number_id: NumberId
    asked: Asked
    question: AnalyticsQuestion
    state: AnalyticsState
    result: dict[str, Any] | None
    error_code: int | None
    error: str | None
    asked_at: datetime

    def is_stale(self, now: datetime) -> bool:
        """Is it worth asking again? What failed is, and what reached up to the moment it was asked in."""
        match self.state:
            case AnalyticsState.PENDING:
                return False
            case AnalyticsState.ERROR:
                return True
            case _:
                return self.question.end >= self.asked_at - FRESH and now >= self.asked_at + FRESH


def parse_dimensions(text: str | None) -> tuple[str, ...]:
    """A comma list, in any order; the same words once each, in one order."""
    names = {name.strip().upper() for name in (text or "").split(",") if name.strip()}
    if unknown := names - set(DIMENSIONS):
        raise InvalidAnalytics(
            f"dimensions are out of {', '.join(DIMENSIONS)}: {', '.join(sorted(unknown))[:100]} is none"
        )
    return tuple(name for name in DIMENSIONS if name in names)


def question_of(asked: Asked, now: datetime) -> AnalyticsQuestion:
    """What WhatsApp is asked: not further back than a year, not into the future, and for an hour at least."""
    if asked.start >= asked.end or asked.start >= now.timestamp():
        raise InvalidAnalytics("start has to lie before end, and before now")
    start = max(asked.start, int((now - OLDEST).timestamp()))
    end = max(min(asked.end, int(now.timestamp())), start + HOUR)
    return AnalyticsQuestion(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), asked.dimensions)


def without_costs(answer: Any) -> Any:
    """Costs are not shown: what an account pays is between its owner and WhatsApp."""
    if isinstance(answer, dict):
        return {
            name: without_costs(one) for name, one in answer.items() if name not in ("cost", "conversation_analytics")
        }
    return [without_costs(one) for one in answer] if isinstance(answer, list) else answer
