"""Opens and closes the sessions of the numbers that are held, each in its own turn."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from tideline.features import numbers
from tideline.features.numbers import Number
from tideline.features.numbers.port import AccountState, ConnectorProblem, NotLinked, StateChanged
from tideline.platform import lanes
from tideline.platform.db import Database, Tx
from tideline.surfaces.gateway.roster import Held
from tideline.surfaces.gateway.timing import Timing

log = structlog.get_logger(__name__)

START_SECONDS = 60.0
FILES_AT_ONCE = 4


class Sessions:
    """Brings each session into the state that its number asks for."""

    def __init__(self, db: Database, timing: Timing) -> None:
        self._db = db
        self._timing = timing
        self._starting = asyncio.Semaphore(timing.starts_at_once)

    async def settle(self, held: Held) -> None:
        """Open the session if the number needs one, close it if not. Failing to open is tried again later."""
        async with held.turn:
            if held.wants_session and not held.is_open and held.start_after <= time.monotonic():
                async with self._starting:
                    await self._open(held)
            elif held.is_open and not held.wants_session:
                await self._close(held)

    async def leave(self, held: Held, drain: timedelta) -> None:
        """Nothing new begins for this number; what is in hand may end within `drain`, then the session is closed."""
        held.is_leaving = True
        with suppress(TimeoutError):
            await asyncio.wait_for(held.idle.wait(), drain.total_seconds())
        await self.abandon(held)

    async def abandon(self, held: Held) -> None:
        """Close the session without waiting for anything."""
        held.is_leaving = True
        async with held.turn:
            await self._close(held)

    async def unlink(self, held: Held, linked_at: datetime) -> None:
        """End the link made at that moment, unless the same phone has been linked again since."""
        async with held.turn:
            async with self._db.read(held.lease.workspace_id) as tx:
                number = await numbers.get(tx, held.number.id)
            if number.is_gone and number.connected_at == linked_at:
                await self._close(held)
                await held.connector.unlink(number.account)

    async def pass_on(self, held: Held) -> None:
        """What WhatsApp had forbidden until now is tried again; after a ban in a new session."""

        async def pass_on(tx: Tx) -> numbers.Number:
            await numbers.fence(tx, held.lease)
            return await numbers.pass_on(tx, held.number.id)

        was_banned = held.number.state is numbers.NumberState.BANNED
        with suppress(numbers.LeaseLost):
            held.number = await self._db.run(held.lease.workspace_id, pass_on)
            if was_banned and held.number.state is numbers.NumberState.CONNECTING:
                async with held.turn:
                    await self._close(held)
                await self.settle(held)

    async def _open(self, held: Held) -> None:
        began = time.perf_counter()
        outcome = "opened"
        try:
            await self._prepare_lanes(held)
            await self._adopt(held)
            await asyncio.wait_for(held.connector.start(held.number.account, held.lease.epoch), START_SECONDS)
            held.is_open = held.was_open = True
            for lane in numbers.NUMBER_LANES:
                self._db.wake(lanes.topic(lane))
        except NotLinked:
            outcome = "not linked"
            await self._report_unlinked(held)
        except Exception as problem:
            outcome = problem.code if isinstance(problem, ConnectorProblem) else type(problem).__name__
            held.start_after = time.monotonic() + self._timing.start_again.total_seconds()
            if not isinstance(problem, ConnectorProblem):
                log.exception("gateway.start_failed", number=held.number.id)
        log.info(
            "gateway.session",
            number=held.number.id,
            epoch=held.lease.epoch,
            outcome=outcome,
            took=round(time.perf_counter() - began, 3),
        )

    async def _prepare_lanes(self, held: Held) -> None:
        """Phones send one by one with a rest in between; business numbers to many chats at once, at a rate. Files come
        in side by side, they hold up nothing else."""

        async def prepare(tx: Tx) -> None:
            workspace_id, number_id = tx.workspace_id, held.number.id
            await self._limit_sending(tx, held.number)
            await lanes.set_group(tx, workspace_id, numbers.MEDIA_LANE, number_id, width=FILES_AT_ONCE)
            await lanes.set_group(
                tx, workspace_id, numbers.PICTURE_LANE, number_id, width=1, gap=self._timing.between_pictures
            )

        await self._db.run(held.lease.workspace_id, prepare)

    async def _limit_sending(self, tx: Tx, number: Number) -> None:
        lane, timing = numbers.SEND_LANE, self._timing
        if number.is_business:
            rate, burst = timing.business_rate, timing.business_burst
            width = timing.business_width
            await lanes.set_group(tx, tx.workspace_id, lane, number.id, width=width, rate=rate, burst=burst)
        else:
            await lanes.set_group(tx, tx.workspace_id, lane, number.id, width=1, gap=timing.gap)

    async def _adopt(self, held: Held) -> None:
        """Hand over the session of the last link, also when the gateway that linked it died in between."""
        async with self._db.read(held.lease.workspace_id) as tx:
            pairing = await numbers.session_to_adopt(tx, held.number.id)
        if pairing:
            await held.connector.adopt(pairing, held.number.account)
            async with self._db.tx(held.lease.workspace_id) as tx:
                await numbers.mark_adopted(tx, held.number.id, pairing)

    async def _report_unlinked(self, held: Held) -> None:
        async def report(tx: Tx) -> None:
            await numbers.fence(tx, held.lease)
            held.number = await numbers.report(tx, held.number.id, [StateChanged(AccountState.UNLINKED)])

        await self._db.run(held.lease.workspace_id, report)

    async def _close(self, held: Held) -> None:
        if not held.is_open:
            return
        held.is_open = False
        try:
            await held.connector.stop(held.number.id)
        except Exception:
            log.exception("gateway.stop_failed", number=held.number.id)
        log.info("gateway.session", number=held.number.id, epoch=held.lease.epoch, outcome="closed")
