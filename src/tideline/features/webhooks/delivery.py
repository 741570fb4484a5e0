"""Deliveries: one event on its way to one webhook, its attempts, and when the next one is due. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from tideline.features.webhooks.event_types import AnyEvent, EventType, event_named
from tideline.features.webhooks.model import Schedule
from tideline.platform.facts import Fact
from tideline.platform.ids import uuid7

SECONDS: Final = 5.0
PROOF: Final = ("webhook-timestamp", "webhook-signature")
KEPT_OF_ANSWER: Final = 1024

# The schedule that Standard Webhooks recommends: three days in all.
EXTENDED: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook, as it waits on its lane. `tried` attempts were made before it was put there: somebody
    asked for it to be delivered again. A test has no fact and is tried once."""

    uid: UUID
    event_type: AnyEvent
    fact_at: datetime
    fact_seq: int | None
    chat_id: int | None = None
    tried: int = 0

    @classmethod
    def new(cls, event_type: AnyEvent, fact: Fact) -> "Delivery":
        return cls(uuid7(), event_type, fact.at, fact.seq, fact.chat_id)

    @classmethod
    def test(cls, event_type: AnyEvent, at: datetime) -> "Delivery":
        return cls(uuid7(), event_type, at, None)

    @classmethod
    def read(cls, payload: dict[str, Any]) -> "Delivery":
        return cls(
            UUID(payload["delivery"]),
            event_named(payload["event_type"]),
            datetime.fromisoformat(payload["at"]),
            payload.get("seq"),
            payload.get("chat_id"),
            payload.get("tried", 0),
        )

    def payload(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "delivery": str(self.uid),
            "event_type": self.event_type.value,
            "at": self.fact_at.isoformat(),
        }
        if self.fact_seq is not None:
            told["seq"] = self.fact_seq
        if self.chat_id is not None:
            told["chat_id"] = self.chat_id
        if self.tried:
            told["tried"] = self.tried
        return told

    @property
    def is_test(self) -> bool:
        return self.fact_seq is None


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted."""

    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def proof(self) -> str:
        """The headers that cannot be told from anything else the log holds: time and signatures."""
        return " ".join(self.headers[name] for name in PROOF if name in self.headers)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a status and how the answer began, or the code of what went wrong."""

    at: datetime
    took: timedelta
    status: int | None = None
    start: bytes = field(default=b"", repr=False)
    error: str | None = None

    @property
    def is_success(self) -> bool:
        return self.error is None and self.status is not None and 200 <= self.status < 300


class Outcome(StrEnum):
    """What an attempt means for its delivery."""

    DELIVERED = "delivered"
    RETRYING = "retrying"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """How a delivery goes on after an attempt: `next_at` is there when it is tried again."""

    outcome: Outcome
    next_at: datetime | None = None


class Receiver(Protocol):
    """What there is to know of an address that events go to."""

    @property
    def workspace_id(self) -> int: ...
    @property
    def id(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def enabled(self) -> bool: ...
    @property
    def is_strict(self) -> bool: ...
    @property
    def schedule(self) -> Schedule: ...
    @property
    def errors_counter(self) -> int: ...


def waits_of(receiver: Receiver, standard: Sequence[timedelta]) -> Sequence[timedelta]:
    return EXTENDED if receiver.schedule is Schedule.EXTENDED else standard


def next_step(answer: Answer, attempt: int, waits: Sequence[timedelta], now: datetime) -> Step:
    """`attempt` counts from 1, anew when somebody asked for the delivery again."""
    if answer.is_success:
        return Step(Outcome.DELIVERED)
    if attempt > len(waits):
        return Step(Outcome.FAILED)
    return Step(Outcome.RETRYING, now + waits[attempt - 1])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery as the log keeps it. `number` counts on when it is delivered again."""

    workspace_id: int
    webhook_id: int
    delivery: Delivery
    number: int
    request: Request
    answer: Answer
    step: Step

    @property
    def is_counted(self) -> bool:
        """Did an event of the workspace's own webhooks come to an end with it? Tests and what partners are told do not
        count."""
        is_own = isinstance(self.delivery.event_type, EventType) and not self.delivery.is_test
        return is_own and self.step.outcome is not Outcome.RETRYING


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Events of one day."""

    delivered: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Logged:
    """An attempt as it is read from the log. Its delivery is ready to be put on a lane once more."""

    delivery: Delivery
    number: int
    at: datetime
    outcome: Outcome
    next_at: datetime | None
    status: int | None
    error: str | None
    took_ms: int
    url: str
    proof: str
    request: bytes = field(repr=False)
    response_start: bytes = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What was sent with it; nothing when there was no request."""
        if not self.request:
            return {}
        timestamp, _, signature = self.proof.partition(" ")
        told = {"Content-Type": "application/json", "webhook-id": str(self.delivery.uid)}
        return told | {name: value for name, value in zip(PROOF, (timestamp, signature), strict=True) if value}


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which deliveries to list; what is left out does not restrict. Times are those of last attempts, inclusive."""

    event_type: EventType | None = None
    outcome: Outcome | None = None
    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """The last attempts of some deliveries, and whether older ones follow."""

    items: list[Logged]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Redelivered:
    """How many deliveries go out again, and whether so many were given up that some are left."""

    count: int
    has_more: bool
