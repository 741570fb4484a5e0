"""Messages over the API: how they look, which a filter finds, and how a delivery went."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import START, ApiWorld, Place
from tideline.features.messages import Message
from tideline.features.numbers import Number
from tideline.features.numbers.port import CallEnded, MessageRevoked, Peer, ReactionChanged, StatusChanged, Via

MIRA = Peer(phone="15550100234")
NOBODYS = "0192c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d"


async def texts(api: ApiClient, chat_id: int, query: str = "") -> list[str]:
    return [message["text"] for message in (await api.data(f"/chats/{chat_id}/messages{query}"))["messages"]]


# How a message looks -----------------------------------------------------------------------------------------


async def test_a_message_that_came_in(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "Hello\nagain", name="Mira Solberg")
    assert await api.data(f"/messages/{heard.uid}") == {
        "uid": str(heard.uid),
        "chat_id": heard.chat_id,
        "timestamp": "2026-11-23 14:01:00 +0200",
        "received_timestamp": "2026-11-23 14:01:00 +0200",
        "sender_phone": "+15550100234",
        "sender_name": "Mira Solberg",
        "recipient_phone": "+15550100001",
        "recipient_name": "Harbour Coffee",
        "from_me": False,
        "text": "Hello\nagain",
        "attachment_url": None,
        "attachment_filename": None,
        "status": "Delivered",
        "origin": "synced from WhatsApp",
        "has_attachment": False,
        "message_type": "whatsapp",
        "reactions": {"users": [], "reactions": {}, "total": 0},
        "data": {"whatsapp_from_me": False},
        "created_by": "",
    }


async def test_a_message_sent_by_the_api(shop: Place, number: Number, api: ApiClient) -> None:
    sent = await api.post("/messages", {"phone": "+15550100234", "text": "Your beans left the roastery today."})
    me = await api.data("/workspace/teammates/me")
    message = await api.data(f"/messages/{sent.json['data']['message_uid']}")
    assert (message["status"], message["origin"], message["from_me"]) == ("Pending", "Public API", True)
    assert (message["sender_phone"], message["recipient_phone"]) == ("+15550100001", "+15550100234")
    assert message["created_by"] == me["display_name"]
    assert message["data"] == {"whatsapp_from_me": True}


async def test_a_message_typed_on_the_phone_is_synced(shop: Place, number: Number, api: ApiClient) -> None:
    await shop.receive(number, shop.written("From my phone", MIRA, from_me=True, via=Via.PHONE))
    [chat] = (await api.data("/chats"))["chats"]
    [message] = (await api.data(f"/chats/{chat['id']}/messages"))["messages"]
    assert (message["from_me"], message["origin"], message["created_by"]) == (True, "synced from WhatsApp", "")


async def test_a_message_in_a_group_has_no_recipient_phone(shop: Place, number: Number, api: ApiClient) -> None:
    group = await shop.group(number, members=["15550100555"])
    assert group.group_jid
    await shop.receive(number, shop.written("Hi all", Peer(group=group.group_jid), from_me=True, via=Via.PHONE))
    [message] = (await api.data(f"/chats/{group.id}/messages"))["messages"]
    assert message["recipient_phone"] is None
    assert message["recipient_name"] == "Harbour wholesale"


async def test_reactions_are_listed_and_counted(shop: Place, number: Number, api: ApiClient) -> None:
    sent = shop.written("Hello", MIRA)
    await shop.receive(number, sent)
    at = shop.world.clock.advance()
    await shop.receive(
        number,
        ReactionChanged(MIRA, sent.external_id, "👍", at, by=MIRA, push_name="Mira"),
        ReactionChanged(MIRA, sent.external_id, "👍", at),
    )
    [chat] = (await api.data("/chats"))["chats"]
    [message] = (await api.data(f"/chats/{chat['id']}/messages"))["messages"]
    assert message["reactions"]["reactions"] == {"👍": 2}
    assert message["reactions"]["total"] == 2
    assert sorted(user["current"] for user in message["reactions"]["users"]) == [False, True]


async def test_a_call_shows_its_outcome(shop: Place, number: Number, api: ApiClient) -> None:
    call = CallEnded(MIRA, "CALL1", "incoming", "missed", False, 0, shop.world.clock.advance())
    await shop.receive(number, call)
    [chat] = (await api.data("/chats"))["chats"]
    [message] = (await api.data(f"/chats/{chat['id']}/messages"))["messages"]
    assert (message["message_type"], message["text"], message["status"].lower()) == ("whatsapp_call", None, "missed")


async def test_a_revoked_message_has_lost_its_text(shop: Place, number: Number, api: ApiClient) -> None:
    sent = shop.written("Forget this", MIRA)
    await shop.receive(number, sent)
    await shop.receive(number, MessageRevoked(MIRA, sent.external_id, shop.world.clock.advance(), by=MIRA))
    [chat] = (await api.data("/chats"))["chats"]
    assert await texts(api, chat["id"]) == [None]


@pytest.mark.parametrize(
    "uid", ["nope", NOBODYS, f"{{{NOBODYS}}}", NOBODYS.replace("-", ""), f"{NOBODYS}x", "%F0%9F%A6%80"]
)
async def test_an_unknown_message_is_not_found(number: Number, api: ApiClient, uid: str) -> None:
    for path in (f"/messages/{quote(uid, safe='%')}", f"/messages/{quote(uid, safe='%')}/status_history"):
        response = await api.get(path)
        assert (response.status, response.json["error_code"]) == (404, "not_found")
        assert response.json["message"].startswith('Message uid "')


async def test_nul_in_a_uid_is_refused(number: Number, api: ApiClient) -> None:
    assert (await api.get("/messages/a%00b")).status == 400


# The history -------------------------------------------------------------------------------------------------


@pytest.fixture
async def history(shop: Place, number: Number) -> list[Message]:
    """Five messages, a minute apart; the second and fourth are our own, from the phone. Oldest first."""
    found = []
    for n in range(1, 6):
        own: dict[str, Any] = {"from_me": True, "via": Via.PHONE} if n in (2, 4) else {}
        found.append(await shop.hear(number, f"m{n}", **own))
    return found


async def test_the_newest_comes_first_unless_asked_otherwise(api: ApiClient, history: list[Message]) -> None:
    chat_id = history[0].chat_id
    assert await texts(api, chat_id) == ["m5", "m4", "m3", "m2", "m1"]
    assert await texts(api, chat_id, "?sorting_order=desc") == ["m5", "m4", "m3", "m2", "m1"]
    assert await texts(api, chat_id, "?sorting_order=asc") == ["m1", "m2", "m3", "m4", "m5"]


async def test_messages_are_found_by_direction(api: ApiClient, history: list[Message]) -> None:
    chat_id = history[0].chat_id
    assert await texts(api, chat_id, "?from_me=true") == ["m4", "m2"]
    assert await texts(api, chat_id, "?from_me=FALSE") == ["m5", "m3", "m1"]


async def test_the_named_message_itself_is_left_out(api: ApiClient, history: list[Message]) -> None:
    chat_id = history[0].chat_id
    assert await texts(api, chat_id, f"?after_message={history[2].uid}") == ["m5", "m4"]
    assert await texts(api, chat_id, f"?before_message={history[2].uid}") == ["m2", "m1"]
    both = f"?after_message={history[0].uid}&before_message={history[4].uid}&sorting_order=asc"
    assert await texts(api, chat_id, both) == ["m2", "m3", "m4"]
    assert await texts(api, chat_id, f"?before_message={str(history[2].uid).upper()}&from_me=true") == ["m2"]
    assert await texts(api, chat_id, "?after_message=&before_message=") == ["m5", "m4", "m3", "m2", "m1"]


@pytest.mark.parametrize("uid", ["nope", NOBODYS])
async def test_an_unknown_named_message_is_not_found(api: ApiClient, history: list[Message], uid: str) -> None:
    response = await api.get(f"/chats/{history[0].chat_id}/messages?after_message={uid}")
    assert response.status == 404
    assert response.json["message"] == f'Message uid "{uid}" not found'


TIMES = {
    "after=2026-11-23T12:03:00Z": ["m5", "m4", "m3"],
    "before=2026-11-23T12:03:00Z": ["m3", "m2", "m1"],
    "after=2026-11-23%2014:03": ["m5", "m4", "m3"],
    "before=2026-11-23%2014:03": ["m3", "m2", "m1"],
    "after=2026-11-23%2014:03:00%20%2B0200": ["m5", "m4", "m3"],
    "after=2026-11-23+14:03:00++0200": ["m5", "m4", "m3"],
    "after=2026-11-23T14:03:00+02:00": ["m5", "m4", "m3"],
    "after=2026-11-23": ["m5", "m4", "m3", "m2", "m1"],
    "before=2026-11-23": ["m5", "m4", "m3", "m2", "m1"],
    "before=2026-11-22": [],
    "after=2026-11-24": [],
    "after=2026-11-23T12:02:00Z&before=2026-11-23T12:04:00Z": ["m4", "m3", "m2"],
    "after=2026-11-23T12:02:00Z&from_me=true": ["m4", "m2"],
}


@pytest.mark.parametrize(("query", "found"), TIMES.items(), ids=TIMES)
async def test_messages_are_found_by_time(api: ApiClient, history: list[Message], query: str, found: list[str]) -> None:
    assert await texts(api, history[0].chat_id, f"?{query}") == found


async def test_a_time_read_from_a_message_finds_that_message(
    shop: Place, number: Number, world: ApiWorld, api: ApiClient
) -> None:
    world.clock.advance(timedelta(milliseconds=700))
    heard = await shop.hear(number, "late in its second")
    at = quote((await api.data(f"/messages/{heard.uid}"))["timestamp"])
    assert await texts(api, heard.chat_id, f"?before={at}") == ["late in its second"]
    assert await texts(api, heard.chat_id, f"?after={at}") == ["late in its second"]


@pytest.mark.parametrize("query", ["after=soon", "before=2026-02-30", "sorting_order=up", "sorting_order=", "page=0",
                                   "from_me=me", "after=0000-01-01", "before=9999-12-31T23:59:59Z"])  # fmt: skip
async def test_a_wrong_parameter_is_named(api: ApiClient, history: list[Message], query: str) -> None:
    response = await api.get(f"/chats/{history[0].chat_id}/messages?{query}")
    assert response.status == 400
    assert [error["fields"] for error in response.json["errors"]] == [[query.partition("=")[0]]]


async def test_the_history_has_pages(shop: Place, number: Number, api: ApiClient) -> None:
    await shop.receive(number, *(shop.written(f"m{n:03d}", MIRA) for n in range(120)))
    [chat] = (await api.data("/chats"))["chats"]
    pages = [await api.data(f"/chats/{chat['id']}/messages?sorting_order=asc&page={n}") for n in (1, 2, 3, 4)]
    assert [len(page["messages"]) for page in pages] == [50, 50, 20, 0]
    assert [page["has_more_pages"] for page in pages] == [True, True, False, False]
    assert [m["text"] for page in pages for m in page["messages"]] == [f"m{n:03d}" for n in range(120)]
    small = await api.data(f"/chats/{chat['id']}/messages?limit=7")
    assert (len(small["messages"]), small["has_more_pages"]) == (7, True)


# How a delivery went -----------------------------------------------------------------------------------------


async def test_a_new_message_has_an_empty_status_history(number: Number, api: ApiClient) -> None:
    sent = await api.post("/messages", {"phone": "+15550100234", "text": "Hi"})
    assert await api.data(f"/messages/{sent.json['data']['message_uid']}/status_history") == []


async def test_the_status_history_is_told_in_order(shop: Place, number: Number, api: ApiClient) -> None:
    sent = shop.written("From my phone", MIRA, from_me=True, via=Via.PHONE)
    await shop.receive(number, sent)
    delivered, read = shop.world.clock.advance(), shop.world.clock.advance()
    await shop.receive(
        number,
        StatusChanged(MIRA, [sent.external_id], "read", read),
        StatusChanged(MIRA, [sent.external_id], "delivered", delivered),
    )
    [chat] = (await api.data("/chats"))["chats"]
    steps = await api.data(f"/messages/{chat['last_message_uid']}/status_history")
    assert [step["status"] for step in steps][-1] == "Read"
    assert [step["timestamp"] for step in steps] == sorted(step["timestamp"] for step in steps)
    assert (await api.data(f"/messages/{chat['last_message_uid']}"))["status"] == "Read"


def test_the_clock_of_these_tests_starts_at_two_in_athens() -> None:
    assert datetime(2026, 11, 23, 12, tzinfo=UTC) == START
