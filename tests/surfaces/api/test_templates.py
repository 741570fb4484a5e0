"""Templates over the API: both lists, their forms, what a token's teammate may, and sending a template's file."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tideline.features import files, workspaces
from tideline.features.files import File, Files, NewFile, Purpose
from tideline.features.numbers import Number
from tideline.features.workspaces import Role

GREETING = {"name": "Greeting", "text": "Hello {{name}}"}


async def written(api: ApiClient, **more: Any) -> Any:
    response = await api.post("/templates", {**GREETING, **more})
    assert response.status == 200, response.body
    return response.json["data"]


@pytest.fixture
async def price_list(shop: Place, world: ApiWorld, tmp_path: Any) -> File:
    new = NewFile("price list.pdf", "application/pdf", Purpose.UPLOAD, uploaded_by=shop.owner_id)

    async def content() -> Any:
        yield b"%PDF coffee"

    return await Files.in_folder(world.db, tmp_path).save(shop.id, new, content())


async def test_a_template_from_beginning_to_end(world: ApiWorld, shop: Place, api: ApiClient) -> None:
    owner = (await api.data("/workspace/teammates/me"))["display_name"]
    made = await written(api)
    assert made == {
        "id": made["id"], "name": "Greeting", "text": "Hello {{name}}", "visibility": "public", "team_title": None,
        "created_by_name": owner, "created_at": "2026-11-23T12:00:00Z",
        "updated_by_name": owner, "updated_at": "2026-11-23T12:00:00Z",
        "file_uid": None, "used_count": 0, "last_used_at": None,
    }  # fmt: skip
    world.clock.advance(timedelta(seconds=90))
    changed = await api.patch(f"/templates/{made['id']}", {"text": "Hello again", "visibility": "read-only"})
    assert changed.json["data"] == {
        **made, "text": "Hello again", "visibility": "read-only", "updated_at": "2026-11-23T12:01:30Z",
    }  # fmt: skip
    assert await api.data(f"/templates/{made['id']}") == changed.json["data"]
    assert await api.data("/templates") == {"templates_count": 1, "templates": [changed.json["data"]]}
    gone = await api.request("DELETE", f"/templates/{made['id']}")
    assert (gone.status, gone.json) == (200, {"status": "ok"})
    assert await api.data("/templates") == {"templates_count": 0, "templates": []}
    again = await api.request("DELETE", f"/templates/{made['id']}")
    assert (again.status, again.json["error_code"]) == (404, "not_found")
    assert again.json["message"] == f'Template id "{made["id"]}" not found'


async def test_the_latest_change_comes_first(world: ApiWorld, api: ApiClient) -> None:
    first, second, third = [await written(api, name=name) for name in ("First", "Second", "Third")]
    world.clock.advance()
    await api.patch(f"/templates/{second['id']}", {"text": "Changed"})
    listed = (await api.data("/templates"))["templates"]
    assert [one["id"] for one in listed] == [second["id"], third["id"], first["id"]]


async def test_the_old_list(world: ApiWorld, shop: Place, api: ApiClient, price_list: File) -> None:
    await written(api, name="Plain")
    world.clock.advance()
    await written(api, name="Prices", team_title="default", visibility="read-only", file_uid=str(price_list.uid))
    listed = await api.data("/v2/templates")
    assert listed["templates_count"] == 2
    prices, plain = listed["templates"]
    default = (await shop.run(workspaces.list_teams))[0].id
    assert (prices["team_any"], prices["team"], prices["updated_at"]) == (False, default, "2026-11-23 14:01")
    assert prices["attachment"] == {"filename": "price list.pdf", "size": 11}
    assert (plain["team_any"], plain["team"], plain["sample_data"], plain["variable_source"]) == (True, None, {}, 0)
    assert "attachment" not in plain
    assert (plain["can_be_edited"], plain["can_be_deleted"]) == (True, True)


async def test_what_a_teammate_sees_and_may_do(shop: Place, api: ApiClient) -> None:
    await shop.run(workspaces.create_team, "Support")
    public = await written(api, name="Public")
    read_only = await written(api, name="Read-only", visibility="read-only")
    private = await written(api, name="Private", visibility="private")
    elsewhere = await written(api, name="Elsewhere", team_title="Support")
    member = await shop.member(Role.TEAMMATE)
    teammate = member.api
    own = await written(teammate, name="Own", visibility="private", team_title="Support")
    assert (own["team_title"], own["created_by_name"]) == ("Default", member.me.display_name)
    listed = (await teammate.data("/v2/templates"))["templates"]
    assert {one["name"]: (one["can_be_edited"], one["can_be_deleted"]) for one in listed} == {
        "Own": (True, True), "Read-only": (False, False), "Public": (True, False),
    }  # fmt: skip
    for one in (private, elsewhere):
        assert (await teammate.get(f"/templates/{one['id']}")).status == 404
        assert (await teammate.patch(f"/templates/{one['id']}", {"name": "x"})).status == 404
        assert (await teammate.request("DELETE", f"/templates/{one['id']}")).status == 404
        assert (await teammate.post(f"/templates/{one['id']}/track_usage")).status == 404
        old = await teammate.post("/v2/templates", {"template_id": one["id"], "origin": "x"})
        assert (old.status, old.json["error_code"]) == (404, "not_found")
    before = await shop.rows()
    for refused in (
        await teammate.patch(f"/templates/{read_only['id']}", {"name": "x"}),
        await teammate.patch(f"/templates/{public['id']}", {"visibility": "private"}),
        await teammate.patch(f"/templates/{public['id']}", {"team_title": "Support"}),
        await teammate.request("DELETE", f"/templates/{public['id']}"),
    ):
        assert (refused.status, refused.json["error_code"]) == (403, "permission_denied")
    assert await shop.rows() == before
    assert (await teammate.patch(f"/templates/{public['id']}", {"text": "Better"})).status == 200
    admin = (await shop.member(Role.ADMIN)).api
    assert (await admin.data("/templates"))["templates_count"] == 5


async def test_uses_are_counted(world: ApiWorld, api: ApiClient) -> None:
    made = await written(api)
    for body in ({"origin": "Chat View"}, {}, None):
        world.clock.advance()
        response = await api.post(f"/templates/{made['id']}/track_usage", body)
        assert (response.status, response.json) == (200, {"status": "ok"})
    old = await api.post("/v2/templates", {"template_id": made["id"], "origin": "Chat View"})
    assert (old.status, old.json) == (200, {"success": True})
    used = await api.data(f"/templates/{made['id']}")
    assert used == {**made, "used_count": 4, "last_used_at": "2026-11-23T12:03:00Z"}


NEW_UID = "0192f0c1-2222-7333-8444-555566667777"
BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "an empty name": ({"name": ""}, 400, "name"),
    "161 characters": ({"name": "🦀" * 161}, 400, "name"),
    "no text": ({"text": ""}, 400, "text"),
    "4,097 characters": ({"text": "x" * 4097}, 400, "text"),
    "a number as name": ({"name": 5}, 400, "name"),
    "null as text": ({"text": None}, 400, "text"),
    "an operator as name": ({"name": {"$ne": ""}}, 400, "name"),
    "another visibility": ({"visibility": "secret"}, 400, "visibility"),
    "a capital visibility": ({"visibility": "Public"}, 400, "visibility"),
    "an unknown team": ({"team_title": "Nobody"}, 404, 'Team title "Nobody" not found'),
    "no title": ({"team_title": ""}, 404, "Team title"),
    "a list of teams": ({"team_title": ["Default"]}, 400, "team_title"),
    "an unknown file": ({"file_uid": NEW_UID}, 404, f'File uid "{NEW_UID}" not found'),
    "a file that is no uid": ({"file_uid": "../../etc/passwd"}, 404, "File uid"),
    "a number as file": ({"file_uid": 7}, 400, "file_uid"),
    "NUL": ({"name": "a\0b"}, 400, "NUL"),
}


@pytest.mark.parametrize(("wrong", "status", "words"), BAD.values(), ids=BAD)
async def test_what_cannot_be_written(shop: Place, api: ApiClient, wrong: Any, status: int, words: str) -> None:
    made = await written(api)
    before = await shop.rows()
    for response in (
        await api.post("/templates", {**GREETING, **wrong}),
        await api.patch(f"/templates/{made['id']}", {"text": "Also", **wrong}),
    ):
        assert response.status == status
        assert words in str(response.json)
    assert await shop.rows() == before


@pytest.mark.parametrize("body", [{}, {"name": "Greeting"}, {"text": "Hello"}])
async def test_a_template_needs_a_name_and_a_text(api: ApiClient, body: Any) -> None:
    response = await api.post("/templates", body)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")


async def test_what_the_contract_does_not_name_is_ignored(api: ApiClient) -> None:
    made = await written(api, id=7, created_by_name="Somebody", used_count=9)
    assert (made["used_count"], made["name"]) == (0, "Greeting")
    assert (await api.patch(f"/templates/{made['id']}", {})).json["data"] == made


@pytest.mark.parametrize("template_id", ["0", "2147483648", "99999999999999999999", "abc", "-1", "1.5"])
async def test_ids_that_are_nobodys(api: ApiClient, template_id: str) -> None:
    assert (await api.get(f"/templates/{template_id}")).status == 404
    assert (await api.post(f"/templates/{template_id}/track_usage")).status == 404


@pytest.mark.parametrize("body", [{"template_id": 2**63, "origin": ""}, {"template_id": -1, "origin": ""}])
async def test_the_old_counter_finds_nobodys_id_either(api: ApiClient, body: Any) -> None:
    assert (await api.post("/v2/templates", body)).status == 404


@pytest.mark.parametrize("body", [{}, {"template_id": 1}, {"origin": "x"}, {"template_id": "1", "origin": "x"}, None])
async def test_the_old_counter_needs_both(api: ApiClient, body: Any) -> None:
    assert (await api.post("/v2/templates", body)).status == 400


async def test_a_long_origin_counts_and_is_cut(shop: Place, api: ApiClient) -> None:
    made = await written(api)
    assert (await api.post(f"/templates/{made['id']}/track_usage", {"origin": "x" * 5000})).status == 200

    async def origin(tx: Any) -> Any:
        sql = "SELECT payload FROM tenant.fact WHERE workspace = $1 AND kind = 'TemplateUsed'"
        return (await tx.row(sql, shop.id))["payload"]["origin"]

    assert await shop.run(origin) == "x" * 100


async def test_a_neighbours_team_and_file_cannot_be_used(
    shop: Place, neighbour: Place, api: ApiClient, price_list: File
) -> None:
    await shop.run(workspaces.create_team, "Harbour only")
    made = await written(neighbour.api)
    before = await shop.rows(), await neighbour.rows()
    for wrong in ({"team_title": "Harbour only"}, {"file_uid": str(price_list.uid)}):
        assert (await neighbour.api.post("/templates", {**GREETING, **wrong})).status == 404
        assert (await neighbour.api.patch(f"/templates/{made['id']}", wrong)).status == 404
    assert (await shop.rows(), await neighbour.rows()) == before


# Sending -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["chat", "phone", "jid", "name"])
async def test_every_way_of_sending_takes_a_template(
    shop: Place, number: Number, api: ApiClient, price_list: File, way: str
) -> None:
    chat = await shop.chat(number, "15550100234", "Mira Solberg")
    path, to = {
        "chat": (f"/chats/{chat.id}/messages", {}),
        "phone": ("/messages", {"phone": "+15550100234"}),
        "jid": ("/messages/to_jid", {"jid": "15550100234@s.whatsapp.net"}),
        "name": ("/messages/to_chat_name", {"chat_name": "Mira Solberg"}),
    }[way]
    made = await written(api, file_uid=str(price_list.uid))
    response = await api.post(path, {**to, "attachment_template_id": made["id"]})
    assert response.status == 200, response.body
    message = await api.data(f"/messages/{response.json['data']['message_uid']}")
    assert (message["text"], message["attachment_filename"]) == (None, "price list.pdf")
    assert (await api.data(f"/templates/{made['id']}"))["used_count"] == 1
    assert (await api.data("/workspace"))["messaging_quota"]["used"] == 1


async def test_templates_that_cannot_be_sent(
    shop: Place, number: Number, neighbour: Place, api: ApiClient, price_list: File
) -> None:
    with_file = await written(api, file_uid=str(price_list.uid))
    private = await written(api, file_uid=str(price_list.uid), visibility="private")
    without = await written(api)
    theirs = await written(neighbour.api)
    teammate = (await shop.member(Role.TEAMMATE)).api
    to = {"phone": "+15550100234", "text": "Prices"}
    before = await shop.rows()
    situations = [
        (api, {"attachment_template_id": theirs["id"]}, 404, f'Attachment template id "{theirs["id"]}" not found'),
        (teammate, {"attachment_template_id": private["id"]}, 404, "Attachment template id"),
        (api, {"attachment_template_id": without["id"]}, 400, "This template has no file to attach."),
        (api, {"attachment_template_id": with_file["id"], "file_uid": str(price_list.uid)}, 400, "one file"),
    ]
    for who, body, status, words in situations:
        response = await who.post("/messages", {**to, **body})
        assert (response.status, words in response.json["message"]) == (status, True), response.body
    assert await shop.rows() == before


async def test_a_template_says_when_its_file_is_gone(shop: Place, api: ApiClient, price_list: File) -> None:
    made = await written(api, file_uid=str(price_list.uid))
    assert made["file_uid"] == str(price_list.uid)
    await shop.run(files.delete, price_list.uid)
    assert (await api.data(f"/templates/{made['id']}"))["file_uid"] is None
