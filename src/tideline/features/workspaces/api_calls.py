"""API calls are counted in memory and added up in the database every second, so that a call costs no write."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import structlog

from tideline.features.workspaces.actions.quotas import notice
from tideline.features.workspaces.errors import ApiCallsUsedUp, WorkspaceNotFound
from tideline.features.workspaces.model import WorkspaceId
from tideline.features.workspaces.periods import Kind, Period, Taken, Threshold
from tideline.features.workspaces.store import usage as store
from tideline.platform.db import Database, SystemTx

EVERY_SECONDS = 1.0
IDLE_FLUSHES = 60
LONGEST_WAIT = 3600

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _Counter:
    """One workspace in one period: what the database knew last, and what came since."""

    workspace_id: WorkspaceId
    period: Period
    total: int
    used: int
    since: int = 0
    has_refused: bool = False
    has_told: bool = False
    idle: int = 0

    @property
    def is_used_up(self) -> bool:
        return self.used + self.since >= self.total

    @property
    def is_to_be_written(self) -> bool:
        """A refusal too, with nothing to add: only the database knows whether the quota has grown meanwhile."""
        return self.since > 0 or self.has_refused

    def seconds_to_wait(self, now: datetime) -> int:
        """Until the next period begins; but the quota may have grown in an hour."""
        return min(ceil((self.period.end - now).total_seconds()), LONGEST_WAIT)


class ApiCalls:
    """Counts API calls and refuses them when the quota of the period is used up.

    A crash loses the calls of the last second. Several nodes together can go over the quota by what they
    answer in a second.
    """

    def __init__(self, db: Database, *, every: float = EVERY_SECONDS) -> None:
        self._db = db
        self._every = every
        self._counters: dict[WorkspaceId, _Counter] = {}
        self._former: list[_Counter] = []
        self._stopping = asyncio.Event()
        self._one_flush = asyncio.Lock()

    async def spend(self, workspace_id: WorkspaceId) -> None:
        """Count one call, or raise `ApiCallsUsedUp` and count nothing."""
        now = self._db.clock.now()
        counter = self._counters.get(workspace_id)
        if counter is None or now not in counter.period:
            counter = await self._begin(workspace_id, now)
        if counter.is_used_up:
            counter.has_refused = True
            raise ApiCallsUsedUp(retry_after=counter.seconds_to_wait(now))
        counter.since += 1

    def pending(self, workspace_id: WorkspaceId) -> int:
        """Calls of the current period that the database does not know of yet."""
        counter = self._counters.get(workspace_id)
        return counter.since if counter else 0

    async def run(self) -> None:
        """Add up every second until `stop`. A database that is away for a while costs nothing but memory."""
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every)
            try:
                await self.flush()
            except Exception:
                log.exception("api_calls.not_added_up")

    async def stop(self) -> None:
        """End `run` and add up what is left."""
        self._stopping.set()
        await self.flush()

    async def flush(self) -> None:
        """Add up now. What could not be written stays counted."""
        async with self._one_flush:
            written = [(counter, counter.since) for counter in self._all() if counter.is_to_be_written]
            if written:
                await self._write(written)
            self._forget_idle({counter.workspace_id for counter, _ in written})

    async def _begin(self, workspace_id: WorkspaceId, now: datetime) -> _Counter:
        async with self._db.read(workspace_id) as tx:
            totals = await store.find_totals(tx)
            if totals is None:
                raise WorkspaceNotFound
            quota = (await store.find_current(tx, totals))[Kind.API_CALLS]
        counter = self._counters.get(workspace_id)
        if counter is not None and now in counter.period:
            return counter  # another call was faster
        if counter is not None:
            self._former.append(counter)
        counter = _Counter(workspace_id, quota.period or totals.period_at(now), quota.total, quota.used)
        self._counters[workspace_id] = counter
        return counter

    async def _write(self, written: list[tuple[_Counter, int]]) -> None:
        """Calls keep coming while this waits for the database, so only what was written is subtracted."""
        batch = [store.Calls(counter.workspace_id, counter.period, calls) for counter, calls in written]
        async with self._db.system() as tx:
            known = await store.add_calls(tx, batch)
            told = [counter for counter, calls in written if await _tell(tx, counter, calls, known)]
        for counter in told:
            counter.has_told = True
        for counter, calls in written:
            counter.since -= calls
            counter.has_refused = False
            if (counter.workspace_id, counter.period.start) in known:
                counter.used, counter.total = known[counter.workspace_id, counter.period.start]
            elif self._counters.get(counter.workspace_id) is counter:
                del self._counters[counter.workspace_id]  # the workspace is gone
        self._former = [counter for counter in self._former if counter.since]

    def _all(self) -> list[_Counter]:
        return [*self._former, *self._counters.values()]

    def _forget_idle(self, busy: set[WorkspaceId]) -> None:
        for counter in list(self._counters.values()):
            counter.idle = 0 if counter.workspace_id in busy else counter.idle + 1
            if counter.idle >= IDLE_FLUSHES and not counter.is_to_be_written:
                del self._counters[counter.workspace_id]


async def _tell(tx: SystemTx, counter: _Counter, calls: int, known: store.Known) -> bool:
    """Who uses the last call of a period says so, in the transaction that adds it up."""
    now = known.get((counter.workspace_id, counter.period.start))
    if now is None or counter.has_told:
        return False
    used, total = now
    if used < total:
        return False
    async with tx.workspace(counter.workspace_id) as own:
        await notice(own, Taken(Kind.API_CALLS, calls, used, total, counter.period), [Threshold.FULL])
    return True
