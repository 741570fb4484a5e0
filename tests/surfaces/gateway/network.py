"""A WhatsApp of the size of a test, shared by the connectors of several gateways. It keeps events until they are
acknowledged, remembers who held which session, and can be told to go wrong."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from tideline.features.numbers.port import (
    Accepted,
    AccountEvent,
    AccountRef,
    AccountState,
    Capability,
    Content,
    Envelope,
    GroupChanged,
    MediaRef,
    MessageKey,
    NotLinked,
    NumberInfo,
    Paired,
    PairingCode,
    PairingEvent,
    PairingFailed,
    PairingQr,
    PairingRef,
    Peer,
    Picture,
    StateChanged,
)

UNTIL = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)


@dataclass
class Line:
    """One linked number, as the network knows it."""

    number_id: int
    is_linked: bool = True
    holder: "FakeConnector | None" = None
    epoch: int = 0
    queue: list[tuple[int, AccountEvent]] = field(default_factory=list)
    acknowledged: int = 0


class FakeNetwork:
    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.scanned: dict[PairingRef, str] = {}
        self.cancelled: list[PairingRef] = []
        self.adopted: list[tuple[PairingRef, int]] = []
        self.unlinked: list[int] = []
        self.read: list[MessageKey] = []
        self.reactions: list[tuple[MessageKey, str | None]] = []
        self.failing_reactions: list[Exception] = []
        self.overlaps: list[int] = []
        self.starts: list[tuple[int, int]] = []
        self.media: dict[str, list[bytes | Exception]] = defaultdict(list)
        self.failing_starts: list[Exception] = []
        self.starts_at_once = 0
        self.most_starts_at_once = 0
        self.may_start = asyncio.Event()
        self.may_start.set()
        self._ids = itertools.count(1)

    def line(self, number_id: int) -> Line:
        return self.lines.setdefault(number_id, Line(number_id))

    def happen(self, number_id: int, *events: AccountEvent) -> None:
        """Things happen on the phone; whoever holds the session hears of them, now or when it is opened."""
        line = self.line(number_id)
        new = [(next(self._ids), event) for event in events]
        line.queue += new
        if line.holder:
            line.holder.tell(line, new)

    def unlink_on_phone(self, number_id: int) -> None:
        self.happen(number_id, StateChanged(AccountState.UNLINKED))
        self.line(number_id).is_linked = False


class FakeConnector:
    kind: ClassVar[str] = "simulator"
    capabilities: ClassVar[Capability] = ~Capability(0)

    def __init__(self, network: FakeNetwork) -> None:
        self.network = network
        self.pairings: list[PairingRef] = []
        self.sessions: set[int] = set()
        self._events: asyncio.Queue[list[Envelope]] = asyncio.Queue()
        self._pairing_events: asyncio.Queue[PairingEvent] = asyncio.Queue()

    # What a test does

    def tell(self, line: Line, new: Sequence[tuple[int, AccountEvent]]) -> None:
        self._events.put_nowait([Envelope(id_, line.number_id, line.epoch, event) for id_, event in new])

    def is_quiet(self) -> bool:
        """Has the gateway read everything that was told?"""
        return self._events.empty()

    def tell_late(self, number_id: int, epoch: int, event: AccountEvent) -> None:
        """An event of a session that is over, still on its way."""
        self._events.put_nowait([Envelope(10_000_000, number_id, epoch, event)])

    def show(self, pairing: PairingRef, qr: str) -> None:
        self._pairing_events.put_nowait(PairingQr(pairing, qr, UNTIL))

    def show_code(self, pairing: PairingRef, code: str) -> None:
        self._pairing_events.put_nowait(PairingCode(pairing, code, UNTIL + timedelta(minutes=2)))

    def fail(self, pairing: PairingRef, reason: str) -> None:
        self._pairing_events.put_nowait(PairingFailed(pairing, reason))

    def scan(self, pairing: PairingRef, phone: str) -> None:
        self.network.scanned[pairing] = phone
        self._pairing_events.put_nowait(Paired(pairing, phone, None, "Harbour"))

    def die(self) -> None:
        """The process of this connector is gone, sessions and all."""
        for number_id in list(self.sessions):
            self.network.line(number_id).holder = None
        self.sessions.clear()

    # The port

    async def start(self, account: AccountRef, epoch: int) -> None:
        network = self.network
        network.starts_at_once += 1
        network.most_starts_at_once = max(network.most_starts_at_once, network.starts_at_once)
        try:
            await network.may_start.wait()
            await asyncio.sleep(0)
        finally:
            network.starts_at_once -= 1
        if network.failing_starts:
            raise network.failing_starts.pop(0)
        line = network.line(account.number_id)
        if not line.is_linked:
            raise NotLinked
        if line.holder and line.holder is not self:
            network.overlaps.append(account.number_id)
        line.holder, line.epoch = self, epoch
        self.sessions.add(account.number_id)
        network.starts.append((account.number_id, epoch))
        if line.queue:
            self.tell(line, line.queue)

    async def stop(self, number_id: int) -> None:
        self.sessions.discard(number_id)
        line = self.network.line(number_id)
        if line.holder is self:
            line.holder = None

    async def unlink(self, account: AccountRef) -> None:
        await self.stop(account.number_id)
        self.network.line(account.number_id).is_linked = False
        self.network.unlinked.append(account.number_id)

    async def begin_pairing(self, pairing: PairingRef, *, phone: str | None = None) -> None:
        self.pairings.append(pairing)
        if pairing in self.network.scanned:
            self.scan(pairing, self.network.scanned[pairing])
        elif phone:
            self.show_code(pairing, f"CODE{phone[-4:]}")
        else:
            self.show(pairing, f"2@qr-{pairing.pairing_id}-{len(self.pairings)}")

    async def cancel_pairing(self, pairing: PairingRef) -> None:
        self.network.cancelled.append(pairing)

    async def adopt(self, pairing: PairingRef, account: AccountRef) -> None:
        self.network.adopted.append((pairing, account.number_id))
        self.network.line(account.number_id).is_linked = True

    async def pairing_events(self) -> AsyncIterator[PairingEvent]:
        while True:
            yield await self._pairing_events.get()

    async def events(self) -> AsyncIterator[Sequence[Envelope]]:
        while True:
            yield await self._events.get()

    async def ack(self, number_id: int, up_to: int) -> None:
        line = self.network.line(number_id)
        line.acknowledged = max(line.acknowledged, up_to)
        line.queue = [(id_, event) for id_, event in line.queue if id_ > up_to]

    async def send(
        self, account: AccountRef, to: Peer, content: Content, *, client_ref: str, reply_to: MessageKey | None = None
    ) -> Accepted:
        raise AssertionError("messages send through the simulator in their own tests")

    async def react(self, account: AccountRef, key: MessageKey, emoji: str | None) -> Accepted:
        if self.network.failing_reactions:
            raise self.network.failing_reactions.pop(0)
        self.network.reactions.append((key, emoji))
        return Accepted(f"R{len(self.network.reactions)}", UNTIL)

    async def mark_read(self, account: AccountRef, keys: Sequence[MessageKey]) -> None:
        self.network.read += keys

    async def open_media(self, account: AccountRef, media: MediaRef) -> AsyncIterator[bytes]:
        for part in self.network.media[media.ref]:
            if isinstance(part, Exception):
                raise part
            yield part

    async def check_numbers(self, account: AccountRef, phones: Sequence[str]) -> Sequence[NumberInfo]:
        return [NumberInfo(phone, True) for phone in phones]

    async def groups(self, account: AccountRef) -> Sequence[GroupChanged]:
        return []

    async def picture(self, account: AccountRef, peer: Peer) -> Picture | None:
        return None
