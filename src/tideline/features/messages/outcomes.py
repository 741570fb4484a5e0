"""What can become of a message that is handed to WhatsApp. No I/O."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tideline.features.messages.actions.progress import Accepted
from tideline.features.messages.model import Failure
from tideline.features.messages.statuses import failure_of
from tideline.features.numbers.port import ColdContactBlocked, ConnectorProblem, RateLimited

OFFLINE_WAITS: Final = (2.0, 5.0, 15.0, 60.0, 300.0)
RATE_WAITS: Final = (30.0, 120.0, 600.0)


@dataclass(frozen=True, slots=True)
class Refused:
    """WhatsApp did not take it, and never will. With `is_too_cold` it takes no first messages from this number for a
    while, until `until` where it says so."""

    failure: Failure
    is_too_cold: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotNow:
    """WhatsApp did not take it; the whole lane waits, so that the order stays."""

    seconds: float


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Nobody knows whether WhatsApp took it. It is never sent again; an echo or a receipt may still say so."""


Outcome = Accepted | Refused | NotNow | InDoubt


def refused(problem: type[ConnectorProblem] | ConnectorProblem) -> Refused:
    return Refused(_failure(problem))


def outcome_of(problem: ConnectorProblem, attempt: int) -> Refused | NotNow:
    if isinstance(problem, ColdContactBlocked):
        return Refused(_failure(problem), is_too_cold=True, until=_until(problem))
    if problem.is_final:
        return refused(problem)
    waits = RATE_WAITS if isinstance(problem, RateLimited) else OFFLINE_WAITS
    return NotNow(waits[min(attempt, len(waits)) - 1])


def _failure(problem: type[ConnectorProblem] | ConnectorProblem) -> Failure:
    said = problem.failure if isinstance(problem, ConnectorProblem) else None
    return failure_of(problem.code, problem.message, said)


def later(attempt: int) -> NotNow:
    return NotNow(OFFLINE_WAITS[min(attempt, len(OFFLINE_WAITS)) - 1])


def _until(problem: ConnectorProblem) -> datetime | None:
    until = problem.details.get("until")
    return until if isinstance(until, datetime) else None
