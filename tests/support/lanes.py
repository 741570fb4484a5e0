"""A stage for tests of the lanes: a database, a clock that only the test moves, and short words for what happens."""

import itertools
import random
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tideline.platform import lanes
from tideline.platform.clock import Clock
from tideline.platform.db import Database
from tideline.platform.lanes import Held, Lane, NewItem

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORKSPACE = 7

_kinds = itertools.count(1)


class HandClock(Clock):
    """Stands still until the test moves it."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Stage:
    """One kind of lanes of its own, so that tests share a database without seeing each other."""

    def __init__(self, db: Database, clock: HandClock) -> None:
        self.db = db
        self.clock = clock
        self.kind = f"test-{next(_kinds)}"

    def lane(self, sub: str = "", group: int = 1) -> Lane:
        return Lane(self.kind, group, sub)

    async def group(self, group: int = 1, **limits: Any) -> None:
        async with self.db.system() as tx:
            await lanes.set_group(tx, WORKSPACE, self.kind, group, **{"width": 1, **limits})

    async def put(self, *names: str, sub: str = "", group: int = 1, due_in: float | None = None) -> None:
        """Put named items on a lane."""
        due_at = None if due_in is None else self.clock.at + timedelta(seconds=due_in)
        await self.enqueue([NewItem(self.lane(sub, group), {"name": name}, due_at) for name in names])

    async def enqueue(self, items: Sequence[NewItem]) -> None:
        async with self.db.system() as tx:
            await lanes.enqueue(tx, WORKSPACE, items)

    async def claim(
        self,
        limit: int = 10,
        heads: int = 1,
        groups: Collection[int] | None = None,
        *,
        patient: bool = False,
        seed: int = 1,
    ) -> list[Held]:
        async with self.db.system() as tx:
            return await lanes.claim(
                tx,
                self.kind,
                limit=limit,
                heads=heads,
                groups=groups,
                lease=timedelta(seconds=30),
                patient=patient,
                rng=random.Random(seed),
            )

    async def done(self, held: Held) -> None:
        async with self.db.system() as tx:
            await lanes.acknowledge(tx, [lanes.Done(held, item) for item in held.items])

    async def retry(self, held: Held, seconds: float, *, hold_lane: bool = False) -> None:
        async with self.db.system() as tx:
            for item in held.items:
                await held.retry(tx, item, self.clock.at + timedelta(seconds=seconds), hold_lane)

    async def release(self, *helds: Held) -> None:
        async with self.db.system() as tx:
            await lanes.release(tx, helds)

    async def expire(self) -> int:
        async with self.db.system() as tx:
            return await lanes.expire(tx)

    async def next_at(self, groups: Collection[int] | None = None) -> datetime | None:
        async with self.db.system() as tx:
            return await lanes.next_at(tx, self.kind, groups)

    async def work_off(self, limit: int = 10) -> list[str]:
        """Claim and finish until nothing is ready, and say what that was."""
        seen = []
        while helds := await self.claim(limit):
            for held in helds:
                seen += names([held])
                await self.done(held)
        return seen


def names(helds: Sequence[Held]) -> list[str]:
    """The names of the items held."""
    return [item.payload["name"] for held in helds for item in held.items]
