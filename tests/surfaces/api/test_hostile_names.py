"""Names that would be commands somewhere else: here they are names, come back as they were and are found by them."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tideline.features.numbers import Number

NAMES = [
    "'; DROP TABLE tenant.chat; --",
    "Robert'); DELETE FROM tenant.message WHERE ('1'='1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    '=HYPERLINK("https://evil.example","Click")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "{{7*7}} ${7*7} #{7*7}",
    "%s %n %(name)s {0}",
    "100% _underscored_ \\back\\slash",
    "../../etc/passwd",
    "\u202egnp.exe",
    "\u200bzero\u200bwidth",
    "null",
    "NaN",
    "[object Object]",
    "Zoe\u0308 and Zo\u00eb",
    "🦀" * 16,
]


async def found(api: ApiClient, query: str) -> list[int]:
    return [chat["id"] for chat in (await api.data(f"/chats?{query}"))["chats"]]


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_nothing_but_a_name(
    shop: Place, number: Number, neighbour: Place, api: ApiClient, name: str
) -> None:
    chat = await shop.chat(number)
    await shop.chat(number, "15550100999", "Somebody else")
    before = await neighbour.rows()
    path = f"/chats/{chat.id}"

    assert (await changed(api, "PATCH", path, name=name))["name"] == name
    assert (await changed(api, "PUT", f"{path}/labels", labels=[name]))["labels"] == [name]
    template = await changed(api, "POST", "/templates", name=name, text=name)
    note = await changed(api, "POST", f"{path}/notes", text=name, metadata={name: name})
    sent = await changed(api, "POST", f"{path}/messages", text=name, metadata={name: [name]})

    read = await api.data(path)
    assert (read["name"], read["labels"]) == (name, [name])
    assert [(one["name"], one["text"]) for one in (await api.data("/templates"))["templates"]] == [(name, name)]
    assert await texts(api, note, sent) == [(name, {name: name}), (name, {name: [name]})]
    part, _, _ = name.partition(",")
    assert await found(api, f"name={quote(part, safe='')}") == [chat.id]
    assert await found(api, f"label={quote(name, safe='')}") == ([chat.id] if part == name else [])
    assert (await changed(api, "PATCH", f"/templates/{template['id']}", text="Changed"))["name"] == name
    assert await neighbour.rows() == before


async def changed(api: ApiClient, method: str, path: str, **body: Any) -> Any:
    response = await api.request(method, path, body)
    assert response.status == 200, response.body
    assert response.headers["x-content-type-options"] == "nosniff"
    return response.json["data"]


async def texts(api: ApiClient, *refs: Any) -> list[tuple[str, Any]]:
    messages = [await api.data(f"/messages/{ref['message_uid']}") for ref in refs]
    return [(one["text"], one["metadata"]) for one in messages]


async def test_a_wildcard_in_a_filter_matches_itself_only(shop: Place, number: Number, api: ApiClient) -> None:
    percent = await shop.chat(number, "15550100001234", "100% arabica")
    await shop.chat(number, "15550100001235", "100 grams of arabica")
    assert await found(api, "name=100%25") == [percent.id]
    assert await found(api, "name=1_0") == []
