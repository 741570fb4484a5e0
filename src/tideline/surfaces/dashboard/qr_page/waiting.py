"""Pages that wait for news: how many at once, and no longer than the program runs."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Hashable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

MOST = 500
MOST_OF_ONE = 10


class Waiting:
    """The places for those who wait. Whoever has none is answered at once, and asks again later."""

    def __init__(self) -> None:
        self._taken: Counter[Hashable] = Counter()

    @contextmanager
    def place(self, key: Hashable) -> Iterator[bool]:
        """One place, if there is one left in all and for this link."""
        if self._taken.total() >= MOST or self._taken[key] >= MOST_OF_ONE:
            yield False
            return
        self._taken[key] += 1
        try:
            yield True
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]


async def before_the_end(news: Awaitable[T], end: Awaitable[None]) -> T | None:
    """The news, unless the end comes first."""
    coming, ending = asyncio.ensure_future(news), asyncio.ensure_future(end)
    try:
        await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else None
    finally:
        coming.cancel()
        ending.cancel()
        await asyncio.wait({coming, ending})
