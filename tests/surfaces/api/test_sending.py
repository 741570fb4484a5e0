"""Sending over the API: what is accepted, what is refused, and that a refusal leaves nothing behind."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tideline.features.numbers import Number
from tideline.features.numbers.port import Peer

NOBODYS = "0192c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d"


async def accepted(api: ApiClient, target: str, body: Any) -> dict[str, Any]:
    """The message behind an accepted send."""
    response = await api.post(target, body)
    assert response.status == 200, response.body
    assert list(response.json["data"]) == ["message_uid"]
    message: dict[str, Any] = await api.data(f"/messages/{response.json['data']['message_uid']}")
    return message


async def used(api: ApiClient) -> int:
    quota: int = (await api.data("/workspace"))["messaging_quota"]["used"]
    return quota


# Accepted ----------------------------------------------------------------------------------------------------


async def test_a_send_into_a_chat_leaves_from_the_chats_number(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    shop.world.clock.advance()
    await shop.link("15550100002", name="Connected later")
    message = await accepted(api, f"/chats/{chat.id}/messages", {"text": " Hello \n"})
    assert (message["chat_id"], message["text"]) == (chat.id, "Hello")
    assert message["sender_phone"] == "+15550100001"
    assert await used(api) == 1


async def test_a_send_to_a_new_phone_makes_the_chat(shop: Place, number: Number, api: ApiClient) -> None:
    message = await accepted(api, "/messages", {"phone": "+1 (555) 010-0777", "text": "Hello"})
    chat = await api.data(f"/chats/{message['chat_id']}")
    assert (chat["phone"], chat["last_message_uid"]) == ("+15550100777", message["uid"])
    again = await accepted(api, "/messages", {"phone": "0015550100777", "text": "Hello again"})
    assert again["chat_id"] == message["chat_id"]


async def test_the_number_connected_last_sends_by_default(shop: Place, number: Number, api: ApiClient) -> None:
    shop.world.clock.advance()
    await shop.link("15550100002", name="Connected later")
    message = await accepted(api, "/messages", {"phone": "+15550100234", "text": "Hello"})
    assert message["sender_phone"] == "+15550100002"


CHOICES = {
    "by phone": {"whatsapp_account_phone": "+15550100001"},
    "by phone without plus": {"whatsapp_account_phone": "15550100001"},
    "by JID": {"whatsapp_account_id": "15550100001@s.whatsapp.net"},
    "the phone wins": {"whatsapp_account_phone": "+15550100001", "whatsapp_account_id": "15550100002@s.whatsapp.net"},
}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
@pytest.mark.parametrize(
    ("target", "to"), [("/messages", {"phone": "+15550100234"}), ("/messages/to_jid", {"jid": "15550100234@c.us"})]
)
async def test_the_sending_number_can_be_chosen(
    shop: Place, number: Number, api: ApiClient, target: str, to: dict[str, str], choice: dict[str, str]
) -> None:
    shop.world.clock.advance()
    await shop.link("15550100002", name="Connected later")
    message = await accepted(api, target, {**to, **choice, "text": "Hello"})
    assert message["sender_phone"] == "+15550100001"


async def test_a_send_to_an_address_reaches_people_and_groups(shop: Place, number: Number, api: ApiClient) -> None:
    group = await shop.group(number)
    to_group = await accepted(api, "/messages/to_jid", {"jid": group.group_jid, "text": "Hello all"})
    assert to_group["chat_id"] == group.id
    to_person = await accepted(api, "/messages/to_jid", {"jid": "15550100234@s.whatsapp.net", "text": "Hello"})
    assert to_person["recipient_phone"] == "+15550100234"


async def test_a_send_to_a_chat_name_finds_exactly_that_chat(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number, "15550100234", "Mira Solberg")
    await shop.chat(number, "15550100235", "Mira Solberg the elder")
    message = await accepted(api, "/messages/to_chat_name", {"chat_name": "Mira Solberg", "text": "Hello"})
    assert message["chat_id"] == chat.id
    assert (await api.data(f"/chats/{chat.id}"))["name"] == "Mira Solberg"


async def test_label_and_name_are_given_to_the_chat(shop: Place, number: Number, api: ApiClient) -> None:
    body = {"phone": "+15550100234", "text": "Hello", "label": "shipping", "chat_name": "Mira (wholesale)"}
    message = await accepted(api, "/messages", body)
    chat = await api.data(f"/chats/{message['chat_id']}")
    assert (chat["name"], chat["labels"]) == ("Mira (wholesale)", ["shipping"])


@pytest.mark.parametrize("key", ["reply_to", "reply_to_uid"])
async def test_a_message_can_quote_another(shop: Place, number: Number, api: ApiClient, key: str) -> None:
    heard = await shop.hear(number)
    await accepted(api, f"/chats/{heard.chat_id}/messages", {"text": "Yes", key: str(heard.uid)})
    await accepted(api, "/messages/to_jid", {"jid": "15550100234@s.whatsapp.net", "text": "Yes", key: str(heard.uid)})


IGNORED = {
    "null": {"reply_to": None},
    "nothing": {"reply_to": ""},
    "null in the other spelling": {"reply_to_uid": None},
    "unknown members": {"subject": "x", "attachments": [{"deep": [1]}], "chat_id": 5},
    "an empty sender": {"whatsapp_account_phone": "", "whatsapp_account_id": ""},
    "an empty name": {"chat_name": ""},
}


@pytest.mark.parametrize("more", IGNORED.values(), ids=IGNORED)
async def test_what_means_nothing_is_ignored(shop: Place, number: Number, api: ApiClient, more: dict[str, Any]) -> None:
    message = await accepted(api, "/messages/to_jid", {"jid": "15550100234@s.whatsapp.net", "text": "Hello", **more})
    assert message["text"] == "Hello"


async def test_a_quoted_message_means_nothing_to_a_phone(shop: Place, number: Number, api: ApiClient) -> None:
    await accepted(api, "/messages", {"phone": "+15550100234", "text": "Hello", "reply_to": "nope"})


@pytest.mark.parametrize(
    "text", ["x" * 2000, "🦀" * 2000, "  " + "x" * 2000 + " \n", "Ñandú 漢字 \u202e א", "\\u0000", "<b>&"]
)
async def test_any_text_up_to_two_thousand_characters_is_sent(number: Number, api: ApiClient, text: str) -> None:
    message = await accepted(api, "/messages", {"phone": "+15550100234", "text": text})
    assert message["text"] == text.strip()


async def test_sends_that_arrive_together_are_all_accepted_and_charged(
    shop: Place, number: Number, api: ApiClient
) -> None:
    bodies = [{"phone": f"+1555010{n:04d}", "text": f"Hello {n}"} for n in range(40)]
    answers = await asyncio.gather(*(api.post("/messages", body) for body in bodies))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["data"]["message_uid"] for answer in answers}) == 40
    assert await used(api) == 40


# Refused -----------------------------------------------------------------------------------------------------

VALIDATION = (400, "validation_error")
MISSING = (404, "not_found")
BODY_LIMITS: dict[str, tuple[dict[str, Any], tuple[int, str], str]] = {
    "blank text": ({"text": " \n\t "}, VALIDATION, "can not be empty string"),
    "empty text": ({"text": ""}, VALIDATION, "can not be empty string"),
    "blank text beside a file": ({"text": "", "file_uid": NOBODYS}, VALIDATION, "can not be empty string"),
    "2,001 characters": ({"text": "x" * 2001}, VALIDATION, "must have at most 2000 characters"),
    "2,001 crabs": ({"text": "🦀" * 2001}, VALIDATION, "must have at most 2000 characters"),
    "no text and no file": ({}, VALIDATION, "is required, unless there is a file_uid"),
    "a number as text": ({"text": 5}, VALIDATION, "must be a string"),
    "null as text": ({"text": None}, VALIDATION, "must be a string"),
    "a list as text": ({"text": ["Hello"]}, VALIDATION, "must be a string"),
    "a file by its address": (
        {"text": "Hello", "file_url": "https://x.example/a.pdf"}, VALIDATION,
        "is not supported any more: upload the file and send its file_uid",
    ),
    "a file by nothing": ({"text": "Hello", "file_url": None}, VALIDATION, "upload the file and send its file_uid"),
    "an unknown file": ({"file_uid": NOBODYS}, MISSING, "File uid"),
    "a file that is no uid": ({"text": "Hello", "file_uid": "nope"}, MISSING, 'File uid "nope" not found'),
    "a number as file": ({"text": "Hello", "file_uid": 5}, VALIDATION, "must be a string"),
    "an attachment template": (
        {"attachment_template_id": 88}, MISSING, 'Attachment template id "88" not found',
    ),
    "a huge template": ({"attachment_template_id": 2**63}, MISSING, "Attachment template id"),
    "a text as template": ({"attachment_template_id": "88"}, VALIDATION, "must be a whole number"),
    "an empty label": ({"text": "Hello", "label": ""}, VALIDATION, "can not be empty string"),
    "a blank label": ({"text": "Hello", "label": "  "}, VALIDATION, ""),
    "a label of 65 characters": ({"text": "Hello", "label": "x" * 65}, VALIDATION, "at most 64 characters"),
    "a name of 257 characters": ({"text": "Hello", "chat_name": "x" * 257}, VALIDATION, "at most 256 characters"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "wanted", "words"), BODY_LIMITS.values(), ids=BODY_LIMITS)
@pytest.mark.parametrize("target", ["chat", "phone", "jid", "name"])
async def test_a_bad_message_is_refused_on_every_way_and_leaves_nothing_behind(
    shop: Place, number: Number, api: ApiClient, target: str, body: Any, wanted: tuple[int, str], words: str
) -> None:
    chat = await shop.chat(number, "15550100234", "Mira Solberg")
    path, to = {
        "chat": (f"/chats/{chat.id}/messages", {}),
        "phone": ("/messages", {"phone": "+15550100234"}),
        "jid": ("/messages/to_jid", {"jid": "15550100234@s.whatsapp.net"}),
        "name": ("/messages/to_chat_name", {"chat_name": "Mira Solberg"}),
    }[target]
    before = await shop.rows()
    response = await api.post(path, {**to, **body})
    assert (response.status, response.json["error_code"]) == wanted
    assert words in str(response.json)
    assert await shop.rows() == before


async def test_a_text_too_long_to_be_explained_is_named_all_the_same(number: Number, api: ApiClient) -> None:
    """Many programs escape what is not ASCII, so 2,001 crabs are a body of 24 kB."""
    escaped = json.dumps({"phone": "+15550100234", "text": "🦀" * 2001}).encode()
    response = await api.request("POST", "/messages", body=escaped)
    assert response.json["errors"] == [{"fields": ["text"], "msg": "must have 1 to 2000 characters"}]


WRONG_PHONES = [
    "+1555CAFE",
    "call me",
    "",
    "+",
    "123456",
    "+123456",
    "1234567890123456",
    "٠١٢٣٤٥٦٧٨٩",
    "'; DROP TABLE chat",
]


@pytest.mark.parametrize("phone", WRONG_PHONES)
async def test_a_phone_that_is_none_is_refused(shop: Place, number: Number, api: ApiClient, phone: str) -> None:
    before = await shop.rows()
    response = await api.post("/messages", {"phone": phone, "text": "Hello"})
    assert (response.status, response.json["error_code"]) == VALIDATION
    assert response.json["message"] == f'Wrong phone number "{phone}"'
    assert await shop.rows() == before


@pytest.mark.parametrize(
    "jid", ["", "nobody", "15550100234@example.com", "call me@s.whatsapp.net", "@g.us", "1@g.us\u202e"]
)
async def test_an_address_that_is_none_is_refused(shop: Place, number: Number, api: ApiClient, jid: str) -> None:
    before = await shop.rows()
    response = await api.post("/messages/to_jid", {"jid": jid, "text": "Hello"})
    assert response.status in (400, 404)
    assert await shop.rows() == before


@pytest.mark.parametrize("member", ["phone", "whatsapp_account_phone", "whatsapp_account_id"])
@pytest.mark.parametrize("value", [15550100234, None, True, ["+15550100234"], {"x": 1}])
async def test_a_member_of_the_wrong_type_is_named(
    shop: Place, number: Number, api: ApiClient, member: str, value: Any
) -> None:
    before = await shop.rows()
    response = await api.post("/messages", {"phone": "+15550100234", "text": "Hello", member: value})
    assert response.status == 400
    assert response.json["errors"] == [{"fields": [member], "msg": "must be a string"}]
    assert await shop.rows() == before


async def test_without_a_phone_there_is_nobody_to_send_to(number: Number, api: ApiClient) -> None:
    response = await api.post("/messages", {})
    assert {tuple(error["fields"]): error["msg"] for error in response.json["errors"]} == {
        ("phone",): "is required",
        ("text",): "is required, unless there is a file_uid or an attachment_template_id",
    }


UNLINKED = {
    "an unknown phone": {"whatsapp_account_phone": "+15550109999"},
    "an unknown JID": {"whatsapp_account_id": "15550109999@s.whatsapp.net"},
    "no phone at all": {"whatsapp_account_phone": "mine"},
    "no JID at all": {"whatsapp_account_id": "mine"},
    "an unknown phone wins over a known JID": {
        "whatsapp_account_phone": "+15550109999", "whatsapp_account_id": "15550100001@s.whatsapp.net",
    },
}  # fmt: skip


@pytest.mark.parametrize("choice", UNLINKED.values(), ids=UNLINKED)
async def test_a_number_that_is_not_linked_sends_nothing(
    shop: Place, number: Number, neighbour: Place, api: ApiClient, choice: dict[str, str]
) -> None:
    before = await shop.rows()
    response = await api.post("/messages", {"phone": "+15550100234", "text": "Hello", **choice})
    assert response.status in (400, 404)
    assert response.json["error_code"] in ("validation_error", "not_found")
    assert await shop.rows() == before


async def test_a_workspace_without_a_number_sends_nothing(shop: Place, neighbour: Place, api: ApiClient) -> None:
    before = await shop.rows()
    response = await api.post("/messages", {"phone": "+15550100234", "text": "Hello"})
    assert (response.status, response.json["message"]) == (400, "No connected WhatsApp account")
    assert await shop.rows() == before


async def test_a_chat_of_a_disconnected_number_takes_nothing(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    await shop.disconnect(number)
    before = await shop.rows()
    into_chat = await api.post(f"/chats/{chat.id}/messages", {"text": "Hello"})
    chosen = await api.post(
        "/messages", {"phone": "+15550100234", "text": "Hello", "whatsapp_account_phone": "+15550100001"}
    )
    for response in (into_chat, chosen):
        assert (response.status, response.json["error_code"]) == VALIDATION
        assert response.json["message"] == "No connected WhatsApp account"
    assert await shop.rows() == before


async def test_a_broadcast_list_cannot_be_messaged(shop: Place, number: Number, api: ApiClient) -> None:
    before = await shop.rows()
    for jid in ("123456789@broadcast", "123456789@newsletter"):
        response = await api.post("/messages/to_jid", {"jid": jid, "text": "Hello"})
        assert (response.status, response.json["message"]) == (400, "Cannot message this group")
    assert await shop.rows() == before


async def test_a_message_of_another_number_cannot_be_quoted(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number)
    other = await shop.link("15550100002", name="Second")
    chat = await shop.chat(other)
    before = await shop.rows()
    response = await api.post(f"/chats/{chat.id}/messages", {"text": "Yes", "reply_to": str(heard.uid)})
    assert (response.status, response.json["error_code"]) == VALIDATION
    assert await shop.rows() == before


@pytest.mark.parametrize("uid", ["nope", NOBODYS])
async def test_an_unknown_message_cannot_be_quoted(shop: Place, number: Number, api: ApiClient, uid: str) -> None:
    chat = await shop.chat(number)
    before = await shop.rows()
    response = await api.post(f"/chats/{chat.id}/messages", {"text": "Yes", "reply_to": uid})
    assert (response.status, response.json["message"]) == (404, f'Message uid "{uid}" not found')
    assert await shop.rows() == before


async def test_a_name_that_is_taken_is_not_given_again(shop: Place, number: Number, api: ApiClient) -> None:
    await shop.chat(number, "15550100301", "Ana")
    before = await shop.rows()
    response = await api.post("/messages", {"phone": "+15550100302", "text": "Hello", "chat_name": "Ana"})
    assert (response.status, response.json["error_code"]) == VALIDATION
    assert await shop.rows() == before


async def test_nothing_is_queued_when_the_quota_is_used_up(world: ApiWorld) -> None:
    shop = await world.workspace(messages_quota=2)
    await shop.link()
    body = {"phone": "+15550100234", "text": "Hello"}
    assert [(await shop.api.post("/messages", body)).status for _ in range(2)] == [200, 200]
    before = await shop.rows()
    response = await shop.api.post("/messages", body)
    assert (response.status, response.json["error_code"]) == (403, "quota_exceeded")
    assert "ass sending quota" in response.json["message"]
    assert await shop.rows() == before


async def test_a_person_who_wrote_under_a_lid_is_answered_there(shop: Place, number: Number, api: ApiClient) -> None:
    await shop.receive(number, shop.written("Hi", Peer(lid="98765432101234")))
    [chat] = (await api.data("/chats"))["chats"]
    by_jid = await accepted(api, "/messages/to_jid", {"jid": "98765432101234@lid", "text": "Hello"})
    assert by_jid["chat_id"] == chat["id"]
