"""Partners with a receiver, and a workspace each in which things happen."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from tests.support.partner_client import check_event
from tests.support.remote import Answer, Asked, Remote, answer, remote
from tests.support.two_workspaces import clock, db, shared_dsn
from tests.support.world import HandClock
from tideline.features import numbers, partners, webhooks, workspaces
from tideline.features.numbers import Number, NumberKind
from tideline.features.numbers.port import AccountState, Paired, PairingRef, StateChanged
from tideline.features.partners import LANE, NewPartner, PartnerReader, TellingPartners
from tideline.features.webhooks import WebhookReader
from tideline.features.workspaces import Access, ApiCalls, Teammate, Workspace
from tideline.platform import lanes
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.facts import SYSTEM, Actor
from tideline.platform.ids import uuid7
from tideline.platform.outgoing import Allowed, Outgoing
from tideline.platform.wake import Wakes

__all__ = ["clock", "db", "shared_dsn"]

T = TypeVar("T")


@dataclass
class Lagoon:
    """A workspace of a partner, seen from inside."""

    stage: "Stage"
    workspace: Workspace

    @property
    def id(self) -> workspaces.WorkspaceId:
        return self.workspace.id

    @property
    def slug(self) -> str:
        return self.workspace.slug

    async def run(self, action: Callable[..., Awaitable[T]], *args: Any, actor: Actor = SYSTEM, **named: Any) -> T:
        return await self.stage.db.run(self.id, lambda tx: action(tx, *args, **named), actor=actor)

    async def owner(self) -> Teammate:
        return await self.run(workspaces.get_owner)

    async def link(self, phone: str = "12025550143") -> Number:
        owner = await self.owner()
        pairing = await self.run(numbers.begin_link, owner.id, NumberKind.SIMULATOR)
        node = uuid7()
        await self.run(numbers.take_pairing, pairing.id, node)
        paired = Paired(PairingRef(pairing.id, self.id), phone, None, "Lagoon")
        linked = await self.run(numbers.link, paired, node, timedelta(seconds=20))
        return linked.number

    async def unlink(self, number: Number) -> None:
        """The phone ends the link."""
        await self.run(numbers.report, number.id, [StateChanged(AccountState.UNLINKED)])


@dataclass
class Stage:
    """`deliver` gives facts their numbers and works on the lanes of partners until nothing is due."""

    db: Database
    clock: HandClock
    remote: Remote
    outgoing: Outgoing
    answers: dict[str, Answer]
    keyring: Keyring = field(default_factory=lambda: Keyring(["a key for tests, long enough"]))

    def __post_init__(self) -> None:
        self.access = Access(self.db, self.keyring, Wakes())
        self.terms = webhooks.Terms(self.keyring, check_address=self.outgoing.check)
        self.telling = TellingPartners(self.db, self.outgoing, self.keyring, self.terms.waits)
        self.dispatcher = Dispatcher(self.db, Wakes(), [WebhookReader(), PartnerReader()])
        self.api_calls = ApiCalls(self.db)
        self.groups: set[int] = set()

    async def partner(self, target: str | None = "/in", **named: Any) -> NewPartner:
        async with self.db.system() as tx:
            made = await partners.create(
                tx, self.keyring, name="Harbor Telecom", partner_id=f"harbor-{uuid4().hex[:10]}", **named
            )
            if target:
                await partners.set_webhook(tx, self.terms, made.partner.id, self.remote.url(target))
        self.groups.add(made.partner.webhook_id)
        return made

    async def lagoon(self, made: NewPartner, *, seats: int = 3) -> Lagoon:
        """A workspace of the partner; what came of making it is delivered already."""
        async with self.db.system() as tx:
            partner = await partners.get(tx, made.partner.id)
            workspace = await partners.open_workspace(
                tx, partner, display_name=f"Lagoon {uuid4().hex[:12]}", seats=seats, mail_domain="partners.example.test"
            )
        return Lagoon(self, workspace)

    async def dispatch(self) -> None:
        async with self.db.session() as session:
            while await self.dispatcher.dispatch(session):
                pass

    async def deliver(self) -> list[Asked]:
        before = len(self.remote.asked)
        await self.dispatch()
        while helds := await self._claim():
            await asyncio.gather(*(self.telling(held) for held in helds))
            self.clock.advance(timedelta(milliseconds=1))
        return self.remote.asked[before:]

    async def events(self) -> list[dict[str, Any]]:
        """What arrives now, each held against the contract."""
        found = [json.loads(asked.body) for asked in await self.deliver()]
        for one in found:
            check_event(one)
        return found

    async def types(self) -> list[str]:
        return [one["event_type"] for one in await self.events()]

    async def _claim(self) -> list[lanes.Held]:
        async with self.db.system() as tx:
            return await lanes.claim(tx, LANE, limit=100, heads=16, groups=self.groups)


@pytest.fixture
async def stage(db: Database, clock: HandClock) -> AsyncIterator[Stage]:
    answers: dict[str, Answer] = {"/in": answer(b"thanks"), "/other": answer(b"thanks")}
    outgoing = Outgoing(Allowed.read(["127.0.0.1"]))
    async with remote(answers) as receiver:
        yield Stage(db, clock, receiver, outgoing, answers)
        await outgoing.close()


@pytest.fixture
async def partner(stage: Stage) -> NewPartner:
    return await stage.partner(grants=partners.Grants(messages_quota=20, api_calls_quota=10, transactions_quota=3))


@pytest.fixture
async def lagoon(stage: Stage, partner: NewPartner) -> Lagoon:
    return await stage.lagoon(partner)
