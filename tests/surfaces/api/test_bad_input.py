"""Bad input on every operation: a 4xx in the envelope, and nothing is stored, charged or sent."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.support.api_client import ApiClient
from tests.support.api_world import Place
from tests.support.fuzz import FUZZ
from tests.support.multipart import HEADERS, file_form, file_part, form, text_part
from tests.support.samples import BUILT, CONTRACT, EXACT, Sample, Stock, names
from tests.support.stock import stock
from tideline.features.numbers import Number
from tideline.surfaces.api.contract import Operation

WITH_BODY = [one for one in BUILT if one.json_body is not None]
WITH_QUERY = [one for one in BUILT if one.names("query")]

DEEP = b"[" * 20_000 + b"]" * 20_000
DEEP_OBJECTS = b'{"a":' * 20_000 + b"1" + b"}" * 20_000


def spoiled(sample: Sample) -> Iterator[tuple[str, bytes]]:
    """The valid body, made bad in every way we know; the last member is one that the contract ignores."""
    body = sample.body or {}
    whole = msgspec.json.encode(body)
    member = msgspec.json.encode(next(iter(body)))
    if sample.operation.needs_body:
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
    for name in body:
        for wrong in (None, 5, -1, 1.5, True, "true", "", "x" * 100_000, {"$gt": ""}, {"$ne": None}, [[1]], [None]):
            if not is_right(sample.operation, name, wrong):
                yield f"{name} is {wrong!r}", msgspec.json.encode({**body, name: wrong})


def is_right(operation: Operation, name: str, value: Any) -> bool:
    """By the letter of the contract; what is right there may still be an id that nobody has."""
    assert operation.json_body
    if (operation.id, name, value) == ("updateChat", "responsible", None):
        return True  # clients take the assignment away with it
    schema = CONTRACT.members(operation.json_body)[name]
    return Draft202012Validator(CONTRACT.standalone(schema)).is_valid(value)


@pytest.fixture
async def mine(shop: Place, number: Number) -> Stock:
    return await stock(shop, "harbour", number)


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.id)
async def test_a_spoiled_body_is_refused_and_leaves_nothing_behind(
    shop: Place, neighbour: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    sample = Sample.of(operation, mine)
    before = await shop.rows(), await neighbour.rows()
    for situation, body in spoiled(sample):
        response = await api.request(operation.method, sample.target, body=body)
        assert (response.status, response.json["error_code"]) == (400, "validation_error") or (
            situation == "huge" and response.status == 413
        ), situation
    assert (await shop.rows(), await neighbour.rows()) == before
    assert (await sample.send(api)).status == operation.success, "the body was fine before it was spoiled"


OF_ONE_KIND = [one for one in BUILT if (one.json_body is None) != (one.form_body is None)]


@pytest.mark.parametrize("operation", OF_ONE_KIND, ids=lambda one: one.id)
async def test_a_form_instead_of_json_and_json_instead_of_a_form_are_refused(
    shop: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    sample, before = Sample.of(operation, mine), await shop.rows()
    members = {"text": "Hello", "phone": "+15550100234", **(sample.body or {})}
    wrong = {
        "application/json": (msgspec.json.encode(members), {"Content-Type": "application/json"}),
        "a form": (file_form(b"%PDF-1.7", {name: str(value) for name, value in members.items()}), HEADERS),
        "a form in the address": (b"text=Hello", {"Content-Type": "application/x-www-form-urlencoded"}),
        "nothing but a type": (b"", HEADERS),
    }
    wrong.pop("a form" if operation.form_body else "application/json")
    for kind, (body, headers) in wrong.items():
        if body or operation.needs_body:
            response = await api.request(operation.method, sample.target, body=body, headers=headers)
            assert (response.status, response.json["error_code"]) == (400, "validation_error"), kind
    assert await shop.rows() == before


@pytest.mark.parametrize("operation", [one for one in BUILT if one.form_body], ids=lambda one: one.id)
async def test_a_form_of_thousands_of_parts_is_refused(
    shop: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    target, before = Sample.of(operation, mine).target, await shop.rows()
    texts = [text_part(f"part {n}", "x") for n in range(10_000)]
    files = [file_part(b"x", name=f"file {n}") for n in range(10_000)]
    for parts in (texts, files, [file_part(b"%PDF-1.7"), *texts], [*texts, file_part(b"%PDF-1.7")]):
        response = await api.request(operation.method, target, body=form(*parts), headers=HEADERS)
        assert (response.status, response.json["error_code"]) == (400, "validation_error")
        assert len(response.body) < 1000
    assert await shop.rows() == before


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
    mine: Stock, api: ApiClient, operation: Operation, rest: bytes
) -> None:
    sample = Sample.of(operation, mine)
    body = msgspec.json.encode(sample.body)[:-1] + rest
    response = await api.request(operation.method, sample.target, body=body)
    assert response.status == (400 if operation.id in EXACT else 200)


BAD_IDS = ["0", "-1", "99999999", "2147483647", "2147483648", str(2**63), str(10**40), "1.0", "1e3", "x", "%20", "%00",
           "%FF", "..", "%2e%2e", "'--", "0192c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d", "9" * 5000]  # fmt: skip


@pytest.mark.parametrize("operation", [one for one in BUILT if "{" in one.path], ids=lambda one: one.id)
async def test_an_id_that_is_nobodys_is_refused(
    shop: Place, neighbour: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    before = await shop.rows(), await neighbour.rows()
    for bad in BAD_IDS:
        path = operation.path.format_map(dict.fromkeys(operation.path_parameters, bad))
        response = await Sample.of(operation, mine).send(api, target=path)
        assert response.status == (400 if bad == "%00" else 404), bad
        assert len(response.body) < 1000
    assert (await shop.rows(), await neighbour.rows()) == before


BAD_VALUES = ["%00", "a%00b", "%FF", "%C3%28"]


@pytest.mark.parametrize("operation", WITH_QUERY, ids=lambda one: one.id)
async def test_a_parameter_that_is_no_text_is_refused(mine: Stock, api: ApiClient, operation: Operation) -> None:
    path = Sample.of(operation, mine).target
    for name in [*operation.names("query"), "ignored", "limit"]:
        for value in BAD_VALUES:
            response = await api.get(f"{path}?{name}={value}")
            assert (response.status, response.json["error_code"]) == (400, "validation_error")


ODD_TEXTS = ["'", '"', "%25", "_", "%5C", "(%5B", "%F0%9F%A6%80", ",", ",,", "%2B", "%2B%2B", "x" * 5000, "-1", "%0A",
             "%E2%80%AE", "%3Cscript%3E", "%3DHYPERLINK()", "'%3B%20DROP%20TABLE%20chat--"]  # fmt: skip


@pytest.mark.parametrize("operation", WITH_QUERY, ids=lambda one: one.id)
async def test_any_text_in_a_filter_is_just_a_text(
    shop: Place, mine: Stock, api: ApiClient, operation: Operation
) -> None:
    path, before = Sample.of(operation, mine).target, await shop.rows()
    for name in operation.names("query"):
        for value in ODD_TEXTS:
            response = await api.get(f"{path}?{name}={value}")
            assert response.status in (200, 400, 404), f"{name}={value}"
        for operator in ("$ne", "$gt", "%5B%5D", "like"):
            response = await api.get(f"{path}?{name}[{operator}]=1")
            assert response.status in (200, 400), f"{name}[{operator}]"
    assert await shop.rows() == before


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
nested = leaves | st.lists(leaves, max_size=3) | st.dictionaries(texts, leaves, max_size=3)
values = nested | st.lists(nested, max_size=3) | st.dictionaries(texts, nested, max_size=3)
members = st.sampled_from(sorted({name for one in WITH_BODY for name in names(one)}))


@settings(max_examples=60 * FUZZ, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(members, values, max_size=5), operation=st.sampled_from(WITH_BODY))
async def test_whatever_comes_is_answered_by_the_contract(
    mine: Stock, api: ApiClient, body: dict[str, Any], operation: Operation
) -> None:
    sample = Sample.of(operation, mine)
    response = await api.request(operation.method, sample.target, {**(sample.body or {}), **body})
    assert response.status < 500
