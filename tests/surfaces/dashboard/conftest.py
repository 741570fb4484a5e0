"""The pages on a real database: a workspace whose people can sign in, and a second one that is not empty."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette

from tests.support.browsing import Browser
from tests.support.postgres import PostgresForTests
from tests.support.world import HandClock, World
from tideline.features import files, messages, webhooks, workspaces
from tideline.features.workspaces import Role, SignIn, Teammate
from tideline.platform.db import Database
from tideline.platform.passwords import Passwords
from tideline.surfaces.dashboard import EXCEPTION_HANDLERS, NOBODY, DashboardDeps, Host, routes

PASSWORD = "a good password"
PUBLIC_URL = "http://127.0.0.1:8080"
HTTPS_URL = "https://inbox.example.com"


@dataclass
class Site:
    """The pages, and the people of one workspace who look at them."""

    world: World
    sign_in: SignIn
    public_url: str = PUBLIC_URL
    has_mail: bool = False
    store: files.Files | None = None
    partners: dict[int, Host] = field(default_factory=dict)
    end: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.keyring = self.world.access.keyring
        self.links = files.Links(self.keyring, self.public_url)
        self.deps = DashboardDeps(
            db=self.world.db,
            sign_in=self.sign_in,
            access=self.world.access,
            terms=webhooks.Terms(self.keyring),
            has_mail=self.has_mail,
            keyring=self.keyring,
            links=self.links,
            public_url=self.public_url,
            has_simulator=True,
            store=self.store,
            sends=messages.SendQueue(self.world.db),
            host_of=self.host_of,
            until_the_end=self.until_the_end,
        )
        self.app = Starlette(routes=routes(self.deps), exception_handlers=EXCEPTION_HANDLERS)
        self.app.router.redirect_slashes = False

    async def until_the_end(self) -> None:
        await self.end.wait()

    async def host_of(self, workspace_id: int) -> Host:
        """The partner of this workspace."""
        return self.partners.get(workspace_id, NOBODY)

    @property
    def browser(self) -> Browser:
        """A new one, without cookies."""
        return Browser(self.app)

    async def owner(self) -> Browser:
        """The owner, signed in."""
        return await self.signed_in(self.world.owner)

    async def signed_in(self, teammate: Teammate) -> Browser:
        await self.sign_in.set_password(workspaces.WorkspaceId(self.world.id), teammate.id, PASSWORD)
        browser = self.browser
        page = await browser.sign_in(teammate.email, PASSWORD)
        assert (page.status, page.location) == (303, "/")
        return browser

    async def teammate(self, role: Role = Role.TEAMMATE, **named: Any) -> Teammate:
        """Somebody who was invited and has joined."""
        email = f"{uuid4().hex[:12]}@harbour.example"
        return await self.join(self.world, email, role=role, **named)

    async def join(self, world: World, email: str, **named: Any) -> Teammate:
        """The person gets a place in this workspace too."""
        invited = await world.run(workspaces.invite, world.access, email=email, **named)
        assert invited.link_token
        await self.sign_in.use_link(invited.link_token, PASSWORD, address="192.0.2.9")
        return await world.run(workspaces.get_teammate, invited.teammate.id)

    async def own_number(self, teammate: Teammate) -> Any:
        """A number that belongs to somebody else than the owner."""
        number = await self.world.number()
        sql = "UPDATE tenant.number SET owner_id = $3 WHERE workspace = $1 AND id = $2"
        await self.world.execute(sql, number.id, teammate.id)
        return number


@pytest.fixture(scope="package")
def shared_dsn(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(shared_dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(shared_dsn, clock)
    yield opened
    await opened.close()


@pytest.fixture(scope="package")
def passwords() -> Iterator[Passwords]:
    made = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield made
    made.close()


@pytest.fixture
async def world(db: Database, clock: HandClock) -> World:
    return await World.open(db, clock, display_name="Harbour Coffee", slug=f"harbour-{uuid4().hex[:12]}")


@pytest.fixture
def sign_in(world: World, passwords: Passwords) -> SignIn:
    return SignIn(world.db, world.access, passwords)


@pytest.fixture
def site(world: World, sign_in: SignIn) -> Site:
    return Site(world, sign_in)


@pytest.fixture
async def neighbour(db: Database, clock: HandClock) -> World:
    """The second workspace: it has a number, a chat with messages and people of its own."""
    other = await World.open(db, clock, display_name="Blue Lagoon", slug=f"lagoon-{uuid4().hex[:12]}")
    chat = await other.chat(await other.number(name="Lagoon"), "15550100234", name="Mira of the Lagoon")
    await other.hear(chat, "From the lagoon")
    return other
