"""A gateway of the size of a test: it runs a connector's streams and keeps what they report."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.connectors.network import Network
from tideline.features.numbers.port import (
    AccountRef,
    AccountState,
    Connector,
    Envelope,
    HistoryChunk,
    Paired,
    PairingQr,
    PairingRef,
    Peer,
    StateChanged,
)

E = TypeVar("E")
PATIENCE = 10.0  # seconds until a test says that something did not happen


@dataclass(frozen=True)
class Linked:
    """A number that is linked and started."""

    account: AccountRef
    phone: str

    @property
    def peer(self) -> Peer:
        return Peer(phone=self.phone)


class Gateway:
    """Takes each reported event once, in order, and lets a test ask for the next one of a kind."""

    def __init__(self, connector: Connector, network: Network) -> None:
        self.connector = connector
        self.network = network
        self.envelopes: list[Envelope] = []
        self._waiting: list[Any] = []
        self._history: list[HistoryChunk] = []
        self._news = asyncio.Condition()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Gateway"]:
        tasks = [asyncio.create_task(self._read_events()), asyncio.create_task(self._read_pairings())]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in ended), ended

    async def _read_events(self) -> None:
        async for batch in self.connector.events():
            self.envelopes += batch
            await self._keep(*(envelope.event for envelope in batch))

    async def _read_pairings(self) -> None:
        async for event in self.connector.pairing_events():
            await self._keep(event)

    async def _keep(self, *events: Any) -> None:
        async with self._news:
            self._waiting += [event for event in events if not isinstance(event, HistoryChunk)]
            self._history += [event for event in events if isinstance(event, HistoryChunk)]
            self._news.notify_all()

    async def next(self, kind: type[E], where: Callable[[E], bool] = lambda _: True) -> E:
        """The first event of this kind that nobody took yet; it and all before it are taken."""
        return (await self.until(kind, where))[-1]  # type: ignore[no-any-return]

    async def next_history(self) -> HistoryChunk:
        """The next chunk of history; it comes beside everything else, now or later."""
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(lambda: self._history)
                return self._history.pop(0)
        except TimeoutError:
            raise AssertionError("no history comes") from None

    async def until(self, kind: type[E], where: Callable[[E], bool] = lambda _: True) -> list[Any]:
        """Everything up to and with the first event of this kind."""
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                while True:
                    for n, event in enumerate(self._waiting):
                        if isinstance(event, kind) and where(event):
                            taken, self._waiting = self._waiting[: n + 1], self._waiting[n + 1 :]
                            return taken
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__}; there is {self._waiting}") from None

    async def link(self, name: str = "Shop", *, number_id: int = 1, workspace_id: int = 1, epoch: int = 1) -> Linked:
        """A new phone, linked by QR and adopted, or a new business number; started."""
        phone = await self.network.phone(name)
        return await self.link_phone(phone, number_id=number_id, workspace_id=workspace_id, epoch=epoch)

    async def link_phone(
        self, phone: str, *, number_id: int = 1, workspace_id: int = 1, pairing_id: int | None = None, epoch: int = 1
    ) -> Linked:
        account = AccountRef(number_id=number_id, workspace_id=workspace_id, phone=phone)
        if not await self.network.add_account(account):
            pairing = PairingRef(pairing_id=pairing_id or 100 + number_id, workspace_id=workspace_id)
            await self.pair(phone, pairing)
            await self.connector.adopt(pairing, account)
        await self.connector.start(account, epoch)
        await self.next(StateChanged, lambda event: event.state is AccountState.ONLINE)
        return Linked(account, phone)

    async def pair(self, phone: str, pairing: PairingRef) -> Paired:
        await self.connector.begin_pairing(pairing)
        shown = await self.next(PairingQr, lambda event: event.pairing == pairing)
        assert await self.network.scan(phone, shown.qr)
        return await self.next(Paired, lambda event: event.pairing == pairing)

    async def ack_all(self, linked: Linked) -> None:
        mine = [envelope for envelope in self.envelopes if envelope.number_id == linked.account.number_id]
        await self.connector.ack(linked.account.number_id, mine[-1].id)
