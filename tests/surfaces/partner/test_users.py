"""Members of a workspace, their QR links and their numbers."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.api_world import PUBLIC_URL
from tests.support.partner_client import PartnerClient
from tests.surfaces.partner.conftest import PartnerWorld
from tideline.features import numbers, workspaces


async def test_users_are_made_all_or_none(partner: PartnerClient, shop: Any) -> None:
    slug = shop["workspace_id"]
    await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 5})
    refused = await partner.post(f"/workspaces/{slug}/users", {"count": 3})
    assert refused.status == 409
    assert refused.json == {"error": "seats_full", "status": 409, "description": "Requested 3 users, 2 seats are free."}
    assert len((await partner.done("GET", f"/workspaces/{slug}/users"))["users"]) == 3
    made = await partner.post(f"/workspaces/{slug}/users", {"count": 2})
    assert made.status == 201
    ids = [one["user_id"] for one in made.json["users"]]
    assert ids == sorted(ids)
    assert made.json["users"][0] == {
        "user_id": ids[0],
        "display_name": f"Agent {ids[0]}",
        "role": "agent",
        "email": f"{ids[0]}-{slug}@partners.example.test",
        "status": "active",
        "created_at": "2026-11-23T12:00:00Z",
    }
    assert (made.json["seats_total"], made.json["seats_available"]) == (5, 0)


async def test_ninety_nine_users_at_once(partner: PartnerClient, shop: Any) -> None:
    slug = shop["workspace_id"]
    await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 999})
    made = await partner.done("POST", f"/workspaces/{slug}/users", {"count": 99})
    assert len({one["email"] for one in made["users"]}) == 99
    assert (await partner.post(f"/workspaces/{slug}/users", {"count": 100})).status == 400


async def test_a_link_replaces_the_one_before_it(world: PartnerWorld, partner: PartnerClient, shop: Any) -> None:
    slug, user = shop["workspace_id"], shop["users"][0]["user_id"]
    path = f"/workspaces/{slug}/users/{user}/qr"
    first = await partner.done("POST", path, {"expires_in_hours": 48})
    assert first["expires_at"] == "2026-11-25T12:00:00Z"
    assert (first["whatsapp_disconnected"], first["previous_qr_revoked"]) == (False, False)
    assert urlsplit(first["qr_link"])[:2] == urlsplit(PUBLIC_URL)[:2]
    second = await partner.done("POST", path)
    assert second["expires_at"] == "2026-11-24T12:00:00Z"
    assert (second["qr_link"] != first["qr_link"], second["previous_qr_revoked"]) == (True, True)
    assert (await partner.done("GET", f"/workspaces/{slug}"))["qr_links"] == [
        {"qr_link": second["qr_link"], "user_id": user, "expires_at": "2026-11-24T12:00:00Z"}
    ]


async def test_a_link_disconnects_the_number_of_before(world: PartnerWorld, partner: PartnerClient, shop: Any) -> None:
    slug, user = shop["workspace_id"], shop["users"][0]["user_id"]
    number = await world.link(slug, user)
    made = await partner.done("POST", f"/workspaces/{slug}/users/{user}/qr")
    assert made["whatsapp_disconnected"] is True
    place = await world.inside(slug)
    now = await place.run(numbers.get, number.id)
    assert (now.state, now.state_reason) == (numbers.NumberState.UNLINKED, "qr link regenerated")


@pytest.mark.parametrize("hours", [0, 169, "24", 1.5, True], ids=str)
async def test_a_link_is_good_for_one_hour_to_seven_days(partner: PartnerClient, shop: Any, hours: Any) -> None:
    path = f"/workspaces/{shop['workspace_id']}/users/{shop['users'][0]['user_id']}/qr"
    refused = await partner.post(path, {"expires_in_hours": hours})
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")
    assert "expires_in_hours" in refused.json["description"]


async def test_a_suspended_user_gets_no_link_but_can_be_disconnected(
    world: PartnerWorld, partner: PartnerClient, shop: Any
) -> None:
    slug, (first, second) = shop["workspace_id"], (one["user_id"] for one in shop["users"])
    number = await world.link(slug, second)
    await partner.done("PATCH", f"/workspaces/{slug}", {"seats_purchased": 1})
    for user in (first, second):
        refused = await partner.post(f"/workspaces/{slug}/users/{user}/qr")
        assert (refused.status, refused.json["error"]) == (409, "user_not_active")
    ended = await partner.done("POST", f"/workspaces/{slug}/users/{second}/whatsapp/disconnect")
    assert ended == {
        "workspace_id": slug,
        "user_id": second,
        "disconnected": True,
        "disconnected_at": "2026-11-23T12:00:00Z",
        "whatsapp_account_id": number.id,
        "phone_number": "+12025550143",
    }
    again = await partner.done("POST", f"/workspaces/{slug}/users/{second}/whatsapp/disconnect")
    assert again == {
        "workspace_id": slug,
        "user_id": second,
        "disconnected": False,
        "description": "This user has no connected WhatsApp account.",
    }


async def test_who_is_no_member_is_not_found(partner: PartnerClient, shop: Any, stranger: PartnerClient) -> None:
    slug = shop["workspace_id"]
    [theirs] = (await stranger.done("GET", "/workspaces"))["workspaces"]
    [foreign] = (await stranger.done("GET", f"/workspaces/{theirs['workspace_id']}/users"))["users"]
    own = await partner.done("POST", "/workspaces", {"display_name": f"Second {slug}"[:29], "seats_purchased": 1})
    asked = {
        foreign["user_id"]: "user_not_found",
        own["owner_user_id"]: "user_not_in_workspace",
        2**31 - 1: "user_not_found",
        2**31: "user_not_found",
        10**30: "user_not_found",
    }
    for user, error in asked.items():
        refused = await partner.post(f"/workspaces/{slug}/users/{user}/qr")
        assert (refused.status, refused.json["error"]) == (404, error), user
    for user in ("0", "-1", "abc", "01", "1.0", "٣"):
        refused = await partner.post(f"/workspaces/{slug}/users/{user}/qr")
        assert (refused.status, refused.json["error"]) == (400, "invalid_request"), user


async def test_a_removed_user_frees_the_seat_and_the_number(
    world: PartnerWorld, partner: PartnerClient, shop: Any
) -> None:
    slug, user = shop["workspace_id"], shop["users"][0]["user_id"]
    number = await world.link(slug, user)
    await partner.done("POST", f"/workspaces/{slug}/users/{shop['users'][1]['user_id']}/qr")
    await partner.done("DELETE", f"/workspaces/{slug}/users/{user}")
    found = await partner.done("GET", f"/workspaces/{slug}")
    assert user not in [one["user_id"] for one in found["users"]]
    assert found["seats"]["used"] == 2
    place = await world.inside(slug)
    assert (await place.run(numbers.get, number.id)).is_gone
    assert (await partner.delete(f"/workspaces/{slug}/users/{user}")).json["error"] == "user_not_in_workspace"
    stays = await partner.delete(f"/workspaces/{slug}/users/{shop['owner_user_id']}")
    assert (stays.status, stays.json["error"]) == (400, "invalid_request")


async def test_the_token_is_minted_once_and_dies_when_it_is_rotated(
    world: PartnerWorld, partner: PartnerClient, shop: Any
) -> None:
    path = f"/workspaces/{shop['workspace_id']}/api-token"
    first = await partner.done("GET", path)
    assert set(first) == {"workspace_id", "token"}
    assert await partner.done("GET", path) == first
    rotated = await partner.post(path)
    assert (rotated.status, rotated.json["rotated_at"]) == (201, "2026-11-23T12:00:00Z")
    assert rotated.json["token"] != first["token"]
    with pytest.raises(workspaces.InvalidToken):
        await world.inner.access.authenticate(first["token"])
    assert (await world.inner.access.authenticate(rotated.json["token"])).role is workspaces.Role.OWNER
