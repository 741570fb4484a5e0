"""A workspace, a receiver, and deliveries that go out when a test says so: the clock is in its hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.support.event_check import check_event
from tests.support.remote import Answer, Asked, Book, Remote, answer, remote
from tests.support.world import World
from tideline.features import webhooks
from tideline.features.files import Links
from tideline.features.webhooks import LANE, Changes, Delivering, EventType, Terms, Views, Webhook, WebhookReader
from tideline.platform import lanes
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.lanes import Held
from tideline.platform.outgoing import Allowed, Outgoing
from tideline.platform.wake import Wakes

PUBLIC_URL = "https://inbox.example.com"


@dataclass
class Arrived:
    """One request that reached the receiver."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        check_event(event)
        return event

    @property
    def type(self) -> str:
        return str(self.event["event_type"])

    @property
    def text(self) -> str:
        return str(self.event["message"]["text"])


@dataclass
class Stage:
    """`deliver` gives facts their numbers and works on the lanes until nothing is due."""

    world: World
    terms: Terms
    remote: Remote
    outgoing: Outgoing
    answers: dict[str, Answer]
    seconds: float = 5.0
    made: list[Webhook] = field(default_factory=list)

    def __post_init__(self) -> None:
        views = Views(Links(self.world.access.keyring, PUBLIC_URL).url_of, PUBLIC_URL)
        self.delivering = Delivering(
            self.world.db, self.outgoing, self.terms, views, self.world.access.outbox, seconds=self.seconds
        )
        self.dispatcher = Dispatcher(self.world.db, Wakes(), [WebhookReader()])

    async def subscribe(
        self,
        event: EventType = EventType.MESSAGE_RECEIVED,
        target: str = "/in",
        *,
        world: World | None = None,
        **options: Any,
    ) -> Webhook:
        """What has happened so far is no news to it."""
        await self.number_facts()
        world = world or self.world
        webhook = await world.run(webhooks.create, self.terms, event, self.remote.url(target))
        if options:
            webhook = await world.run(webhooks.update, self.terms, webhook.id, Changes(**options))
        self.made.append(webhook)
        return webhook

    async def change(self, webhook: Webhook, **changes: Any) -> Webhook:
        return await self.world.run(webhooks.update, self.terms, webhook.id, Changes(**changes))

    async def number_facts(self) -> None:
        async with self.world.db.session() as session:
            while await self.dispatcher.dispatch(session):
                pass

    async def claim(self, **options: Any) -> list[Held]:
        values: dict[str, Any] = {"limit": 100, "heads": 16, "groups": {webhook.id for webhook in self.made}, **options}
        async with self.world.db.system() as tx:
            return await lanes.claim(tx, LANE, **values)

    async def deliver(self) -> list[Arrived]:
        """Everything that is due now; what arrived while it went out."""
        before = len(self.remote.asked)
        await self.number_facts()
        while helds := await self.claim():
            await asyncio.gather(*(self.delivering(held) for held in helds))
            self.world.clock.advance(timedelta(milliseconds=1))
        return [_arrived(asked) for asked in self.remote.asked[before:]]

    async def later(self, seconds: float) -> list[Arrived]:
        self.world.clock.advance(timedelta(seconds=seconds))
        return await self.deliver()

    async def log(self) -> list[Any]:
        return await self.world.fetch("SELECT * FROM tenant.attempt WHERE workspace = $1 ORDER BY at, delivery, number")

    async def reload(self, webhook: Webhook) -> Webhook:
        return await self.world.run(webhooks.get, webhook.id)

    async def waiting(self) -> int:
        async with self.world.db.read(self.world.id) as tx:
            groups = await lanes.list_groups(tx, LANE)
        return sum(group.waiting for group in groups if group.group in {webhook.id for webhook in self.made})


def _arrived(asked: Asked) -> Arrived:
    return Arrived(asked.target, asked.headers, asked.body)


def in_turn(*answers: Answer) -> Answer:
    """Each request gets the next answer, and the last one stays."""
    left = list(answers)

    async def give(writer: asyncio.StreamWriter) -> None:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, bytes):
            writer.write(found)
            await writer.drain()
        else:
            await found(writer)

    return give


async def hang(writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing."""
    await asyncio.Event().wait()


async def drop(writer: asyncio.StreamWriter) -> None:
    """Ends the connection without a word."""
    writer.close()


@asynccontextmanager
async def staged(
    world: World,
    *,
    allow: Sequence[str] = ("127.0.0.1",),
    names: Book | None = None,
    seconds: float = 5.0,
    **terms: Any,
) -> AsyncIterator[Stage]:
    answers: dict[str, Answer] = {"/in": answer(b"thanks")}
    outgoing = Outgoing(Allowed.read(allow), names)
    async with remote(answers) as receiver:
        try:
            yield Stage(world, Terms(world.access.keyring, **terms), receiver, outgoing, answers, seconds)
        finally:
            await outgoing.close()
