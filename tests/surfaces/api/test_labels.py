"""Labels over the API: PUT adds, POST replaces, and a lone label adds."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tideline.features import chats
from tideline.features.numbers import Number

SITUATIONS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "PUT adds": ("PUT", {"labels": ["vip"]}, {"old", "vip"}),
    "PUT adds nothing twice": ("PUT", {"labels": ["old", "vip", "vip"]}, {"old", "vip"}),
    "PUT of nothing changes nothing": ("PUT", {"labels": []}, {"old"}),
    "POST replaces": ("POST", {"labels": ["vip", "new"]}, {"vip", "new"}),
    "POST of nothing clears": ("POST", {"labels": []}, set()),
    "POST of a lone label adds": ("POST", {"label": "vip"}, {"old", "vip"}),
    "PUT of a lone label adds": ("PUT", {"label": "vip"}, {"old", "vip"}),
    "labels win over a lone label": ("POST", {"labels": ["new"], "label": "vip"}, {"new"}),
    "64 characters": ("PUT", {"labels": ["x" * 64]}, {"old", "x" * 64}),
    "white space around": ("PUT", {"labels": ["  vip "]}, {"old", "vip"}),
    "other members": ("PUT", {"labels": ["vip"], "chat_id": 7}, {"old", "vip"}),
}


@pytest.mark.parametrize(("method", "body", "labels"), SITUATIONS.values(), ids=SITUATIONS)
async def test_labels_change(
    shop: Place, number: Number, api: ApiClient, method: str, body: Any, labels: set[str]
) -> None:
    chat = await shop.chat(number)
    await shop.run(chats.add_labels, chat.id, ["old"])
    response = await api.request(method, f"/chats/{chat.id}/labels", body)
    assert response.status == 200
    shown = response.json["data"]["labels"]
    assert (set(shown), len(shown)) == (labels, len(labels))
    assert await api.data(f"/chats/{chat.id}/labels") == {"labels": shown}
    assert (await api.data(f"/chats/{chat.id}"))["labels"] == shown


async def test_a_chat_without_labels_has_an_empty_list(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    assert await api.data(f"/chats/{chat.id}/labels") == {"labels": []}


BAD: dict[str, Any] = {
    "nothing": {},
    "null": {"labels": None},
    "a text": {"labels": "vip"},
    "numbers": {"labels": [1]},
    "objects, as one client reads them": {"labels": [{"name": "vip"}]},
    "an operator object": {"labels": {"$each": ["vip"]}},
    "an empty one": {"labels": ["vip", ""]},
    "a blank one": {"labels": ["vip", "   "]},
    "one of signs that cannot be seen": {"labels": ["vip", "\t\n"]},
    "65 characters": {"labels": ["x" * 65]},
    "NUL": {"labels": ["a\x00b"]},
    "too many at once": {"labels": [f"{n}" for n in range(1001)]},
    "a lone one that is empty": {"label": ""},
    "a lone one that is none": {"label": None},
}


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
async def test_what_is_no_label_changes_nothing(
    shop: Place, number: Number, api: ApiClient, method: str, body: Any
) -> None:
    chat = await shop.chat(number)
    await shop.run(chats.add_labels, chat.id, ["old"])
    response = await api.request(method, f"/chats/{chat.id}/labels", body)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert await api.data(f"/chats/{chat.id}/labels") == {"labels": ["old"]}
    assert [one["name"] for one in (await api.data("/labels"))["labels"]] == ["old"]


async def test_characters_are_counted_not_bytes(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    longest = "👍" * 64
    assert (await api.put(f"/chats/{chat.id}/labels", {"labels": [longest]})).json["data"] == {"labels": [longest]}
    assert (await api.put(f"/chats/{chat.id}/labels", {"labels": [longest + "👍"]})).status == 400


async def test_they_stand_in_the_order_in_which_they_were_added(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    for method, labels, shown in (
        ("PUT", ["z", "a"], ["z", "a"]),
        ("PUT", ["m", "a"], ["z", "a", "m"]),
        ("POST", ["m", "b", "z"], ["m", "b", "z"]),
        ("PUT", ["a"], ["m", "b", "z", "a"]),
    ):
        response = await api.request(method, f"/chats/{chat.id}/labels", {"labels": labels})
        assert response.json["data"]["labels"] == shown


async def test_another_case_is_another_label(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    await api.put(f"/chats/{chat.id}/labels", {"labels": ["VIP", "vip", "Vip"]})
    assert (await api.data(f"/chats/{chat.id}"))["labels"] == ["VIP", "vip", "Vip"]
    assert [chat["id"] for chat in (await api.data("/chats?label=vip"))["chats"]] == [chat.id]
    assert (await api.data("/chats?label=vIP"))["chats"] == []


HOSTILE = [
    "'; DROP TABLE tenant.label; --", '"><script>alert(1)</script>', '=HYPERLINK("http://x")', "+1+1", "@SUM(A1)", "-2",
    "%", "_", "\\", "{}", "{{7*7}}", "$1", "NULL", "../..", "\u202eevil", "👩‍👩‍👧‍👦",
]  # fmt: skip


async def test_whatever_a_label_holds_is_text(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    other = await shop.chat(number, "15550100555")
    await api.put(f"/chats/{chat.id}/labels", {"labels": HOSTILE})
    await api.put(f"/chats/{other.id}/labels", {"labels": ["plain"]})
    assert (await api.data(f"/chats/{chat.id}/labels"))["labels"] == HOSTILE
    assert {one["name"] for one in (await api.data("/labels"))["labels"]} == {*HOSTILE, "plain"}
    for label in HOSTILE:
        found = (await api.data(f"/chats?label={quote(label, safe='')}"))["chats"]
        assert [one["id"] for one in found] == [chat.id], label


# All of the workspace ----------------------------------------------------------------------------------------


async def test_all_labels_with_the_number_of_their_chats(
    shop: Place, number: Number, neighbour: Place, api: ApiClient
) -> None:
    [theirs] = (await neighbour.api.data("/chats"))["chats"]
    await neighbour.api.put(f"/chats/{theirs['id']}/labels", {"labels": ["vip", "theirs"]})
    for n, labels in enumerate((["vip", "Beta"], ["vip", "alpha"], ["vip", "gone"])):
        chat = await shop.chat(number, f"1555010060{n}")
        await api.post(f"/chats/{chat.id}/labels", {"labels": labels})
    await api.post(f"/chats/{chat.id}/labels", {"labels": ["vip"]})
    await api.patch(f"/chats/{chat.id}", {"closed": True})
    assert await api.data("/labels") == {
        "has_more_pages": False,
        "labels": [
            {"name": "alpha", "chats": 1},
            {"name": "Beta", "chats": 1},
            {"name": "gone", "chats": 0},
            {"name": "vip", "chats": 3},
        ],
    }


async def test_a_workspace_without_labels(shop: Place, api: ApiClient) -> None:
    assert await api.data("/labels") == {"has_more_pages": False, "labels": []}


async def test_a_thousand_to_a_page(shop: Place, number: Number, api: ApiClient) -> None:
    for n in range(2):
        chat = await shop.chat(number, f"1555010060{n}")
        await api.put(f"/chats/{chat.id}/labels", {"labels": [f"{n}-{k:04d}" for k in range(600)]})
    pages = [await api.data(f"/labels?page={page}") for page in (1, 2, 3)]
    assert [len(page["labels"]) for page in pages] == [1000, 200, 0]
    assert [page["has_more_pages"] for page in pages] == [True, False, False]
    assert (await api.get("/labels?page=0")).status == 400


async def test_a_chat_has_a_thousand_labels_and_no_more(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    await api.put(f"/chats/{chat.id}/labels", {"labels": [f"{k:04d}" for k in range(1000)]})
    response = await api.put(f"/chats/{chat.id}/labels", {"labels": ["one more"]})
    assert (response.status, response.json["message"]) == (400, "A chat has at most 1000 labels.")
    sent = await api.post(f"/chats/{chat.id}/messages", {"text": "Hello", "label": "one more"})
    assert (sent.status, sent.json["message"]) == (400, "A chat has at most 1000 labels.")
    assert (await api.put(f"/chats/{chat.id}/labels", {"labels": ["0007"]})).status == 200
    assert len((await api.data("/labels"))["labels"]) == 1000
    assert (await api.data(f"/chats/{chat.id}/messages"))["messages"] == []
