"""One database for the whole folder; every test has partners of its own in it, and there are always two."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.support.api_world import PUBLIC_URL, ApiWorld, HandClock, Place
from tests.support.partner_client import PartnerClient
from tests.support.postgres import PostgresForTests
from tideline.features import partners, workspaces
from tideline.features.partners import PartnerAccess
from tideline.features.webhooks import Terms
from tideline.features.workspaces import TeammateId, WorkspaceId
from tideline.platform import installation
from tideline.platform.db import Database
from tideline.surfaces.partner.mount import PartnerDeps, partner_api_app


@pytest.fixture(scope="package")
def partner_dsn(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@dataclass
class PartnerWorld:
    """The Partner API in this process, with everything it is handed."""

    inner: ApiWorld

    def __post_init__(self) -> None:
        self.db, self.clock = self.inner.db, self.inner.clock
        self.deps = PartnerDeps(
            db=self.db,
            door=PartnerAccess(self.db, self.inner.keyring),
            access=self.inner.access,
            keyring=self.inner.keyring,
            api_calls=self.inner.api_calls,
            terms=Terms(self.inner.keyring, check_address=self.inner.outgoing.check),
            public_url=PUBLIC_URL,
            mail_domain="partners.example.test",
            rate_limit=0,
        )
        self.app = partner_api_app(self.deps)

    async def partner(self, **named: Any) -> PartnerClient:
        async with self.db.system() as tx:
            await installation.introduce(tx)
            made = await partners.create(
                tx, self.inner.keyring, name="Harbor Telecom", partner_id=f"harbor-{uuid4().hex[:12]}", **named
            )
        return PartnerClient(self.app, made.partner.id, made.secret)

    async def inside(self, slug: str) -> Place:
        """A workspace as those see it who are in it."""
        async with self.db.system() as tx:
            workspace_id = await workspaces.get_workspace_id(tx, slug)
        async with self.db.read(workspace_id) as one:
            owner = await workspaces.get_owner(one)
        return Place(self.inner, WorkspaceId(workspace_id), owner.id, "", owner.email)

    async def link(self, slug: str, user_id: int, phone: str = "12025550143") -> Any:
        """A phone that was linked for this user."""
        place = await self.inside(slug)
        place.owner_id = TeammateId(user_id)
        return await place.link(phone)


@pytest.fixture
async def world(partner_dsn: str) -> AsyncIterator[PartnerWorld]:
    db = await Database.connect(partner_dsn, HandClock())
    made = PartnerWorld(ApiWorld(db, db.clock))  # type: ignore[arg-type]
    yield made
    await made.inner.close()


@pytest.fixture
async def partner(world: PartnerWorld) -> PartnerClient:
    """The partner that calls."""
    return await world.partner()


@pytest.fixture
async def shop(partner: PartnerClient) -> Any:
    """A workspace of that partner, with three seats and two users."""
    name = f"Blue Lagoon {uuid4().hex[:12]}"
    made = await partner.done("POST", "/workspaces", {"display_name": name, "seats_purchased": 3})
    added = await partner.done("POST", f"/workspaces/{made['workspace_id']}/users", {"count": 2})
    return {**made, "users": added["users"]}


@pytest.fixture
async def stranger(world: PartnerWorld) -> PartnerClient:
    """The second partner, which has a workspace as well."""
    other = await world.partner()
    await other.done("POST", "/workspaces", {"display_name": f"Otherwise {uuid4().hex[:12]}", "seats_purchased": 2})
    return other
