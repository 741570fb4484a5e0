"""Attempts to link, each in a process of its own that is gone afterwards."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog

from tideline.connectors.linked import wire
from tideline.connectors.linked.folders import Folders, Linked, NumberFolder
from tideline.connectors.linked.process import Launch, Process, ProcessFailed
from tideline.features.numbers.port import (
    Paired,
    PairingCode,
    PairingEvent,
    PairingFailed,
    PairingQr,
    PairingRef,
)

log = structlog.get_logger(__name__)

BROKE_OFF = "Linking broke off. Try again."

TakeBack = Callable[[NumberFolder], Awaitable[None]]


class Pairings:
    """`take_back` ends a link that was confirmed and is not wanted."""

    def __init__(self, folders: Folders, launch: Launch, starting: asyncio.Semaphore, take_back: TakeBack) -> None:
        self.events: asyncio.Queue[PairingEvent] = asyncio.Queue()
        self._folders = folders
        self._launch = launch
        self._starting = starting
        self._take_back = take_back
        self._attempts: dict[PairingRef, asyncio.Task[None]] = {}

    async def begin(self, ref: PairingRef, phone: str | None) -> None:
        """What is under way stays; a link that was confirmed is told again."""
        if ref in self._attempts:
            return
        folder = self._folders.pairing(ref)
        if linked := await asyncio.to_thread(lambda: folder.linked):
            self.events.put_nowait(_paired(ref, linked))
            return
        self._attempts[ref] = asyncio.create_task(self._attempt(ref, phone), name=f"pairing {ref.pairing_id}")

    async def cancel(self, ref: PairingRef) -> None:
        await self.let_go(ref)
        folder = self._folders.pairing(ref)
        if await asyncio.to_thread(lambda: folder.linked):
            leaving = NumberFolder(self._folders.path / "leaving" / folder.path.name)
            await asyncio.to_thread(leaving.path.mkdir, 0o700, parents=True, exist_ok=True)
            await asyncio.to_thread(leaving.adopt, folder)
            try:
                await self._take_back(leaving)
            except Exception as problem:
                log.warning("linked.not_taken_back", pairing=ref.pairing_id, problem=str(problem))
            await asyncio.to_thread(shutil.rmtree, leaving.path, ignore_errors=True)
        await asyncio.to_thread(folder.forget)

    async def let_go(self, ref: PairingRef) -> None:
        """End the process; what the phone has confirmed stays."""
        task = self._attempts.pop(ref, None)
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        for ref in list(self._attempts):
            await self.let_go(ref)

    async def _attempt(self, ref: PairingRef, phone: str | None) -> None:
        """Until it ends; the process never outlives this."""
        news: asyncio.Queue[PairingEvent] = asyncio.Queue()
        process: Process | None = None
        try:
            await asyncio.to_thread(self._folders.pairing(ref).make)
            more = ("--phone", phone) if phone else ()
            folder = self._folders.pairing(ref).path
            async with self._starting:
                process = await Process.start(
                    self._launch, "pairing", folder, lambda frame: _heard(ref, frame, news), *more
                )
            await self._pass_on(process, news)
        except (ProcessFailed, OSError) as problem:
            log.error("linked.process_failed", pairing=ref.pairing_id, problem=str(problem))
            self.events.put_nowait(PairingFailed(ref, BROKE_OFF))
        finally:
            if process:
                await asyncio.shield(process.kill())
            if self._attempts.get(ref) is asyncio.current_task():
                del self._attempts[ref]

    async def _pass_on(self, process: Process, news: "asyncio.Queue[PairingEvent]") -> None:
        ending = asyncio.create_task(process.ended())
        try:
            while True:
                hearing = asyncio.create_task(news.get())
                await asyncio.wait([ending, hearing], return_when=asyncio.FIRST_COMPLETED)
                if not hearing.done():
                    hearing.cancel()
                    raise ProcessFailed(f"it ended: {process.last_lines[-3:]}")
                event = hearing.result()
                self.events.put_nowait(event)
                if isinstance(event, Paired | PairingFailed):
                    return
        finally:
            ending.cancel()


def _heard(ref: PairingRef, frame: wire.Frame, news: "asyncio.Queue[PairingEvent]") -> None:
    if not isinstance(frame, wire.Linking):
        raise wire.NotOurProtocol(type(frame).__name__)
    event = _event(ref, frame.what, frame.about)
    if event is None:
        raise wire.NotOurProtocol(frame.what)
    news.put_nowait(event)


def _event(ref: PairingRef, what: str, about: dict[str, Any]) -> PairingEvent | None:
    match what:
        case "qr":
            return PairingQr(ref, about["qr"], datetime.fromisoformat(about["until"]))
        case "code":
            return PairingCode(ref, about["code"], datetime.fromisoformat(about["until"]))
        case "paired":
            return _paired(ref, Linked(about["phone"], about["lid"], about["name"]))
        case "failed":
            return PairingFailed(ref, about["reason"])
    return None


def _paired(ref: PairingRef, linked: Linked) -> Paired:
    return Paired(ref, linked.phone, linked.lid, linked.name)
