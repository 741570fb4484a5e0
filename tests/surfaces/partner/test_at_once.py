"""The same asked many times at the same moment: seats, identifiers, links and tokens are given once."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from tests.support.partner_client import PartnerClient
from tests.surfaces.partner.conftest import PartnerWorld
from tideline.features import workspaces

MANY = 8


async def test_no_more_users_than_seats(partner: PartnerClient, shop: Any) -> None:
    slug = shop["workspace_id"]
    await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 8})
    answers = await asyncio.gather(*(partner.post(f"/workspaces/{slug}/users", {"count": 2}) for _ in range(MANY)))
    assert Counter(one.status for one in answers) == {201: 2, 409: MANY - 2}
    assert (await partner.done("GET", f"/workspaces/{slug}"))["seats"]["used"] == 7


async def test_one_workspace_for_one_identifier(partner: PartnerClient, stranger: PartnerClient) -> None:
    wanted = {"display_name": f"At once {uuid4().hex[:12]}", "seats_purchased": 1}
    answers = await asyncio.gather(*(one.post("/workspaces", wanted) for one in [partner, stranger] * (MANY // 2)))
    assert Counter(one.status for one in answers) == {201: 1, 409: MANY - 1}


async def test_one_link_that_works(partner: PartnerClient, shop: Any) -> None:
    path = f"/workspaces/{shop['workspace_id']}"
    user = shop["users"][0]["user_id"]
    answers = await asyncio.gather(*(partner.post(f"{path}/users/{user}/qr") for _ in range(MANY)))
    assert {one.status for one in answers} == {200}
    [link] = (await partner.done("GET", path))["qr_links"]
    assert link["qr_link"] in [one.json["qr_link"] for one in answers]


async def test_one_token_that_works(world: PartnerWorld, partner: PartnerClient, shop: Any) -> None:
    path = f"/workspaces/{shop['workspace_id']}/api-token"
    first = await asyncio.gather(*(partner.get(path) for _ in range(MANY)))
    assert len({one.json["token"] for one in first}) == 1
    answers = await asyncio.gather(*(partner.post(path) for _ in range(MANY)))
    tokens = {one.json["token"] for one in answers}
    assert len(tokens) == MANY
    now = (await partner.done("GET", path))["token"]
    for token in tokens - {now}:
        with pytest.raises(workspaces.InvalidToken):
            await world.inner.access.authenticate(token)
    assert (await world.inner.access.authenticate(now)).role is workspaces.Role.OWNER


async def test_changes_of_seats_take_turns_with_new_users(partner: PartnerClient, shop: Any) -> None:
    path = f"/workspaces/{shop['workspace_id']}"
    grown = [partner.patch(path, {"seats_purchased": seats}) for seats in (6, 2, 6, 2)]
    answers = await asyncio.gather(*grown, *(partner.post(f"{path}/users", {"count": 1}) for _ in range(4)))
    assert {one.status for one in answers} <= {200, 201, 409}
    await partner.done("PATCH", path, {"seats_purchased": 2})
    seats = (await partner.done("GET", path))["seats"]
    assert seats["used"] <= seats["total"] == 2
