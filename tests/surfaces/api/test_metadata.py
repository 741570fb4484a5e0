"""`metadata`: what an integration keeps on chats and messages is given back, within limits."""

from typing import Any

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tideline.features.numbers import Number


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"in": value}
    return value


KEPT: dict[str, dict[str, Any]] = {
    "all kinds of values": {"s": "x", "n": 1, "f": 1.5, "yes": True, "no": False, "nothing": None, "l": [1, ["x"]]},
    "operators and formulas are texts": {"$gt": {"$ne": 1}, "__proto__": "=1+1", "'; DROP TABLE": "<script>"},
    "right to left, signs, an empty key": {"": "\u202e\U0001f44d", "ключ": "ערך"},
    "large and small numbers": {"big": 2**63, "bigger": 10**30, "small": -(2**70), "tiny": 1e-300},
    "fifty keys": {f"k{n}": n for n in range(50)},
    "eight levels": nested(8),
    "16,384 bytes": {"k": "x" * (16_384 - 8)},
}
REFUSED: dict[str, Any] = {
    "a list": [1],
    "a text": "{}",
    "a number": 7,
    "true": True,
    "fifty-one keys": {f"k{n}": n for n in range(51)},
    "nine levels": nested(9),
    "a byte too many": {"k": "x" * (16_384 - 7)},
    "bytes count, not characters": {"k": "é" * 8_189},
    "a number nobody can hold": {"k": 10**400},
}


@pytest.mark.parametrize("metadata", KEPT.values(), ids=KEPT)
async def test_a_chat_gives_back_what_it_keeps(
    shop: Place, number: Number, api: ApiClient, metadata: dict[str, Any]
) -> None:
    chat = await shop.chat(number)
    response = await api.patch(f"/chats/{chat.id}", {"metadata": metadata})
    assert response.json["data"]["metadata"] == metadata
    assert (await api.data(f"/chats/{chat.id}"))["metadata"] == metadata
    [listed] = (await api.data("/chats"))["chats"]
    assert listed["metadata"] == metadata
    assert (await api.data(f"/chats/{chat.id}/messages"))["messages"] == []
    await shop.hear(number)
    assert len((await api.data(f"/chats/{chat.id}/messages"))["messages"]) == 1
    assert list(listed)[-2:] == ["updated_at", "metadata"]


@pytest.mark.parametrize("metadata", REFUSED.values(), ids=REFUSED)
async def test_what_is_no_small_object_is_refused(
    shop: Place, number: Number, api: ApiClient, metadata: object
) -> None:
    chat = await shop.chat(number)
    response = await api.patch(f"/chats/{chat.id}", {"name": "Renamed", "metadata": metadata})
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["errors"][0]["fields"] == ["metadata"]
    shown = await api.data(f"/chats/{chat.id}")
    assert "metadata" not in shown
    assert shown["name"] != "Renamed"


RAW: dict[str, bytes] = {
    "twenty thousand levels": b'{"k":' * 20_000 + b"1" + b"}" * 20_000,
    "nine hundred levels of lists": b'{"k":' + b"[" * 900 + b"]" * 900 + b"}",
    "NUL in a key far inside": b'{"a":[{"x\\u0000":1}]}',
    "half a character in a value": b'{"a":[["\\ud800"]]}',
    "a number that is none": b'{"a":NaN}',
    "a number with five thousand digits": b'{"a":' + b"9" * 5_000 + b"}",
    "a number without end": b'{"a":1e999}',
    "half a megabyte": b'{"a":"' + b"x" * 500_000 + b'"}',
    "a hundred thousand keys": b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}",
}


@pytest.mark.parametrize("metadata", RAW.values(), ids=RAW)
async def test_what_would_harm_is_refused(shop: Place, number: Number, api: ApiClient, metadata: bytes) -> None:
    chat = await shop.chat(number)
    for method, path, rest in (
        ("PATCH", f"/chats/{chat.id}", b""),
        ("POST", f"/chats/{chat.id}/messages", b',"text":"x"'),
        ("POST", f"/chats/{chat.id}/notes", b',"text":"x"'),
    ):
        response = await api.request(method, path, body=b'{"metadata":' + metadata + rest + b"}")
        assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert "metadata" not in await api.data(f"/chats/{chat.id}")
    assert (await api.data(f"/chats/{chat.id}/messages"))["messages"] == []


@pytest.mark.parametrize("nothing", [None, {}])
async def test_it_is_replaced_as_a_whole_and_taken_away(
    shop: Place, number: Number, api: ApiClient, nothing: object
) -> None:
    chat = await shop.chat(number)
    for metadata in ({"a": 1, "b": 2}, {"b": 3}):
        await api.patch(f"/chats/{chat.id}", {"metadata": metadata})
    assert (await api.data(f"/chats/{chat.id}"))["metadata"] == {"b": 3}
    await api.patch(f"/chats/{chat.id}", {"name": "Still there"})
    assert (await api.data(f"/chats/{chat.id}"))["metadata"] == {"b": 3}
    await api.patch(f"/chats/{chat.id}", {"metadata": nothing})
    assert "metadata" not in await api.data(f"/chats/{chat.id}")


async def test_a_message_keeps_its_own(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number, "15550100234", "Mira")
    metadata = {"deal": {"id": 7}, "$gt": ""}
    ways: dict[str, dict[str, Any]] = {
        f"/chats/{chat.id}/messages": {},
        "/messages": {"phone": "15550100234"},
        "/messages/to_jid": {"jid": "15550100234@s.whatsapp.net"},
        "/messages/to_chat_name": {"chat_name": "Mira"},
        f"/chats/{chat.id}/notes": {},
    }
    for path, target in ways.items():
        sent = await api.post(path, {"text": "Hello", "metadata": metadata, **target})
        message = await api.data(f"/messages/{sent.json['data']['message_uid']}")
        assert message["metadata"] == metadata, path
        assert list(message)[-1] == "metadata"
    nothings: list[Any] = [None, {}]
    for nothing in nothings:
        sent = await api.post("/messages", {"text": "Hello", "phone": "15550100234", "metadata": nothing})
        assert "metadata" not in await api.data(f"/messages/{sent.json['data']['message_uid']}")
    page = await api.data(f"/chats/{chat.id}/messages")
    assert [message.get("metadata") for message in page["messages"]] == [None, None] + [metadata] * 5
    [listed] = (await api.data("/chats?with_msg=true"))["chats"]
    assert "metadata" not in listed
    assert "metadata" not in listed["last_message"]


@pytest.mark.parametrize("metadata", REFUSED.values(), ids=REFUSED)
async def test_a_message_with_more_is_refused(shop: Place, number: Number, api: ApiClient, metadata: object) -> None:
    chat = await shop.chat(number)
    response = await api.post(f"/chats/{chat.id}/messages", {"text": "Hello", "metadata": metadata})
    assert (response.status, response.json["errors"][0]["fields"]) == (400, ["metadata"])
    assert (await api.data(f"/chats/{chat.id}/messages"))["messages"] == []


async def test_true_is_not_one(shop: Place, number: Number, api: ApiClient) -> None:
    chat = await shop.chat(number)
    for value in (1, True, 1):
        await api.patch(f"/chats/{chat.id}", {"metadata": {"flag": value}})
        assert (await api.data(f"/chats/{chat.id}"))["metadata"]["flag"] is value
