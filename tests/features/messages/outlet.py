"""A way out to WhatsApp that does what a test tells it, and remembers what went through it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tests.support.world import HandClock
from tideline.features.numbers.port import (
    Accepted,
    AccountRef,
    Capability,
    Connector,
    Content,
    Media,
    MessageKey,
    NumberInfo,
    Peer,
)


@dataclass(frozen=True)
class Sent:
    """One call of `send`."""

    account: AccountRef
    to: Peer
    content: Content
    client_ref: str
    reply_to: MessageKey | None

    @property
    def text(self) -> str | None:
        return self.content.caption if isinstance(self.content, Media) else self.content.text


class Outlet:
    """Accepts everything, unless the next thing to happen is a problem."""

    kind: ClassVar[str] = "simulator"
    capabilities: ClassVar[Capability] = ~Capability(0)

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.sent: list[Sent] = []
        self.next: deque[Exception] = deque()
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()
        self.after_send: Callable[[Sent], object] = lambda sent: None
        self.files: list[bytes] = []
        self.asked: list[str] = []
        self.absent: set[str] = set()
        self.lids: dict[str, str] = {}
        self.known_as: dict[str, str] = {}
        self.next_answers: deque[Exception] = deque()

    @property
    def texts(self) -> Sequence[str | None]:
        return [sent.text for sent in self.sent]

    async def send(
        self, account: AccountRef, to: Peer, content: Content, *, client_ref: str, reply_to: MessageKey | None = None
    ) -> Accepted:
        self.entered.set()
        await self.open.wait()
        if self.next:
            raise self.next.popleft()
        if isinstance(content, Media):
            self.files.append(b"".join([chunk async for chunk in content.source.chunks()]))
        sent = Sent(account, to, content, client_ref, reply_to)
        self.sent.append(sent)
        accepted = Accepted(f"OUT{len(self.sent)}", self.clock.advance())
        result = self.after_send(sent)
        if asyncio.iscoroutine(result):
            await result
        return accepted

    async def check_numbers(self, account: AccountRef, phones: Sequence[str]) -> Sequence[NumberInfo]:
        self.asked += phones
        if self.next_answers:
            raise self.next_answers.popleft()
        return [
            NumberInfo(self.known_as.get(phone, phone), phone not in self.absent, self.lids.get(phone))
            for phone in phones
        ]

    def as_connector(self) -> Connector:
        """`Sending` asks for nothing but these."""
        return self  # type: ignore[return-value]
