"""Secrets, the log and replay of webhooks, and the event log, over the API. What they do is tested at the feature."""

import asyncio
from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place
from tests.support.event_check import check_event
from tests.support.full_house import given_up, number_facts
from tideline.features import webhooks
from tideline.features.numbers import Number
from tideline.features.webhooks import Webhook
from tideline.platform import lanes
from tideline.platform.db import Tx

URL = "https://crm.example.com/hooks/wa?secret=demo"
NOBODY = "01a21a88-4a22-76d5-9a0d-11cb13d0aff7"


@pytest.fixture
async def webhook(shop: Place, api: ApiClient) -> Webhook:
    made = await api.post("/webhooks", {"event_type": "message:received:new", "url": URL})
    return await shop.run(webhooks.get, made.json["data"]["id"])


async def waiting(shop: Place) -> int:
    async with shop.world.db.read(shop.id) as tx:
        return sum(
            group.waiting for group in await lanes.list_groups(tx, webhooks.LANE) if group.workspace_id == shop.id
        )


# Proof -------------------------------------------------------------------------------------------------------


async def test_a_secret_is_shown_exchanged_and_taken_away(api: ApiClient, webhook: Webhook) -> None:
    path = f"/webhooks/{webhook.id}/secret"
    first = await api.data(path)
    assert first["secret"].startswith("whsec_")
    assert first["former_secret_until"] is None
    rotated = (await api.post(path)).json["data"]
    assert rotated["secret"] != first["secret"]
    assert rotated["former_secret_until"] == "2026-11-24 14:00:00 +0200"
    assert await api.data(path) == rotated
    assert (await api.request("DELETE", path)).json == {"status": "ok"}
    assert await api.data(path) == {"secret": None, "former_secret_until": None}


# The log -----------------------------------------------------------------------------------------------------


async def test_a_delivery_is_listed_read_and_delivered_again(shop: Place, api: ApiClient, webhook: Webhook) -> None:
    uid = str(await shop.run(given_up, webhook))
    path = f"/webhooks/{webhook.id}/deliveries"
    page = await api.data(path)
    assert page == {
        "has_more_pages": False,
        "deliveries": [
            {
                "uid": uid,
                "event_type": "message:received:new",
                "chat_id": None,
                "test": False,
                "outcome": "failed",
                "attempts": 3,
                "event_timestamp": "2026-11-23 14:00:00 +0200",
                "last_attempt_timestamp": "2026-11-23 14:00:00 +0200",
                "next_attempt_timestamp": None,
                "status": 503,
                "error": None,
                "duration_ms": 12,
            }
        ],
    }
    read = await api.data(f"{path}/{uid}")
    assert {**read, "log": None} == {**page["deliveries"][0], "log": None}
    [attempt] = read["log"]
    assert attempt["request"] == {
        "url": URL,
        "headers": {
            "Content-Type": "application/json",
            "webhook-id": uid,
            "webhook-timestamp": "1789395631",
            "webhook-signature": "v1,c2lnbmVk",
        },
        "body": "{}",
    }
    assert attempt["response_start"] == "Later"
    again = await api.post(f"{path}/{uid}/redeliver")
    assert again.json["data"] == {"delivery_uid": uid}
    assert (await api.data(f"{path}/{uid}"))["outcome"] == "retrying"
    twice = await api.post(f"{path}/{uid}/redeliver")
    assert (twice.status, twice.json["error_code"]) == (409, "conflict")
    assert await waiting(shop) == 1


async def test_an_answer_of_a_receiver_may_be_anything(shop: Place, api: ApiClient, webhook: Webhook) -> None:
    uid = await shop.run(given_up, webhook)

    async def answered(tx: Tx) -> None:
        sql = "UPDATE tenant.attempt SET response_start = $2 WHERE workspace = $1"
        await tx.execute(sql, tx.workspace_id, b"\x00<script>\xff")

    await shop.run(answered)
    read = await api.data(f"/webhooks/{webhook.id}/deliveries/{uid}")
    assert read["log"][0]["response_start"] == "\ufffd<script>\ufffd"


FILTERS = {
    "": 51, "outcome=failed": 51, "outcome=delivered": 0, "event_type=message:received:new": 51,
    "event_type=chat:new": 0, "after=2026-11-23": 51, "after=2026-11-24": 0, "before=2026-11-23": 51,
    "before=2026-11-22": 0, "after=2026-11-23 14:00:00 %2B0200": 51, "before=2026-11-23 14:00:00 %2B0200": 51,
}  # fmt: skip


async def test_lists_are_filtered_and_paged(shop: Place, api: ApiClient, webhook: Webhook) -> None:
    for _ in range(51):
        await shop.run(given_up, webhook)
    for query, expected in FILTERS.items():
        path = f"/webhooks/{webhook.id}/deliveries?{query.replace(' ', '%20')}"
        pages = [await api.data(f"{path}&page={n}") for n in (1, 2)]
        assert [len(page["deliveries"]) for page in pages] == [min(expected, 50), max(expected - 50, 0)], query
        assert [page["has_more_pages"] for page in pages] == [expected > 50, False]


@pytest.mark.parametrize("query", ["outcome=lost", "event_type=chat:created", "after=yesterday", "page=0"])
async def test_a_filter_that_is_none_is_refused_by_name(api: ApiClient, webhook: Webhook, query: str) -> None:
    refused = await api.get(f"/webhooks/{webhook.id}/deliveries?{query}")
    assert (refused.status, refused.json["errors"][0]["fields"]) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("uid", [NOBODY, "x", "1", NOBODY + "0", "%20"])
async def test_a_delivery_that_is_nobodys_is_not_found(api: ApiClient, webhook: Webhook, uid: str) -> None:
    for refused in (
        await api.get(f"/webhooks/{webhook.id}/deliveries/{uid}"),
        await api.post(f"/webhooks/{webhook.id}/deliveries/{uid}/redeliver"),
    ):
        assert (refused.status, refused.json["error_code"]) == (404, "not_found")


async def test_what_was_given_up_goes_out_again(shop: Place, api: ApiClient, webhook: Webhook) -> None:
    for _ in range(3):
        await shop.run(given_up, webhook)
    path = f"/webhooks/{webhook.id}/redeliver"
    later = await api.post(path, {"since": "2026-11-23 14:00:01 +0200"})
    assert later.json["data"] == {"redelivered": 0, "has_more": False}
    done = await api.post(path, {"since": "2026-11-23"})
    assert done.json["data"] == {"redelivered": 3, "has_more": False}
    assert await waiting(shop) == 3


@pytest.mark.parametrize("body", [{}, {"since": None}, {"since": 5}, {"since": "yesterday"}, {"since": ""}])
async def test_since_when_has_to_be_said(shop: Place, api: ApiClient, webhook: Webhook, body: Any) -> None:
    await shop.run(given_up, webhook)
    refused = await api.post(f"/webhooks/{webhook.id}/redeliver", body)
    assert (refused.status, refused.json["errors"][0]["fields"]) == (400, ["since"])
    assert await waiting(shop) == 0


async def test_a_test_event_is_queued(shop: Place, api: ApiClient, webhook: Webhook) -> None:
    sent = await api.post(f"/webhooks/{webhook.id}/test")
    assert sent.status == 200
    assert await waiting(shop) == 1


# The event log -----------------------------------------------------------------------------------------------


async def test_events_are_read_from_where_the_last_answer_ended(
    shop: Place, number: Number, api: ApiClient, world: ApiWorld
) -> None:
    await number_facts(world.db)
    newest = await api.data("/events?after=newest")
    assert (newest["events"], newest["has_more"]) == ([], False)
    await shop.hear(number, "Hello")
    await number_facts(world.db)
    page = await api.data(f"/events?after={newest['cursor']}")
    assert [one["event_types"] for one in page["events"]] == [
        ["chat:new", "chat:incoming:new"],
        ["message:new", "message:received:new"],
    ]
    for event in page["events"]:
        assert list(event["bodies"]) == event["event_types"]
        for body in event["bodies"].values():
            check_event(body)
    assert page["cursor"] == page["events"][-1]["cursor"]
    assert (await api.data(f"/events?after={page['cursor']}"))["events"] == []
    first = await api.data(f"/events?after={newest['cursor']}&limit=1")
    assert (len(first["events"]), first["has_more"]) == (1, True)
    assert len((await api.data("/events"))["events"]) > 2
    assert len((await api.data("/events?limit=99999"))["events"]) > 2


async def test_who_waits_is_answered_when_something_happens(
    shop: Place, number: Number, api: ApiClient, world: ApiWorld
) -> None:
    await number_facts(world.db)
    cursor = (await api.data("/events?after=newest"))["cursor"]
    asked = asyncio.create_task(api.data(f"/events?after={cursor}&wait=30"))
    await shop.hear(number, "Hello")
    await number_facts(world.db)
    assert len((await asyncio.wait_for(asked, 10))["events"]) == 2


async def test_a_cursor_that_is_none_and_one_that_has_ended(
    shop: Place, number: Number, api: ApiClient, world: ApiWorld, neighbour: Place
) -> None:
    await number_facts(world.db)
    theirs = (await neighbour.api.data("/events?after=newest"))["cursor"]
    for wrong in ("x", theirs, "A" * 39):
        refused = await api.get(f"/events?after={wrong}")
        assert (refused.status, refused.json["error_code"]) == (400, "validation_error")
    page = await api.data("/events?limit=1")

    async def forget(tx: Tx) -> None:
        await tx.execute("DELETE FROM tenant.fact WHERE workspace = $1 AND seq <= 2", tx.workspace_id)

    await shop.run(forget)
    ended = await api.get(f"/events?after={page['cursor']}")
    assert (ended.status, ended.json["error_code"]) == (410, "cursor_expired")


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "wait=-1", "wait=1.5", "wait=soon"])
async def test_a_number_that_is_none_is_refused(api: ApiClient, query: str) -> None:
    refused = await api.get(f"/events?{query}")
    assert (refused.status, refused.json["errors"][0]["fields"]) == (400, [query.partition("=")[0]])


async def test_waiting_holds_no_connection_of_the_database(
    shop: Place, number: Number, api: ApiClient, world: ApiWorld
) -> None:
    """Many more wait than there are connections, and everybody else goes on."""
    await number_facts(world.db)
    cursor = (await api.data("/events?after=newest"))["cursor"]
    asked = [asyncio.create_task(api.data(f"/events?after={cursor}&wait=30")) for _ in range(40)]
    async with asyncio.timeout(15):
        await api.data("/chats")
        await shop.hear(number, "Hello")
        await number_facts(world.db)
        answers = await asyncio.gather(*asked)
    assert {len(one["events"]) for one in answers} == {2}
