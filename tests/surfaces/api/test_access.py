"""Who may call: tokens, scopes, and API calls that are counted."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tests.support.asgi import Response
from tests.support.samples import BUILT, THINGS, Sample
from tideline.features import workspaces
from tideline.features.numbers import Number
from tideline.features.workspaces import Role
from tideline.surfaces.api.contract import Operation
from tideline.surfaces.api.mount import public_api_app

each_operation = pytest.mark.parametrize("operation", BUILT, ids=lambda one: one.id)


def answer(response: Response) -> tuple[int, str]:
    return response.status, response.json["error_code"]


@each_operation
async def test_nobody_gets_in_without_a_token(api: ApiClient, operation: Operation) -> None:
    sample = Sample.of(operation, dict.fromkeys(THINGS, 1))
    assert answer(await sample.send(api.with_token(None))) == (401, "missing_credentials")
    assert answer(await sample.send(api.with_token("tla_nobody"))) == (401, "invalid_token")


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
    await shop.api.with_token("nobody").get("/chats")
    assert (await shop.api.get("/chats")).status == 200


async def test_calls_that_are_added_up_stay_counted(world: ApiWorld) -> None:
    shop = await world.workspace()
    await shop.api.get("/chats")
    await world.api_calls.flush()
    assert (await shop.api.data("/workspace/quotas"))["api_calls_quota"]["used"] == 2
