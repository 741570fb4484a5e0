"""Chats over the API: how they look, which a filter finds, and what a change does."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import PUBLIC_URL, ApiWorld, Place, facts
from tideline.features import chats, workspaces
from tideline.features.files import File, Photos
from tideline.features.numbers import Number
from tideline.features.numbers.port import IdentityLinked, Peer
from tideline.platform.db import Tx


async def names(api: ApiClient, query: str = "") -> list[str]:
    return [chat["name"] for chat in (await api.data(f"/chats{query}"))["chats"]]


# How a chat looks --------------------------------------------------------------------------------------------


async def test_a_chat_with_a_person(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "Hello", name="Mira Solberg")
    chat = await api.data(f"/chats/{heard.chat_id}")
    assert chat == {
        "id": heard.chat_id,
        "name": "Mira Solberg",
        "phone": "+15550100234",
        "jid": "15550100234@s.whatsapp.net",
        "is_group": False,
        "closed": False,
        "read": False,
        "labels": [],
        "chatgpt_autoresponse_enabled": True,
        "responsible_email": None,
        "responsible_name": None,
        "whatsapp_account_id": "15550100001@s.whatsapp.net",
        "chat_url": f"{PUBLIC_URL}/chat/{heard.chat_id}/messages/",
        "created_timestamp": chat["created_timestamp"],
        "last_message_uid": str(heard.uid),
        "last_message_timestamp": "2026-11-23 14:01:00 +0200",
        "unattended": False,
        "photo": f"{PUBLIC_URL}/static/img/default_avatar.jpeg",
        "is_allowed_to_message": True,
        "updated_at": "2026-11-23 14:01:00 +0200",
    }


async def test_a_chat_shows_the_picture_of_its_person(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number, "15550100234", "Mira Solberg")

    async def attach(tx: Tx, file: File) -> None:
        await chats.show_photo(tx, chat.id, "picture 1", file.uid)

    async def face() -> AsyncIterator[bytes]:
        yield b"\xff\xd8\xff\xe0 a face"

    await Photos(shop.world.store).save(shop.id, face(), attach)
    links = {(await api.data(f"/chats/{chat.id}"))["photo"], (await api.data("/chats"))["chats"][0]["photo"]}
    assert len(links) == 1
    assert links.pop().startswith(f"{PUBLIC_URL}/photos/")


async def test_a_chat_with_a_group_names_its_members(shop: Place, number: Number, api: ApiClient) -> None:
    mira = await shop.chat(number, "15550100234", "Mira Solberg")
    group = await shop.group(number, "Harbour wholesale", ["15550100234", "15550100555"])
    shown = await api.data(f"/chats/{group.id}")
    assert (shown["is_group"], shown["phone"], shown["jid"]) == (True, None, group.group_jid)
    members = {member["phone"]: member for member in shown["group_members"]}
    assert members["+15550100234"]["chat_id"] == mira.id
    assert members["+15550100234"]["role"] == "Member"
    assert members["+15550100555"]["chat_id"] is None
    assert members["+15550100001"]["role"] == "Owner"


async def test_a_person_known_only_by_a_lid_shows_its_digits(shop: Place, number: Number, api: ApiClient) -> None:
    await shop.receive(number, shop.written("Hi", Peer(lid="98765432101234")))
    [chat] = (await api.data("/chats"))["chats"]
    assert (chat["jid"], chat["phone"]) == ("98765432101234@lid", "+98765432101234")


async def test_an_empty_chat_has_no_last_message(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    shown = await api.data(f"/chats/{chat.id}")
    assert (shown["last_message_uid"], shown["last_message_timestamp"]) == (None, None)
    [listed] = (await api.data("/chats?with_msg=true"))["chats"]
    assert listed["last_message"] is None


async def test_a_chat_of_a_disconnected_number_may_not_be_written_to(
    shop: Place, number: Number, api: ApiClient
) -> None:
    chat = await shop.chat(number)
    await shop.disconnect(number)
    assert (await api.data(f"/chats/{chat.id}"))["is_allowed_to_message"] is False


async def test_a_merged_chat_answers_under_both_ids(shop: Place, number: Number, api: ApiClient) -> None:
    older = await shop.hear(number, "By phone", phone="15550100234")
    await shop.receive(number, shop.written("By LID", Peer(lid="98765432101234")))
    newer = (await api.data("/chats"))["chats"][0]["id"]
    await shop.receive(number, IdentityLinked("15550100234", "98765432101234"))
    assert newer != older.chat_id
    assert (await api.data(f"/chats/{newer}"))["id"] == (await api.data(f"/chats/{older.chat_id}"))["id"]
    assert {m["text"] for m in (await api.data(f"/chats/{newer}/messages"))["messages"]} == {"By phone", "By LID"}


@pytest.mark.parametrize("chat_id", ["99999999", "2147483648", str(2**63), "abc", "-1"])
async def test_an_unknown_chat_is_not_found_by_name(number: Number, api: ApiClient, chat_id: str) -> None:
    ways: list[tuple[str, str, Any]] = [
        ("GET", "", None), ("PATCH", "", {}), ("GET", "/messages", None), ("POST", "/messages", {"text": "Hi"}),
        ("GET", "/labels", None), ("PUT", "/labels", {"labels": ["x"]}), ("POST", "/labels", {"labels": []}),
    ]  # fmt: skip
    for method, path, body in ways:
        response = await api.request(method, f"/chats/{chat_id}{path}", body)
        assert response.status == 404
        assert response.json["message"] == f'Whatsapp chat_id "{chat_id}" not found'
        assert response.json["error_code"] == "not_found"


# The list ----------------------------------------------------------------------------------------------------


async def test_the_newest_message_comes_first_then_names_and_empty_chats_last(
    shop: Place, number: Number, api: ApiClient
) -> None:
    for phone, name in [("15550100301", "Cora"), ("15550100302", "Ana"), ("15550100303", "Ben")]:
        await shop.chat(number, phone, name)
    await shop.hear(number, "first", phone="15550100304", name="Zoe")
    await shop.hear(number, "second", phone="15550100305", name="Yan")
    assert await names(api) == ["Yan", "Zoe", "Ana", "Ben", "Cora"]


async def test_pages_hold_fifty_and_say_whether_more_follow(shop: Place, number: Number, api: ApiClient) -> None:
    for n in range(101):
        await shop.chat(number, f"1555020{n:04d}", f"Customer {n:03d}")
    first, second, third = [await api.data(f"/chats?page={page}") for page in (1, 2, 3)]
    assert [len(page["chats"]) for page in (first, second, third)] == [50, 50, 1]
    assert [page["has_more_pages"] for page in (first, second, third)] == [True, True, False]
    assert await api.data("/chats?page=4") == {"has_more_pages": False, "chats": []}
    assert await api.data(f"/chats?page={10**30}") == {"has_more_pages": False, "chats": []}
    shorter = await api.data("/chats?limit=10&page=2")
    assert [chat["name"] for chat in shorter["chats"]] == [f"Customer {n:03d}" for n in range(10, 20)]
    for nonsense in ("0", "-5", "1000", "x", ""):
        assert len((await api.data(f"/chats?limit={nonsense}"))["chats"]) == 50


async def test_the_last_message_comes_along_when_asked_for(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "Hello", name="Mira")
    [chat] = (await api.data("/chats?with_msg=TRUE"))["chats"]
    assert chat["last_message"]["uid"] == str(heard.uid) == chat["last_message_uid"]
    assert "reactions" not in chat["last_message"]
    for query in ("", "?with_msg=false"):
        assert "last_message" not in (await api.data(f"/chats{query}"))["chats"][0]


async def filled(shop: Place, number: Number) -> dict[str, Any]:
    """Mira (labelled, assigned, read), Jon Vale (closed, another number), a group of both."""
    other = await shop.link("15550100002", name="Second")
    await shop.run(workspaces.invite, shop.world.access, email="ines@harbour.example")
    mira = await shop.chat(number, "15550100234", "Mira Solberg")
    jon = await shop.chat(other, "15550100555", "Jon Vale")
    group = await shop.group(number, "Harbour sales", ["15550100234", "15550100555"])
    await shop.run(chats.add_labels, mira.id, ["new-lead", "vip"])
    await shop.run(chats.add_labels, group.id, ["wholesale"])
    await shop.run(chats.assign, mira.id, shop.owner_email)
    await shop.run(chats.mark_read, mira.id)
    await shop.run(chats.close, jon.id)
    await shop.run(chats.set_autoresponse, jon.id, False)
    return {"mira": mira, "jon": jon, "group": group, "other": other}


MIRA, JON, GROUP = "Mira Solberg", "Jon Vale", "Harbour sales"
FILTERS = {
    "nothing": ("", {MIRA, JON, GROUP}),
    "an unknown parameter": ("whatsapp_account_phone=15550100002&x=1", {MIRA, JON, GROUP}),
    "a label": ("label=vip", {MIRA}),
    "one of two labels": ("label=wholesale,%20vip", {MIRA, GROUP}),
    "a label in another case": ("label=VIP", set()),
    "the number": ("whatsapp_account_id=15550100002@s.whatsapp.net", {JON}),
    "one of two numbers": ("whatsapp_account_id=15550100002@s.whatsapp.net,nobody@g.us", {JON}),
    "groups": ("group=true", {GROUP}),
    "no groups": ("group=False", {MIRA, JON}),
    "an assignee": ("responsible=OWNER", {MIRA}),
    "an assignee in another case": ("responsible=UPPER", {MIRA}),
    "nobody's": ("responsible=nobody@harbour.example", set()),
    "a part of a name": ("name=SOL", {MIRA}),
    "one of two parts": ("name=vale,harbour%20s", {JON, GROUP}),
    "a percent sign": ("name=%25", set()),
    "an underscore": ("name=_", set()),
    "a phone with plus": ("phone=%2B15550100234", {MIRA}),
    "a phone with plus, not whole": ("phone=%2B1555010", set()),
    "a part of a phone": ("phone=0100", {MIRA, JON}),
    "a phone as people write it": ("phone=(555)%20010-0555", {JON}),
    "read": ("read=true", {MIRA}),
    "unread": ("read=false", {JON, GROUP}),
    "closed": ("closed=true", {JON}),
    "open": ("closed=false", {MIRA, GROUP}),
    "answered by the machine": ("chatgpt_autoresponse_enabled=true", {MIRA, GROUP}),
    "not answered by it": ("chatgpt_autoresponse_enabled=false", {JON}),
    "a member's phone": ("whatsapp_phone=%2B15550100555", {JON, GROUP}),
    "one of two members": ("whatsapp_phone=15550100555,15550100234", {MIRA, JON, GROUP}),
    "two filters": ("group=false&closed=false", {MIRA}),
    "two that exclude each other": ("group=true&closed=true", set()),
}  # fmt: skip


async def test_filters_find_what_they_name(shop: Place, number: Number, neighbour: Place, api: ApiClient) -> None:
    await filled(shop, number)
    found = {}
    for situation, (query, _) in FILTERS.items():
        query = query.replace("OWNER", quote(shop.owner_email)).replace("UPPER", quote(shop.owner_email.upper()))
        found[situation] = set(await names(api, f"?{query}"))
    assert found == {situation: wanted for situation, (_, wanted) in FILTERS.items()}


async def test_chats_are_found_by_when_they_were_created(
    shop: Place, world: ApiWorld, number: Number, api: ApiClient
) -> None:
    await shop.chat(number, "15550100301", "Ana")
    world.clock.advance(timedelta(days=1, milliseconds=300))
    ben = await shop.chat(number, "15550100302", "Ben")
    shown = (await api.data(f"/chats/{ben.id}"))["created_timestamp"]
    assert await names(api, "?created_after=2026-11-23T23:59:00Z") == ["Ben"]
    assert await names(api, "?created_before=2026-11-24") == ["Ana"]
    assert await names(api, "?created_after=2026-11-24") == ["Ben"]
    assert await names(api, f"?created_after={quote(shown)}") == [], "not later than itself"
    assert await names(api, f"?created_before={quote(shown)}") == ["Ana"]


WRONG_QUERIES = {
    "group=maybe": "group", "read=1": "read", "closed=yes": "closed", "with_msg=on": "with_msg", "page=0": "page",
    "page=-1": "page", "page=x": "page", "chatgpt_autoresponse_enabled=2": "chatgpt_autoresponse_enabled",
    "created_after=yesterday": "created_after", "created_before=2026-13-01": "created_before", "label=a%00b": "label",
}  # fmt: skip


@pytest.mark.parametrize(("query", "field"), WRONG_QUERIES.items(), ids=WRONG_QUERIES)
async def test_a_wrong_parameter_is_named(api: ApiClient, query: str, field: str) -> None:
    response = await api.get(f"/chats?{query}")
    assert (response.status, response.json["message"]) == (400, "Validation error")
    assert [error["fields"] for error in response.json["errors"]] == [[field]]


# Changes -----------------------------------------------------------------------------------------------------


CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "rename": ({"name": "  Mira (wholesale) "}, {"name": "Mira (wholesale)"}, ["ChatRenamed"]),
    "close": ({"closed": True}, {"closed": True}, ["ChatClosed"]),
    "read": ({"read": True}, {"read": True}, ["ChatRead"]),
    "switch off": (
        {"chatgpt_autoresponse_enabled": False}, {"chatgpt_autoresponse_enabled": False}, ["ChatAutoresponseSwitched"],
    ),
    "nothing": ({}, {}, []),
    "ignored members": ({"responsible_email": "x@y.example", "labels": ["a"], "x": {"y": [1]}}, {}, []),
    "what is so already": ({"closed": False, "read": False}, {}, []),
    "two at once": ({"closed": True, "read": True}, {"closed": True, "read": True}, ["ChatClosed", "ChatRead"]),
}  # fmt: skip


@pytest.mark.parametrize(("body", "changed", "recorded"), CHANGES.values(), ids=CHANGES)
async def test_a_chat_is_changed_by_what_is_in_the_body(
    shop: Place, number: Number, api: ApiClient, body: Any, changed: dict[str, Any], recorded: list[str]
) -> None:
    chat_id = (await shop.hear(number, name="Mira")).chat_id
    before, known = await api.data(f"/chats/{chat_id}"), len(await facts(shop))
    response = await api.patch(f"/chats/{chat_id}", body)
    assert response.status == 200
    assert response.json["data"] == before | changed == await api.data(f"/chats/{chat_id}")
    assert sorted((await facts(shop))[known:]) == sorted(recorded)


@pytest.mark.parametrize("nobody", ["", "  ", None])
async def test_a_teammate_is_assigned_and_nobody_is_too(
    shop: Place, number: Number, api: ApiClient, nobody: str | None
) -> None:
    chat = await shop.chat(number)
    assigned = await api.patch(f"/chats/{chat.id}", {"responsible": shop.owner_email.upper()})
    assert assigned.json["data"]["responsible_email"] == shop.owner_email
    assert assigned.json["data"]["responsible_name"]
    taken_away = await api.patch(f"/chats/{chat.id}", {"responsible": nobody})
    assert taken_away.json["data"]["responsible_email"] is None
    assert taken_away.json["data"]["responsible_name"] is None


async def test_an_unknown_assignee_is_not_found_and_nothing_else_of_the_body_happens(
    shop: Place, number: Number, api: ApiClient
) -> None:
    chat = await shop.chat(number)
    before = await shop.rows()
    response = await api.patch(
        f"/chats/{chat.id}", {"name": "New name", "closed": True, "responsible": "no@body.example"}
    )
    assert (response.status, response.json["error_code"]) == (404, "not_found")
    assert await shop.rows() == before


async def test_a_taken_name_is_refused(shop: Place, number: Number, api: ApiClient) -> None:
    await shop.chat(number, "15550100301", "Ana")
    ben = await shop.chat(number, "15550100302", "Ben")
    before = await shop.rows()
    response = await api.patch(f"/chats/{ben.id}", {"name": "Ana"})
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert await shop.rows() == before


async def test_a_name_may_have_256_characters_of_any_script(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    name = "🦀" * 256
    assert (await api.patch(f"/chats/{chat.id}", {"name": name})).json["data"]["name"] == name
