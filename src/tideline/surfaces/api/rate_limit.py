"""Slows a client down that asks too often, and refuses it when that does not help."""

import time
from collections.abc import Callable

QUEUED = 10
CLIENTS = 10_000


class TooFast(Exception):
    """So many requests of one client are waiting already that this one is refused."""


class RateLimit:
    """A bucket of tokens per client address: a second's worth at once, ten more wait for theirs.

    A refused request takes nothing, so whoever goes on at the allowed speed is served again.
    """

    def __init__(self, per_second: int, *, queued: int = QUEUED, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_second
        self._queued = queued
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, client: str) -> float:
        """Take one token and say for how many seconds the request has to wait."""
        if not self._rate:
            return 0.0
        now = self._now()
        tokens, since = self._buckets.get(client, (float(self._rate), now))
        left = min(self._rate, tokens + (now - since) * self._rate) - 1
        if left < -self._queued:
            raise TooFast
        if len(self._buckets) >= CLIENTS and client not in self._buckets:
            self._forget_the_idle(now)
        self._buckets[client] = (left, now)
        return -left / self._rate if left < 0 else 0.0

    def _forget_the_idle(self, now: float) -> None:
        """A bucket that would be full again is as good as none."""
        self._buckets = {
            client: (tokens, since)
            for client, (tokens, since) in self._buckets.items()
            if tokens + (now - since) * self._rate < self._rate
        }
