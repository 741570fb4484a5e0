"""Notes over the API: JSON or plain text, in the history and nowhere else."""

from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tideline.features.numbers import Number

TEXT = {"Content-Type": "text/plain"}


async def history(api: ApiClient, chat_id: int) -> list[dict[str, Any]]:
    page = await api.data(f"/chats/{chat_id}/messages")
    return list(page["messages"])


async def test_a_note_in_the_history(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    response = await api.post(f"/chats/{chat.id}/notes", {"text": "Prefers calls after 15:00."})
    assert response.status == 200
    uid = response.json["data"]["message_uid"]
    me = await api.data("/workspace/teammates/me")
    [message] = await history(api, chat.id)
    assert message == {
        "uid": uid,
        "chat_id": chat.id,
        "timestamp": "2026-11-23 14:00:00 +0200",
        "received_timestamp": "2026-11-23 14:00:00 +0200",
        "sender_phone": "",
        "sender_name": me["display_name"],
        "recipient_phone": None,
        "recipient_name": "",
        "from_me": True,
        "text": "Prefers calls after 15:00.",
        "attachment_url": None,
        "attachment_filename": None,
        "status": "Sent",
        "origin": "Public API",
        "has_attachment": False,
        "message_type": "note",
        "reactions": {"users": [], "reactions": {}, "total": 0},
        "data": {"is_private": True},
        "created_by": me["display_name"],
    }
    assert await api.data(f"/messages/{uid}") == message
    assert await api.data(f"/messages/{uid}/status_history") == []


GOOD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "private": ({"text": "x", "is_private": True}, {"data": {"is_private": True}}),
    "not private": ({"text": "x", "is_private": False}, {"data": {"is_private": False}}),
    "white space around": ({"text": " \n x\n y \n"}, {"text": "x\n y"}),
    "10,000 characters": ({"text": "👍" * 10_000}, {"text": "👍" * 10_000}),
    "markup is text": ({"text": "<b>*x*</b> {{7*7}}"}, {"text": "<b>*x*</b> {{7*7}}"}),
    "metadata": ({"text": "x", "metadata": {"deal": 7}}, {"metadata": {"deal": 7}}),
    "other members": ({"text": "x", "chat_id": 5, "type": "whatsapp"}, {"message_type": "note"}),
}
BAD: dict[str, tuple[Any, str]] = {
    "no text": ({}, "text"),
    "an empty one": ({"text": ""}, "text"),
    "a blank one": ({"text": " \n\t "}, "text"),
    "null": ({"text": None}, "text"),
    "an operator object": ({"text": {"$ne": ""}}, "text"),
    "10,001 characters": ({"text": "x" * 10_001}, "text"),
    "a privacy that is a text": ({"text": "x", "is_private": "false"}, "is_private"),
    "no privacy": ({"text": "x", "is_private": None}, "is_private"),
    "metadata that is a list": ({"text": "x", "metadata": []}, "metadata"),
    "NUL": ({"text": "a\x00b"}, "text"),
}


@pytest.mark.parametrize(("body", "shown"), GOOD.values(), ids=GOOD)
async def test_what_a_note_may_be(shop: Place, number: Number, api: ApiClient, body: Any, shown: Any) -> None:
    chat = await shop.chat(number)
    assert (await api.post(f"/chats/{chat.id}/notes", body)).status == 200
    [message] = await history(api, chat.id)
    assert {name: message[name] for name in shown} == shown


@pytest.mark.parametrize(("body", "field"), BAD.values(), ids=BAD)
async def test_what_it_may_not_be(shop: Place, number: Number, api: ApiClient, body: Any, field: str) -> None:
    chat = await shop.chat(number)
    response = await api.post(f"/chats/{chat.id}/notes", body)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["errors"][0]["fields"] == [field]
    assert await history(api, chat.id) == []


async def test_a_plain_text_is_a_private_note(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    body = 'Prefers "calls" — после 15:00\r\n{"text": 1}'.encode()
    headers = {"Content-Type": "text/plain;charset=UTF-8"}
    response = await api.post(f"/chats/{chat.id}/notes", body=body, headers=headers)
    assert response.status == 200
    [message] = await history(api, chat.id)
    assert (message["text"], message["data"]) == (body.decode(), {"is_private": True})


@pytest.mark.parametrize("body", [b"", b"   ", b"a\x00b", b"\xff\xfe", b"x" * 10_001], ids=repr)
async def test_a_bad_plain_text_is_refused(shop: Place, number: Number, api: ApiClient, body: bytes) -> None:
    chat = await shop.chat(number)
    response = await api.post(f"/chats/{chat.id}/notes", body=body, headers=TEXT)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert await history(api, chat.id) == []


async def test_it_does_not_look_like_the_last_message(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "Hello")
    other = await shop.hear(number, "Later", phone="15550100555")
    await api.post(f"/chats/{heard.chat_id}/notes", {"text": "Do not tell them"})
    page = (await api.data("/chats?with_msg=true"))["chats"]
    assert [chat["id"] for chat in page] == [other.chat_id, heard.chat_id]
    assert page[1]["last_message"]["text"] == "Hello"
    assert page[1]["last_message_uid"] == str(heard.uid)
    assert page[1]["read"] is False
    assert [message["text"] for message in await history(api, heard.chat_id)] == ["Do not tell them", "Hello"]


async def test_notes_are_added_and_nothing_else(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert (await api.request(method, f"/chats/{chat.id}/notes")).status == 405


async def test_they_cost_nothing(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    before = (await api.data("/workspace"))["messaging_quota"]
    await api.post(f"/chats/{chat.id}/notes", {"text": "x"})
    assert (await api.data("/workspace"))["messaging_quota"] == before


async def test_a_chat_of_another_workspace_is_not_found(shop: Place, neighbour: Place, api: ApiClient) -> None:
    [theirs] = (await neighbour.api.data("/chats"))["chats"]
    before = await neighbour.rows()
    response = await api.post(f"/chats/{theirs['id']}/notes", {"text": "x"})
    assert (response.status, response.json["error_code"]) == (404, "not_found")
    assert await neighbour.rows() == before
