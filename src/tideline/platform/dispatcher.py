"""The dispatcher: numbers committed facts, hands them to their readers and wakes whoever follows them.

One per database, by an advisory lock; when its process or its connection dies, another node takes over. What a
reader writes commits together with the numbers, so each fact reaches each reader exactly once.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import structlog

from tideline.platform import fact_log
from tideline.platform.db import Database, Row, Session, SystemTx
from tideline.platform.fact_log import facts_after, last_seq, last_seqs
from tideline.platform.facts import NEW, Fact
from tideline.platform.partitions import KEEP, maintain_partitions
from tideline.platform.wake import Wakes

__all__ = ["TOPIC", "Dispatcher", "Reader", "facts_after", "last_seq", "last_seqs", "maintain_partitions"]

log = structlog.get_logger(__name__)

TOPIC = "facts"  # wakes those who read numbered facts
FREE = "dispatcher:free"  # wakes the nodes that would like to take over
BATCH = 1_000
POLL_SECONDS = 1.0
LOCK = 0x7469_6465_6661_6374  # "tidefact"
FIRST_BACKOFF = timedelta(milliseconds=500)
LONGEST_BACKOFF = timedelta(seconds=30)
MAINTAIN_AGAIN = timedelta(minutes=10)


class Reader(Protocol):
    """Somebody who has to see every fact: webhooks, automation, partner events."""

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        """Write what follows from these facts (put deliveries on lanes), in the transaction that numbers them.

        The facts are in the order of their numbers within each workspace. What is raised here rolls the numbers
        back; the facts come again, those of other workspaces without waiting for it.
        """


Listener = Callable[[Sequence[Fact]], None]


class ReaderFailed(Exception):
    """A reader raised; what it raised is the cause."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """A workspace whose facts some reader refuses, until when it is left alone, and for how long next time."""

    until: datetime
    backoff: timedelta


class Dispatcher:
    """`readers` take part in the transaction; listeners (`on_facts`) of this process are called after the commit.

    It keeps the daily partitions of the log too: `keep` says for how long facts stay.
    """

    def __init__(
        self,
        db: Database,
        wakes: Wakes,
        readers: Sequence[Reader] = (),
        *,
        keep: timedelta = KEEP,
        batch: int = BATCH,
        poll: float = POLL_SECONDS,
    ) -> None:
        self._db = db
        self._wakes = wakes
        self._readers = readers
        self._keep = keep
        self._batch = batch
        self._poll = poll
        self._listeners: list[Listener] = []
        self._troubles: dict[int, _Trouble] = {}
        self._maintained_on: date | None = None
        self._maintain_at = datetime.min.replace(tzinfo=UTC)
        self.is_leading = asyncio.Event()

    def on_facts(self, listener: Listener) -> None:
        """Call a plain function with each batch after its commit, on the node that dispatches."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Wait for the lock, dispatch while this node has it, until cancelled."""
        free = self._wakes.bell(FREE)
        while True:
            try:
                async with self._db.session() as session:
                    if await session.try_lock(LOCK):
                        await self._lead(session)
            except Exception:
                log.exception("dispatcher.interrupted")
            finally:
                if self.is_leading.is_set():
                    self.is_leading.clear()
                    self._wakes.wake(FREE)
            await free.wait(self._poll)

    async def _lead(self, session: Session) -> None:
        log.info("dispatcher.leads")
        bell = self._wakes.bell(NEW)
        self.is_leading.set()
        while True:
            await self._maintain(session)
            if not await self.dispatch(session):
                await bell.wait(self._poll)

    async def dispatch(self, session: Session) -> int:
        """Number one batch and say how many facts that were. A workspace whose facts a reader refuses waits alone."""
        troubled = [workspace_id for workspace_id, trouble in self._troubles.items() if trouble.until > self._now()]
        try:
            return await self._number(session, without=troubled)
        except ReaderFailed as failed:
            log.error("dispatcher.reader_failed", exc_info=failed.__cause__)
        async with session.system() as tx:
            rows = await fact_log.list_unnumbered(tx, self._batch, without=troubled)
        return sum([await self._number_alone(session, workspace) for workspace in _workspaces(rows)])

    async def _number(self, session: Session, *, only: int | None = None, without: Sequence[int] = ()) -> int:
        async with session.system() as tx:
            rows = await fact_log.list_unnumbered(tx, self._batch, only=only, without=without)
            if not rows:
                return 0
            facts = await fact_log.give_numbers(tx, rows)
            for reader in self._readers:
                try:
                    await reader.read(tx, facts)
                except Exception as problem:
                    raise ReaderFailed from problem
            tx.wake(TOPIC)
        for workspace_id in _workspaces(rows):
            self._troubles.pop(workspace_id, None)
        self._tell(facts)
        return len(facts)

    async def _number_alone(self, session: Session, workspace_id: int) -> int:
        try:
            return await self._number(session, only=workspace_id)
        except ReaderFailed as failed:
            backoff = self._leave_alone(workspace_id)
            log.error(
                "dispatcher.workspace_waits",
                workspace=workspace_id,
                again_in=backoff.total_seconds(),
                exc_info=failed.__cause__,
            )
            return 0

    def _leave_alone(self, workspace_id: int) -> timedelta:
        known = self._troubles.get(workspace_id)
        backoff = min(known.backoff * 2, LONGEST_BACKOFF) if known else FIRST_BACKOFF
        self._troubles[workspace_id] = _Trouble(self._now() + backoff, backoff)
        return backoff

    def _tell(self, facts: Sequence[Fact]) -> None:
        for listener in self._listeners:
            try:
                listener(facts)
            except Exception:
                log.exception("dispatcher.listener_failed")

    async def _maintain(self, session: Session) -> None:
        now = self._now()
        if now.date() == self._maintained_on or now < self._maintain_at:
            return
        self._maintain_at = now + MAINTAIN_AGAIN
        try:
            async with session.system() as tx:
                await maintain_partitions(tx, keep=self._keep)
            self._maintained_on = now.date()
        except Exception:
            log.exception("dispatcher.partitions_not_maintained")

    def _now(self) -> datetime:
        return self._db.clock.now()


def _workspaces(rows: Sequence[Row]) -> list[int]:
    return sorted({row["workspace"] for row in rows})
