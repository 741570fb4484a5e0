"""The worker: dispatches facts, delivers events and runs the timers. Any number of nodes may have one; each thing
happens once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from tideline.features.files import Files
from tideline.features.workspaces import SignIn
from tideline.platform import lanes
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.timers import Timer, Timers
from tideline.surfaces.worker.chores import Chores

log = structlog.get_logger(__name__)

GRACE_SECONDS = 6.0  # a delivery that is under way has five


class Worker:
    """`timers` are those of others, such as the nightly backup, which only the wiring can make; `deliveries` work on
    the lanes of webhooks."""

    def __init__(
        self,
        db: Database,
        files: Files,
        dispatcher: Dispatcher,
        sign_in: SignIn,
        *,
        node: str,
        unknown_after: timedelta = timedelta(minutes=10),
        log_kept: timedelta = timedelta(days=10),
        audit_kept: timedelta = timedelta(days=400),
        timers: Sequence[Timer] = (),
        deliveries: Sequence[lanes.Worker] = (),
    ) -> None:
        self._dispatcher = dispatcher
        self._deliveries = deliveries
        own = Chores(db, files, sign_in, unknown_after, log_kept, audit_kept)
        self._timers = Timers(db, [*own.timers(), *timers], node=node)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`, or until it is cancelled. A transaction that is open then is rolled back, and done again
        by the next node: nothing here is half-done."""
        runs = [self._dispatcher.run(), self._timers.run(), *(one.run() for one in self._deliveries)]
        loops = [asyncio.create_task(run) for run in runs]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([*loops, stopping], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(*(one.stop(GRACE_SECONDS) for one in self._deliveries))
        finally:
            for task in (*loops, stopping):
                task.cancel()
            ended = await asyncio.gather(*loops, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, Exception):
                raise outcome

    async def stop(self) -> None:
        self._stopping.set()
