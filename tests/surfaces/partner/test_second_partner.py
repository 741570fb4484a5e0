"""Every place in the contract where an id stands, with the id of another partner: not found, and nothing changes.

The places are those of the routing table; bodies are the contract's own examples.
"""

from typing import Any

import pytest

from tests.support.api_world import Place
from tests.support.partner_client import PartnerClient
from tests.surfaces.partner.conftest import PartnerWorld
from tideline.platform.contract.document import Operation
from tideline.surfaces.partner.contract import partner_api

OPERATIONS = list(partner_api().operations.values())
IN_WORKSPACE = [one for one in OPERATIONS if "workspace_id" in one.path_parameters]
OF_USER = [one for one in OPERATIONS if "user_id" in one.path_parameters]


def name_of(operation: Operation) -> str:
    return operation.id


def body_of(operation: Operation) -> Any:
    """The first example of a body; nothing where there is none."""
    raw = partner_api().document["paths"][operation.path][operation.method.lower()].get("requestBody")
    if raw is None:
        return None
    examples = raw["content"]["application/json"]["examples"]
    return next(iter(examples.values()))["value"]


def target(operation: Operation, **ids: Any) -> str:
    return operation.path.format(**ids)


@pytest.fixture
async def theirs(world: PartnerWorld, stranger: PartnerClient) -> dict[str, Any]:
    """A full workspace of the other partner."""
    [listed] = (await stranger.done("GET", "/workspaces"))["workspaces"]
    slug = listed["workspace_id"]
    one = await stranger.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 4})
    [user] = (await stranger.done("POST", f"/workspaces/{slug}/users", {"count": 1}))["users"]
    await world.link(slug, user["user_id"])
    await stranger.done("POST", f"/workspaces/{slug}/users/{one['owner_user_id']}/qr")
    token = (await stranger.done("GET", f"/workspaces/{slug}/api-token"))["token"]
    return {"slug": slug, "user": user["user_id"], "token": token}


async def state(world: PartnerWorld, *places: Place) -> list[Any]:
    """Everything stored of the workspaces, of who owns them, and of all partners."""
    rows: list[Any] = [await place.rows() for place in places]
    async with world.db.system_read() as tx:
        for table, key in (("directory.workspace", "id"), ("directory.partner", "id"), ("directory.person", "id")):
            rows.append([tuple(row.values()) for row in await tx.fetch(f"SELECT * FROM {table} ORDER BY {key}")])
    return rows


@pytest.mark.parametrize("operation", IN_WORKSPACE, ids=name_of)
async def test_a_workspace_of_another_partner_is_not_found(
    world: PartnerWorld, partner: PartnerClient, shop: Any, theirs: dict[str, Any], operation: Operation
) -> None:
    places = [await world.inside(shop["workspace_id"]), await world.inside(theirs["slug"])]
    before = await state(world, *places)
    asked = target(operation, workspace_id=theirs["slug"], user_id=theirs["user"])
    refused = await partner.request(operation.method, asked, body_of(operation))
    assert (refused.status, refused.json["error"]) == (404, "workspace_not_owned_by_partner")
    assert theirs["token"].encode() not in refused.body
    assert await state(world, *places) == before


@pytest.mark.parametrize("operation", OF_USER, ids=name_of)
async def test_a_user_of_another_partner_is_not_found(
    world: PartnerWorld, partner: PartnerClient, shop: Any, theirs: dict[str, Any], operation: Operation
) -> None:
    places = [await world.inside(shop["workspace_id"]), await world.inside(theirs["slug"])]
    before = await state(world, *places)
    asked = target(operation, workspace_id=shop["workspace_id"], user_id=theirs["user"])
    refused = await partner.request(operation.method, asked, body_of(operation))
    assert (refused.status, refused.json["error"]) == (404, "user_not_found")
    assert await state(world, *places) == before


@pytest.mark.parametrize("operation", IN_WORKSPACE, ids=name_of)
async def test_the_same_request_for_an_own_one_succeeds(
    partner: PartnerClient, shop: Any, theirs: dict[str, Any], operation: Operation
) -> None:
    await partner.done("PATCH", f"/workspaces/{shop['workspace_id']}", {"seats_purchased": 5})
    asked = target(operation, workspace_id=shop["workspace_id"], user_id=shop["users"][0]["user_id"])
    done = await partner.request(operation.method, asked, body_of(operation))
    assert done.status in (200, 201), done.body
    assert theirs["slug"].encode() not in done.body


@pytest.mark.parametrize("operation", IN_WORKSPACE, ids=name_of)
async def test_what_exists_nowhere_is_not_found(partner: PartnerClient, operation: Operation) -> None:
    for slug in ("nowhere", "NOWHERE", "a" * 5000, "%00", "%F0%9F%92%A9", "a%20b", "..", "%2e%2e", "'--"):
        asked = target(operation, workspace_id=slug, user_id=1)
        refused = await partner.request(operation.method, asked, body_of(operation))
        assert (refused.status, refused.json["error"]) == (404, "workspace_not_found"), slug


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
async def test_nobody_gets_in_without_proof(
    partner: PartnerClient, shop: Any, theirs: dict[str, Any], operation: Operation
) -> None:
    asked = target(operation, workspace_id=theirs["slug"], user_id=theirs["user"])
    refused = await partner.request(operation.method, asked, body_of(operation), headers={})
    assert (refused.status, refused.json["error"]) == (401, "missing_header")


async def test_settings_are_those_of_who_asks(partner: PartnerClient, stranger: PartnerClient) -> None:
    await partner.done("PATCH", "/settings", {"origins": ["https://App.example.com"], "webhook_url": None})
    assert await partner.done("GET", "/settings") == {
        "partner_id": partner.partner_id,
        "webhook_url": None,
        "origins": ["https://app.example.com"],
    }
    assert (await stranger.done("GET", "/settings"))["origins"] == []
    await partner.done("PATCH", "/settings", {"webhook_url": "https://reseller.example.com/hooks?x=1"})
    assert (await partner.done("GET", "/settings"))["origins"] == ["https://app.example.com"]
