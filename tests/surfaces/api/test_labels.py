"""Labels over the API: PUT adds, POST replaces, and a lone label adds."""

from typing import Any

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
