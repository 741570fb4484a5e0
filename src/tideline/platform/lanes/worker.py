"""A worker takes lanes of one kind as they become ready, works on many at once, and gives back what it has to leave."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta

import asyncpg
import structlog

from tideline.platform.db import Database
from tideline.platform.lanes.actions import topic
from tideline.platform.lanes.claiming import LEASE, claim, expire, next_at
from tideline.platform.lanes.errors import LaneLost
from tideline.platform.lanes.holding import Held, Retry, acknowledge, release, renew
from tideline.platform.wake import Wakes

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
SHORTEST_WAIT_SECONDS = 0.01
BUSY_SECONDS = 0.05  # somebody kept a lane or its group locked for longer than a claim waits
LONGEST_BACKOFF_SECONDS = 300.0
GRACE_SECONDS = 10.0


class Worker:
    """Calls `act(held)` for each lane it takes. `act` settles the items of `held`, outside and inside of transactions
    as it likes; it may run as long as it wants, its lease is renewed meanwhile.

    `groups` says, each time anew, which groups this worker may take (the numbers a gateway owns); None is all.
    `slots` is how many lanes it works on at once, `heads` how many items of a lane it takes together.
    """

    def __init__(
        self,
        db: Database,
        wakes: Wakes,
        kind: str,
        act: Callable[[Held], Awaitable[None]],
        *,
        groups: Callable[[], Collection[int]] | None = None,
        node: str = "",
        slots: int = 32,
        heads: int = 1,
        lease: timedelta = LEASE,
        poll: float = POLL_SECONDS,
        rng: random.Random | None = None,
    ) -> None:
        self._db = db
        self._wakes = wakes
        self._kind = kind
        self._act = act
        self._groups = groups
        self._node = node
        self._slots = slots
        self._heads = heads
        self._lease = lease
        self._poll = poll
        self._rng = rng or random.Random()
        self._taken: list[Held] = []
        self._running: dict[asyncio.Task[None], Held] = {}
        self._look = asyncio.Event()
        self._stopping = False
        self._handing_back = False
        self._grace = GRACE_SECONDS
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def holding(self) -> Sequence[Held]:
        """The lanes in its hands."""
        return list(self._running.values())

    async def run(self) -> None:
        """Work until `stop` is called or this task is cancelled; hand back what is left then."""
        self._ended.clear()
        chores = [asyncio.create_task(self._keep_leases()), asyncio.create_task(self._free_lapsed())]
        try:
            with self._wakes.calling(topic(self._kind), self._look.set):
                while not self._stopping:
                    self._look.clear()
                    await self._wait(await self._take_what_is_ready())
                await self._finish()
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await self._hand_back()
            self._ended.set()

    async def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Take nothing more, finish what is in hand for at most `grace` seconds, and hand back the rest at once."""
        self._stopping = True
        self._grace = grace
        self._look.set()
        await self._ended.wait()

    def look(self) -> None:
        """Look for work now: there are more groups to take from."""
        self._look.set()

    async def _take_what_is_ready(self) -> float:
        """Fill the slots and say after how many seconds to look again."""
        patient = False
        while not self._stopping and (free := self._slots - len(self._running)) > 0:
            try:
                again_in = await self._take(free, patient)
            except asyncpg.LockNotAvailableError:
                return BUSY_SECONDS
            except Exception as problem:
                log.warning("lanes.claim_failed", kind=self._kind, problem=repr(problem))
                return self._poll
            taken, self._taken = self._taken, []
            for held in taken:
                self._begin(held)
            if again_in > 0 or patient:
                return max(again_in, SHORTEST_WAIT_SECONDS)
            patient = not taken  # something is ready, but others have it locked just now
        return self._poll

    async def _take(self, free: int, patient: bool) -> float:
        """Claim into `_taken`, where `_hand_back` finds it too, and say when the next lane is ready."""
        groups = self._groups() if self._groups else None
        if groups is not None and not groups:
            return self._poll
        async with self._db.system() as tx:
            self._taken = await claim(
                tx,
                self._kind,
                limit=free,
                heads=self._heads,
                groups=groups,
                node=self._node,
                lease=self._lease,
                patient=patient,
                rng=self._rng,
            )
            return self._seconds_to(await next_at(tx, self._kind, groups))

    def _seconds_to(self, at: datetime | None) -> float:
        if at is None:
            return self._poll
        return max(0.0, min(self._poll, (at - self._db.clock.now()).total_seconds()))

    def _begin(self, held: Held) -> None:
        task = asyncio.create_task(self._work_on(held))
        self._running[task] = held
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        held = self._running.pop(task)
        if task.cancelled():
            self._taken.append(held)
        self._look.set()

    async def _work_on(self, held: Held) -> None:
        try:
            await self._act(held)
        except LaneLost:
            log.warning("lanes.lost", kind=self._kind, group=held.lane.group)
        except asyncio.CancelledError:
            if self._handing_back:
                raise
            log.warning("lanes.act_cancelled", kind=self._kind, group=held.lane.group)
            await self._put_off(held)
        except Exception:
            log.exception("lanes.act_failed", kind=self._kind, group=held.lane.group)
            await self._put_off(held)
        else:
            if not held.is_settled:
                log.error("lanes.not_settled", kind=self._kind, group=held.lane.group)
                await self._put_off(held)

    async def _put_off(self, held: Held) -> None:
        """Try again later what a bug has left unsettled."""
        try:
            async with self._db.system() as tx:
                left = [item for item in held.items if item.id in held.unsettled]
                await acknowledge(tx, [Retry(held, item, tx.now + _backoff(item.attempt)) for item in left])
        except LaneLost:
            log.warning("lanes.lost", kind=self._kind, group=held.lane.group)
        except Exception as problem:
            log.warning("lanes.put_off_failed", kind=self._kind, group=held.lane.group, problem=repr(problem))

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._look.wait()
        except TimeoutError:
            pass

    async def _finish(self) -> None:
        if self._running and self._grace > 0:
            await asyncio.wait(list(self._running), timeout=self._grace)

    async def _hand_back(self) -> None:
        self._handing_back = True
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        left = [held for held in self._taken if not held.is_settled]
        if not left:
            return
        try:
            async with self._db.system() as tx:
                await release(tx, left)
        except Exception as problem:
            log.warning("lanes.hand_back_failed", kind=self._kind, lanes=len(left), problem=repr(problem))

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            helds = self.holding
            if not helds:
                continue
            try:
                async with self._db.system() as tx:
                    lost = await renew(tx, helds, self._lease)
            except Exception as problem:
                log.warning("lanes.renewal_failed", kind=self._kind, lanes=len(helds), problem=repr(problem))
            else:
                for held in lost:
                    if not held.is_settled:
                        log.warning("lanes.lost", kind=self._kind, group=held.lane.group)

    async def _free_lapsed(self) -> None:
        while True:
            try:
                async with self._db.system() as tx:
                    await expire(tx)
            except Exception as problem:
                log.warning("lanes.expiry_failed", problem=repr(problem))
            await asyncio.sleep(self._poll)


def _backoff(attempt: int) -> timedelta:
    return timedelta(seconds=min(2.0 ** min(attempt, 16), LONGEST_BACKOFF_SECONDS))
