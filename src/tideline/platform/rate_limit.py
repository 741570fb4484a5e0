"""Slows a client down that asks too often, and refuses it when that does not help."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from tideline.platform.addresses import address_key
from tideline.platform.contract.exchange import Head

CLIENTS = 10_000


@dataclass(frozen=True, slots=True)
class Turn:
    """How long a request has to wait, and what its answer says about the next ones."""

    wait: float
    head: Head


class TooFast(Exception):
    """So many requests of one client are waiting already that this one is refused."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head


class RateLimit:
    """A bucket of tokens per client address: a second's worth at once, some more wait for theirs.

    A refused request takes nothing, so whoever goes on at the allowed speed is served again. A bucket that nobody
    touched for a while is full, which is as good as none: so the buckets are kept in two halves, and the one in which
    nothing was touched since the last turn is dropped at the next.
    """

    def __init__(
        self,
        per_second: int,
        *,
        queued: int = 10,
        clients: int = CLIENTS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = per_second
        self._queued = queued
        self._clients = clients
        self._now = now
        self._full_after = (per_second + queued) / per_second if per_second else 0.0
        self._recent: dict[str, tuple[float, float]] = {}
        self._former: dict[str, tuple[float, float]] = {}
        self._turned_at = now()
        self._limit = b"%d" % per_second

    def take(self, address: str) -> Turn:
        """Take one token of the client at this address, or raise `TooFast`."""
        if not self._rate:
            return FREE
        now = self._now()
        client = address_key(address)
        left = self._tokens(client, now) - 1
        if left < -self._queued:
            raise TooFast(self._head(left + 1))
        if now - self._turned_at >= self._full_after or len(self._recent) >= self._clients:
            self._former, self._recent, self._turned_at = self._recent, {}, now
        self._recent[client] = (left, now)
        return Turn(-left / self._rate if left < 0 else 0.0, self._head(left))

    def _tokens(self, client: str, now: float) -> float:
        found = self._recent.get(client) or self._former.get(client)
        if found is None:
            return float(self._rate)
        tokens, since = found
        return min(float(self._rate), tokens + (now - since) * self._rate)

    def _head(self, left: float) -> Head:
        """https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06"""
        return (
            (b"ratelimit-limit", self._limit),
            (b"ratelimit-remaining", b"%d" % max(left, 0)),
            (b"ratelimit-reset", b"%d" % ceil((self._rate - left) / self._rate)),
        )


FREE = Turn(0.0, ())
