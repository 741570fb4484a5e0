"""Search over the API: how a hit looks, filters as clients write them, and what is refused."""

from urllib.parse import quote

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tideline.features.numbers import Number
from tideline.features.workspaces import Role

MIRA = "15550100234"


async def found(api: ApiClient, query: str) -> list[str]:
    return [message["text"] for message in (await api.data(f"/search/messages?{query}"))["messages"]]


async def test_a_hit_is_a_message_with_its_chat_and_highlights(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "😀 Über beans", phone=MIRA, name="Mira Solberg")
    page = await api.data(f"/search/messages?q={quote('BEANS uber')}")
    [hit] = page["messages"]
    assert page["has_more_pages"] is False
    assert list(hit)[-3:] == ["chat", "highlights", "filename_highlights"]
    message = await api.data(f"/messages/{heard.uid}")
    assert {key: hit[key] for key in message} == message
    assert hit["chat"] == {"id": heard.chat_id, "name": "Mira Solberg"}
    assert hit["highlights"] == [{"start": 2, "length": 4}, {"start": 7, "length": 5}]
    assert hit["filename_highlights"] == []
    assert [hit["text"][one["start"] : one["start"] + one["length"]] for one in hit["highlights"]] == ["Über", "beans"]


async def test_nothing_found(shop: Place, number: Number, api: ApiClient) -> None:
    assert await api.data("/search/messages?q=beans") == {"has_more_pages": False, "messages": []}


FILTERS = {
    "words": ("q=beans", ["beans on Tuesday", "beans on Monday"]),
    "a phrase": ("q=%22on%20monday%22", ["beans on Monday"]),
    "a chat": ("q=beans&chat_id={chat_id}", ["beans on Monday"]),
    "a number": ("q=beans&whatsapp_account_id=15550100001@s.whatsapp.net", ["beans on Tuesday", "beans on Monday"]),
    "any of two numbers, none of them here": ("q=beans&whatsapp_account_id=1@s.whatsapp.net,2@s.whatsapp.net", []),
    "a phone": (f"q=beans&sender=%2B{MIRA}", ["beans on Monday"]),
    "a phone, its plus forgotten": (f"q=beans&sender={MIRA}", ["beans on Monday"]),
    "a phone or an e-mail": (f"q=beans&sender={MIRA},nobody@harbour.example", ["beans on Monday"]),
    "theirs": ("q=beans&from_me=false", ["beans on Tuesday", "beans on Monday"]),
    "ours": ("q=beans&from_me=TRUE", []),
    "a type": ("q=beans&message_type=whatsapp", ["beans on Tuesday", "beans on Monday"]),
    "notes": ("q=beans&message_type=note", []),
    "a day": ("q=beans&after=2026-11-23&before=2026-11-23", ["beans on Tuesday", "beans on Monday"]),
    "the day before": ("q=beans&before=2026-11-22", []),
    "empty filters": ("q=beans&sender=&whatsapp_account_id=&after=&before=", ["beans on Tuesday", "beans on Monday"]),
    "small pages": ("q=beans&limit=1&page=2", ["beans on Monday"]),
    "a page far away": (f"q=beans&page={10**30}", []),
    "what nobody knows": ("q=beans&sort=best", ["beans on Tuesday", "beans on Monday"]),
}


async def test_every_filter(shop: Place, neighbour: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "beans on Monday", phone=MIRA)
    await shop.hear(number, "beans on Tuesday", phone="15550100555")
    for situation, (query, texts) in FILTERS.items():
        assert await found(api, query.format(chat_id=heard.chat_id)) == texts, situation


async def test_a_note_is_found_by_its_writer_and_type(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "beans on Monday")
    await api.post(f"/chats/{heard.chat_id}/notes", {"text": "likes beans"})
    for query in ("q=likes", "q=beans&message_type=note", f"q=beans&sender={quote(shop.owner_email)}"):
        assert await found(api, query) == ["likes beans"]


WRONG: dict[str, tuple[str, str | None]] = {
    "no q": ("", "q"),
    "an empty q": ("q=", "q"),
    "a blank q": ("q=%20", "q"),
    "no word in it": ("q=%3F!", None),
    "only quotes": ("q=%22%22", None),
    "too long": (f"q={'x' * 501}", "q"),
    "a book": (f"q={'x' * 10_000}", "q"),
    "NUL": ("q=a%00b", "q"),
    "half of a character": ("q=%ED%A0%80", None),
    "no UTF-8": ("q=%ff", None),
    "a chat that is no number": ("q=a&chat_id=x", "chat_id"),
    "a page of zero": ("q=a&page=0", "page"),
    "no such type": ("q=a&message_type=letter", "message_type"),
    "no date": ("q=a&after=yesterday", "after"),
    "no such day": ("q=a&before=2026-02-30", "before"),
    "neither true nor false": ("q=a&from_me=maybe", "from_me"),
    "no phone": ("q=a&sender=Mira", None),
}


@pytest.mark.parametrize(("query", "field"), WRONG.values(), ids=WRONG)
async def test_what_is_refused(shop: Place, api: ApiClient, query: str, field: str | None) -> None:
    answer = await api.get(f"/search/messages?{query}")
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error")
    assert [error["fields"] for error in answer.json.get("errors", [])] == ([[field]] if field else [])


@pytest.mark.parametrize("chat_id", ["0", str(2**31), "4210077"])
async def test_a_chat_that_is_not_there(shop: Place, api: ApiClient, chat_id: str) -> None:
    answer = await api.get(f"/search/messages?q=a&chat_id={chat_id}")
    if chat_id != "0":
        assert (answer.status, answer.json["error_code"]) == (404, "not_found")
        assert answer.json["message"] == f'Whatsapp chat_id "{chat_id}" not found'
    else:
        assert answer.status == 400


async def test_the_neighbours_chat_is_not_there(shop: Place, neighbour: Place, api: ApiClient) -> None:
    [theirs] = (await neighbour.api.data("/chats"))["chats"]
    assert (await api.get(f"/search/messages?q=lagoon&chat_id={theirs['id']}")).status == 404
    assert await found(api, "q=lagoon") == []
    assert await found(neighbour.api, "q=lagoon") == ["From the lagoon"]


async def test_a_collaborator_finds_what_was_assigned(shop: Place, number: Number, api: ApiClient) -> None:
    heard = await shop.hear(number, "beans on Monday", phone=MIRA)
    await shop.hear(number, "beans on Tuesday", phone="15550100555")
    member = await shop.member(Role.COLLABORATOR)
    assert await found(member.api, "q=beans") == []
    assert (await member.api.get(f"/search/messages?q=beans&chat_id={heard.chat_id}")).status == 404
    me = await member.api.data("/workspace/teammates/me")
    await api.patch(f"/chats/{heard.chat_id}", {"responsible": me["email"]})
    assert await found(member.api, "q=beans") == ["beans on Monday"]


async def test_a_token_needs_the_scope(shop: Place) -> None:
    for scope, status in (("messages:read", 403), ("search:read", 200)):
        api = (await shop.member(Role.TEAMMATE, scopes=[scope])).api
        assert (await api.get("/search/messages?q=beans")).status == status


HOSTILE = [
    "' OR 1=1 --",
    "a & !b | <-> :*",
    "\\",
    "%",
    "_",
    "$1",
    "{}",
    "'",
    '"',
    '"a',
    "a\\'b",
    "\U0001f3fd",
]


@pytest.mark.parametrize("typed", HOSTILE)
async def test_hostile_searches_find_nothing_and_break_nothing(
    shop: Place, number: Number, api: ApiClient, typed: str
) -> None:
    await shop.hear(number, "beans")
    answer = await api.get(f"/search/messages?q={quote(typed)}")
    assert answer.status in (200, 400)
    if answer.status == 200:
        assert answer.json["data"]["messages"] == []
