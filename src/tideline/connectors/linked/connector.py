"""The connector to phones that are linked by QR or by code: one process per number, and what holds them together."""

import asyncio
import contextlib
import ctypes.util
import functools
import importlib.util
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec
import structlog

from tideline.connectors.linked import codec, pictures
from tideline.connectors.linked.errors import LinkedNotInstalled
from tideline.connectors.linked.folders import Folders, NumberFolder
from tideline.connectors.linked.limits import check_size
from tideline.connectors.linked.number import Care, Running
from tideline.connectors.linked.pairing import Pairings
from tideline.connectors.linked.process import Launch, ProcessFailed
from tideline.features.numbers.port import (
    Accepted,
    AccountRef,
    Capability,
    Content,
    Envelope,
    GroupChanged,
    Media,
    MediaRef,
    MediaRejected,
    MessageKey,
    NotLinked,
    NumberInfo,
    Offline,
    PairingEvent,
    PairingRef,
    Peer,
    Picture,
    Text,
    Unsupported,
)
from tideline.platform.outgoing import Outgoing

log = structlog.get_logger(__name__)

STARTS_AT_ONCE: Final = 2
SEND_SECONDS: Final = 420.0
"""Longer than the process allows itself for the file and the message together."""

LEAVING_SECONDS: Final = 30.0
PIECE: Final = 256 * 1024
WORKER: Final = (sys.executable, "-m", "tideline.connectors.linked.worker")


@functools.cache
def is_installed() -> bool:
    """Are the extra and the system library that it loads there?"""
    return has_extra() and has_libmagic()


def has_extra() -> bool:
    return importlib.util.find_spec("neonize") is not None


@functools.cache
def has_libmagic() -> bool:
    return ctypes.util.find_library("magic") is not None


class LinkedConnector:
    """Implements `tideline.features.numbers.port.Connector`. `folder` holds the sessions: whoever has it has the
    accounts. Pictures of people come over `outgoing`."""

    kind: ClassVar[str] = "linked"
    capabilities: ClassVar[Capability] = (
        Capability.PAIR_QR
        | Capability.PAIR_CODE
        | Capability.GROUPS
        | Capability.REACTIONS
        | Capability.REPLY
        | Capability.VOICE_NOTE
        | Capability.READ_MARKS
        | Capability.NUMBER_CHECK
        | Capability.CALL_EVENTS
        | Capability.OWN_ECHO
        | Capability.HISTORY
        | Capability.PICTURES
    )

    def __init__(
        self, folder: Path, outgoing: Outgoing, *, launch: Launch | None = None, care: Care | None = None
    ) -> None:
        self._folders = Folders(folder)
        self._outgoing = outgoing
        self._launch = launch or Launch(WORKER)
        self._care = care or Care()
        self._starting = asyncio.Semaphore(STARTS_AT_ONCE)
        self._running: dict[int, Running] = {}
        self._told: deque[tuple[Running, int, list[Envelope]]] = deque()
        self._news = asyncio.Event()
        self._pairings = Pairings(self._folders, self._launch, self._starting, self._take_back)

    # Sessions

    async def start(self, account: AccountRef, epoch: int) -> None:
        running = self._running.get(account.number_id)
        if running and running.epoch == epoch and not running.is_lost:
            return
        await self._make()
        await self.stop(account.number_id)
        folder = self._folders.number(account.number_id)
        await asyncio.to_thread(folder.claim, epoch)
        self._running[account.number_id] = await self._open(account, epoch, folder)

    async def _make(self) -> None:
        if not await asyncio.to_thread(is_installed):
            raise LinkedNotInstalled
        await asyncio.to_thread(self._folders.make)

    async def _open(self, account: AccountRef, epoch: int, folder: NumberFolder) -> Running:
        running = Running(account, epoch, folder, self._launch, self._starting, self._care, self._hand)
        try:
            await running.start()
        except ProcessFailed as problem:
            log.error("linked.process_failed", number=account.number_id, problem=str(problem))
            raise Offline(str(problem)) from problem
        return running

    async def stop(self, number_id: int) -> None:
        running = self._running.pop(number_id, None)
        if running:
            await running.stop()

    async def close(self) -> None:
        """End every process."""
        await asyncio.gather(*(self.stop(number_id) for number_id in list(self._running)))
        await self._pairings.close()

    async def unlink(self, account: AccountRef) -> None:
        folder = self._folders.number(account.number_id)
        if folder.is_linked and folder.ended is None:
            await self._make()
            running = self._running.get(account.number_id)
            if running is None:
                running = await self._open(account, folder.epoch, folder)
                self._running[account.number_id] = running
            await _log_out(running)
        await self.stop(account.number_id)
        await asyncio.to_thread(folder.forget)

    # Linking

    async def begin_pairing(self, pairing: PairingRef, *, phone: str | None = None) -> None:
        await self._make()
        await self._pairings.begin(pairing, phone)

    async def cancel_pairing(self, pairing: PairingRef) -> None:
        await self._pairings.cancel(pairing)

    async def _take_back(self, folder: NumberFolder) -> None:
        """A link that no number wanted is ended on the phone too, as far as that can be done now."""
        running = await self._open(AccountRef(0, 0, folder.linked.phone), 0, folder)
        try:
            await _log_out(running)
        finally:
            await running.stop()

    async def adopt(self, pairing: PairingRef, account: AccountRef) -> None:
        number, attempt = self._folders.number(account.number_id), self._folders.pairing(pairing)
        await self._pairings.let_go(pairing)
        if await asyncio.to_thread(number.adopt, attempt):
            await self.stop(account.number_id)

    async def pairing_events(self) -> AsyncIterator[PairingEvent]:
        while True:
            yield await self._pairings.events.get()

    # Events

    async def events(self) -> AsyncIterator[Sequence[Envelope]]:
        """Batches of one number each, of those that are started now."""
        while True:
            while self._told:
                running, generation, batch = self._told.popleft()
                if self._running.get(running.account.number_id) is running:
                    yield batch
                    if running.generation == generation:
                        await running.give_room(len(batch))
            self._news.clear()
            await self._news.wait()

    def _hand(self, running: Running, batch: list[Envelope] | None) -> None:
        if batch is None:
            self._told = deque(told for told in self._told if told[0] is not running)
            return
        self._told.append((running, running.generation, batch))
        self._news.set()

    async def ack(self, number_id: int, up_to: int) -> None:
        running = self._running.get(number_id)
        if running:
            await running.ack(up_to)

    # Sending

    async def send(
        self, account: AccountRef, to: Peer, content: Content, *, client_ref: str, reply_to: MessageKey | None = None
    ) -> Accepted:
        running = self._get(account)
        async with self._prepared(account, content) as told:
            about = {"to": _plain(to), "content": told, "client_ref": client_ref, "reply_to": _plain(reply_to)}
            return _accepted(await running.order("send", about, seconds=SEND_SECONDS))

    @contextlib.asynccontextmanager
    async def _prepared(self, account: AccountRef, content: Content) -> AsyncIterator[dict[str, Any]]:
        """What is to be sent, as plain values; a file stands in the number's folder while this lasts."""
        match content:
            case Text(text=text):
                yield {"text": text}
            case Media():
                check_size(content.kind, content.size)
                path = self._folders.number(account.number_id).files / f"out-{os.urandom(8).hex()}"
                try:
                    await _write(content, path)
                    yield {
                        "kind": content.kind,
                        "path": path.name,
                        "filename": content.filename,
                        "mimetype": content.mimetype,
                        "caption": content.caption,
                        "sound": _plain(content.sound),
                    }
                finally:
                    path.unlink(missing_ok=True)
            case _:
                raise Unsupported

    async def react(self, account: AccountRef, key: MessageKey, emoji: str | None) -> Accepted:
        about = {"key": _plain(key), "emoji": emoji}
        return _accepted(await self._get(account).order("react", about, seconds=120.0))

    async def mark_read(self, account: AccountRef, keys: Sequence[MessageKey]) -> None:
        await self._get(account).order("read", {"keys": [_plain(key) for key in keys]})

    # Looking things up

    async def open_media(self, account: AccountRef, media: MediaRef) -> AsyncIterator[bytes]:
        found = await self._get(account).order("fetch", {"ref": media.ref}, seconds=SEND_SECONDS)
        path = self._folders.number(account.number_id).files / os.path.basename(found["name"])
        try:
            with await asyncio.to_thread(path.open, "rb") as file:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece
        except FileNotFoundError:
            raise MediaRejected("WhatsApp does not have this file.") from None
        finally:
            path.unlink(missing_ok=True)

    async def check_numbers(self, account: AccountRef, phones: Sequence[str]) -> Sequence[NumberInfo]:
        if not phones:
            return []
        return msgspec.convert(await self._get(account).order("check", {"phones": list(phones)}), list[NumberInfo])

    async def groups(self, account: AccountRef) -> Sequence[GroupChanged]:
        running, found = self._get(account), list[GroupChanged]()
        following: int | None = 0
        while following is not None:
            page = await running.order("groups", {"from": following})
            found += [codec.read_event("GroupChanged", one) for one in page["groups"]]  # type: ignore[misc]
            following = page["next"]
        return found

    async def picture(self, account: AccountRef, peer: Peer) -> Picture | None:
        found = await self._get(account).order("picture", {"of": _plain(peer)})
        return Picture(found["id"], "image/jpeg", pictures.Source(self._outgoing, found["url"])) if found else None

    def _get(self, account: AccountRef) -> Running:
        running = self._running.get(account.number_id)
        if running is None:
            raise Offline("The session of this number is not open here.")
        return running


async def _log_out(running: Running) -> None:
    """As soon as there is a connection; a link that is over already needs no end."""
    with contextlib.suppress(NotLinked):
        try:
            async with asyncio.timeout(LEAVING_SECONDS):
                while not (await running.order("sign"))["connected"]:
                    await asyncio.sleep(0.1)
                    if running.has_ended:
                        return
                await running.order("log_out")
        except TimeoutError:
            raise Offline from None


async def _write(media: Media, path: Path) -> None:
    """Bring the file beside the process that uploads it; a source that breaks off raises what it likes."""
    size = 0
    with await asyncio.to_thread(path.open, "wb") as file:
        async for chunk in media.source.chunks():
            size += len(chunk)
            check_size(media.kind, size)
            await asyncio.to_thread(file.write, chunk)


def _plain(value: Any) -> Any:
    return None if value is None else msgspec.to_builtins(value)


def _accepted(answer: dict[str, Any]) -> Accepted:
    return Accepted(answer["external_id"], datetime.fromisoformat(answer["at"]))
