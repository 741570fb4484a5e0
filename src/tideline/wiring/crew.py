"""The loops that run as long as Tideline runs: started in order, ended in the opposite one."""

import asyncio
import inspect
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 20.0
SAME_REQUEST_SECONDS = 1.0  # make and a terminal pass on the same signal, so that it comes twice


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    task: asyncio.Task[Any] | None
    stop: Callable[[], Awaitable[None] | None] | None


class Crew:
    """Loops, and what ends the program: a signal, or a loop that ends by itself, which is never right."""

    def __init__(self) -> None:
        self._members: list[Member] = []
        self._ended = asyncio.Event()
        self._is_leaving = False
        self._asked_at: float | None = None
        self.failed: str | None = None

    def start(self, name: str, run: Awaitable[Any], stop: Callable[[], Awaitable[None] | None] | None = None) -> None:
        """Start a loop. `stop` asks it to end; one without is cancelled."""
        task = asyncio.ensure_future(run)
        task.add_done_callback(lambda done: self._has_ended(name, done))
        self._members.append(Member(name, task, stop))

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do something once, beside the loops; when it fails, the program ends."""
        self.start(name, self._once(work))

    async def _once(self, work: Coroutine[Any, Any, None]) -> None:
        await work
        await asyncio.Event().wait()

    def close_later(self, name: str, close: Callable[[], Awaitable[None] | None]) -> None:
        """Close something that has no loop when its turn to end has come."""
        self._members.append(Member(name, None, close))

    def listen_to_signals(self) -> None:
        """SIGTERM and Ctrl-C end cleanly; asking twice ends at once."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked, number)

    def _asked(self, number: signal.Signals) -> None:
        now = asyncio.get_running_loop().time()
        if self._asked_at is not None and now - self._asked_at > SAME_REQUEST_SECONDS:
            log.warning("tideline.killed")
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._asked_at = self._asked_at or now
        self._ended.set()

    def _has_ended(self, name: str, task: asyncio.Task[Any]) -> None:
        if self._is_leaving:
            return
        error = None if task.cancelled() else task.exception()
        log.error("tideline.loop_ended", loop=name, exc_info=error)
        self.failed = name
        self._ended.set()

    async def until_the_end(self) -> None:
        await self._ended.wait()

    async def leave(self) -> None:
        """End every loop, the last one first, each with some patience."""
        self._is_leaving = True
        while self._members:
            await _end(self._members.pop())


async def _end(member: Member) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _ask(member)
    except TimeoutError:
        log.warning("tideline.loop_is_slow", loop=member.name)
    except Exception:
        log.exception("tideline.loop_did_not_end", loop=member.name)
    if member.task:
        member.task.cancel()
        await asyncio.wait([member.task])


async def _ask(member: Member) -> None:
    if member.stop is None:
        return
    asked = member.stop()
    if inspect.isawaitable(asked):
        await asked
    if member.task:
        await asyncio.wait([member.task])
