"""People over the API: invited, changed, suspended, removed; and their teams."""

from datetime import timedelta

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tests.support.asgi import Response
from tideline.features import workspaces
from tideline.features.workspaces import Role
from tideline.platform.mail import State

INES = "ines@harbour.example"


def answer(response: Response) -> tuple[int, str]:
    return response.status, response.json["error_code"]


async def invite(api: ApiClient, email: str = INES, **more: object) -> Response:
    return await api.post("/workspace/invitations", {"email": email, **more})


async def mails(place: Place) -> list[str]:
    """Texts of the mails about a workspace, the newest first."""
    outbox = place.world.access.outbox
    async with place.world.db.system_read() as tx:
        found = await outbox.newest(tx, limit=50, workspace_id=place.id)
    assert {mail.state for mail in found} <= {State.PENDING}
    return [outbox.read(mail) for mail in found]


# Inviting ----------------------------------------------------------------------------------------------------


async def test_an_invitation_makes_a_teammate_who_waits_and_a_mail(shop: Place, api: ApiClient) -> None:
    await shop.run(workspaces.create_team, "Sales Team")
    response = await invite(api, first_name=" Ines ", last_name="Okafor", team_title="sales team", role="agent")
    assert response.status == 200
    invited = response.json["data"]
    assert invited == {
        "user_id": invited["user_id"],
        "display_name": "Ines Okafor",
        "email": INES,
        "role": "Agent",
        "team": "Sales Team",
        "status": "Invited",
        "invitation_status": "Pending",
        "created_at": "2026-11-23 14:00:00 +0200",
        "whatsapp_accounts": [],
    }
    assert (await api.data("/workspace/teammates"))["teammates"][-1] == invited
    [text] = await mails(shop)
    assert f"({shop.owner_email}) invites you" in text
    assert "https://inbox.example.com/link/" in text


async def test_an_address_alone_makes_a_teammate_of_the_default_team(api: ApiClient) -> None:
    invited = (await invite(api, first_name="", team_title=" ")).json["data"]
    assert (invited["display_name"], invited["role"], invited["team"]) == ("Ines", "Teammate", "Default")


ROLES = {
    "agent": "Agent", "AGENT": "Agent", " Agent ": "Agent", "team_supervisor": "Team supervisor",
    "Team supervisor": "Team supervisor", "Team_Supervisor": "Team supervisor", "admin": "Admin",
    "Collaborator": "Collaborator", "teammate": "Teammate",
}  # fmt: skip


@pytest.mark.parametrize(("role", "shown"), ROLES.items(), ids=ROLES)
async def test_roles_are_written_in_any_case_and_as_answers_print_them(api: ApiClient, role: str, shown: str) -> None:
    assert (await invite(api, role=role)).json["data"]["role"] == shown


@pytest.mark.parametrize("role", ["owner", "Owner", "boss", "", "team-supervisor", None, 7, ["agent"]])
async def test_a_role_that_nobody_can_be_given_is_named(api: ApiClient, role: object) -> None:
    response = await invite(api, role=role)
    assert answer(response) == (400, "validation_error")
    assert {tuple(one["fields"]) for one in response.json["errors"]} == {("role",)}


async def test_all_that_is_wrong_is_named_and_a_role_in_other_letters_is_not(api: ApiClient) -> None:
    response = await invite(api, "x" * 300, first_name=7, last_name="x" * 151, team_title=[], role="AGENT")
    assert answer(response) == (400, "validation_error")
    wrong = {one["fields"][0] for one in response.json["errors"]}
    assert wrong == {"email", "first_name", "last_name", "team_title"}


NO_ADDRESSES = ["", "ines", "ines@", "@harbour.example", "a b@c.example", "ines@harbour.example\nBcc: x@y.example"]


@pytest.mark.parametrize("email", NO_ADDRESSES)
async def test_what_is_no_address_is_not_invited(shop: Place, api: ApiClient, email: str) -> None:
    before = await shop.rows()
    assert answer(await invite(api, email)) == (400, "validation_error")
    assert await shop.rows() == before


async def test_a_name_with_a_line_break_is_refused(shop: Place, api: ApiClient) -> None:
    before = await shop.rows()
    assert answer(await invite(api, first_name="Ines\nBcc: x@y.example")) == (400, "validation_error")
    assert await shop.rows() == before


async def test_a_team_that_is_none_is_not_found(shop: Place, api: ApiClient) -> None:
    before = await shop.rows()
    response = await invite(api, team_title="Nobody")
    assert answer(response) == (404, "not_found")
    assert response.json["message"] == 'Team "Nobody" not found'
    assert await shop.rows() == before


async def test_without_a_free_seat_nobody_is_invited(world: ApiWorld) -> None:
    shop = await world.workspace(seats=2)
    assert (await invite(shop.api)).status == 200
    before = await shop.rows()
    assert answer(await invite(shop.api, "mo@harbour.example")) == (403, "quota_exceeded")
    assert await shop.rows() == before
    assert (await invite(shop.api, role="agent")).status == 200


async def test_the_owner_is_not_given_another_role(shop: Place, api: ApiClient) -> None:
    assert answer(await invite(api, shop.owner_email, role="agent")) == (403, "permission_denied")
    admin = (await shop.member(Role.ADMIN)).api
    assert answer(await invite(admin, shop.owner_email, role="agent")) == (403, "permission_denied")


async def test_who_is_there_already_gets_role_and_team_and_no_mail(shop: Place, api: ApiClient) -> None:
    mo = await shop.member(Role.TEAMMATE)
    before = len(await mails(shop))
    changed = (await invite(api, mo.me.email, role="admin")).json["data"]
    assert (changed["user_id"], changed["role"], changed["status"], changed["invitation_status"]) == (
        mo.id, "Admin", "Active", None,
    )  # fmt: skip
    again = (await invite(api, mo.me.email)).json["data"]
    assert again["role"] == "Admin"
    assert len(await mails(shop)) == before


async def test_inviting_again_renews_what_is_out_of_date(shop: Place, world: ApiWorld, api: ApiClient) -> None:
    await invite(api, role="agent")
    [older] = await mails(shop)
    world.clock.advance(timedelta(hours=25))
    assert (await api.data("/workspace/teammates"))["teammates"][-1]["invitation_status"] == "Expired"
    renewed = (await invite(api)).json["data"]
    assert (renewed["invitation_status"], renewed["role"]) == ("Pending", "Agent")
    [newer] = await mails(shop)
    assert newer != older


# Taking back -------------------------------------------------------------------------------------------------


async def test_an_invitation_is_taken_back(shop: Place, api: ApiClient) -> None:
    user_id = (await invite(api)).json["data"]["user_id"]
    response = await api.request("DELETE", f"/workspace/invitations/{user_id}")
    assert (response.status, response.json) == (200, {"status": "ok", "message": "Invitation revoked successfully"})
    assert len((await api.data("/workspace/teammates"))["teammates"]) == 1
    assert await mails(shop) == []
    again = await api.request("DELETE", f"/workspace/invitations/{user_id}")
    assert answer(again) == (404, "not_found")


async def test_an_accepted_invitation_is_not_taken_back(shop: Place, api: ApiClient) -> None:
    mo = await shop.member(Role.AGENT)
    for user_id in (mo.id, shop.owner_id):
        response = await api.request("DELETE", f"/workspace/invitations/{user_id}")
        assert answer(response) == (409, "conflict")
        assert response.json["message"] == "Invitation has already been accepted"


NO_IDS = [
    "0",
    "-1",
    "01",
    "ines",
    "1.5",
    "99999999999",
    "2147483647",
    "2147483648",
    "me",
    "%00",
    "%F0%9F%98%80",
    "1%2F2",
]


@pytest.mark.parametrize("user_id", NO_IDS)
async def test_what_is_no_teammate_is_not_found(api: ApiClient, user_id: str) -> None:
    response = await api.request("DELETE", f"/workspace/invitations/{user_id}")
    assert response.status in (404, 400) if user_id == "%00" else response.status == 404


# Changing ----------------------------------------------------------------------------------------------------


async def test_role_and_team_are_changed_and_the_rest_stays(shop: Place, api: ApiClient) -> None:
    await shop.run(workspaces.create_team, "Sales Team")
    mo = await shop.member(Role.TEAMMATE)
    path = f"/workspace/teammates/{mo.id}"
    assert (await api.patch(path, {"role": "Agent"})).json["data"]["role"] == "Agent"
    moved = (await api.patch(path, {"team_title": "SALES team"})).json["data"]
    assert (moved["role"], moved["team"]) == ("Agent", "Sales Team")
    nothing = (await api.patch(path, {"email": "other@harbour.example"})).json["data"]
    assert nothing == moved


async def test_a_suspended_person_is_out_until_restored(shop: Place, api: ApiClient) -> None:
    mo = await shop.member(Role.ADMIN)
    path = f"/workspace/teammates/{mo.id}"
    for _ in range(2):
        assert (await api.patch(path, {"suspended": True})).json["data"]["status"] == "Suspended"
    assert answer(await mo.api.get("/chats")) == (403, "member_not_found")
    for _ in range(2):
        assert (await api.patch(path, {"suspended": False})).json["data"]["status"] == "Active"


async def test_somebody_who_has_not_joined_cannot_be_suspended(shop: Place, api: ApiClient) -> None:
    user_id = (await invite(api)).json["data"]["user_id"]
    before = await shop.rows()
    response = await api.patch(f"/workspace/teammates/{user_id}", {"role": "agent", "suspended": True})
    assert answer(response) == (409, "conflict")
    assert await shop.rows() == before
    assert (await api.patch(f"/workspace/teammates/{user_id}", {"suspended": False})).status == 200


async def test_restoring_needs_a_seat(world: ApiWorld) -> None:
    shop = await world.workspace(seats=2)
    mo = await shop.member(Role.AGENT)
    await shop.api.patch(f"/workspace/teammates/{mo.id}", {"suspended": True})
    await invite(shop.api)
    response = await shop.api.patch(f"/workspace/teammates/{mo.id}", {"suspended": False})
    assert answer(response) == (403, "quota_exceeded")


async def test_the_owner_stays_as_they_are(shop: Place, api: ApiClient) -> None:
    path = f"/workspace/teammates/{shop.owner_id}"
    before = await shop.rows()
    for change in ({"role": "agent"}, {"team_title": "Default"}, {"suspended": True}):
        assert answer(await api.patch(path, change)) == (403, "permission_denied")
    assert answer(await api.request("DELETE", path)) == (403, "permission_denied")
    assert await shop.rows() == before


async def test_a_removed_person_is_out_and_can_be_invited_again(shop: Place, api: ApiClient) -> None:
    mo = await shop.member(Role.AGENT)
    response = await api.request("DELETE", f"/workspace/teammates/{mo.id}")
    assert (response.status, response.json) == (200, {"status": "ok", "message": "Teammate removed"})
    assert answer(await mo.api.get("/chats")) == (403, "member_not_found")
    assert len((await api.data("/workspace/teammates"))["teammates"]) == 1
    assert (await invite(api, mo.me.email)).json["data"]["user_id"] == mo.id


async def test_an_admin_may_leave(shop: Place) -> None:
    admin = await shop.member(Role.ADMIN)
    assert (await admin.api.request("DELETE", f"/workspace/teammates/{admin.id}")).status == 200
    assert answer(await admin.api.get("/chats")) == (403, "member_not_found")


# Teams -------------------------------------------------------------------------------------------------------


async def test_a_team_is_made_renamed_and_removed(api: ApiClient) -> None:
    made = (await api.post("/workspace/teams", {"title": " Sales Team "})).json["data"]
    assert made == {"title": "Sales Team", "id": made["id"]}
    assert (await api.data("/workspace/teammates"))["teams"][-1] == made
    path = f"/workspace/teams/{made['id']}"
    assert (await api.patch(path, {"title": "Service"})).json["data"] == {"title": "Service", "id": made["id"]}
    response = await api.request("DELETE", path)
    assert (response.status, response.json) == (200, {"status": "ok", "message": "Team removed"})
    assert [one["title"] for one in (await api.data("/workspace/teammates"))["teams"]] == ["Default"]
    assert answer(await api.request("DELETE", path)) == (404, "not_found")


async def test_a_title_that_is_taken_is_a_conflict(api: ApiClient) -> None:
    made = (await api.post("/workspace/teams", {"title": "Sales"})).json["data"]
    assert answer(await api.post("/workspace/teams", {"title": "SALES"})) == (409, "conflict")
    assert answer(await api.patch(f"/workspace/teams/{made['id']}", {"title": "default"})) == (409, "conflict")


async def test_a_team_that_is_used_and_the_default_team_stay(shop: Place, api: ApiClient) -> None:
    [default] = (await api.data("/workspace/teammates"))["teams"]
    made = (await api.post("/workspace/teams", {"title": "Sales"})).json["data"]
    await invite(api, team_title="Sales")
    before = await shop.rows()
    for team in (default, made):
        assert answer(await api.request("DELETE", f"/workspace/teams/{team['id']}")) == (409, "conflict")
    assert answer(await api.patch(f"/workspace/teams/{default['id']}", {"title": "All"})) == (409, "conflict")
    assert await shop.rows() == before


async def test_a_team_of_a_template_stays(api: ApiClient) -> None:
    made = (await api.post("/workspace/teams", {"title": "Sales"})).json["data"]
    template = (await api.post("/templates", {"name": "Hi", "text": "Hello", "team_title": "Sales"})).json["data"]["id"]
    assert answer(await api.request("DELETE", f"/workspace/teams/{made['id']}")) == (409, "conflict")
    await api.request("DELETE", f"/templates/{template}")
    assert (await api.request("DELETE", f"/workspace/teams/{made['id']}")).status == 200


@pytest.mark.parametrize("title", ["", "  ", "x" * 101, "a\nb", None, 7])
async def test_a_title_that_is_none_is_refused(shop: Place, api: ApiClient, title: object) -> None:
    before = await shop.rows()
    assert answer(await api.post("/workspace/teams", {"title": title})) == (400, "validation_error")
    assert await shop.rows() == before
