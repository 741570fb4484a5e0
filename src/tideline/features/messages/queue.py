"""Sends of a workspace that arrive together share one transaction."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from tideline.features.messages.actions.send import send_batch
from tideline.features.messages.errors import SendQueueClosed
from tideline.features.messages.model import MessageUid, Outgoing
from tideline.platform.db import Database, RunAgain, is_in_doubt
from tideline.platform.facts import Actor

LARGEST_BATCH: Final = 200


@dataclass(slots=True)
class _Waiting:
    """A message whose sender waits for its uid."""

    outgoing: Outgoing
    answer: "asyncio.Future[MessageUid]"

    @property
    def is_wanted(self) -> bool:
        return not self.answer.done()


@dataclass(slots=True)
class _Line:
    """The messages of one workspace that have not been taken up, and the task that takes them."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


class SendQueue:
    """The first message goes at once; those that come while it is being stored go together next.

    So a quiet workspace waits for nobody, and a busy one pays for a transaction once for many messages. A sender
    that goes away takes its message back, unless that is being stored already. When storing a batch fails as a
    whole, its messages are tried one by one, so that no message spoils another; unless they may have been stored,
    because nothing is sent twice without its sender's asking. Of two with one key the second goes
    into the next transaction, where it meets what the first has left.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lines: dict[int, _Line] = {}
        self._is_closed = False

    async def submit(self, workspace_id: int, actor: Actor, outgoing: Outgoing) -> MessageUid:
        """Queue a message and return its uid, or raise the Problem that kept it from being queued."""
        if self._is_closed:
            raise SendQueueClosed
        mine = _Waiting(replace(outgoing, actor=outgoing.actor or actor), asyncio.get_running_loop().create_future())
        line = self._lines.setdefault(workspace_id, _Line())
        line.waiting.append(mine)
        if line.task is None:
            line.task = asyncio.create_task(self._serve(workspace_id, line), name=f"sends of workspace {workspace_id}")
        return await mine.answer

    async def close(self) -> None:
        """Take no more, and store what is waiting."""
        self._is_closed = True
        tasks = [line.task for line in self._lines.values() if line.task]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, workspace_id: int, line: _Line) -> None:
        try:
            while line.waiting:
                batch = [line.waiting.popleft() for _ in range(min(len(line.waiting), LARGEST_BATCH))]
                again = await self._store(workspace_id, [one for one in batch if one.is_wanted])
                line.waiting.extendleft(reversed(again))
        finally:
            self._end(workspace_id, line)

    def _end(self, workspace_id: int, line: _Line) -> None:
        """Nobody waits any more. If we were cancelled, nobody waits for nothing either."""
        del self._lines[workspace_id]
        for left in line.waiting:
            left.answer.cancel()

    async def _store(self, workspace_id: int, batch: list[_Waiting]) -> list[_Waiting]:
        """Answer them all, but those that have to wait until the first one with their key is stored."""
        if not batch:
            return []
        try:
            results = await self._send(workspace_id, batch)
        except asyncio.CancelledError:
            for one in batch:
                one.answer.cancel()
            raise
        except Exception as problem:
            if is_in_doubt(problem):
                for one in batch:
                    _answer(one, problem)
            else:
                await self._store_apart(workspace_id, batch, problem)
            return []
        answered = list(zip(batch, results, strict=True))
        for one, result in answered:
            if not isinstance(result, RunAgain):
                _answer(one, result)
        return [one for one, result in answered if isinstance(result, RunAgain)]

    async def _store_apart(self, workspace_id: int, batch: list[_Waiting], problem: Exception) -> None:
        if len(batch) == 1:
            _answer(batch[0], problem)
            return
        for one in batch:
            if one.is_wanted:
                await self._store(workspace_id, [one])

    async def _send(self, workspace_id: int, batch: list[_Waiting]) -> list[MessageUid | Exception]:
        outgoing = [one.outgoing for one in batch]
        return await self._db.run(workspace_id, partial(send_batch, outgoing=outgoing))


def _answer(one: _Waiting, result: MessageUid | Exception) -> None:
    with suppress(asyncio.InvalidStateError):
        if isinstance(result, Exception):
            one.answer.set_exception(result)
        else:
            one.answer.set_result(result)
