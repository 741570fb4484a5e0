"""The five operations on webhooks, over the API."""

from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tideline.features.webhooks import EventType
from tideline.surfaces.api.contract import public_api

URL = "https://crm.example.com/hooks/wa?secret=demo"


async def subscribed(api: ApiClient, **more: Any) -> dict[str, Any]:
    response = await api.post("/webhooks", {"event_type": "message:received:new", "url": URL, **more})
    assert response.status == 200, response.body
    made: dict[str, Any] = response.json["data"]
    return made


async def test_a_webhook_lives(api: ApiClient) -> None:
    assert await api.data("/webhooks") == []
    made = await subscribed(api)
    assert made == {
        "id": made["id"],
        "event_type": "message:received:new",
        "enabled": True,
        "url": URL,
        "errors_counter": 0,
        "strict_order": False,
        "retry_schedule": "standard",
    }
    assert await api.data("/webhooks") == [made]
    assert await api.data(f"/webhooks/{made['id']}") == made
    changed = await api.put(f"/webhooks/{made['id']}", {"enabled": False})
    assert changed.json["data"] == {**made, "enabled": False}
    gone = await api.request("DELETE", f"/webhooks/{made['id']}")
    assert (gone.status, gone.json) == (200, {"status": "ok"})
    assert await api.data("/webhooks") == []
    assert await subscribed(api) == made


async def test_creating_again_answers_200_with_the_same_id(api: ApiClient) -> None:
    made = await subscribed(api)
    assert await subscribed(api) == made
    assert (await subscribed(api, enabled=False))["enabled"] is False
    assert await subscribed(api, other="ignored") == made


async def test_the_list_is_in_the_order_of_ids(api: ApiClient) -> None:
    made = [(await subscribed(api, url=f"{URL}&n={n}"))["id"] for n in (3, 1, 2)]
    assert [one["id"] for one in await api.data("/webhooks")] == made == sorted(made)


async def test_options_of_ours(api: ApiClient) -> None:
    made = await subscribed(api, strict_order=True, retry_schedule="extended")
    assert (made["strict_order"], made["retry_schedule"]) == (True, "extended")
    changed = await api.put(f"/webhooks/{made['id']}", {"strict_order": False})
    assert changed.json["data"] == {**made, "strict_order": False}


async def test_every_event_of_the_contract_can_be_subscribed_and_no_other(shop: Place, api: ApiClient) -> None:
    stated = public_api().document["components"]["schemas"]["WebhookEvent"]["enum"]
    assert stated == list(EventType)
    for event in stated:
        made = await subscribed(api, event_type=event)
        await api.request("DELETE", f"/webhooks/{made['id']}")


async def test_the_eleventh_is_refused(api: ApiClient) -> None:
    for n in range(10):
        await subscribed(api, url=f"{URL}&n={n}")
    refused = await api.post("/webhooks", {"event_type": "chat:new", "url": URL})
    assert (refused.status, refused.json["error_code"]) == (403, "quota_exceeded")
    assert (await subscribed(api, url=f"{URL}&n=3"))["enabled"]


BAD: dict[str, tuple[Any, str]] = {
    "no event": ({"url": URL}, "event_type"),
    "no address": ({"event_type": "chat:new"}, "url"),
    "events in a list": ({"url": URL, "events": ["chat:new"]}, "event_type"),
    "a stale name": ({"event_type": "chat:created", "url": URL}, "event_type"),
    "an event that is none": ({"event_type": 7, "url": URL}, "event_type"),
    "an address that is none": ({"event_type": "chat:new", "url": ["x"]}, "url"),
    "an address too long": ({"event_type": "chat:new", "url": URL + "x" * 4096}, "url"),
    "an unknown schedule": ({"event_type": "chat:new", "url": URL, "retry_schedule": "for ever"}, "retry_schedule"),
    "on or off in words": ({"event_type": "chat:new", "url": URL, "enabled": "yes"}, "enabled"),
    "nothing": (None, ""),
    "a list": ([], ""),
}


@pytest.mark.parametrize(("body", "field"), BAD.values(), ids=BAD)
async def test_a_bad_body_is_refused_by_name(shop: Place, api: ApiClient, body: Any, field: str) -> None:
    refused = await api.post("/webhooks", body)
    assert (refused.status, refused.json["error_code"]) == (400, "validation_error")
    if field:
        assert field in [error["fields"][0] for error in refused.json["errors"]]
    assert await api.data("/webhooks") == []


@pytest.mark.parametrize(
    "url", ["https://a+b@crm.example.com/", "crm.example.com", "ftp://crm.example.com", "https://x/\u0000", ""]
)
async def test_a_bad_address_is_refused_when_creating_and_when_changing(api: ApiClient, url: str) -> None:
    made = await subscribed(api)
    for refused in (
        await api.post("/webhooks", {"event_type": "chat:new", "url": url}),
        await api.put(f"/webhooks/{made['id']}", {"url": url}),
    ):
        assert (refused.status, refused.json["error_code"]) == (400, "validation_error")
    assert await api.data("/webhooks") == [made]


async def test_an_update_that_meets_another_is_refused(api: ApiClient) -> None:
    await subscribed(api)
    other = await subscribed(api, event_type="chat:new")
    refused = await api.put(f"/webhooks/{other['id']}", {"event_type": "message:received:new"})
    assert (refused.status, refused.json["error_code"]) == (400, "validation_error")


NOBODY = ["0", "-1", "01", "1.0", "abc", "99999999", "2147483648", "99999999999999999999", "1%00", "%F0%9F%9A%B2"]


@pytest.mark.parametrize("webhook_id", NOBODY)
async def test_an_id_of_nothing_is_not_found(api: ApiClient, webhook_id: str) -> None:
    for method, body in (("GET", None), ("PUT", {"enabled": False}), ("DELETE", None)):
        refused = await api.request(method, f"/webhooks/{webhook_id}", body)
        assert refused.status == (400 if "%00" in webhook_id else 404)


async def test_the_webhooks_of_a_neighbour_do_not_exist(shop: Place, api: ApiClient, neighbour: Place) -> None:
    theirs = await subscribed(neighbour.api)
    before = await neighbour.rows()
    for method, body in (("GET", None), ("PUT", {"enabled": False}), ("DELETE", None)):
        refused = await api.request(method, f"/webhooks/{theirs['id']}", body)
        assert (refused.status, refused.json["error_code"]) == (404, "not_found")
    assert await api.data("/webhooks") == []
    assert await neighbour.rows() == before
