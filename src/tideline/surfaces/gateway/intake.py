"""Takes what connectors report and stores it: one transaction per batch and number, acknowledged after the commit."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from tideline.features import numbers
from tideline.features.numbers import LeaseLost, NumberId
from tideline.features.numbers.port import AccountEvent, Connector, Envelope, HistoryChunk, StateChanged
from tideline.platform.db import Database, Tx
from tideline.surfaces.gateway.figures import Figures
from tideline.surfaces.gateway.roster import Held, Roster, at_work
from tideline.surfaces.gateway.tasks import AGAIN_SECONDS, AWAY, Tasks

log = structlog.get_logger(__name__)

BATCH = 500
MOST_WAITING = 5_000
Receive = Callable[[Tx, NumberId, Sequence[AccountEvent]], Awaitable[None]]


class Intake:
    """One queue per number, so that a busy number's events share a transaction and nobody waits for another."""

    def __init__(self, db: Database, roster: Roster, receive: Receive, figures: Figures) -> None:
        self._db = db
        self._roster = roster
        self._receive = receive
        self._figures = figures
        self._waiting: dict[NumberId, deque[Envelope]] = {}
        self._backlog = 0  # messages and other events that wait
        self._room = asyncio.Condition()
        self._tasks = Tasks()

    async def read(self, connector: Connector) -> None:
        """Until cancelled; the connector is held up when too much waits."""
        async for batch in connector.events():
            async with self._room:
                await self._room.wait_for(lambda: self._backlog < MOST_WAITING)
            for envelope in batch:
                self._put(envelope)

    async def finish(self) -> None:
        """Store what was read so far."""
        await self._tasks.finish()

    def _put(self, envelope: Envelope) -> None:
        number_id = NumberId(envelope.number_id)
        if number_id not in self._waiting:
            self._waiting[number_id] = deque()
            self._tasks.begin(self._store_all(number_id))
        self._waiting[number_id].append(envelope)
        self._backlog += _weight(envelope)

    async def _store_all(self, number_id: NumberId) -> None:
        queue = self._waiting[number_id]
        try:
            while queue:
                batch = _next_batch(queue)
                self._backlog -= sum(map(_weight, batch))
                await self._take_in(number_id, batch)
                async with self._room:
                    self._room.notify_all()
        finally:
            self._backlog -= sum(map(_weight, queue))
            del self._waiting[number_id]

    async def _take_in(self, number_id: NumberId, batch: Sequence[Envelope]) -> None:
        """Store what was reported under our lease. The rest is another owner's, or comes again under the next epoch."""
        held = self._roster.find(number_id)
        fresh = [envelope for envelope in batch if held and envelope.epoch == held.lease.epoch]
        self._figures.stale.inc(len(batch) - len(fresh))
        if held is None or not fresh:
            return
        with at_work(held), suppress(LeaseLost):
            began = time.perf_counter()
            await self._store(held, fresh)
            await self._acknowledge(held, fresh[-1].id)
            log.info(
                "gateway.received", number=number_id, events=len(fresh), took=round(time.perf_counter() - began, 4)
            )

    async def _store(self, held: Held, batch: Sequence[Envelope]) -> None:
        """All of it, whatever happens: wait for an absent database, put aside the one event that cannot be stored."""
        while self._roster.find(held.lease.number_id) is held:
            try:
                await self._store_once(held, batch)
            except LeaseLost:
                log.warning("gateway.fenced", number=held.lease.number_id, epoch=held.lease.epoch, events=len(batch))
                raise
            except AWAY as problem:
                log.warning("gateway.store_waits", number=held.lease.number_id, problem=type(problem).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            except Exception as problem:
                await self._store_parts(held, batch, problem)
            return
        raise LeaseLost

    async def _store_once(self, held: Held, batch: Sequence[Envelope]) -> None:
        events = [envelope.event for envelope in batch]
        reports = [event for event in events if isinstance(event, StateChanged)]
        others = [event for event in events if not isinstance(event, StateChanged)]

        async def store(tx: Tx) -> None:
            await numbers.fence(tx, held.lease)
            if reports:
                await numbers.report(tx, held.lease.number_id, reports)
            if others:
                await self._receive(tx, held.lease.number_id, others)

        await self._db.run(held.lease.workspace_id, store)
        self._figures.events.inc(len(events))

    async def _store_parts(self, held: Held, batch: Sequence[Envelope], problem: Exception) -> None:
        if parts := _parts(batch):
            for part in parts:
                await self._store(held, part)
            return
        [envelope] = batch
        kind = type(envelope.event).__name__
        log.error("gateway.set_aside", number=envelope.number_id, envelope=envelope.id, kind=kind, exc_info=problem)
        self._figures.set_aside.inc()

        async def keep(tx: Tx) -> None:
            await numbers.fence(tx, held.lease)
            await numbers.set_aside(tx, envelope, f"{type(problem).__name__}: {problem}")

        await self._db.run(held.lease.workspace_id, keep)

    async def _acknowledge(self, held: Held, up_to: int) -> None:
        """Unacknowledged events come again, and storing them again changes nothing; so a failure may pass."""
        try:
            await held.connector.ack(held.lease.number_id, up_to)
        except Exception:
            log.exception("gateway.ack_failed", number=held.lease.number_id)


def _next_batch(queue: deque[Envelope]) -> list[Envelope]:
    """What goes into one transaction; a chunk of history counts as its messages."""
    batch = [queue.popleft()]
    weight = _weight(batch[0])
    while queue and weight + _weight(queue[0]) <= BATCH:
        weight += _weight(queue[0])
        batch.append(queue.popleft())
    return batch


def _weight(envelope: Envelope) -> int:
    return len(envelope.event.messages) if isinstance(envelope.event, HistoryChunk) else 1


def _parts(batch: Sequence[Envelope]) -> Sequence[Sequence[Envelope]]:
    """A batch in two; nothing when it is one event that cannot be taken apart."""
    if len(batch) > 1:
        middle = len(batch) // 2
        return batch[:middle], batch[middle:]
    [envelope] = batch
    if isinstance(envelope.event, HistoryChunk) and len(envelope.event.messages) > 1:
        return [[replace(envelope, event=half)] for half in envelope.event.halves()]
    return []
