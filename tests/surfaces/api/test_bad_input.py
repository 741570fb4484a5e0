"""Bad input on every operation: a 4xx in the envelope, and nothing is stored, charged or sent."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tests.support.fuzz import FUZZ
from tideline.features.numbers import Number
from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.not_built import NOT_BUILT

BUILT = [one for one in public_api().operations.values() if one.id not in NOT_BUILT]
WITH_BODY = [one for one in BUILT if one.json_body is not None]
WITH_QUERY = [one for one in BUILT if one.names("query")]

VALID: dict[str, dict[str, Any]] = {
    "updateChat": {"name": "Somebody else", "closed": True},
    "sendMessageToChat": {"text": "Hello"},
    "sendMessageToPhone": {"phone": "+15550100234", "text": "Hello"},
    "sendMessageToJid": {"jid": "15550100234@s.whatsapp.net", "text": "Hello"},
    "sendMessageToChatName": {"chat_name": "Mira Solberg", "text": "Hello"},
    "addChatLabels": {"labels": ["vip"]},
    "replaceChatLabels": {"labels": ["vip"]},
    "createWebhook": {"event_type": "chat:new", "url": "https://crm.example.com/in"},
    "updateWebhook": {"enabled": False},
}

DEEP = b"[" * 20_000 + b"]" * 20_000
DEEP_OBJECTS = b'{"a":' * 20_000 + b"1" + b"}" * 20_000


def spoiled(body: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The valid body, made bad in every way we know; the last member is one that the contract ignores."""
    whole = msgspec.json.encode(body)
    name, value = next(iter(body.items()))
    member = msgspec.json.encode(name)
    yield "nothing", b""
    yield "half of it", whole[:-3]
    yield "a list", b"[" + whole + b"]"
    yield "a text", b'"text"'
    yield "null", b"null"
    yield "a form", b"text=Hello&phone=%2B15550100234"
    yield "broken UTF-8", whole[:-1] + b',"ignored":"\xff"}'
    yield "UTF-16", whole.decode().encode("utf-16")
    yield "NUL", b"{" + member + b':"a\\u0000b"}'
    yield "NUL, ignored", whole[:-1] + b',"ignored":["\\u0000"]}'
    yield "NUL in a name", whole[:-1] + b',"\\u0000":1}'
    yield "raw NUL", whole[:-1] + b',"ignored":"\x00"}'
    yield "a lone surrogate", b"{" + member + b':"\\ud800"}'
    yield "a lone surrogate, ignored", whole[:-1] + b',"ignored":"\\udc00"}'
    yield "deep", b"{" + member + b":" + DEEP + b"}"
    yield "deep, ignored", whole[:-1] + b',"ignored":' + DEEP + b"}"
    yield "deep objects, ignored", whole[:-1] + b',"ignored":' + DEEP_OBJECTS + b"}"
    yield "huge", whole[:-1] + b',"ignored":"' + b"x" * 1_000_000 + b'"}'
    for wrong in (None, 5, 2**63, 1.5, {"x": 1}, [[1]], [None], True if not isinstance(value, bool) else "true"):
        yield f"{name} is {wrong!r}", msgspec.json.encode({**body, name: wrong})


async def things(shop: Place, number: Number) -> dict[str, Any]:
    """One of everything that a path may name."""
    heard = await shop.hear(number, name="Mira Solberg")
    webhook = await shop.api.post("/webhooks", {"event_type": "message:new", "url": "https://crm.example.com/in"})
    return {"chat_id": heard.chat_id, "message_uid": heard.uid, "webhook_id": webhook.json["data"]["id"]}


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.id)
async def test_a_spoiled_body_is_refused_and_leaves_nothing_behind(
    shop: Place, number: Number, neighbour: Place, api: ApiClient, operation: Operation
) -> None:
    path = operation.path.format(**await things(shop, number))
    before = await shop.rows()
    for situation, body in spoiled(VALID[operation.id]):
        response = await api.request(operation.method, path, body=body)
        assert 400 <= response.status < 500, situation
        assert response.json["error_code"] == "validation_error", situation
        assert await shop.rows() == before, situation
    assert (await api.data("/workspace"))["messaging_quota"]["used"] == 0
    good = await api.request(operation.method, path, VALID[operation.id])
    assert good.status == 200, "the body was fine before it was spoiled"


HARMLESS = {
    "a number beyond 64 bits, ignored": b',"ignored":9223372036854775808}',
    "thousands of digits, ignored": b',"ignored":' + b"9" * 5000 + b"}",
    "a huge exponent, ignored": b',"ignored":1e999}',
    "nested as people nest, ignored": b',"ignored":' + b"[" * 60 + b"]" * 60 + b"}",
    "another chat, ignored": b',"chat_id":99,"id":99,"workspace":99}',
}


@pytest.mark.parametrize("rest", HARMLESS.values(), ids=HARMLESS)
@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.id)
async def test_strange_but_harmless_members_are_ignored(
    shop: Place, number: Number, api: ApiClient, operation: Operation, rest: bytes
) -> None:
    path = operation.path.format(**await things(shop, number))
    body = msgspec.json.encode(VALID[operation.id])[:-1] + rest
    response = await api.request(operation.method, path, body=body)
    assert response.status == 200


BAD_IDS = ["0", "-1", "99999999", "2147483647", "2147483648", str(2**63), str(10**40), "1.0", "1e3", "x", "%20", "%00",
           "%FF", "..", "%2e%2e", "'--", "0192c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d", "9" * 5000]  # fmt: skip


@pytest.mark.parametrize("operation", [one for one in BUILT if "{" in one.path], ids=lambda one: one.id)
async def test_an_id_that_is_nobodys_is_refused(
    shop: Place, number: Number, neighbour: Place, api: ApiClient, operation: Operation
) -> None:
    await shop.hear(number)
    before = await shop.rows(), await neighbour.rows()
    for one in BAD_IDS:
        path = operation.path.format(**dict.fromkeys(operation.path_parameters, one))
        response = await api.request(operation.method, path, VALID.get(operation.id))
        assert response.status == (400 if one == "%00" else 404), one
        assert len(response.body) < 1000
    assert (await shop.rows(), await neighbour.rows()) == before


BAD_VALUES = ["%00", "a%00b", "%FF", "%C3%28"]


@pytest.mark.parametrize("operation", WITH_QUERY, ids=lambda one: one.id)
async def test_a_parameter_that_is_no_text_is_refused(
    shop: Place, number: Number, api: ApiClient, operation: Operation
) -> None:
    path = operation.path.format(**await things(shop, number))
    for name in [*operation.names("query"), "ignored", "limit"]:
        for value in BAD_VALUES:
            response = await api.get(f"{path}?{name}={value}")
            assert (response.status, response.json["error_code"]) == (400, "validation_error")


@pytest.mark.parametrize("operation", WITH_QUERY, ids=lambda one: one.id)
async def test_any_text_in_a_filter_is_just_a_text(
    shop: Place, number: Number, api: ApiClient, operation: Operation
) -> None:
    path = operation.path.format(**await things(shop, number))
    for name in operation.names("query"):
        for value in (
            "'",
            '"',
            "%25",
            "_",
            "%5C",
            "(%5B",
            "%F0%9F%A6%80",
            ",",
            ",,",
            "%2B",
            "%2B%2B",
            "x" * 5000,
            "-1",
            "%0A",
        ):
            response = await api.get(f"{path}?{name}={value}")
            assert response.status in (200, 400, 404), f"{name}={value}"


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
nested = leaves | st.lists(leaves, max_size=3) | st.dictionaries(texts, leaves, max_size=3)
values = nested | st.lists(nested, max_size=3) | st.dictionaries(texts, nested, max_size=3)
members = st.sampled_from(
    ["text", "phone", "jid", "chat_name", "label", "labels", "file_uid", "file_url", "reply_to", "name", "closed",
     "read", "responsible", "whatsapp_account_phone", "whatsapp_account_id", "attachment_template_id"]
)  # fmt: skip


@settings(max_examples=60 * FUZZ, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(members, values, max_size=5), operation=st.sampled_from(WITH_BODY))
async def test_whatever_comes_is_answered_by_the_contract(
    shop: Place, number: Number, api: ApiClient, body: dict[str, Any], operation: Operation
) -> None:
    path = operation.path.format(**await things(shop, number))
    response = await api.request(operation.method, path, body)
    assert response.status in (200, 400, 404)
