"""The gateway: the runtime that owns numbers and moves messages between their sessions and the database."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry

from tideline.features import messages, numbers
from tideline.features.files import Files
from tideline.features.messages.jobs import Sending
from tideline.features.numbers.port import Connector
from tideline.platform import lanes
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway.commands import Commands, leave_to_others
from tideline.surfaces.gateway.figures import Figures
from tideline.surfaces.gateway.intake import Intake, Receive
from tideline.surfaces.gateway.ownership import Ownership
from tideline.surfaces.gateway.pairing import PairingDesk
from tideline.surfaces.gateway.roster import Roster, at_work
from tideline.surfaces.gateway.sessions import Sessions
from tideline.surfaces.gateway.tasks import keep_running, until_done
from tideline.surfaces.gateway.timing import Timing

log = structlog.get_logger(__name__)

SENDS_AT_ONCE = 96  # a business number has dozens of chats in hand, and a phone waits for none of them


class Gateway:
    """One per process. `node` names the data folder: a gateway that is started again under the same node takes back
    at once what it held, so no two programs may run under one node."""

    def __init__(
        self,
        db: Database,
        wakes: Wakes,
        connectors: Sequence[Connector],
        files: Files,
        *,
        node: UUID,
        timing: Timing | None = None,
        receive: Receive = messages.receive,
        registry: CollectorRegistry | None = None,
    ) -> None:
        timing = timing or Timing()
        figures = Figures(registry)
        by_kind = {connector.kind: connector for connector in connectors}
        self.roster = Roster()
        figures.numbers.set_function(lambda: len(self.roster))
        sessions = Sessions(db, timing)
        self._db = db
        self._holder = f"gateway {node}"
        self._connectors = by_kind
        self._ownership = Ownership(db, wakes, by_kind, node=node, roster=self.roster, sessions=sessions, timing=timing)
        self._desk = PairingDesk(
            db, wakes, by_kind, node=node, link=self._ownership.link, timing=timing, figures=figures
        )
        self._intake = Intake(db, self.roster, receive, figures)
        self._sending = {
            kind: Sending(db, connector, files, self.roster.lease_of) for kind, connector in by_kind.items()
        }
        commands = Commands(db, self.roster, sessions, files, figures)
        self._workers = [
            self._worker(wakes, numbers.SEND_LANE, self._send, self.roster.senders, slots=SENDS_AT_ONCE),
            self._worker(wakes, numbers.COMMAND_LANE, commands, self.roster.commanded),
            self._worker(wakes, numbers.MEDIA_LANE, commands, self.roster.commanded),
            self._worker(wakes, numbers.PICTURE_LANE, commands, self.roster.commanded),
        ]
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`. Numbers are handed back last, after everything in hand is finished."""
        await until_done("lanes of an earlier life", self._reclaim_lanes)
        loops = [self._begin("ownership", self._ownership.run), self._begin("pairings", self._desk.look)]
        for connector in self._connectors.values():
            loops.append(self._begin("pairing events", partial(self._desk.read, connector)))
            loops.append(self._begin("events", partial(self._intake.read, connector)))
        working = [self._begin("lanes", worker.run) for worker in self._workers]
        try:
            await self._stopping.wait()
        finally:
            await asyncio.gather(*(worker.stop() for worker in self._workers))
            await _end(*loops, *working)
            await self._intake.finish()
            await self._desk.stop()
            await self._ownership.stop()
            self._stopped.set()

    async def stop(self) -> None:
        """Finish what is in hand, close the sessions and hand the numbers back."""
        self._stopping.set()
        await self._stopped.wait()

    async def _reclaim_lanes(self) -> None:
        """What this node had in hand when it was killed goes on at once, under the same numbers."""
        freed = 1
        while freed:
            async with self._db.system() as tx:
                freed = await lanes.reclaim(tx, self._holder)

    async def _send(self, lane: lanes.Held) -> None:
        held = self.roster.find(lane.lane.group)
        if held is None:
            await leave_to_others(self._db, lane)
            return
        with at_work(held):
            await self._sending[held.connector.kind](lane)

    @staticmethod
    def _begin(name: str, loop: Callable[[], Awaitable[None]]) -> "asyncio.Task[None]":
        return asyncio.create_task(keep_running(name, loop), name=f"gateway {name}")

    def _worker(
        self,
        wakes: Wakes,
        kind: str,
        act: Callable[[lanes.Held], Awaitable[None]],
        groups: Callable[[], Collection[int]],
        slots: int = 32,
    ) -> lanes.Worker:
        return lanes.Worker(self._db, wakes, kind, act, groups=groups, node=self._holder, slots=slots)


async def _end(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
