"""Sends what is in the outbox: at once, and again later as long as the server asks for it. Any number of nodes may.

A server in trouble is asked about one mail only, ever more rarely, so that the backlog costs nothing. A mail may reach
its reader twice when a node dies between sending it and writing that down; both have the same Message-ID.
"""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from tideline.platform.crypto import KeyNotHere, NotDecrypted
from tideline.platform.db import Database
from tideline.platform.installation import held_at
from tideline.platform.mail import store
from tideline.platform.mail.message import NotAnAddress, compose
from tideline.platform.mail.model import Mail, Outcome, Refused, State, Trouble, next_step
from tideline.platform.mail.outbox import TOPIC, Outbox
from tideline.platform.mail.smtp import Courier, Server
from tideline.platform.wake import Wakes

log = structlog.get_logger(__name__)

BATCH: Final = 5
KEPT_AT_ONCE: Final = 1000
SPARE: Final = timedelta(seconds=30)
POLL_SECONDS: Final = 5.0
BUSY_SECONDS: Final = 0.05  # what is due and not to be had is just being taken by another node
SHORTEST_REST, LONGEST_REST = 5.0, 300.0
TOO_OLD: Final = "It waited for so long that the links in it are not valid any more."


class Sender:
    """Without a server it only sets mails aside for the operator."""

    def __init__(
        self,
        db: Database,
        wakes: Wakes,
        outbox: Outbox,
        server: Server | None,
        *,
        poll: float = POLL_SECONDS,
        shortest_rest: float = SHORTEST_REST,
    ) -> None:
        self._db = db
        self._bell = wakes.bell(TOPIC)
        self._outbox = outbox
        self._server = server
        self._courier = Courier(server) if server else None
        # long enough for every mail of a batch to be slow: nobody else may take one that is still being sent
        self._lease = timedelta(seconds=server.longest * BATCH if server else 0) + SPARE
        self._poll = poll
        self._shortest_rest = shortest_rest
        self._rest = 0.0
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`; the mail in hand is finished."""
        try:
            while not self._stopping.is_set():
                await self._wait(await self._look())
        finally:
            await self.close()

    def stop(self) -> None:
        self._stopping.set()

    async def close(self) -> None:
        """Leave the server."""
        if self._courier:
            try:
                await self._courier.goodbye()
            finally:
                self._courier.close()

    async def _look(self) -> float:
        """Do what can be done now, and say after how many seconds to look again."""
        try:
            return await self.round()
        except Exception:
            log.exception("mail.round_failed")
            return self._poll

    async def _wait(self, seconds: float) -> None:
        """While the server is in trouble, new mails do not wake us up."""
        ring = asyncio.ensure_future(asyncio.sleep(seconds) if self._rest else self._bell.wait(seconds))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({ring, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ring.cancel()
            stop.cancel()

    async def round(self) -> float:
        if self._courier is None:
            return await self._keep()
        async with self._db.system() as tx:
            if await held_at(tx):
                return self._poll
            mails = await store.take(tx, 1 if self._rest else BATCH, tx.now + self._lease)
            next_at = None if mails else await store.next_at(tx)
        if mails:
            return await self._send_all(self._courier, mails)
        await self._courier.goodbye()
        self._rest = 0.0
        if next_at is None:
            return self._poll
        return max(BUSY_SECONDS, min(self._poll, (next_at - self._db.clock.now()).total_seconds()))

    async def _keep(self) -> float:
        async with self._db.system() as tx:
            kept = await store.keep(tx, KEPT_AT_ONCE)
        if kept:
            log.info("mail.kept", mails=kept)
        return 0.0 if kept == KEPT_AT_ONCE else self._poll

    async def _send_all(self, courier: Courier, mails: list[Mail]) -> float:
        self._rest, before = 0.0, self._rest
        for n, mail in enumerate(mails):
            outcome = await self._attempt(courier, mail)
            if isinstance(outcome, Trouble):
                self._rest = min(max(before * 2, self._shortest_rest), LONGEST_REST)
            if isinstance(outcome, Trouble) or self._stopping.is_set():
                await self._hand_back(mails[n + 1 :])
                break
        return self._rest

    async def _attempt(self, courier: Courier, mail: Mail) -> Outcome:
        outcome = await self._deliver(courier, mail)
        async with self._db.system() as tx:
            step = next_step(mail, outcome, tx.now)
            is_settled = await store.settle(tx, mail, step)
        log.info(
            "mail.attempted",
            mail=str(mail.uid),
            kind=mail.kind,
            attempt=mail.attempts,
            outcome=type(outcome).__name__.lower(),
            next="withdrawn" if not is_settled else "retry" if step.state is State.PENDING else step.state.value,
            **({"trouble": outcome.problem} if isinstance(outcome, Trouble) else {}),
        )
        return outcome

    async def _deliver(self, courier: Courier, mail: Mail) -> Outcome:
        assert self._server
        if self._db.clock.now() >= mail.give_up_at:
            return Refused(mail.problem or TOO_OLD)
        try:
            message = compose(mail, self._outbox.read(mail), self._server.sender)
        except NotAnAddress:
            return Refused("This is no address that mail can be sent to.")
        except (KeyNotHere, NotDecrypted) as problem:
            return Refused(problem.message)
        return await courier.deliver(message, mail.recipient)

    async def _hand_back(self, mails: list[Mail]) -> None:
        if mails:
            async with self._db.system() as tx:
                await store.hand_back(tx, mails, tx.now)
