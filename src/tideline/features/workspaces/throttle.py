"""How often somebody may try: attempts per key in a window of time, in bounded memory."""

from collections import OrderedDict
from datetime import datetime, timedelta
from math import ceil

from tideline.features.workspaces.errors import TooManyAttempts
from tideline.platform.clock import Clock

MOST_KEYS = 10_000


class Throttle:
    """Counts attempts per key; the first of them opens a window. Each program counts for itself."""

    def __init__(self, clock: Clock, *, most: int, window: timedelta, most_keys: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most = most
        self._window = window
        self._most_keys = most_keys
        self._attempts: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def attempt(self, key: str) -> None:
        """Count an attempt before it is made, so that many at once do not slip through."""
        now = self._clock.now()
        since, count = self._attempts.pop(key, (now, 0))
        if now - since >= self._window:
            since, count = now, 0
        self._attempts[key] = (since, count + 1)
        if len(self._attempts) > self._most_keys:
            self._attempts.popitem(last=False)
        if count >= self._most:
            raise TooManyAttempts(retry_after=ceil((since + self._window - now).total_seconds()))

    def forget(self, key: str) -> None:
        self._attempts.pop(key, None)
