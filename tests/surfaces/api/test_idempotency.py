"""Idempotency-Key: a request that is sent again is answered again, and nothing is done twice."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tests.support.asgi import Response, call
from tests.support.samples import BUILT, Sample, Stock
from tests.support.stock import stock
from tideline.features import messages, workspaces
from tideline.features.messages import Outgoing, SendQueue, ToPhone
from tideline.features.numbers import Number
from tideline.features.workspaces import Role
from tideline.platform.once import Once
from tideline.platform.wake import Wakes
from tideline.surfaces.api.answers import encode
from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.idempotency import HEADER, digest_of
from tideline.surfaces.api.mount import public_api_app
from tideline.surfaces.api.shapes import MessageRef

HELLO = {"phone": "+15550100777", "text": "Hello"}


async def send(api: ApiClient, key: str | None = "order-4711", body: Any = HELLO, path: str = "/messages") -> Response:
    return await api.post(path, body, headers={HEADER: key} if key else {})


def uid_of(response: Response) -> str:
    assert response.status == 200, response.body
    uid: str = response.json["data"]["message_uid"]
    return uid


def is_replayed(response: Response) -> bool:
    return response.headers.get("idempotent-replayed") == "true"


def is_conflict(response: Response) -> bool:
    return (response.status, response.json.get("error_code")) == (409, "idempotency_conflict")


async def sent(shop: Place) -> int:
    return len((await shop.rows())["tenant.message"])


async def used(api: ApiClient) -> int:
    quota: int = (await api.data("/workspace"))["messaging_quota"]["used"]
    return quota


async def test_the_same_request_is_answered_the_same_and_sent_once(shop: Place, number: Number, api: ApiClient) -> None:
    first, second, third = [await send(api) for _ in range(3)]
    assert first.body == second.body == third.body
    assert [is_replayed(one) for one in (first, second, third)] == [False, True, True]
    assert (await sent(shop), await used(api)) == (1, 1)


async def test_without_a_key_every_request_counts(shop: Place, number: Number, api: ApiClient) -> None:
    assert uid_of(await send(api, None)) != uid_of(await send(api, None))
    assert await sent(shop) == 2


OTHERS = {
    "another text": ("/messages", {**HELLO, "text": "Goodbye"}),
    "the same in other bytes": ("/messages", {"text": "Hello", "phone": "+15550100777"}),
    "one member more, that nobody knows": ("/messages", {**HELLO, "x": 1}),
    "another operation": ("/messages/to_jid", {**HELLO, "jid": "15550100777@s.whatsapp.net"}),
}


@pytest.mark.parametrize(("path", "body"), OTHERS.values(), ids=OTHERS)
async def test_another_request_under_the_same_key_is_refused(
    shop: Place, number: Number, api: ApiClient, path: str, body: Any
) -> None:
    first = await send(api)
    before = await shop.rows()
    assert is_conflict(await send(api, body=body, path=path))
    assert await shop.rows() == before
    assert (await send(api)).body == first.body


async def test_the_same_body_to_another_chat_is_another_request(shop: Place, number: Number, api: ApiClient) -> None:
    one, other = await shop.chat(number, "15550100234"), await shop.chat(number, "15550100235")
    await send(api, body={"text": "Hi"}, path=f"/chats/{one.id}/messages")
    assert is_conflict(await send(api, body={"text": "Hi"}, path=f"/chats/{other.id}/messages"))


async def test_what_was_refused_may_be_tried_again(shop: Place, api: ApiClient) -> None:
    before = await shop.rows()
    assert (await send(api)).status == 400  # no number is connected
    assert (await send(api, body={"phone": "x", "text": "Hello"})).status == 400
    assert await shop.rows() == before
    await shop.link()
    first = await send(api)
    assert uid_of(first) == uid_of(await send(api))


async def test_a_key_that_came_to_nothing_for_lack_of_credits_works_later(world: ApiWorld) -> None:
    shop = await world.workspace(messages_quota=0)
    await shop.link()
    assert (await send(shop.api)).status == 403
    await shop.run(workspaces.top_up, 5)
    uid_of(await send(shop.api))


async def test_requests_that_arrive_together_are_one(shop: Place, number: Number, api: ApiClient) -> None:
    answers = await asyncio.gather(*(send(api) for _ in range(40)), *(send(api, None) for _ in range(5)))
    assert len({one.body for one in answers[:40]}) == 1
    assert [is_replayed(one) for one in answers].count(False) == 1 + 5
    assert (await sent(shop), await used(api)) == (6, 6)


async def test_of_different_requests_that_arrive_together_one_wins(shop: Place, number: Number, api: ApiClient) -> None:
    bodies = [{**HELLO, "text": str(n % 4)} for n in range(20)]
    answers = await asyncio.gather(*(send(api, body=body) for body in bodies))
    [winner] = {body["text"] for body, one in zip(bodies, answers, strict=True) if one.status == 200}
    for body, one in zip(bodies, answers, strict=True):
        assert one.status == 200 if body["text"] == winner else is_conflict(one)
    assert await sent(shop) == 1


async def test_a_bad_request_does_not_spoil_a_good_one_beside_it(shop: Place, number: Number, api: ApiClient) -> None:
    bad = {"phone": "abc", "text": "Hello"}
    bodies = [bad, HELLO, bad, HELLO]
    answers = await asyncio.gather(*(send(api, body=body) for body in bodies))
    good = [one for body, one in zip(bodies, answers, strict=True) if body is HELLO]
    assert uid_of(good[0]) == uid_of(good[1])
    assert await sent(shop) == 1


def another_process(world: ApiWorld, shop: Place) -> ApiClient:
    """The API with a queue and a memory of its own, on the same database."""
    access = workspaces.Access(world.db, world.keyring, Wakes())
    return ApiClient(public_api_app(replace(world.deps, access=access, sends=SendQueue(world.db))), shop.token)


async def test_three_nodes_send_it_once(world: ApiWorld, shop: Place, number: Number) -> None:
    clients = [another_process(world, shop) for _ in range(3)]
    answers = await asyncio.gather(*(send(clients[n % 3], f"key {n % 5}") for n in range(45)))
    for n in range(5):
        assert len({uid_of(one) for one in answers[n::5]}) == 1
    assert await sent(shop) == 5


async def test_who_was_cut_off_before_the_answer_gets_it_from_the_next_process(
    world: ApiWorld, shop: Place, number: Number
) -> None:
    body = b'{"phone":"+15550100777","text":"Hello"}'
    once = Once(
        shop.owner_id,
        "order-4711",
        digest_of("POST", "/messages", body),
        timedelta(days=1),
        lambda message: encode(MessageRef(str(message.uid))),
    )
    outgoing = Outgoing(ToPhone("+15550100777"), "Hello", actor=None, once=once)
    [uid] = await shop.run(messages.send_batch, [outgoing])
    answer = await another_process(world, shop).post("/messages", body=body, headers={HEADER: once.key})
    assert uid_of(answer) == str(uid)
    assert is_replayed(answer)


async def test_a_day_later_the_key_means_nothing(shop: Place, world: ApiWorld, number: Number, api: ApiClient) -> None:
    first = await send(api)
    world.clock.advance(timedelta(hours=23, minutes=59))
    assert (await send(api)).body == first.body
    world.clock.advance(timedelta(minutes=2))
    assert uid_of(await send(api)) != uid_of(first)


async def test_every_person_and_every_workspace_has_keys_of_its_own(
    shop: Place, number: Number, neighbour: Place, api: ApiClient
) -> None:
    mo = await shop.member(Role.ADMIN)
    uids = {uid_of(await send(one)) for one in (api, mo.api, neighbour.api)}
    assert len(uids) == 3


async def test_a_new_token_of_the_same_person_goes_on_where_the_old_one_was(
    world: ApiWorld, shop: Place, number: Number, api: ApiClient
) -> None:
    first = await send(api)
    newer = await shop.run(workspaces.rotate_token, world.access, shop.owner_id)
    assert (await send(api.with_token(newer))).body == first.body
    assert (await send(api)).status == 401


async def test_who_may_not_call_any_more_gets_no_old_answer(shop: Place, number: Number) -> None:
    mo = await shop.member(Role.ADMIN)
    assert (await send(mo.api)).status == 200
    await shop.run(workspaces.suspend, mo.id)
    assert (await send(mo.api)).status == 403


@pytest.mark.parametrize("key", ["k", "x" * 255, "0a5b 2f3e", '"quoted"', "~!@#"])
async def test_any_printable_key_will_do(number: Number, api: ApiClient, key: str) -> None:
    assert uid_of(await send(api, key)) == uid_of(await send(api, key))


@pytest.mark.parametrize("key", [" ", "x" * 256, "schl\u00fcssel", "a\tb", "a\x00b", "\x7f"])
async def test_a_key_that_is_none_is_refused(shop: Place, number: Number, api: ApiClient, key: str) -> None:
    before = await shop.rows()
    response = await send(api, key)
    assert (response.status, response.json["errors"][0]["fields"]) == (400, [HEADER])
    assert await shop.rows() == before


async def test_an_operation_that_takes_no_key_does_not_look_at_it(api: ApiClient) -> None:
    assert (await api.get("/chats", headers={HEADER: ""})).status == 200


async def test_two_keys_are_none(shop: Place, number: Number) -> None:
    async def twice(scope: Any, receive: Any, send: Any) -> None:
        scope["headers"] += [(b"idempotency-key", b"one"), (b"idempotency-key", b"two")]
        await shop.world.app(scope, receive, send)

    headers = {"Authorization": f"Bearer {shop.token}"}
    response = await call(twice, "POST", "/messages", headers=headers, body=b'{"phone":"+15550100777","text":"Hi"}')
    assert response.status == 400


KEYED = [one for one in BUILT if HEADER in one.names("header")]
each_keyed = pytest.mark.parametrize("operation", KEYED, ids=lambda one: one.id)
KEY = {HEADER: "order-4711"}


@pytest.fixture
async def mine(shop: Place, number: Number) -> Stock:
    return await stock(shop, "harbour", number)


@each_keyed
async def test_whatever_takes_a_key_is_done_once(
    shop: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    sample = Sample.of(operation, mine)
    first = await sample.send(api, KEY)
    assert (first.status, is_replayed(first)) == (200, False), first.body
    before = await shop.rows()
    shop.world.clock.advance()
    again = await sample.send(api, KEY)
    assert (again.body, is_replayed(again)) == (first.body, True)
    assert is_conflict(await sample.varied().send(api, KEY))
    assert await shop.rows() == before
    assert (await sample.varied().send(api, {HEADER: "another"})).status == 200
    assert await shop.rows() != before


@each_keyed
async def test_whatever_takes_a_key_is_done_once_side_by_side(
    shop: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    sample = Sample.of(operation, mine)
    answers = await asyncio.gather(*(sample.send(api, KEY) for _ in range(12)))
    assert {one.status for one in answers} == {200}
    assert len({one.body for one in answers}) == 1
    rows = await shop.rows()
    assert len(rows["tenant.idempotency_key"]) == 1
    assert made_by(answers[0], rows) == 1


@each_keyed
async def test_whatever_takes_a_key_remembers_no_refusal(
    shop: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    bad = Sample.of(operation, mine).spoiled()
    before = await shop.rows()
    assert (await bad.send(api, KEY)).status == 400
    assert (await shop.rows())["tenant.idempotency_key"] == before["tenant.idempotency_key"]
    assert (await Sample.of(operation, mine).send(api, KEY)).status == 200


TABLES = {"message_uid": "tenant.message", "uid": "tenant.file", "user_id": "directory.mail"}


def made_by(response: Response, rows: Mapping[str, Any]) -> int:
    """How many rows there are of what the answer names: messages, files, or mails to the person who was invited."""
    data = response.json["data"]
    name = next(name for name in TABLES if name in data)
    if "message_type" in data:
        return str(rows["tenant.message"]).count(data["uid"])
    return str(rows[TABLES[name]]).count(f"'invitation of {data[name]} to" if name == "user_id" else data[name])


SENDS = ("send", "upload", "addChatNote", "inviteTeammate")


def test_the_contract_offers_it_wherever_something_is_sent_or_uploaded() -> None:
    operations = public_api().operations.values()
    offered = {one.id for one in operations if HEADER in one.names("header")}
    assert offered == {one.id for one in operations if one.method == "POST" and one.id.startswith(SENDS)}
    assert all("409" in one.responses for one in operations if one.id in offered)
