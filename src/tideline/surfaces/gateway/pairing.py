"""Links phones: takes up attempts that wait for a gateway, shows their codes, holds the number that comes of it."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import structlog

from tideline.features import numbers
from tideline.features.numbers import Number, NumberKind, Pairing, PairingClosed, PairingMethod, PairingState, linking
from tideline.features.numbers.port import (
    Connector,
    ConnectorProblem,
    Paired,
    PairingCode,
    PairingEvent,
    PairingFailed,
    PairingQr,
    PairingRef,
)
from tideline.platform.db import Database, Tx
from tideline.platform.errors import Problem
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway.figures import Figures
from tideline.surfaces.gateway.tasks import AWAY, until_done
from tideline.surfaces.gateway.timing import Timing

log = structlog.get_logger(__name__)

LinkPhone = Callable[[Paired], Awaitable[Number]]


class PairingDesk:
    """All attempts to link that this gateway works on."""

    def __init__(
        self,
        db: Database,
        wakes: Wakes,
        connectors: dict[str, Connector],
        *,
        node: UUID,
        link: LinkPhone,
        timing: Timing,
        figures: Figures,
    ) -> None:
        self._db = db
        self._wakes = wakes
        self._connectors = connectors
        self._node = node
        self._link_phone = link
        self._timing = timing
        self._figures = figures
        self._mine: dict[PairingRef, Connector] = {}

    async def look(self) -> None:
        """Until cancelled: begin what was asked for, end what was cancelled or took too long."""
        bell = self._wakes.bell(numbers.PAIRINGS_TOPIC)
        while True:
            async with self._db.system_read() as tx:
                found = await numbers.list_open_pairings(tx, list(self._connectors))
            for pairing in found:
                await self._care_for(pairing)
            still_open = {_ref(pairing) for pairing in found}
            for ref in [ref for ref in self._mine if ref not in still_open]:
                await self._drop(ref)
            await bell.wait(self._timing.look_for_pairings.total_seconds())

    async def read(self, connector: Connector) -> None:
        """Until cancelled: what the connector says about attempts."""
        async for event in connector.pairing_events():
            await until_done("pairing", partial(self._take_in, connector, event))

    async def stop(self) -> None:
        """Attempts in hand are left to another gateway, which begins them again with a code of its own."""
        for ref in list(self._mine):
            try:
                await self._drop(ref)
                await self._step(ref, linking.handed_back(self._db.clock.now()))
            except AWAY as problem:
                log.warning("gateway.not_handed_back", pairing=ref.pairing_id, problem=type(problem).__name__)

    async def _take_in(self, connector: Connector, event: PairingEvent) -> None:
        try:
            await self._hear(connector, event)
        except PairingClosed:
            await self._surplus(connector, event.pairing)

    async def _care_for(self, pairing: Pairing) -> None:
        now = self._db.clock.now()
        if linking.is_overdue(pairing, now):
            await self._step(_ref(pairing), linking.expired(now))
        elif linking.is_free(pairing, now) and self._has_room(pairing):
            await self._begin(pairing)

    def _has_room(self, pairing: Pairing) -> bool:
        """What waits is looked at again when an attempt ends, and every few seconds."""
        costly = [connector for connector in self._mine.values() if not NumberKind(connector.kind).is_simulated]
        return pairing.kind.is_simulated or len(costly) < self._timing.links_at_once

    async def _begin(self, pairing: Pairing) -> None:
        taken = await self._db.run(pairing.workspace_id, lambda tx: numbers.take_pairing(tx, pairing.id, self._node))
        if taken is None:
            return
        ref, connector = _ref(pairing), self._connectors[pairing.kind]
        self._mine[ref] = connector
        try:
            phone = pairing.phone if pairing.method is PairingMethod.CODE else None
            await connector.begin_pairing(ref, phone=phone)
            outcome = "begun"
        except ConnectorProblem as problem:
            outcome = problem.code
            await self._step(ref, linking.failed(problem.message, self._db.clock.now()))
        log.info("gateway.pairing", pairing=pairing.id, kind=pairing.kind, outcome=outcome)

    async def _hear(self, connector: Connector, event: PairingEvent) -> None:
        now = self._db.clock.now()
        match event:
            case PairingQr(qr=qr, until=until):
                await self._advance(event.pairing, linking.showing_qr(qr, until, now))
            case PairingCode(code=code, until=until):
                await self._advance(event.pairing, linking.showing_code(code, until, now))
            case PairingFailed(reason=reason):
                self._mine.pop(event.pairing, None)
                await self._advance(event.pairing, linking.failed(reason, now))
                log.info("gateway.pairing", pairing=event.pairing.pairing_id, outcome="failed")
            case Paired():
                await self._link(connector, event)

    async def _link(self, connector: Connector, paired: Paired) -> None:
        ref = paired.pairing
        try:
            number = await self._link_phone(paired)
        except PairingClosed:
            raise
        except Problem as problem:
            # A phone that is linked already, or a teammate who left: the new session is of no use.
            await self._step(ref, linking.failed(problem.message, self._db.clock.now()))
            self._mine.pop(ref, None)
            await connector.cancel_pairing(ref)
            log.info("gateway.pairing", pairing=ref.pairing_id, outcome=problem.code)
            return
        self._mine.pop(ref, None)
        self._figures.linked.inc()
        log.info("gateway.pairing", pairing=ref.pairing_id, number=number.id, outcome="linked")

    async def _surplus(self, connector: Connector, ref: PairingRef) -> None:
        """News about an attempt that has ended. One that is linked was told twice; any other leaves no session."""
        async with self._db.read(ref.workspace_id) as tx:
            pairing = await numbers.get_pairing(tx, ref.pairing_id)
        self._mine.pop(ref, None)
        if pairing.state is not PairingState.LINKED:
            await connector.cancel_pairing(ref)

    async def _drop(self, ref: PairingRef) -> None:
        connector = self._mine.pop(ref, None)
        if connector:
            await connector.cancel_pairing(ref)

    async def _step(self, ref: PairingRef, step: linking.Step) -> None:
        """A step that may come too late without harm."""
        try:
            await self._advance(ref, step)
        except PairingClosed:
            log.debug("gateway.pairing_over", pairing=ref.pairing_id)

    async def _advance(self, ref: PairingRef, step: linking.Step) -> None:
        async def take(tx: Tx) -> None:
            await numbers.advance(tx, ref.pairing_id, step)

        await self._db.run(ref.workspace_id, take)


def _ref(pairing: Pairing) -> PairingRef:
    return PairingRef(pairing_id=pairing.id, workspace_id=pairing.workspace_id)
