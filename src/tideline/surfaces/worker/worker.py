"""The worker: dispatches facts and runs the timers. Any number of nodes may have one; each thing happens once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from tideline.features.files import Files
from tideline.features.workspaces import SignIn
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.timers import Timer, Timers
from tideline.surfaces.worker.chores import chores

log = structlog.get_logger(__name__)


class Worker:
    """`timers` are those of others, such as the nightly backup, which only the wiring can make."""

    def __init__(
        self,
        db: Database,
        files: Files,
        dispatcher: Dispatcher,
        sign_in: SignIn,
        *,
        node: str,
        unknown_after: timedelta = timedelta(minutes=10),
        timers: Sequence[Timer] = (),
    ) -> None:
        self._dispatcher = dispatcher
        self._timers = Timers(db, [*chores(db, files, sign_in, unknown_after=unknown_after), *timers], node=node)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`, or until it is cancelled. A transaction that is open then is rolled back, and done again
        by the next node: nothing here is half-done."""
        loops = [asyncio.create_task(self._dispatcher.run()), asyncio.create_task(self._timers.run())]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([*loops, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*loops, stopping):
                task.cancel()
            ended = await asyncio.gather(*loops, return_exceptions=True)
        for outcome in ended:
            if isinstance(outcome, Exception):
                raise outcome

    async def stop(self) -> None:
        self._stopping.set()
