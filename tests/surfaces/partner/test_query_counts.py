"""How many statements an operation takes does not depend on how much there is in the workspace."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.api_world import ApiWorld, HandClock
from tests.support.partner_client import PartnerClient
from tests.support.statements_counted import StatementsCounted
from tests.surfaces.partner.conftest import PartnerWorld
from tests.surfaces.partner.test_second_partner import OPERATIONS, target
from tideline.platform.db import Database


@dataclass
class CountedWorld(PartnerWorld):
    """Everything that is said to the database can be heard, from the first connection on."""

    counted: StatementsCounted


@pytest.fixture
async def world(partner_dsn: str) -> AsyncIterator[CountedWorld]:
    db = await Database.connect(partner_dsn, HandClock())
    counted = StatementsCounted(db)
    made = CountedWorld(ApiWorld(db, db.clock), counted)  # type: ignore[arg-type]
    yield made
    await made.inner.close()


READS = [one for one in OPERATIONS if one.method == "GET"]


async def statements(counted: StatementsCounted, partner: PartnerClient, asked: tuple[str, str, Any]) -> list[str]:
    """The fewest of three runs: the first one fills caches."""
    runs = []
    for _ in range(3):
        async with counted.listening() as heard:
            await partner.done(*asked)
        runs.append(heard)
    return min(runs, key=len)


async def grow(world: PartnerWorld, partner: PartnerClient, shop: Any) -> None:
    slug = shop["workspace_id"]
    await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 100})
    added = await partner.done("POST", f"/workspaces/{slug}/users", {"count": 12})
    for n, user in enumerate(added["users"]):
        await partner.done("POST", f"/workspaces/{slug}/users/{user['user_id']}/qr")
        await world.link(slug, user["user_id"], f"120255502{n:02d}")
        await partner.done("POST", "/workspaces", {"display_name": f"{slug[-6:]} {n}", "seats_purchased": 1})


@pytest.mark.parametrize("operation", READS, ids=lambda one: one.id)
async def test_reading_more_takes_no_more_statements(
    world: CountedWorld, partner: PartnerClient, shop: Any, operation: Any
) -> None:
    asked = (operation.method, target(operation, workspace_id=shop["workspace_id"]), None)
    few = await statements(world.counted, partner, asked)
    await grow(world, partner, shop)
    assert await statements(world.counted, partner, asked) == few


async def test_many_users_take_as_many_statements_as_one(
    world: CountedWorld, partner: PartnerClient, shop: Any
) -> None:
    slug = shop["workspace_id"]
    await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 999})
    path = f"/workspaces/{slug}/users"
    one = await statements(world.counted, partner, ("POST", path, {"count": 1}))
    assert await statements(world.counted, partner, ("POST", path, {"count": 90})) == one


async def test_many_users_lose_their_seats_by_as_many_statements_as_one(
    world: CountedWorld, partner: PartnerClient, shop: Any
) -> None:
    path = f"/workspaces/{shop['workspace_id']}"
    counts = []
    for losing in (1, 40):
        await partner.done("PATCH", path, {"seats_purchased": 500})
        users = (await partner.done("POST", f"{path}/users", {"count": losing}))["users"]
        seated = (await partner.done("GET", path))["seats"]["used"]
        async with world.counted.listening() as heard:
            shrunk = await partner.done("PATCH", path, {"seats_purchased": seated - losing})
        assert {one["user_id"] for one in shrunk["suspended_members"]} == {one["user_id"] for one in users}
        counts.append(heard)
    assert len(counts[0]) == len(counts[1])


@pytest.mark.parametrize("way", ["fewer seats", "suspend and restore"])
async def test_many_numbers_are_paused_by_as_many_statements_as_one(
    world: CountedWorld, partner: PartnerClient, shop: Any, way: str
) -> None:
    path, counts = f"/workspaces/{shop['workspace_id']}", []
    for many in (1, 12):
        await partner.done("PATCH", path, {"seats_purchased": 500})
        users = (await partner.done("POST", f"{path}/users", {"count": many}))["users"]
        for n, user in enumerate(users):
            await world.link(shop["workspace_id"], user["user_id"], f"12025550{many:02d}{n:02d}")
        async with world.counted.listening() as heard:
            if way == "fewer seats":
                shrunk = await partner.done("PATCH", path, {"seats_purchased": 1})
                assert sum(len(one.get("phone_numbers", ())) for one in shrunk["suspended_members"]) == many
            else:
                await partner.done("POST", f"{path}/suspend")
                await partner.done("POST", f"{path}/restore")
        counts.append(heard)
        states = [one["connection_status"] for one in (await partner.done("GET", path))["whatsapp_accounts"]]
        assert states.count("suspended" if way == "fewer seats" else "disconnected") == len(states)
    assert len(counts[1]) <= len(counts[0]), "the first one may also fill caches"
