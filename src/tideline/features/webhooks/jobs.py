"""The act of the lanes of webhooks: post each event in turn, outside of any transaction, and settle what came of it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic

import structlog

from tideline.features.webhooks.actions.settling import Settled, Settling
from tideline.features.webhooks.delivery import (
    KEPT_OF_ANSWER,
    SECONDS,
    Answer,
    Attempt,
    Delivery,
    Outcome,
    Receiver,
    Request,
    Step,
    next_step,
    waits_of,
)
from tideline.features.webhooks.model import Terms
from tideline.features.webhooks.receivers import Key, R, Receivers, Subscribers
from tideline.features.webhooks.requests import Views
from tideline.features.webhooks.store.reading import Subscriber
from tideline.platform import lanes
from tideline.platform.bundles import Bundle
from tideline.platform.db import Database
from tideline.platform.fact_log import find_facts
from tideline.platform.facts import Fact
from tideline.platform.lanes import Held, Item
from tideline.platform.mail import Outbox
from tideline.platform.outgoing import Outgoing, OutgoingProblem

log = structlog.get_logger(__name__)

GOOD_FOR_SECONDS = 1.0
NOT_KEPT = "event_not_kept"
NOT_MADE = "event_not_made"


@dataclass(frozen=True, slots=True)
class Loaded(Generic[R]):
    """What the events of a lane need, as it was a moment ago: the webhook may be paused or changed meanwhile."""

    reached: R | None
    facts: Mapping[tuple[int, int], Fact]
    until: float

    @property
    def is_stale(self) -> bool:
        return time.monotonic() > self.until


class Posting(Generic[R]):
    """`lanes.Worker` calls it with each lane it has taken. What many lanes need is read and written together."""

    def __init__(
        self,
        db: Database,
        outgoing: Outgoing,
        receivers: Receivers[R],
        waits: Sequence[timedelta],
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._db = db
        self._outgoing = outgoing
        self._receivers = receivers
        self._waits = waits
        self._seconds = seconds
        self._loading: Bundle[Held, Loaded[R]] = Bundle(self._load)
        self._settling = Settling(db, receivers.count)

    async def __call__(self, held: Held) -> None:
        loaded = await self._loading.ask(held)
        settled: list[asyncio.Future[None]] = []
        try:
            for item in held.items:
                if loaded.is_stale:
                    loaded = await self._loading.ask(held)
                if _is_over(loaded, settled):
                    break
                tried = await self._deliver(held, item, loaded.reached, loaded)
                settled.append(self._settling.ask(tried))
                if self._is_slow(tried):
                    break
        finally:
            outcomes = await asyncio.gather(*settled, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        if not held.is_settled:
            await self._hand_back(held)

    def _is_slow(self, tried: Settled) -> bool:
        """One lane with sixteen events for a receiver that hangs would keep its place from others for over a minute."""
        return tried.attempt is not None and tried.attempt.answer.took.total_seconds() > self._seconds / 2

    async def _load(self, helds: Sequence[Held]) -> Sequence[Loaded[R]]:
        """Two statements for all the lanes that were taken together."""
        deliveries = [(held, Delivery.read(item.payload)) for held in helds for item in held.items]
        keys = [(held.workspace_id, one.fact_seq, one.fact_at) for held, one in deliveries if one.fact_seq is not None]
        async with self._db.system_read() as tx:
            found = await self._receivers.find(tx, sorted({_key(held) for held in helds}))
            facts = await find_facts(tx, sorted(set(keys))) if keys else {}
        until = time.monotonic() + GOOD_FOR_SECONDS
        return [Loaded(found.get(_key(held)), facts, until) for held in helds]

    async def _deliver(self, held: Held, item: Item, reached: R | None, loaded: Loaded[R]) -> Settled:
        """Try an event once. Of a webhook that was deleted meanwhile it just goes away."""
        if reached is None:
            return Settled(held, item)
        webhook, delivery = reached.webhook, Delivery.read(item.payload)
        request, answer = await self._attempt(reached, delivery, self._fact(webhook, delivery, loaded))
        attempt = Attempt(
            workspace_id=webhook.workspace_id,
            webhook_id=webhook.id,
            delivery=delivery,
            number=delivery.tried + item.attempt,
            request=request,
            answer=answer,
            step=self._next(webhook, delivery, answer, item.attempt),
        )
        return Settled(held, item, attempt, webhook)

    def _fact(self, webhook: Receiver, delivery: Delivery, loaded: Loaded[R]) -> Fact | None:
        if delivery.fact_seq is None:
            return self._receivers.sample(delivery, webhook.workspace_id)
        return loaded.facts.get((webhook.workspace_id, delivery.fact_seq))

    async def _attempt(self, reached: R, delivery: Delivery, fact: Fact | None) -> tuple[Request, Answer]:
        now = self._db.clock.now()
        nothing = Request(reached.webhook.url, {}, b"")
        if fact is None:
            return nothing, Answer(now, timedelta(), error=NOT_KEPT)
        try:
            request = self._receivers.request(reached, delivery, fact, now)
        except Exception:
            log.exception("webhook.event_not_made", delivery=str(delivery.uid), fact=fact.kind)
            return nothing, Answer(now, timedelta(), error=NOT_MADE)
        return request, await self._post(request, now)

    async def _post(self, request: Request, now: datetime) -> Answer:
        began = time.perf_counter()
        try:
            reply = await self._outgoing.post(
                request.url, request.body, request.headers, seconds=self._seconds, most=KEPT_OF_ANSWER
            )
        except OutgoingProblem as problem:
            return Answer(now, timedelta(seconds=time.perf_counter() - began), error=problem.code)
        took = timedelta(seconds=time.perf_counter() - began)
        return Answer(now, took, reply.status, bytes(reply.body_start))

    def _next(self, webhook: Receiver, delivery: Delivery, answer: Answer, attempt: int) -> Step:
        if answer.error == NOT_KEPT:
            return Step(Outcome.FAILED)
        waits = () if delivery.is_test else waits_of(webhook, self._waits)
        return next_step(answer, attempt, waits, self._db.clock.now())

    async def _hand_back(self, held: Held) -> None:
        async with self._db.system() as tx:
            await lanes.release(tx, [held])


def _is_over(loaded: Loaded[Any], settled: Sequence["asyncio.Future[None]"]) -> bool:
    """It was paused, or the lane is no longer ours."""
    is_paused = loaded.reached is not None and not loaded.reached.webhook.enabled
    return is_paused or any(one.done() and one.exception() for one in settled)


def _key(held: Held) -> Key:
    return held.workspace_id, held.lane.group


class Delivering(Posting[Subscriber]):
    """The act of the lanes of subscriptions."""

    def __init__(
        self,
        db: Database,
        outgoing: Outgoing,
        terms: Terms,
        views: Views,
        outbox: Outbox,
        *,
        seconds: float = SECONDS,
    ) -> None:
        super().__init__(db, outgoing, Subscribers(terms, views, outbox), terms.waits, seconds=seconds)
