"""The lane's way out: a message is handed to WhatsApp at most once, and what became of it is stored."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from tideline.features import files, numbers
from tideline.features.files import File, Files
from tideline.features.messages.actions import progress
from tideline.features.messages.actions.progress import Accepted
from tideline.features.messages.model import TEMPLATE, Failure, MessageUid, Status, parse_uid
from tideline.features.messages.outcomes import InDoubt, NotNow, Outcome, Refused, later, outcome_of, refused
from tideline.features.messages.pacing import Pace
from tideline.features.messages.store import outbox, states
from tideline.features.messages.store.outbox import Outbound
from tideline.features.messages.strangers import Strangers, verdict
from tideline.features.numbers import Lease, LeaseLost, Number
from tideline.features.numbers.port import (
    Connector,
    ConnectorProblem,
    Content,
    Media,
    MediaKind,
    NotLinked,
    Sound,
    TemplateMessage,
    Text,
    UnknownOutcome,
)
from tideline.platform.db import Database, Tx
from tideline.platform.errors import Problem
from tideline.platform.lanes import Held, Item, LaneLost

log = structlog.get_logger(__name__)

VOICE_TYPE: Final = "audio/ogg; codecs=opus"
STORE_WAITS: Final = (0.1, 0.5, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True, slots=True)
class Begun:
    """A message whose turn has come. It is marked as being sent, unless WhatsApp has to be asked about its recipient
    first, or there is a `verdict` already."""

    number: Number
    outbound: Outbound
    has_to_ask: bool
    verdict: Refused | None


class Sending:
    """The act of the `send` lanes of one connector's numbers, under the leases that `lease_of` knows."""

    def __init__(self, db: Database, connector: Connector, store: Files, lease_of: Callable[[int], Lease]) -> None:
        self._db = db
        self._connector = connector
        self._files = store
        self._lease_of = lease_of
        self._pace = Pace()
        self._strangers = Strangers(db, connector)

    async def __call__(self, held: Held) -> None:
        for item in held.items:
            await self._send(held, item)

    async def _send(self, held: Held, item: Item) -> None:
        began = time.perf_counter()
        uid = parse_uid(item.payload["uid"])
        try:
            found = await self._find_outcome(held, item, uid)
        except LeaseLost:
            await self._leave_to_the_owner(held, item)
            return
        if found is None:
            return
        number, outcome = found
        if number.is_gone:
            held.rest = 0.0  # nothing went to WhatsApp, so a long queue need not fail at the pace of sending
        elif number.is_business:
            held.rest = self._pace.rest_after(f"{number.id} {held.lane.sub}", time.monotonic())
        await self._store(held, item, number.id, uid, outcome)
        log.info(
            "message.sending",
            uid=str(uid),
            number=number.id,
            attempt=item.attempt,
            outcome=type(outcome).__name__,
            took=round(time.perf_counter() - began, 4),
        )

    async def _find_outcome(self, held: Held, item: Item, uid: MessageUid) -> tuple[Number, Outcome] | None:
        """Hand the message over, unless it is known before that this leads to nothing."""
        begun = await self._begin(held, item, uid)
        if begun and begun.has_to_ask and not begun.verdict:
            refusal = await self._strangers.ask(begun.number, begun.outbound, item.attempt)
            if refusal:
                return begun.number, refusal
            begun = await self._begin(held, item, uid, is_asked=True)
        if begun is None:
            return None
        outcome = begun.verdict or await self._hand_over(begun.number, begun.outbound, uid, item.attempt)
        return begun.number, outcome

    async def _begin(self, held: Held, item: Item, uid: MessageUid, *, is_asked: bool = False) -> Begun | None:
        """Mark it as being sent, in a transaction of its own. What is marked already was in somebody's hands when
        that one died: it is in doubt, and its turn is over."""

        async def begin(tx: Tx) -> Begun | None:
            await numbers.fence(tx, self._lease_of(held.lane.group))
            outbound = await outbox.lock(tx, uid, held.lane.group)
            if outbound is None or outbound.status is not Status.PENDING:
                tx.before_commit(lambda last: held.done(last, item))
                return None
            number = await numbers.get(tx, held.lane.group)
            has_to_ask = not is_asked and not number.is_gone and self._strangers.has_to_ask(outbound, tx.now)
            begun = Begun(number, outbound, has_to_ask, None if number.is_gone else verdict(number, outbound, tx.now))
            if not begun.has_to_ask and not begun.verdict:
                await states.set_sending(tx, uid)
            return begun

        return await self._db.run(held.workspace_id, begin)

    async def _leave_to_the_owner(self, held: Held, item: Item) -> None:
        async with self._db.tx(held.workspace_id) as tx:
            await held.retry(tx, item, item.key)

    async def _hand_over(self, number: Number, outbound: Outbound, uid: MessageUid, attempt: int) -> Outcome:
        if number.is_gone:
            # The lane of a lost link is run all the same, so that what waits on it fails instead of waiting for ever.
            return refused(NotLinked)
        try:
            content = await self._content(number.workspace_id, outbound)
        except Problem as problem:
            return Refused(Failure(problem.code, problem.message))
        try:
            accepted = await self._connector.send(
                number.account, outbound.to, content, client_ref=str(uid), reply_to=outbound.reply_to
            )
        except UnknownOutcome:
            return InDoubt()
        except ConnectorProblem as problem:
            return outcome_of(problem, attempt)
        except files.FileStoreAway:
            # A file that could not be read to its end was not sent; nor was its message, which follows it.
            return later(attempt)
        except files.FileNotFound as problem:
            return Refused(Failure(problem.code, problem.message))
        except Exception:
            # A bug in a connector says nothing about what WhatsApp has got.
            log.exception("message.send_raised", uid=str(uid), number=number.id)
            return InDoubt()
        return Accepted(accepted.external_id, accepted.at)

    async def _content(self, workspace_id: int, outbound: Outbound) -> Content:
        if outbound.content == TEMPLATE:
            return msgspec.convert({**outbound.data[TEMPLATE], "text": outbound.text or ""}, TemplateMessage)
        if outbound.file_uid is None:
            return Text(outbound.text or "")
        file = await self._files.get(workspace_id, outbound.file_uid)
        if not file.is_stored:
            raise files.FileNotReady
        kind = MediaKind(outbound.content)
        is_voice = kind is MediaKind.VOICE
        return Media(
            kind,
            file.filename,
            VOICE_TYPE if is_voice else file.mimetype,
            file.size,
            self._files.source(file),
            caption=outbound.text,
            sound=_sound(file) if is_voice else None,
        )

    async def _store(self, held: Held, item: Item, number_id: int, uid: MessageUid, outcome: Outcome) -> None:
        """What happened has happened: it is written even if the lane is another's by now, and tried again while the
        database is away, because after a crash nobody could tell."""

        async def store(tx: Tx) -> None:
            await self._write(tx, number_id, uid, outcome)
            if isinstance(outcome, NotNow):
                held.rest = max(held.rest, outcome.seconds)
                tx.before_commit(lambda last: held.retry(last, item, item.key))
            else:
                tx.before_commit(lambda last: held.done(last, item))

        async def store_alone(tx: Tx) -> None:
            await self._write(tx, number_id, uid, outcome)

        try:
            await self._surely(held.workspace_id, store)
        except LaneLost:
            await self._surely(held.workspace_id, store_alone)
            raise

    async def _write(self, tx: Tx, number_id: int, uid: MessageUid, outcome: Outcome) -> None:
        match outcome:
            case Accepted():
                await progress.accept(tx, await numbers.get(tx, number_id), {uid: outcome})
            case Refused(failure, is_too_cold, until):
                if is_too_cold:
                    await numbers.hold_new_chats(tx, number_id, until)
                number = await numbers.get(tx, number_id)
                await progress.refuse(tx, number, uid, failure)
            case NotNow():
                await states.take_back(tx, uid)
            case InDoubt():
                return

    async def _surely(self, workspace_id: int, action: Callable[[Tx], Awaitable[None]]) -> None:
        for wait in STORE_WAITS:
            try:
                return await self._db.run(workspace_id, action)
            except LaneLost:
                raise
            except Exception as problem:
                log.warning("message.store_waits", problem=type(problem).__name__)
                await asyncio.sleep(wait)
        await self._db.run(workspace_id, action)
        return None


def _sound(file: File) -> Sound | None:
    """Phones count whole seconds, and begin with one."""
    measures = file.measures
    return None if measures.seconds is None else Sound(max(1, round(measures.seconds)), measures.waveform)
