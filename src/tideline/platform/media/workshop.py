"""The workshop: hands files to workers, a few at a time, and sends the workers home when there is nothing to do."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

import structlog

from tideline.platform.media.errors import REFUSALS, MediaBusy, MediaCrashed
from tideline.platform.media.orders import Answer, Order, Preview, Refused, ToPreview, ToVoice, Voice
from tideline.platform.media.process import Process

log = structlog.get_logger(__name__)

T = TypeVar("T", bound=Answer)

MEGABYTE = 1024 * 1024
RETRY_AFTER = 5


@dataclass(frozen=True, slots=True)
class WorkshopLimits:
    """How much may happen at once, and how much one file may take: memory in bytes, and seconds of a core's time.

    A worker goes home after `idle` seconds without work, and after `orders` files, so that what leaks is given back.
    """

    workers: int = 2
    waiting: int = 32
    memory: int = 512 * MEGABYTE
    voice_seconds: int = 120
    preview_seconds: int = 20
    side: int = 320
    most_pixels: int = 100_000_000
    idle: float = 30.0
    orders: int = 200


class Workshop:
    def __init__(self, limits: WorkshopLimits | None = None) -> None:
        self._limits = limits or WorkshopLimits()
        self._room = asyncio.Semaphore(self._limits.workers)
        self._asked = 0
        self._is_closed = False
        self._idle: dict[Process, asyncio.TimerHandle] = {}
        self._busy: set[Process] = set()

    @property
    def workers(self) -> list[int]:
        """The process ids of those who are here."""
        return [process.pid for process in (*self._idle, *self._busy)]

    async def voice(self, source: BinaryIO, target: BinaryIO, *, longest: float) -> Voice:
        """Write a recording to `target` as OGG/Opus in one channel. Raises a Problem for anything that is none."""
        return await self._have_done(ToVoice(self._limits.voice_seconds, longest), source, target, Voice)

    async def preview(self, source: BinaryIO, target: BinaryIO) -> Preview:
        """Measure a picture, film, sound or document, and write a small JPEG of it to `target` if it has a picture."""
        limits = self._limits
        order = ToPreview(limits.preview_seconds, limits.side, limits.most_pixels)
        return await self._have_done(order, source, target, Preview)

    async def close(self) -> None:
        """Send everybody home; who still waits for one of them is told that it crashed."""
        self._is_closed = True
        while process := self._take_idle():
            process.kill()
        for process in self._busy:
            process.stop()

    async def _have_done(self, order: Order, source: BinaryIO, target: BinaryIO, kind: type[T]) -> T:
        if self._is_closed or self._asked >= self._limits.workers + self._limits.waiting:
            raise MediaBusy(retry_after=RETRY_AFTER)
        self._asked += 1
        try:
            async with self._room:
                answer = await self._give(order, source, target)
        finally:
            self._asked -= 1
        if isinstance(answer, Refused):
            if answer.trace:
                log.warning("media.unforeseen", order=type(order).__name__, code=answer.code, trace=answer.trace)
            raise REFUSALS[answer.code]
        assert isinstance(answer, kind)
        return answer

    async def _give(self, order: Order, source: BinaryIO, target: BinaryIO) -> Answer:
        """To a worker that is here; if it dies, perhaps of what an earlier file has done to it, a fresh one decides."""
        rested = self._take_idle()
        if rested:
            with suppress(MediaCrashed):
                return await self._give_to(rested, order, source, target)
        if self._is_closed:
            raise MediaBusy
        return await self._give_to(await Process.start(self._limits.memory), order, source, target)

    async def _give_to(self, process: Process, order: Order, source: BinaryIO, target: BinaryIO) -> Answer:
        self._busy.add(process)
        try:
            answer = await process.ask(order, source, target)
        except BaseException:
            process.kill()
            raise
        finally:
            self._busy.discard(process)
        if self._is_closed or process.orders >= self._limits.orders:
            process.kill()
        else:
            self._idle[process] = asyncio.get_running_loop().call_later(self._limits.idle, self._send_home, process)
        return answer

    def _take_idle(self) -> Process | None:
        """The one that rested last, so that the others get to go home."""
        while self._idle:
            process, timer = self._idle.popitem()
            timer.cancel()
            if process.is_alive:
                return process
            process.kill()
        return None

    def _send_home(self, process: Process) -> None:
        if self._idle.pop(process, None):
            process.kill()
