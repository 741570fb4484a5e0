"""A number that was started: keeps a process for it alive, and takes what it tells."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from tideline.connectors.linked import codec, exits, wire
from tideline.connectors.linked.folders import NumberFolder
from tideline.connectors.linked.process import Launch, Process, ProcessFailed
from tideline.features.numbers.port import AccountRef, Envelope, NotLinked, Offline

log = structlog.get_logger(__name__)

ROOM: Final = 1_000
"""Events that a process may have told and the server has not taken yet."""

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Care:
    """How processes are looked after. `memory_mb` is what one may hold; zero is no limit."""

    look_every: float = 15.0
    sign_seconds: float = 20.0
    memory_mb: int = 512
    first_wait: float = 1.0
    longest_wait: float = 300.0
    lived_well: float = 60.0


Hand = Callable[["Running", list[Envelope] | None], None]
"""Takes what a number told; None when its process is gone: what nobody has taken yet will be told again."""


class Running:
    """One number under one lease."""

    def __init__(
        self,
        account: AccountRef,
        epoch: int,
        folder: NumberFolder,
        launch: Launch,
        starting: asyncio.Semaphore,
        care: Care,
        hand: Hand,
    ) -> None:
        self.account = account
        self.epoch = epoch
        self._folder = folder
        self._launch = launch
        self._starting = starting
        self._care = care
        self._hand = hand
        self._process: Process | None = None
        self._out = 0
        self._task: asyncio.Task[None] | None = None
        self.is_lost = False
        self.generation = 0

    @property
    def has_ended(self) -> bool:
        """Is the link over?"""
        return self._folder.ended is not None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Returns when the first process is there; it is kept alive from then on."""
        await self._begin(quiet=False)
        self._task = asyncio.create_task(self._live(), name=f"linked number {self.account.number_id}")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        process, self._process = self._process, None
        if process:
            await process.leave()

    async def order(self, do: str, about: dict[str, Any] | None = None, *, seconds: float = 60.0) -> Any:
        if self._process is None or self.is_lost:
            raise NotLinked if self._folder.ended else Offline
        return await self._process.order(do, self.epoch, about, seconds=seconds)

    async def ack(self, up_to: int) -> None:
        await self._say(wire.Ack(self.epoch, up_to))

    async def give_room(self, more: int) -> None:
        """So many events were taken."""
        self._out -= more
        await self._say(wire.Room(more))

    async def _say(self, frame: wire.Frame) -> None:
        if self._process:
            try:
                await self._process.say(frame)
            except ConnectionError:
                return

    # A process after the other

    async def _begin(self, *, quiet: bool) -> None:
        more = ("--epoch", str(self.epoch), *(("--quiet",) if quiet else ()))
        async with self._starting:
            self._out = 0
            self.generation += 1
            self._hand(self, None)
            self._process = await Process.start(self._launch, "number", self._folder.path, self._heard, *more)
        await self._say(wire.Room(ROOM))

    async def _live(self) -> None:
        failures, quiet = 0, False
        while True:
            began = time.monotonic()
            code = await self._look_after() if self._process else None
            last = self._process.last_lines if self._process else []
            self._process = None
            if code == exits.FENCED:
                self.is_lost = True
                log.warning("linked.fenced", number=self.account.number_id, epoch=self.epoch)
                return
            quiet = quiet or code == exits.REPLACED
            failures = 0 if time.monotonic() - began > self._care.lived_well else failures + 1
            is_planned = code in (exits.REPLACED, exits.AGAIN)
            wait = 0.0 if is_planned and failures < 3 else self._wait(failures)
            log.warning(
                "linked.process_ended", number=self.account.number_id, code=code, again_in=round(wait, 1),
                said=[] if is_planned else last,
            )  # fmt: skip
            await asyncio.sleep(wait)
            try:
                await self._begin(quiet=quiet)
            except (ProcessFailed, OSError) as problem:
                log.error("linked.process_failed", number=self.account.number_id, problem=str(problem))

    def _wait(self, failures: int) -> float:
        """Longer each time, and never at the same moment as others."""
        longest = min(self._care.first_wait * 2.0 ** (failures - 1), self._care.longest_wait)
        return float(random.uniform(0.5, 1.0) * longest)

    async def _look_after(self) -> int:
        """Until the process is gone. One that gives no sign, or holds too much, is ended."""
        process = self._process
        assert process
        ending = asyncio.create_task(process.ended())
        try:
            while not ending.done():
                await asyncio.wait([ending], timeout=self._care.look_every)
                if not ending.done() and (why := await self._what_is_wrong(process)):
                    log.error("linked.process_killed", number=self.account.number_id, why=why)
                    await process.kill()
            return await ending
        finally:
            ending.cancel()

    async def _what_is_wrong(self, process: Process) -> str | None:
        try:
            await process.order("sign", self.epoch, seconds=self._care.sign_seconds)
        except Offline:
            return "it gave no sign of life"
        held = await asyncio.to_thread(held_mb, process.pid)
        if self._care.memory_mb and held > self._care.memory_mb:
            return f"it holds {held} MB"
        return None

    # What it tells

    def _heard(self, frame: wire.Frame) -> None:
        if not isinstance(frame, wire.Told) or frame.epoch != self.epoch:
            raise wire.NotOurProtocol(f"a {type(frame).__name__} of epoch {getattr(frame, 'epoch', None)}")
        self._out += len(frame.items)
        if self._out > ROOM:
            raise wire.NotOurProtocol("more events than there is room for")
        envelopes = [found for item in frame.items if (found := self._read(item))]
        self._hand(self, envelopes)

    def _read(self, item: wire.Item) -> Envelope | None:
        try:
            event = codec.read_event(item.kind, item.event)
        except (KeyError, ValueError, msgspec.ValidationError) as problem:
            log.error("linked.strange_event", number=self.account.number_id, kind=item.kind, problem=str(problem))
            return None
        return Envelope(item.id, self.account.number_id, self.epoch, event)


def held_mb(pid: int) -> int:
    """What a process holds by itself (its proportional share of memory), zero where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024
