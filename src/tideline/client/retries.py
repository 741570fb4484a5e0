"""When a request is sent again, and how long to wait before. No I/O."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import random

NOT_DONE = frozenset({429, 503})
"""Answers of a server that has not looked at the request."""
UNCLEAR = frozenset({502, 504})
"""Answers of a proxy that may have handed it on."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an attempt is not the last word."""

    may_be_done: bool
    """Whether the server may have carried it out; then only a request that can be repeated is sent again."""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How patient a client is. The wait doubles from `first_wait` on, unless the server says how long to wait."""

    most: int = 4
    """Attempts after the first one; 0 for none."""
    first_wait: timedelta = timedelta(seconds=0.5)
    longest_wait: timedelta = timedelta(seconds=30)
    """A server that asks for more than this is not asked again: the error says when to come back."""

    def wait(
        self, attempt: int, trouble: Trouble, *, may_repeat: bool, chance: float | None = None
    ) -> timedelta | None:
        """How long to wait after this attempt, from 1; None when it was the last one."""
        if attempt > self.most or (trouble.may_be_done and not may_repeat):
            return None
        if trouble.retry_after is not None:
            return trouble.retry_after if trouble.retry_after <= self.longest_wait else None
        # clients that failed together shall not come back together
        spread = 0.5 + (random() if chance is None else chance) / 2
        return min(self.first_wait * 2.0 ** min(attempt - 1, 30), self.longest_wait) * spread


def trouble_of(status: int, retry_after: timedelta | None) -> Trouble | None:
    """None for an answer that is the last word."""
    if status in NOT_DONE or status in UNCLEAR:
        return Trouble(may_be_done=status in UNCLEAR, retry_after=retry_after)
    return None


def read_retry_after(text: str | None, now: datetime | None = None) -> timedelta | None:
    """Seconds or an HTTP date; None where there is neither."""
    if not text:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return timedelta(seconds=min(int(text.strip()[:12]), 10**9))
    try:
        moment = parsedate_to_datetime(text)
    except (OverflowError, ValueError):
        return None
    return max(moment.replace(tzinfo=moment.tzinfo or UTC) - (now or datetime.now(UTC)), timedelta())
