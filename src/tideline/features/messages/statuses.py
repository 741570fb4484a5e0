"""How far a message got: states only go forward, whatever order the news comes in. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from tideline.features.messages.model import Failure, Status
from tideline.features.numbers.port import FailureReason

_ORDER: Final = (Status.PENDING, Status.SENDING, Status.SENT, Status.DELIVERED, Status.READ)
_RANK: Final = {status: rank for rank, status in enumerate(_ORDER)}
_WORDS: Final = {"sent": Status.SENT, "delivered": Status.DELIVERED, "read": Status.READ, "failed": Status.FAILED}

UNKNOWN_OUTCOME: Final = Failure("unknown_outcome", "Nobody can say whether WhatsApp took the message.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """News about a message that this number sent. `reason` and `pricing` are what the Business Platform says of it."""

    status: Status
    at: datetime
    error: str | None = None
    reason: FailureReason | None = None
    pricing: Mapping[str, Any] | None = None

    @classmethod
    def of(
        cls,
        word: str,
        at: datetime,
        error: str | None = None,
        *,
        reason: FailureReason | None = None,
        pricing: Mapping[str, Any] | None = None,
    ) -> "Receipt":
        return cls(_WORDS[word], at, error, reason, pricing)

    @property
    def failure(self) -> Failure:
        return failure_of(self.error or "rejected", "WhatsApp could not deliver the message.", self.reason)


def failure_of(code: str, title: str, reason: FailureReason | None) -> Failure:
    """Why a message failed: our words, unless the Business Platform has its own."""
    if reason is None:
        return Failure(code, title)
    return Failure(code, reason.title or title, reason.code, reason.details)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a message is, and when it got to each state."""

    status: Status
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    failure: Failure | None = None

    @property
    def is_unknown(self) -> bool:
        """Given up because nobody could say what became of it; the only failure that news can undo."""
        return self.status is Status.FAILED and self.failure == UNKNOWN_OUTCOME

    def after(self, receipt: Receipt) -> "Progress":
        """A receipt taken into account. Late ones fill in when it happened, none leads back."""
        if receipt.status is Status.FAILED:
            return self._failed(receipt)
        if self.status is Status.FAILED and not self.is_unknown:
            return self
        dated = self._dated(receipt)
        if self.is_unknown:
            return replace(dated, status=receipt.status, failed_at=None, failure=None)
        return replace(dated, status=receipt.status) if _RANK[receipt.status] > _RANK[self.status] else dated

    def unknown(self, at: datetime) -> "Progress":
        """Given up after waiting for a sign of it."""
        return replace(self, status=Status.FAILED, failed_at=at, failure=UNKNOWN_OUTCOME)

    def failed(self, failure: Failure, at: datetime) -> "Progress":
        return replace(self, status=Status.FAILED, failed_at=at, failure=failure)

    def _failed(self, receipt: Receipt) -> "Progress":
        """What has arrived has not failed, and what has failed fails only once."""
        if self.status is Status.FAILED or _RANK[self.status] >= _RANK[Status.DELIVERED]:
            return self
        return self.failed(receipt.failure, receipt.at)

    def _dated(self, receipt: Receipt) -> "Progress":
        match receipt.status:
            case Status.SENT:
                return replace(self, sent_at=_earlier(self.sent_at, receipt.at))
            case Status.DELIVERED:
                return replace(self, delivered_at=_earlier(self.delivered_at, receipt.at))
            case _:
                return replace(self, read_at=_earlier(self.read_at, receipt.at))


def _earlier(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)
