"""One open stream: what waits to be written to it, and whose it is."""

import asyncio
from collections import deque
from typing import Final

from tideline.features.chats import Sight
from tideline.features.workspaces import PersonId, Teammate
from tideline.surfaces.dashboard.live import news

MOST_WAITING: Final = 256
"""So much may wait for a slow reader; then it is told to begin with a fresh page instead."""


class Stream:
    """Written to by the hub, read by the request that carries it. `last` is the newest fact that was told, `since` the
    one up to which it is known that this teammate may look at all."""

    __slots__ = ("_is_ended", "_ring", "_waiting", "last", "person_id", "sight", "since", "teammate_id", "token")

    def __init__(self, person_id: PersonId, me: Teammate, token: str, *, last: int, since: int) -> None:
        self.person_id = person_id
        self.teammate_id = me.id
        self.sight = Sight.of(me)
        self.token = token
        self.last = last
        self.since = since
        self._waiting: deque[bytes] | None = None
        self._ring: asyncio.Future[None] | None = None
        self._is_ended = False

    def offer(self, seq: int, frame: bytes) -> None:
        """The next news. What this stream has had already is left out."""
        if seq > self.last:
            self.last = seq
            self.say(frame)

    def say(self, frame: bytes) -> None:
        """Something besides the news: presence, or that the page is too old."""
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            frame = news.reload(self.last)
        self._waiting.append(frame)
        self._wake()

    def end(self) -> None:
        self._is_ended = True
        self._wake()

    @property
    def is_ended(self) -> bool:
        return self._is_ended

    def taken(self) -> bytes:
        """Everything that waits, at once; nothing when nothing does."""
        waiting, self._waiting = self._waiting, None
        return b"".join(waiting) if waiting else b""

    def next_ring(self) -> "asyncio.Future[None]":
        """Done as soon as something waits or the stream has ended."""
        self._ring = asyncio.get_running_loop().create_future()
        if self._waiting or self._is_ended:
            self._wake()
        return self._ring

    def _wake(self) -> None:
        if self._ring is not None and not self._ring.done():
            self._ring.set_result(None)
