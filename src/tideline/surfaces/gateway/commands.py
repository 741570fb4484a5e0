"""Does what a number's session is asked for besides sending: reads, reacts, ends a link, brings files in."""

import time
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import structlog

from tideline.features import business, files, messages, numbers
from tideline.features.files import Files
from tideline.features.numbers import Analyse, Fetch, LookAtPicture, MarkRead, React, Synchronise, Unlink
from tideline.features.numbers.port import BusinessConnector, ConnectorProblem, NotLinked, Offline, UnknownOutcome
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.lanes import Held as HeldLane
from tideline.platform.lanes import Item
from tideline.surfaces.gateway.figures import Figures
from tideline.surfaces.gateway.pictures import Pictures
from tideline.surfaces.gateway.roster import Held, Roster, at_work
from tideline.surfaces.gateway.sessions import Sessions

log = structlog.get_logger(__name__)

WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800))
# A lost connection comes back, or the number is gone one day; until then nothing is given up, and not forgotten long.
OFFLINE_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))
# A picture is worth no more tries on one day.
PICTURE_TRIES = 3
# Space may be made, and a bucket comes back. Until then the message says what its file waits for.
NO_PLACE = (files.WorkspaceFull, files.DiskFull, files.FileStoreAway)
# What trying again can mend; what is done twice here is done once.
PASSING = (*NO_PLACE, UnknownOutcome)


class CommandFailed(Problem):
    code = "command_failed"
    message = "Tideline could not do this. Its log says why."


class Commands:
    """The act of the `command`, `media` and `picture` lanes."""

    def __init__(self, db: Database, roster: Roster, sessions: Sessions, store: Files, figures: Figures) -> None:
        self._db = db
        self._roster = roster
        self._sessions = sessions
        self._files = store
        self._figures = figures
        self._pictures = Pictures(db, store)

    async def __call__(self, lane: HeldLane) -> None:
        held = self._roster.find(lane.lane.group)
        if held is None:
            await leave_to_others(self._db, lane)
            return
        for item in lane.items:
            with at_work(held):
                await self._attempt(lane, held, item)

    async def _attempt(self, lane: HeldLane, held: Held, item: Item) -> None:
        """Try once; then it is done, or waits for its next time, or is given up."""
        began = time.perf_counter()
        command = numbers.from_payload(item.payload)
        wait: timedelta | None = None
        failed: Problem | None = None
        outcome = "done"
        try:
            await self._do(held, command)
        except Problem as problem:
            failed, outcome = problem, problem.code
            wait = _wait_after(problem, item.attempt)
        except Exception as problem:
            failed, outcome = CommandFailed(), type(problem).__name__
            wait = _wait(item.attempt)
            log.exception("gateway.command_failed", number=held.number.id, do=item.payload["do"])
        if isinstance(command, LookAtPicture) and item.attempt >= PICTURE_TRIES:
            wait = None
        if failed and wait is None:
            await self._give_up(held, command, failed)
        elif isinstance(failed, NO_PLACE) and isinstance(command, Fetch):
            await self._files.note(held.lease.workspace_id, command.file_uid, failed.code)
        await self._settle(lane, item, wait)
        log.info(
            "gateway.command",
            number=held.number.id,
            do=item.payload["do"],
            attempt=item.attempt,
            outcome=outcome,
            took=round(time.perf_counter() - began, 3),
            again_in=wait.total_seconds() if wait else None,
        )

    async def _do(self, held: Held, command: numbers.Command) -> None:
        match command:
            case MarkRead() | React() | Synchronise() | Analyse() if held.number.is_gone:
                raise NotLinked
            case MarkRead(keys=keys):
                await held.connector.mark_read(held.number.account, keys)
            case React(message_uid=uid, asked_at=asked_at):
                await self._react(held, uid, asked_at)
            case LookAtPicture():
                await self._pictures.look(held, command)
            case Unlink(linked_at=linked_at):
                await self._sessions.unlink(held, linked_at)
            case Fetch(file_uid=uid, media=media):
                chunks = held.connector.open_media(held.number.account, media)
                await self._files.fill(held.lease.workspace_id, uid, chunks)
                self._figures.media.labels("stored").inc()
            case Synchronise(asked_at=asked_at):
                await self._synchronise(held, asked_at)
            case Analyse(handle=handle):
                await self._analyse(held, handle)

    async def _react(self, held: Held, uid: UUID, asked_at: datetime) -> None:
        """Setting the same reaction twice is setting it once, so a crash in between does no harm."""
        workspace_id = held.lease.workspace_id
        async with self._db.read(workspace_id) as tx:
            wanted = await messages.reaction_to_bring(tx, uid, asked_at)
        if wanted is not None:
            await held.connector.react(held.number.account, wanted.key, wanted.emoji)
            await self._db.run(workspace_id, lambda tx: messages.settle_reaction(tx, uid, wanted.emoji))

    async def _synchronise(self, held: Held, asked_at: datetime) -> None:
        """Reading the templates once does for everybody who had asked by then."""
        workspace_id, number_id, began = held.lease.workspace_id, held.lease.number_id, self._db.clock.now()
        async with self._db.read(workspace_id) as tx:
            if await business.has_templates_since(tx, number_id, asked_at):
                return
        found = await _business(held).templates(held.number.account)
        await self._db.run(workspace_id, lambda tx: business.take_templates(tx, number_id, found, as_of=began))

    async def _analyse(self, held: Held, handle: UUID) -> None:
        workspace_id = held.lease.workspace_id
        async with self._db.read(workspace_id) as tx:
            asked = await business.get_analytics(tx, handle)
        result = await _business(held).analytics(held.number.account, asked.question)
        await self._db.run(workspace_id, lambda tx: business.answer_analytics(tx, handle, result))

    async def _give_up(self, held: Held, command: numbers.Command, problem: Problem) -> None:
        workspace_id = held.lease.workspace_id
        match command:
            case Fetch(file_uid=uid):
                await self._files.give_up(workspace_id, uid, problem.code)
                self._figures.media.labels("given up").inc()
            case LookAtPicture():
                await self._pictures.give_up(workspace_id, command)
            case React(message_uid=uid, asked_at=asked_at):
                await self._db.run(workspace_id, lambda tx: messages.give_up_reaction(tx, uid, asked_at, problem))
            case Analyse(handle=handle):
                await self._db.run(workspace_id, lambda tx: business.fail_analytics(tx, handle, problem))

    async def _settle(self, lane: HeldLane, item: Item, wait: timedelta | None) -> None:
        async with self._db.tx(lane.workspace_id) as tx:
            if wait is None:
                tx.before_commit(lambda last: lane.done(last, item))
            else:
                at = tx.now + wait
                tx.before_commit(lambda last: lane.retry(last, item, at))


def _business(held: Held) -> BusinessConnector:
    """The connector of a business number; what it cannot do, it says itself."""
    return cast(BusinessConnector, held.connector)


async def leave_to_others(db: Database, lane: HeldLane) -> None:
    """The number was lost just after its lane was taken: whoever owns it now begins at once."""
    async with db.tx(lane.workspace_id) as tx:
        for item in lane.items:
            await lane.retry(tx, item, tx.now)


def _wait_after(problem: Problem, attempt: int) -> timedelta | None:
    """How long until the next try; None when there is none."""
    if isinstance(problem, Offline):
        return OFFLINE_WAITS[min(attempt, len(OFFLINE_WAITS)) - 1]
    passes = isinstance(problem, PASSING) or (isinstance(problem, ConnectorProblem) and not problem.is_final)
    return _wait(attempt) if passes else None


def _wait(attempt: int) -> timedelta | None:
    return WAITS[attempt - 1] if attempt <= len(WAITS) else None
