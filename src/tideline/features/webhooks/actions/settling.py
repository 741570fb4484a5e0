"""Settling attempts: the log, the count of failures and the lanes, in one transaction for many of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import asyncpg
import structlog

from tideline.features.webhooks.delivery import Attempt, Outcome, Receiver
from tideline.features.webhooks.store import attempts as log_store
from tideline.features.webhooks.store.reading import Count
from tideline.platform import lanes
from tideline.platform.bundles import Bundle
from tideline.platform.db import Database, SystemTx, asks_for_another_run
from tideline.platform.lanes import Done, Held, Item, LaneLost, Retry

log = structlog.get_logger(__name__)

GATHER_SECONDS: Final = 0.004
MOST: Final = 300
AGAIN_SECONDS: Final = (0.02, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
"""The database may be away for a while; what was posted should not be posted again for that."""

AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True)
class Settled:
    """An item that was tried; without an attempt it just goes away. `webhook` is as it was then."""

    held: Held
    item: Item
    attempt: Attempt | None = None
    webhook: Receiver | None = None

    @property
    def on_lane(self) -> lanes.Settled:
        if self.attempt is None or self.webhook is None or self.attempt.step.next_at is None:
            return Done(self.held, self.item)
        return Retry(self.held, self.item, self.attempt.step.next_at, hold_lane=self.webhook.is_strict)


Counting = Callable[[SystemTx, Sequence[Count], Sequence[Settled]], Awaitable[None]]
"""Keeps what attempts mean for their receivers, and tells somebody of those that fail again and again."""


class Settling:
    """Attempts that end at about the same time share a transaction."""

    def __init__(self, db: Database, count: "Counting") -> None:
        self._db = db
        self._count = count
        self._bundle: Bundle[Settled, None] = Bundle(self._settle, wait=GATHER_SECONDS, most=MOST)

    def ask(self, settled: Settled) -> "asyncio.Future[None]":
        return self._bundle.ask(settled)

    async def _settle(self, some: Sequence[Settled]) -> Sequence[Exception | None]:
        """An answer for each: None when it is settled, else that its lane was lost. The attempt is logged anyway."""
        lost: set[int] = set()
        for again_in in (*AGAIN_SECONDS, None):
            try:
                await self._save(some, lost)
                break
            except LaneLost as problem:
                lost |= problem.lanes
            except asyncpg.PostgresError as problem:
                if again_in is None or not (asks_for_another_run(problem) or isinstance(problem, AWAY)):
                    raise
                await asyncio.sleep(again_in)
            except AWAY:
                if again_in is None:
                    raise
                await asyncio.sleep(again_in)
        for one in some:
            _tell(one)
        return [LaneLost(frozenset({one.held.lane_id})) if one.held.lane_id in lost else None for one in some]

    async def _save(self, some: Sequence[Settled], lost: set[int]) -> None:
        tried = [one.attempt for one in some if one.attempt]
        async with self._db.system() as tx:
            if tried:
                await log_store.insert(tx, tried)
            if ended := [one for one in tried if one.is_counted]:
                await log_store.count_by_day(tx, ended)
            if counts := tally(some):
                await self._count(tx, counts, some)
            await lanes.acknowledge(tx, [one.on_lane for one in some if one.held.lane_id not in lost])


def tally(some: Sequence[Settled]) -> list[Count]:
    """What attempts mean for their webhooks' counts of events that failed in a row, in the order in which they ended.
    Tests do not count, and a success says nothing about a webhook without failures."""
    counts: dict[int, Count] = {}
    for one in some:
        if one.attempt is None or one.webhook is None or one.attempt.delivery.is_test:
            continue
        before = counts.get(one.webhook.id) or Count(one.webhook.workspace_id, one.webhook.id)
        match one.attempt.step.outcome:
            case Outcome.DELIVERED:
                counts[one.webhook.id] = replace(before, failed=0, from_nothing=True)
            case Outcome.FAILED:
                counts[one.webhook.id] = replace(before, failed=before.failed + 1)
            case Outcome.RETRYING:
                pass
    failing = {one.webhook.id for one in some if one.webhook and one.webhook.errors_counter}
    return [count for count in counts.values() if count.failed or count.webhook_id in failing]


def _tell(one: Settled) -> None:
    """One line says everything about an attempt, but not where it went and what it said."""
    if one.attempt is None:
        return
    tell = log.debug if one.attempt.answer.is_success else log.info
    tell(
        "webhook.attempted",
        workspace=one.attempt.workspace_id,
        webhook=one.attempt.webhook_id,
        delivery=str(one.attempt.delivery.uid),
        attempt=one.attempt.number,
        outcome=one.attempt.step.outcome.value,
        status=one.attempt.answer.status,
        error=one.attempt.answer.error,
        took=round(one.attempt.answer.took.total_seconds(), 3),
    )
