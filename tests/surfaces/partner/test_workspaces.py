"""Workspaces of a partner: made, read, resized, renamed, closed and deleted."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import facts
from tests.support.partner_client import PartnerClient
from tests.surfaces.partner.conftest import PartnerWorld
from tideline.features import partners


def fresh(word: str = "Café Zoë") -> str:
    return f"{word} {uuid4().hex[:12]}"


async def test_a_new_workspace_has_an_owner_who_takes_a_seat(world: PartnerWorld, partner: PartnerClient) -> None:
    name = fresh()
    made = await partner.post("/workspaces", {"display_name": name, "seats_purchased": 3})
    assert made.status == 201
    body = made.json
    assert body["workspace_id"] == f"cafe-zoe-{name[9:]}"
    assert (body["display_name"], body["seats_total"], body["seats_available"]) == (name, 3, 2)
    assert body["suspended_members"] == []
    assert body["created_at"] == body["updated_at"] == "2026-11-23T12:00:00Z"
    found = await partner.done("GET", f"/workspaces/{body['workspace_id']}")
    [owner] = found["users"]
    assert owner == {
        "user_id": body["owner_user_id"],
        "display_name": f"{name} Owner",
        "role": "owner",
        "email": f"{body['owner_user_id']}-{body['workspace_id']}@partners.example.test",
        "status": "active",
        "created_at": "2026-11-23T12:00:00Z",
    }
    assert found["seats"] == {
        "total": 3,
        "used": 1,
        "period_start": "2026-11-23T00:00:00Z",
        "period_end": "2026-12-22T23:59:59Z",
    }
    assert found["messages_quota"]["total"] == 1500
    assert found["non_recurring_quota"] == {"remaining_balance": 0}
    assert (found["whatsapp_accounts"], found["qr_links"]) == ([], [])


async def test_periods_begin_on_the_day_of_the_first_and_are_clipped(
    world: PartnerWorld, partner: PartnerClient
) -> None:
    world.clock.time = datetime(2027, 1, 31, 9, 15, tzinfo=UTC)
    made = await partner.done("POST", "/workspaces", {"display_name": fresh(), "seats_purchased": 1})

    async def period(*now: int) -> tuple[str, str]:
        world.clock.time = datetime(*now, tzinfo=UTC)  # type: ignore[arg-type, misc]
        quota = (await partner.done("GET", f"/workspaces/{made['workspace_id']}"))["messages_quota"]
        return quota["period_start"], quota["period_end"]

    assert await period(2027, 1, 31, 9) == ("2027-01-31T00:00:00Z", "2027-02-27T23:59:59Z")
    assert await period(2027, 2, 27, 23, 59, 59) == ("2027-01-31T00:00:00Z", "2027-02-27T23:59:59Z")
    assert await period(2027, 2, 28) == ("2027-02-28T00:00:00Z", "2027-03-30T23:59:59Z")
    assert await period(2027, 3, 31) == ("2027-03-31T00:00:00Z", "2027-04-29T23:59:59Z")


async def test_an_identifier_is_given_once_whoever_has_it(partner: PartnerClient, stranger: PartnerClient) -> None:
    wanted = {"display_name": fresh(), "seats_purchased": 1}
    await partner.done("POST", "/workspaces", wanted)
    for one in (partner, stranger):
        refused = await one.post("/workspaces", wanted)
        assert (refused.status, refused.json["error"]) == (409, "workspace_creation_failed")


async def test_a_name_of_letters_that_no_identifier_has_is_refused(partner: PartnerClient) -> None:
    refused = await partner.post("/workspaces", {"display_name": "日本語", "seats_purchased": 1})
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")


async def test_another_name_leaves_the_identifier(partner: PartnerClient, shop: Any) -> None:
    renamed = await partner.done("PATCH", f"/workspaces/{shop['workspace_id']}", {"display_name": "Lagoon Group"})
    assert (renamed["workspace_id"], renamed["display_name"]) == (shop["workspace_id"], "Lagoon Group")
    assert renamed["seats_total"] == 3


@pytest.mark.parametrize("body", [None, {}, {"unknown": 1}], ids=["no body", "an empty one", "unknown members"])
async def test_an_update_without_members_changes_nothing(
    world: PartnerWorld, partner: PartnerClient, shop: Any, body: Any
) -> None:
    place = await world.inside(shop["workspace_id"])
    before = await place.rows()
    assert (await partner.patch(f"/workspaces/{shop['workspace_id']}", body)).status == 200
    assert await place.rows() == before


async def test_fewer_seats_suspend_the_newest_without_a_number_first(
    world: PartnerWorld, partner: PartnerClient, shop: Any
) -> None:
    slug, (first, second) = shop["workspace_id"], (one["user_id"] for one in shop["users"])
    number = await world.link(slug, second)
    link = await partner.done("POST", f"/workspaces/{slug}/users/{first}/qr")
    shrunk = await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 2})
    assert shrunk["suspended_members"] == [{"user_id": first}]
    assert (shrunk["seats_total"], shrunk["seats_available"]) == (2, 0)
    assert (await partner.done("GET", f"/workspaces/{slug}"))["qr_links"] == [], link
    shrunk = await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 1})
    assert shrunk["suspended_members"] == [
        {"user_id": second, "whatsapp_account_id": number.id, "phone_numbers": ["+12025550143"]}
    ]
    found = await partner.done("GET", f"/workspaces/{slug}")
    assert [one["status"] for one in found["users"]] == ["active", "suspended", "suspended"]
    assert found["whatsapp_accounts"][0]["connection_status"] == "suspended"
    kinds = await facts(await world.inside(slug))
    assert "NumberSuspended" in kinds
    assert "NumberDisconnected" not in kinds
    grown = await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 3})
    assert (grown["seats_available"], grown["suspended_members"]) == (2, [])


async def test_a_workspace_that_is_billed_directly_is_closed_to_its_partner(
    world: PartnerWorld, partner: PartnerClient, shop: Any
) -> None:
    async with world.db.system() as tx:
        await partners.set_billed_directly(tx, shop["workspace_id"], True)
    refused = await partner.get(f"/workspaces/{shop['workspace_id']}")
    assert (refused.status, refused.json["error"]) == (403, "workspace_billing_managed")
    async with world.db.system() as tx:
        await partners.set_billed_directly(tx, shop["workspace_id"], False)
    assert (await partner.get(f"/workspaces/{shop['workspace_id']}")).status == 200


async def test_only_own_workspaces_are_listed(partner: PartnerClient, shop: Any, stranger: PartnerClient) -> None:
    listed = await partner.done("GET", "/workspaces")
    assert listed["has_more_pages"] is False
    [one] = listed["workspaces"]
    assert (one["workspace_id"], one["status"], one["seats_total"]) == (shop["workspace_id"], "active", 3)
    assert (await partner.done("GET", "/workspaces?page=2"))["workspaces"] == []
    assert (await partner.get("/workspaces?page=0")).status == 400


async def test_a_suspended_workspace_refuses_its_token_until_it_is_restored(
    world: PartnerWorld, partner: PartnerClient, shop: Any
) -> None:
    slug, user = shop["workspace_id"], shop["users"][0]["user_id"]
    await world.link(slug, user)
    token = (await partner.done("GET", f"/workspaces/{slug}/api-token"))["token"]
    assert (await partner.done("POST", f"/workspaces/{slug}/suspend"))["status"] == "suspended"
    refused = await ApiClient(world.inner.app, token).get("/chats")
    assert (refused.status, refused.json["error_code"]) == (403, "permission_denied")
    assert (await partner.done("POST", f"/workspaces/{slug}/suspend"))["status"] == "suspended"
    assert (await partner.done("GET", "/workspaces"))["workspaces"][0]["status"] == "suspended"
    assert (await partner.done("POST", f"/workspaces/{slug}/restore"))["status"] == "active"
    assert (await ApiClient(world.inner.app, token).get("/chats")).status == 200
    [account] = (await partner.done("GET", f"/workspaces/{slug}"))["whatsapp_accounts"]
    assert account["connection_status"] == "disconnected", "it connects again by itself"


async def test_a_deleted_workspace_is_gone_at_once_and_its_rows_a_day_later(
    world: PartnerWorld, partner: PartnerClient, shop: Any
) -> None:
    slug, user = shop["workspace_id"], shop["users"][0]["user_id"]
    await world.link(slug, user)
    place = await world.inside(slug)
    await partner.done("DELETE", f"/workspaces/{slug}")
    assert (await partner.get(f"/workspaces/{slug}")).json["error"] == "workspace_not_found"
    assert (await partner.done("GET", "/workspaces"))["workspaces"] == []
    assert "NumberDisconnected" in await facts(place)
    await partners.remove_deleted(world.db)
    assert any((await place.rows()).values())
    world.clock.advance(partners.KEPT_AFTER_DELETION * 2)
    assert await partners.remove_deleted(world.db) >= 1
    assert not any((await place.rows()).values())
