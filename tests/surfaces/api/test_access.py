"""Who may call: tokens, scopes, API calls that are counted, and a neighbour who sees nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tests.support.asgi import Response
from tideline.features import workspaces
from tideline.features.numbers import Number
from tideline.features.workspaces import Role
from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.mount import public_api_app
from tideline.surfaces.api.not_built import NOT_BUILT

BUILT = [one for one in public_api().operations.values() if one.id not in NOT_BUILT]
each_operation = pytest.mark.parametrize("operation", BUILT, ids=lambda one: one.id)

BODIES = {
    "updateChat": {"closed": True, "name": "Somebody else", "read": True, "responsible": ""},
    "sendMessageToChat": {"text": "Hello"},
    "sendMessageToPhone": {"phone": "+15550100777", "text": "Hello"},
    "sendMessageToJid": {"jid": "15550100777@s.whatsapp.net", "text": "Hello"},
    "sendMessageToChatName": {"chat_name": "Mira", "text": "Hello"},
    "addChatLabels": {"labels": ["vip"]},
    "replaceChatLabels": {"labels": ["vip"]},
    "createTemplate": {"name": "Greeting", "text": "Hello"},
    "updateTemplate": {"text": "Goodbye"},
    "createWebhook": {"event_type": "chat:new", "url": "https://crm.example.com/in"},
    "updateWebhook": {"enabled": False},
    "trackTemplateUsageV2": {"template_id": 1, "origin": "Chat View"},
}


def answer(response: Response) -> tuple[int, str]:
    return response.status, response.json["error_code"]


@each_operation
async def test_nobody_gets_in_without_a_token(api: ApiClient, operation: Operation) -> None:
    path = operation.path.format(**dict.fromkeys(operation.path_parameters, 1))
    response = await api.with_token(None).request(operation.method, path, BODIES.get(operation.id))
    assert answer(response) == (401, "missing_credentials")
    response = await api.with_token("tla_nobody").request(operation.method, path, BODIES.get(operation.id))
    assert answer(response) == (401, "invalid_token")


async def test_guessing_tokens_is_limited_like_everything_else(world: ApiWorld, shop: Place) -> None:
    api = ApiClient(public_api_app(replace(world.deps, rate_limit=5, rate_limit_queue=1)), None)
    guesses = await asyncio.gather(*(api.with_token(f"tla_guess{n}").get("/chats") for n in range(30)))
    assert sorted({answer(one) for one in guesses}) == [(401, "invalid_token"), (429, "rate_limit_exceeded")]
    assert [one.status for one in guesses].count(401) == 6
    elsewhere = api.with_token(shop.token).from_address("192.0.2.9")
    assert (await elsewhere.get("/chats")).status == 200


async def test_a_rotated_token_ends_at_once(shop: Place, api: ApiClient) -> None:
    assert (await api.get("/chats")).status == 200
    newer = await shop.run(workspaces.rotate_token, shop.world.access, shop.owner_id)
    assert answer(await api.get("/chats")) == (401, "invalid_token")
    assert (await api.with_token(newer).get("/chats")).status == 200


async def test_an_expired_token_is_invalid(shop: Place, world: ApiWorld) -> None:
    mo = await shop.member(Role.TEAMMATE, expires_at=world.clock.now() + timedelta(minutes=5))
    assert (await mo.api.get("/chats")).status == 200
    world.clock.advance(timedelta(minutes=6))
    assert answer(await mo.api.get("/chats")) == (401, "invalid_token")


async def test_the_token_of_a_suspended_person_is_no_member(shop: Place) -> None:
    mo = await shop.member(Role.TEAMMATE)
    await shop.run(workspaces.suspend, mo.id)
    assert answer(await mo.api.get("/chats")) == (403, "member_not_found")


async def test_a_token_with_scopes_does_what_they_name(shop: Place, number: Number) -> None:
    api = (await shop.member(Role.TEAMMATE, scopes=["chats:read", "messages:write"])).api
    assert (await api.get("/chats")).status == 200
    assert answer(await api.get("/workspace")) == (403, "insufficient_scope")
    sent = await api.post("/messages", {"phone": "+15550100234", "text": "Hello"})
    assert sent.status == 200
    uid = sent.json["data"]["message_uid"]
    assert answer(await api.get(f"/messages/{uid}")) == (403, "insufficient_scope")


# API calls ---------------------------------------------------------------------------------------------------


async def test_calls_are_counted_and_refused_when_the_quota_is_used_up(world: ApiWorld) -> None:
    shop = await world.workspace(api_calls_quota=3)
    assert (await shop.api.get("/chats/99")).status == 404
    assert (await shop.api.get("/chats")).status == 200
    quota = (await shop.api.data("/workspace"))["api_calls_quota"]
    assert (quota["total"], quota["used"]) == (3, 3)
    response = await shop.api.get("/chats")
    assert answer(response) == (429, "quota_exceeded")
    assert response.json["message"] == "API calls quota exceeded"
    assert response.headers["retry-after"] == "3600"


async def test_what_is_refused_at_the_door_is_not_counted(world: ApiWorld) -> None:
    shop = await world.workspace(api_calls_quota=1)
    await shop.api.get("/nothing")
    await shop.api.put("/chats")
    await shop.api.post("/waba/messages", {})
    await shop.api.with_token("nobody").get("/chats")
    assert (await shop.api.get("/chats")).status == 200


async def test_calls_that_are_added_up_stay_counted(world: ApiWorld) -> None:
    shop = await world.workspace()
    await shop.api.get("/chats")
    await world.api_calls.flush()
    assert (await shop.api.data("/workspace/quotas"))["api_calls_quota"]["used"] == 2


# The neighbour -----------------------------------------------------------------------------------------------


@each_operation
async def test_a_neighbours_things_are_not_found_and_stay_as_they_are(
    shop: Place, number: Number, neighbour: Place, operation: Operation
) -> None:
    page = await neighbour.api.data("/chats")
    chat_id, uid = page["chats"][0]["id"], page["chats"][0]["last_message_uid"]
    template_id = (await neighbour.api.data("/templates"))["templates"][0]["id"]
    webhook_id = (await neighbour.api.data("/webhooks"))[0]["id"]
    before = await neighbour.rows()
    if "{" in operation.path:
        path = operation.path.format(chat_id=chat_id, message_uid=uid, template_id=template_id, webhook_id=webhook_id)
        response = await shop.api.request(operation.method, path, BODIES.get(operation.id))
        assert answer(response) == (404, "not_found")
    else:
        response = await shop.api.request(operation.method, operation.path, BODIES.get(operation.id))
        for secret in (b"Lagoon", b"lagoon", uid.encode(), b'"id":%d,' % chat_id):
            assert secret not in response.body
    assert await neighbour.rows() == before


async def test_a_neighbours_ids_in_bodies_and_queries_are_not_found_either(
    shop: Place, number: Number, neighbour: Place
) -> None:
    theirs = (await neighbour.api.data("/chats"))["chats"][0]
    before = await neighbour.rows(), await shop.rows()
    mine = (await shop.hear(number)).chat_id
    before = await neighbour.rows(), await shop.rows()
    asked = [
        await shop.api.post(f"/chats/{mine}/messages", {"text": "Hi", "reply_to": theirs["last_message_uid"]}),
        await shop.api.get(f"/chats/{mine}/messages?after_message={theirs['last_message_uid']}"),
        await shop.api.get(f"/chats/{mine}/messages?before_message={theirs['last_message_uid']}"),
        await shop.api.patch(f"/chats/{mine}", {"responsible": "ines@lagoon.example"}),
        await shop.api.post("/messages/to_chat_name", {"chat_name": theirs["name"], "text": "Hi"}),
    ]
    for response in asked:
        assert answer(response) == (404, "not_found")
    assert (await neighbour.rows(), await shop.rows()) == before
