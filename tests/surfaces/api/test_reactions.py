"""Reactions over the API: read with all who reacted, set and taken away in the number's own name."""

from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tideline.features.numbers import Number
from tideline.features.numbers.port import Peer, ReactionChanged

MIRA = Peer(phone="15550100234")


async def reactions(api: ApiClient, uid: object) -> Any:
    return await api.data(f"/messages/{uid}/reactions")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_the_own_reaction_is_set_changed_and_taken_away(
    shop: Place, number: Number, api: ApiClient, method: str
) -> None:
    heard = await shop.hear(number)
    target = f"/messages/{heard.uid}/reactions"
    assert await reactions(api, heard.uid) == {"users": [], "reactions": {}, "total": 0}
    for emoji in ("👍", "❤️"):
        response = await api.request(method, target, {"reaction": emoji})
        assert response.json == {"status": "ok", "data": {"message_uid": str(heard.uid)}}
        own = {"name": "Harbour Coffee", "phone": "+15550100001", "reaction": emoji, "current": True}
        assert await reactions(api, heard.uid) == {"users": [own], "reactions": {emoji: 1}, "total": 1}
        assert (await api.data(f"/messages/{heard.uid}"))["reactions"]["users"] == [own]
    assert (await api.request(method, target, {"reaction": ""})).status == 200
    assert await reactions(api, heard.uid) == {"users": [], "reactions": {}, "total": 0}


async def test_theirs_and_ours_are_counted(shop: Place, number: Number, api: ApiClient) -> None:
    event = shop.written("Hello", MIRA, name="Mira Solberg")
    at = shop.world.clock.advance()
    await shop.receive(number, event, ReactionChanged(MIRA, event.external_id, "👍", at, by=MIRA))
    [chat] = (await api.data("/chats"))["chats"]
    await api.patch(f"/messages/{chat['last_message_uid']}/reactions", {"reaction": "👍"})
    assert await reactions(api, chat["last_message_uid"]) == {
        "users": [
            {"name": "Mira Solberg", "phone": "+15550100234", "reaction": "👍", "current": False},
            {"name": "Harbour Coffee", "phone": "+15550100001", "reaction": "👍", "current": True},
        ],
        "reactions": {"👍": 2},
        "total": 2,
    }


GOOD = {
    "one emoji": ("👍", "👍"),
    "its JSON escape": ("\\ud83d\\udc4d", "👍"),
    "a family of several characters": ("👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"),
    "white space around": (" ☕ ", "☕"),
    "50 characters": ("👍" * 50, "👍" * 50),
    "markup is text": ("<b>'--", "<b>'--"),
}


@pytest.mark.parametrize(("typed", "shown"), GOOD.values(), ids=GOOD)
async def test_what_a_reaction_may_be(shop: Place, number: Number, api: ApiClient, typed: str, shown: str) -> None:
    heard = await shop.hear(number)
    body = f'{{"reaction": "{typed}"}}'.encode()
    assert (await api.patch(f"/messages/{heard.uid}/reactions", body=body)).status == 200
    assert (await reactions(api, heard.uid))["reactions"] == {shown: 1}


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
async def test_a_blank_takes_it_away(shop: Place, number: Number, api: ApiClient, blank: str) -> None:
    heard = await shop.hear(number)
    for reaction in ("👍", blank):
        await api.patch(f"/messages/{heard.uid}/reactions", {"reaction": reaction})
    assert (await reactions(api, heard.uid))["total"] == 0


BAD: dict[str, Any] = {
    "nothing": {},
    "null": {"reaction": None},
    "a number": {"reaction": 1},
    "a list": {"reaction": ["👍"]},
    "an operator object": {"reaction": {"$ne": ""}},
    "51 characters": {"reaction": "👍" * 51},
    "NUL": {"reaction": "\x00"},
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
async def test_what_it_may_not_be(shop: Place, number: Number, api: ApiClient, body: Any) -> None:
    heard = await shop.hear(number)
    response = await api.patch(f"/messages/{heard.uid}/reactions", body)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["errors"][0]["fields"] == ["reaction"]
    assert (await reactions(api, heard.uid))["total"] == 0


async def test_it_is_told_why_a_message_cannot_be_reacted_to(shop: Place, number: Number, api: ApiClient) -> None:
    sent = await api.post("/messages", {"phone": "+15550100234", "text": "Hello"})
    uid = sent.json["data"]["message_uid"]
    response = await api.patch(f"/messages/{uid}/reactions", {"reaction": "👍"})
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["message"] == "This message is not on WhatsApp yet. React to it once it is sent."


async def test_it_costs_nothing(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number)
    before = (await api.data("/workspace"))["messaging_quota"]
    await api.patch(f"/messages/{heard.uid}/reactions", {"reaction": "👍"})
    assert (await api.data("/workspace"))["messaging_quota"] == before


@pytest.mark.parametrize("uid", ["nope", "5b0c1f0e-8a41-4f3b-9d57-2f6f0d1a7c11"])
async def test_an_unknown_message_is_not_found(number: Number, api: ApiClient, uid: str) -> None:
    for response in (
        await api.get(f"/messages/{uid}/reactions"),
        await api.patch(f"/messages/{uid}/reactions", {"reaction": "👍"}),
    ):
        assert (response.status, response.json["message"]) == (404, f'Message uid "{uid}" not found')


async def test_a_message_of_another_workspace_is_not_found(shop: Place, neighbour: Place, api: ApiClient) -> None:
    [theirs] = (await neighbour.api.data("/chats"))["chats"]
    before = await neighbour.rows()
    for reaction in ("👍", ""):
        target = f"/messages/{theirs['last_message_uid']}/reactions"
        assert (await api.patch(target, {"reaction": reaction})).status == 404
        assert (await api.get(target)).status == 404
    assert await neighbour.rows() == before
