"""The workspace over the API: plan and quotas, numbers, people."""

from datetime import date, timedelta

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tideline.features import numbers, workspaces
from tideline.features.numbers import Number
from tideline.features.numbers.port import AccountState, StateChanged


async def test_the_workspace_shows_its_plan_and_quotas(world: ApiWorld, neighbour: Place) -> None:
    shop = await world.workspace(
        "Harbour Coffee 7", slug="harbour-coffee-7", messages_quota=5000, api_calls_quota=200, seats=15,
        billing_anchor=date(2026, 1, 12), plan="Business",
    )  # fmt: skip
    await shop.link()
    await shop.api.post("/messages", {"phone": "+15550100234", "text": "Hello"})
    period = {"period_start": "2026-11-12 00:00:00 +0200", "period_end": "2026-12-12 00:00:00 +0200"}
    assert await shop.api.data("/workspace") == {
        "workspace_id": "harbour-coffee-7",
        "display_name": "Harbour Coffee 7",
        "plan": "Business",
        "seats": {"total": 15, "used": 1},
        "messaging_quota": {"total": 5000, "used": 1, **period},
        "api_calls_quota": {"total": 200, "used": 2, **period},
        "non_recurring_quota": {"remaining_balance": 0},
    }


async def test_a_top_up_has_a_date(shop: Place, api: ApiClient) -> None:
    await shop.run(workspaces.top_up, 300)
    assert (await api.data("/workspace"))["non_recurring_quota"] == {
        "remaining_balance": 300,
        "last_updated_at": "2026-11-23 14:00:00 +0200",
    }


@pytest.mark.parametrize("path", ["/workspace/quotas", "/quotas"])
async def test_the_old_paths_show_the_quotas_alone(api: ApiClient, path: str) -> None:
    whole, quotas = await api.data("/workspace"), await api.data(path)
    assert list(quotas) == ["seats", "messaging_quota", "api_calls_quota", "non_recurring_quota"]
    assert quotas["messaging_quota"] == whole["messaging_quota"]


async def test_a_period_may_cross_a_change_of_the_clocks(world: ApiWorld) -> None:
    world.clock.advance(timedelta(days=110))
    shop = await world.workspace(zone="Europe/Athens", billing_anchor=date(2026, 1, 1))
    quota = (await shop.api.data("/workspace"))["messaging_quota"]
    assert (quota["period_start"], quota["period_end"]) == ("2027-03-01 00:00:00 +0200", "2027-04-01 00:00:00 +0300")


# Numbers -----------------------------------------------------------------------------------------------------


async def test_a_connected_number_is_active(shop: Place, number: Number, api: ApiClient) -> None:
    owner = await api.data("/workspace/teammates/me")
    assert await api.data("/whatsapp_accounts") == {
        "whatsapp_accounts": [
            {
                "id": "15550100001@s.whatsapp.net",
                "phone": "+15550100001",
                "connected_on": "2026-11-23 14:00:00 +0200",
                "status": "active",
                "owner_name": owner["display_name"],
                "owner_email": shop.owner_email,
                "account_name": "Harbour Coffee",
            }
        ]
    }


@pytest.mark.parametrize("state", [AccountState.UNLINKED, AccountState.BANNED, AccountState.REPLACED])
async def test_any_other_state_is_disconnected(
    shop: Place, number: Number, api: ApiClient, state: AccountState
) -> None:
    await shop.run(numbers.report, number.id, [StateChanged(state)])
    [shown] = (await api.data("/whatsapp_accounts"))["whatsapp_accounts"]
    assert shown["status"] == "disconnected"


async def test_a_paused_number_is_disconnected(shop: Place, number: Number, api: ApiClient) -> None:
    await shop.run(numbers.pause, number.id)
    [shown] = (await api.data("/whatsapp_accounts"))["whatsapp_accounts"]
    assert shown["status"] == "disconnected"


async def test_a_workspace_without_numbers_has_an_empty_list(neighbour: Place, api: ApiClient) -> None:
    assert await api.data("/whatsapp_accounts") == {"whatsapp_accounts": []}


# People ------------------------------------------------------------------------------------------------------


async def test_people_and_teams_are_listed_by_id(shop: Place, number: Number, api: ApiClient) -> None:
    team = await shop.run(workspaces.create_team, "Sales Team")
    ines = await shop.teammate("ines@harbour.example", role=workspaces.Role.TEAM_SUPERVISOR, team=team.title)
    data = await api.data("/workspace/teammates")
    assert [one["title"] for one in data["teams"]] == ["Default", "Sales Team"]
    owner, invited = data["teammates"]
    assert (owner["user_id"], owner["role"], owner["team"], owner["status"]) == (
        shop.owner_id, "Owner", "Default", "Active",
    )  # fmt: skip
    assert owner["invitation_status"] is None
    assert [one["id"] for one in owner["whatsapp_accounts"]] == ["15550100001@s.whatsapp.net"]
    assert (invited["user_id"], invited["role"], invited["team"], invited["status"]) == (
        ines.id, "Team supervisor", "Sales Team", "Invited",
    )  # fmt: skip
    assert invited["invitation_status"] == "Pending"
    assert invited["whatsapp_accounts"] == []


async def test_an_old_invitation_has_expired(shop: Place, world: ApiWorld, api: ApiClient) -> None:
    await shop.teammate("ines@harbour.example")
    world.clock.advance(timedelta(hours=25))
    [_, invited] = (await api.data("/workspace/teammates"))["teammates"]
    assert invited["invitation_status"] == "Expired"


async def test_a_token_knows_its_person(shop: Place, number: Number, api: ApiClient) -> None:
    me = await api.data("/workspace/teammates/me")
    assert (me["user_id"], me["email"], me["created_at"]) == (
        shop.owner_id, shop.owner_email, "2026-11-23 14:00:00 +0200",
    )  # fmt: skip
    assert me == (await api.data("/workspace/teammates"))["teammates"][0]
