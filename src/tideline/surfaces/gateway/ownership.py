"""The lease loop: keeps what this gateway holds, lets go of what it lost, takes what is free."""

import asyncio
import random
from uuid import UUID

import structlog

from tideline.features import numbers
from tideline.features.numbers import Lease, Number
from tideline.features.numbers.port import Connector, Paired
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway.roster import Held, Roster
from tideline.surfaces.gateway.sessions import Sessions
from tideline.surfaces.gateway.tasks import AWAY, Tasks
from tideline.surfaces.gateway.timing import Timing

log = structlog.get_logger(__name__)


class Ownership:
    """Which numbers are ours. The deadline of each is kept by a timer of its own, so that a database that does
    not answer cannot keep a session alive beyond its lease."""

    def __init__(
        self,
        db: Database,
        wakes: Wakes,
        connectors: dict[str, Connector],
        *,
        node: UUID,
        roster: Roster,
        sessions: Sessions,
        timing: Timing,
    ) -> None:
        self._db = db
        self._wakes = wakes
        self._connectors = connectors
        self._node = node
        self._roster = roster
        self._sessions = sessions
        self._timing = timing
        self._tasks = Tasks()
        # A number that was just linked is ours before it is in the roster; the claim must not take it from us then.
        self._taking = asyncio.Lock()
        self._is_stopping = False

    async def run(self) -> None:
        """Until cancelled. Claiming goes in small steps, so that several gateways get a share each."""
        bell = self._wakes.bell(numbers.NUMBERS_TOPIC)
        while True:
            await self.renew()
            if not await self.claim():
                await bell.wait(self._timing.renew_every.total_seconds() * random.uniform(0.8, 1.0))

    async def renew(self) -> None:
        """Prolong the leases and look how the numbers are; what is not ours any more is dropped at once."""
        mine = list(self._roster)
        if not mine:
            return
        asked_at = asyncio.get_running_loop().time()
        async with self._db.system() as tx:
            kept = await numbers.renew_leases(tx, self._node, [held.lease for held in mine], self._timing.ttl)
            seen = await numbers.numbers_of(tx, [held.lease for held in mine if held.lease.number_id in kept])
        for held in mine:
            number = seen.get(held.lease.number_id)
            if number is None:
                self.lose(held)
            elif self._roster.find(number.id) is held:
                held.number = number
                self._arm(held, asked_at)
                if number.has_passed(self._db.clock.now()):
                    self._tasks.begin(self._sessions.pass_on(held))
                if held.is_open != held.wants_session and not held.turn.locked():
                    self._settle(held)

    async def claim(self) -> int:
        """Take a few free numbers and open their sessions; how many were taken."""
        if self._is_stopping:
            return 0
        async with self._taking:
            opening = await self._take_free()
        if opening:
            # Wait for them, so that the start of many numbers is spread out; but not beyond the next renewal.
            await asyncio.wait(opening, timeout=self._timing.renew_every.total_seconds() / 2)
        return len(opening)

    async def _take_free(self) -> "list[asyncio.Task[None]]":
        asked_at = asyncio.get_running_loop().time()
        async with self._db.system() as tx:
            leases = await numbers.claim_leases(
                tx,
                self._node,
                list(self._connectors),
                held=self._roster.ids,
                limit=self._timing.starts_at_once,
                ttl=self._timing.ttl,
                grace=self._timing.grace,
            )
            seen = await numbers.numbers_of(tx, leases)
        return [self.hold(lease, seen[lease.number_id], asked_at) for lease in leases if lease.number_id in seen]

    async def link(self, paired: Paired) -> Number:
        """The phone confirmed: its number is there, and ours."""
        async with self._taking:
            asked_at = asyncio.get_running_loop().time()
            linked = await self._db.run(
                paired.pairing.workspace_id,
                lambda tx: numbers.link(tx, paired, self._node, self._timing.ttl),
            )
            self.hold(linked.lease, linked.number, asked_at)
        return linked.number

    def hold(self, lease: Lease, number: Number, asked_at: float) -> "asyncio.Task[None]":
        """The number is ours from now on: serve it, in place of what was held of it before."""
        held = Held(lease, number, self._connectors[lease.kind], self._roster.turn_of(number.id))
        before = self._roster.put(held)
        if before:
            self._leave_behind(before)
        self._arm(held, asked_at)
        log.info("gateway.lease", number=number.id, epoch=lease.epoch, outcome="taken")
        return self._settle(held)

    def lose(self, held: Held) -> None:
        """Somebody else owns the number, or nobody knows who does: close the session now, store nothing more."""
        if self._roster.find(held.lease.number_id) is held:
            self._roster.drop(held)
            log.warning("gateway.lease", number=held.lease.number_id, epoch=held.lease.epoch, outcome="lost")
        self._leave_behind(held)

    async def stop(self) -> None:
        """Finish what is in hand, close every session, and hand the numbers back for others to take at once."""
        self._is_stopping = True
        await asyncio.gather(*(self._hand_back(held) for held in self._roster))
        await self._tasks.finish()

    async def _hand_back(self, held: Held) -> None:
        await self._sessions.leave(held, self._timing.drain)
        self._disarm(held)
        self._roster.drop(held)
        try:
            async with self._db.system() as tx:
                await numbers.release_lease(tx, held.lease)
                tx.wake(numbers.NUMBERS_TOPIC)
        except AWAY as problem:
            # The session is closed; without the hand-over the next owner waits until the lease has run out.
            log.warning("gateway.not_handed_back", number=held.number.id, problem=type(problem).__name__)

    def _settle(self, held: Held) -> "asyncio.Task[None]":
        return self._tasks.begin(self._sessions.settle(held))

    def _leave_behind(self, held: Held) -> None:
        held.is_leaving = True
        self._disarm(held)
        self._tasks.begin(self._sessions.abandon(held))

    def _arm(self, held: Held, asked_at: float) -> None:
        self._disarm(held)
        ends = asked_at + (self._timing.ttl - self._timing.stop_before).total_seconds()
        held.deadline = asyncio.get_running_loop().call_at(ends, self.lose, held)

    @staticmethod
    def _disarm(held: Held) -> None:
        if held.deadline:
            held.deadline.cancel()
            held.deadline = None
