"""Routing, decoding, refusing: the machinery of the API on a contract of a few sample operations."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from tests.support.asgi import Response, call
from tideline.features.files import Spool
from tideline.platform.contract.registry import ContractBroken, Operations
from tideline.platform.errors import Problem
from tideline.platform.rate_limit import RateLimit
from tideline.surfaces.api.app import PublicApi
from tideline.surfaces.api.binding import Binding, bind
from tideline.surfaces.api.body import LARGEST, Body
from tideline.surfaces.api.contract import Contract
from tideline.surfaces.api.idempotency import RequestKey
from tideline.surfaces.api.times import Moment

OK = {"200": {"description": "Fine"}}


def parameter(name: str, schema: dict[str, Any], place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


DOCUMENT: dict[str, Any] = {
    "paths": {
        "/boats": {
            "get": {
                "operationId": "listBoats",
                "parameters": [
                    parameter("afloat", {"type": "boolean"}),
                    parameter("colour", {"type": "string"}),
                    parameter("since", {"type": "string"}),
                    parameter("order", {"type": "string", "enum": ["asc", "desc"]}),
                    {"$ref": "#/components/parameters/page"},
                ],
                "responses": OK,
            },
            "post": {
                "operationId": "buildBoat",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Boat"}}},
                },
                "responses": OK,
            },
        },
        "/boats/{chat_id}": {
            "parameters": [parameter("chat_id", {"type": "integer"}, "path")],
            "get": {"operationId": "getBoat", "responses": OK},
            "delete": {"operationId": "sinkBoat", "responses": OK},
        },
        "/boats/newest": {"get": {"operationId": "newestBoat", "responses": OK}},
        "/docks/{message_uid}/name": {
            "parameters": [parameter("message_uid", {"type": "string"}, "path")],
            "get": {"operationId": "nameDock", "responses": OK},
        },
    },
    "components": {
        "parameters": {"page": parameter("page", {"type": "integer", "minimum": 1})},
        "schemas": {
            "Boat": {
                "allOf": [
                    {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": {"type": "string", "maxLength": 9}},
                    },
                    {
                        "type": "object",
                        "properties": {
                            "name": {"type": "string", "maxLength": 9},
                            "masts": {"type": "integer"},
                            "flags": {"type": "array", "items": {"type": "string", "minLength": 1}},
                            "afloat": {"type": "boolean"},
                        },
                    },
                ]
            }
        },
    },
}
NOT_BUILT = {"sinkBoat"}


class BoatQuery(msgspec.Struct):
    afloat: bool | None = None
    colour: tuple[str, ...] | None = None
    since: Moment | None = None
    order: Literal["asc", "desc"] = "desc"
    page: int = 1
    limit: str | None = None


class Boat(Body):
    name: str
    masts: int | UnsetType = UNSET
    flags: list[str] | UnsetType = UNSET
    afloat: bool | UnsetType = UNSET

    trimmed: ClassVar[tuple[str, ...]] = ("name",)
    rules: ClassVar[tuple[dict[str, Any], ...]] = ({"properties": {"name": {"minLength": 1}}},)

    def __post_init__(self) -> None:
        self.name = self.name.strip()
        if not self.name or len(self.name) > 9:
            raise ValueError("name")


def sample_operations() -> Operations:
    operations = Operations()

    @operations.operation("listBoats")
    async def list_boats(query: BoatQuery) -> Any:
        since = query.since and query.since.at.isoformat()
        return [query.afloat, query.colour, since, query.order, query.page, query.limit]

    @operations.operation("buildBoat")
    async def build_boat(body: Boat, caller: str) -> Any:
        return {"name": body.name, "by": caller}

    @operations.operation("getBoat")
    async def get_boat(chat_id: int) -> Any:
        if chat_id == 13:
            raise ZeroDivisionError("the mast broke")
        return chat_id

    @operations.operation("newestBoat")
    async def newest_boat() -> Any:
        return "newest"

    @operations.operation("nameDock")
    async def name_dock(message_uid: str) -> Any:
        return message_uid

    return operations


class MemberNotFound(Problem):
    code = "member_not_found"
    message = "Member not found"


class SampleDesk:
    async def admit(self, token: str, binding: Binding, address: str | None = None) -> str:
        if token == "stranger":
            raise MemberNotFound
        return token

    async def run(self, caller: str, binding: Binding, arguments: dict[str, Any], key: RequestKey | None) -> Any:
        wanted = {"caller": caller} if "caller" in binding.wants else {}
        return await binding.answer(**arguments, **wanted)


class NoSpool(Spool):
    """None of the sample operations takes a form."""

    def __init__(self) -> None:
        self.largest = 0


def sample_api(rate_limit: RateLimit | None = None) -> PublicApi:
    paths = bind(
        Contract(DOCUMENT),
        sample_operations().functions,
        not_built=NOT_BUILT,
        offered={"caller"},
        aliases=[("GET", "/fleet", "listBoats")],
    )
    return PublicApi(paths, SampleDesk(), rate_limit or RateLimit(0), NoSpool())


@pytest.fixture
def api() -> PublicApi:
    return sample_api()


async def ask(api: PublicApi, method: str, target: str, body: Any = b"", **more: Any) -> Response:
    raw = body if isinstance(body, bytes | list) else msgspec.json.encode(body)
    headers = {"Authorization": "Bearer ana", **more.pop("headers", {})}
    return await call(api, method, target, body=raw, headers=headers, **more)


def errors_of(response: Response) -> dict[str, str]:
    assert response.status == 400
    assert response.json["error_code"] == "validation_error"
    assert response.json["message"] == "Validation error"
    return {".".join(error["fields"]): error["msg"] for error in response.json["errors"]}


# Starting --------------------------------------------------------------------------------------------------


def without(operations: Operations, name: str) -> Operations:
    del operations.functions[name]
    return operations


def with_function(name: str, function: Callable[..., Any]) -> Operations:
    operations = sample_operations()
    operations.functions[name] = function
    return operations


async def takes_a_mast(chat_id: int, mast: int) -> None: ...


async def takes_nothing() -> None: ...


class TooFewFilters(msgspec.Struct):
    afloat: bool | None = None


async def takes_no_page(query: TooFewFilters) -> None: ...


MISMATCHES = {
    "an operation without a function": (without(sample_operations(), "getBoat"), "neither built nor listed"),
    "a function without an operation": (with_function("flyBoat", takes_nothing), "not in the contract: flyBoat"),
    "an operation both built and not built": (with_function("sinkBoat", takes_nothing), "but built: sinkBoat"),
    "a function that wants what no call has": (with_function("getBoat", takes_a_mast), "asks for mast"),
    "a function that forgets an id": (with_function("getBoat", takes_nothing), "does not take chat_id"),
    "a function with other filters": (with_function("listBoats", takes_no_page), "differ in"),
    "a function without the body": (with_function("buildBoat", takes_nothing), "whether there is a JSON body"),
}


@pytest.mark.parametrize(("operations", "complaint"), MISMATCHES.values(), ids=MISMATCHES)
def test_what_does_not_match_the_contract_does_not_start(operations: Operations, complaint: str) -> None:
    with pytest.raises(ContractBroken, match=complaint):
        bind(Contract(DOCUMENT), operations.functions, not_built=NOT_BUILT, offered={"caller"})


# Finding the way ---------------------------------------------------------------------------------------------


async def test_a_path_finds_its_function(api: PublicApi) -> None:
    assert (await ask(api, "GET", "/boats/7")).json == {"status": "ok", "data": 7}
    assert (await ask(api, "GET", "/docks/a%20b/name")).json["data"] == "a b"


async def test_a_fixed_segment_wins_over_a_variable_one(api: PublicApi) -> None:
    assert (await ask(api, "GET", "/boats/newest")).json["data"] == "newest"


async def test_an_alias_leads_to_the_same_operation(api: PublicApi) -> None:
    assert (await ask(api, "GET", "/fleet?page=2")).json["data"][4] == 2


async def test_a_mounted_application_ignores_the_path_it_is_mounted_at(api: PublicApi) -> None:
    assert (await ask(api, "GET", "/boats/7", root_path="/integrations/api")).json["data"] == 7


@pytest.mark.parametrize(
    "path", ["/", "/boats/", "/boats/7/", "//boats", "/cars", "/boats/7/masts", "/docks/x", "/%00"]
)
async def test_an_unknown_path_is_not_found_in_the_envelope(api: PublicApi, path: str) -> None:
    response = await ask(api, "GET", path)
    assert response.status == 404
    assert response.json == {"status": "error", "message": "Not found", "error_code": "not_found"}


async def test_another_verb_is_not_allowed(api: PublicApi) -> None:
    response = await ask(api, "PUT", "/boats")
    assert (response.status, response.json["error_code"]) == (405, "not_supported")
    assert response.headers["allow"] == "GET, POST"


async def test_an_operation_that_is_not_built_says_so(api: PublicApi) -> None:
    response = await ask(api, "DELETE", "/boats/7")
    assert (response.status, response.json["error_code"]) == (405, "not_supported")


@pytest.mark.parametrize("text", ["0x7", "-7", "+7", "7.0", "007", "%D9%A7", "2147483648", str(2**63), "9" * 5000, "a"])
async def test_an_id_that_cannot_be_one_is_not_found(api: PublicApi, text: str) -> None:
    response = await ask(api, "GET", f"/boats/{text}")
    assert (response.status, response.json["error_code"]) == (404, "not_found")
    assert response.json["message"].startswith('Whatsapp chat_id "')
    assert len(response.json["message"]) < 200


async def test_nul_in_a_path_is_refused(api: PublicApi) -> None:
    assert errors_of(await ask(api, "GET", "/docks/a%00b/name")) == {
        "message_uid": "must not contain the NUL character"
    }


# Who asks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic YW5hOmFuYQ==", "ana"])
async def test_no_token_is_missing_credentials(api: PublicApi, header: str | None) -> None:
    response = await call(api, "GET", "/boats/7", headers={} if header is None else {"Authorization": header})
    assert response.status == 401
    assert response.json == {
        "status": "error", "message": "No API token provided.", "error_code": "missing_credentials",
    }  # fmt: skip
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer ana", "bearer ana", "BEARER   ana "])
async def test_the_scheme_may_be_written_in_any_case(api: PublicApi, header: str) -> None:
    response = await ask(api, "POST", "/boats", {"name": "Tern"}, headers={"Authorization": header})
    assert response.json["data"] == {"name": "Tern", "by": "ana"}


async def test_a_problem_of_the_caller_has_its_status(api: PublicApi) -> None:
    response = await ask(api, "GET", "/boats/7", headers={"Authorization": "Bearer stranger"})
    assert (response.status, response.json["error_code"]) == (403, "member_not_found")


# Queries -----------------------------------------------------------------------------------------------------


async def test_parameters_are_read_by_their_types(api: PublicApi) -> None:
    response = await ask(
        api, "GET", "/boats?afloat=TRUE&colour=red,%20deep%20blue,,&since=2026-03-01&order=asc&page=3&wind=9&limit=x"
    )
    assert response.json["data"] == [True, ["red", "deep blue"], "2026-03-01T00:00:00", "asc", 3, "x"]


async def test_an_empty_text_filters_nothing(api: PublicApi) -> None:
    assert (await ask(api, "GET", "/boats?colour=&since=")).json["data"] == [None, None, None, "desc", 1, None]


async def test_every_bad_parameter_is_named(api: PublicApi) -> None:
    response = await ask(api, "GET", "/boats?afloat=maybe&since=yesterday&order=up&page=0")
    assert errors_of(response) == {
        "afloat": "must be true or false",
        "since": "must be a date or a date-time",
        "order": "must be one of asc, desc",
        "page": "must be a whole number from 1",
    }


@pytest.mark.parametrize("page", ["0", "-1", "1.5", "1e3", "0x10", "", "%D9%A3", "one"])
async def test_a_page_is_a_whole_number_from_one(api: PublicApi, page: str) -> None:
    assert "page" in errors_of(await ask(api, "GET", f"/boats?page={page}"))


async def test_a_page_beyond_all_bounds_is_just_far_away(api: PublicApi) -> None:
    assert (await ask(api, "GET", "/boats?page=" + "9" * 400)).json["data"][4] == 2**31


@pytest.mark.parametrize("query", ["colour=%FF", "x=%C3%28", "%00=1", "ignored=a%00b", "&".join(["a=1"] * 101)])
async def test_a_query_that_is_no_clean_text_is_refused(api: PublicApi, query: str) -> None:
    for path in ("/boats", "/boats/7"):
        response = await ask(api, "GET", f"{path}?{query}")
        assert (response.status, response.json["error_code"]) == (400, "validation_error")


# Bodies ------------------------------------------------------------------------------------------------------


async def test_unknown_members_are_ignored(api: PublicApi) -> None:
    response = await ask(api, "POST", "/boats", {"name": " Tern ", "crew": [{"name": "Mo"}], "masts": 2})
    assert response.json["data"]["name"] == "Tern"


async def test_a_body_may_come_in_parts_and_with_any_content_type(api: PublicApi) -> None:
    response = await ask(
        api, "POST", "/boats", [b'\xef\xbb\xbf{"na', b'me": "T', b'ern"}'], headers={"Content-Type": "text/csv"}
    )
    assert response.json["data"]["name"] == "Tern"


async def test_every_bad_field_is_named(api: PublicApi) -> None:
    response = await ask(api, "POST", "/boats", {"name": "  ", "masts": "two", "flags": ["ok", ""], "afloat": 1})
    assert errors_of(response) == {
        "name": "can not be empty string",
        "masts": "must be a whole number",
        "flags.1": "can not be empty string",
        "afloat": "must be true or false",
    }


BAD_FIELDS = {
    "nothing there": ({}, {"name": "is required"}),
    "null": ({"name": None}, {"name": "must be a string"}),
    "too long": ({"name": "x" * 10}, {"name": "must have at most 9 characters"}),
    "a number instead": ({"name": 10**30}, {"name": "must be a string"}),
    "a huge number": ({"name": "Tern", "masts": 1.5}, {"masts": "must be a whole number"}),
    "not an object": (b"[]", {"": "must be an object"}),
    "a text": ("Tern", {"": "must be an object"}),
    "wrong, and ever so long": (
        {"name": "Tern", "masts": "two", "log": "x" * 20_000},
        {"masts": "must be a whole number"},
    ),
}


@pytest.mark.parametrize(("body", "errors"), BAD_FIELDS.values(), ids=BAD_FIELDS)
async def test_a_bad_field_gets_a_sentence(api: PublicApi, body: Any, errors: dict[str, str]) -> None:
    assert errors_of(await ask(api, "POST", "/boats", body)) == errors


NO_JSON = {
    "nothing": b"",
    "white space": b"  ",
    "half of it": b'{"name": "Ter',
    "two of it": b'{"name": "Tern"} {"name": "Tern"}',
    "single quotes": b"{'name': 'Tern'}",
    "not a number": b'{"name": "Tern", "masts": NaN}',
    "not a number, among thousands of digits": b'{"name": "Tern", "x": NaN, "y": ' + b"9" * 5000 + b"}",
    "not a number, ignored": b'{"name": "Tern", "x": -Infinity}',
    "a form": b"name=Tern",
    "a raw line break": b'{"name": "Te\nrn"}',
    "another encoding": '{"name": "Tern"}'.encode("utf-16"),
    "broken UTF-8": b'{"name": "T\x97rn"}',
    "broken UTF-8, ignored": b'{"name": "Tern", "x": "\xc3\x28"}',
    "deep": b'{"name": "Tern", "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "deep objects": b'{"name": "Tern", "x": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}",
    "deep and open": b'{"name": "Tern", "x": ' + b"[" * 900_000,
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
async def test_what_is_not_json_is_refused(api: PublicApi, body: bytes) -> None:
    response = await ask(api, "POST", "/boats", body)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["message"].startswith("Bad JSON format: ")


@pytest.mark.parametrize("depth", [*range(700, 1000, 5), 5_000, 20_000, 400_000])
async def test_nesting_where_a_text_belongs_is_refused(api: PublicApi, depth: int) -> None:
    response = await ask(api, "POST", "/boats", b'{"name": ' + b"[" * depth + b"]" * depth + b"}")
    assert (response.status, response.json["error_code"]) == (400, "validation_error")


async def test_broken_utf8_is_explained_in_the_words_that_clients_know(api: PublicApi) -> None:
    response = await ask(api, "POST", "/boats", b'{"name": "\x97"}')
    assert response.json["message"].startswith("Bad JSON format: 'utf-8' codec can't decode byte 0x97 in position 10")


BAD_CHARACTERS = {
    "NUL": (b'{"name": "T\\u0000"}', {"name": "must not contain the NUL character"}),
    "NUL, ignored": (b'{"name": "T", "x": ["a", {"y": "\\u0000"}]}', {"x.1.y": "must not contain the NUL character"}),
    "NUL in a name": (
        b'{"name": "T", "x\\u0000": 1}', {"x": "must not have NUL or half of a surrogate pair in its name"},
    ),
    "a lone surrogate": (b'{"name": "\\ud800"}', {"name": "must not contain half of a surrogate pair"}),
    "one turned round": (b'{"name": "\\udc00\\ud800"}', {"name": "must not contain half of a surrogate pair"}),
    "one ignored": (b'{"name": "T", "x": "\\uDFFF"}', {"x": "must not contain half of a surrogate pair"}),
}  # fmt: skip


@pytest.mark.parametrize(("body", "errors"), BAD_CHARACTERS.values(), ids=BAD_CHARACTERS)
async def test_characters_that_no_text_has_are_refused(api: PublicApi, body: bytes, errors: dict[str, str]) -> None:
    assert errors_of(await ask(api, "POST", "/boats", body)) == errors


GOOD_BODIES = {
    "a pair of surrogates": (b'{"name": "\\ud83d\\ude00"}', "😀"),
    "an escaped backslash before u0000": (b'{"name": "\\\\u0000"}', "\\u0000"),
    "a huge number, ignored": (b'{"name": "T", "x": 9223372036854775808}', "T"),
    "thousands of digits, ignored": (b'{"name": "T", "x": ' + b"9" * 5000 + b"}", "T"),
    "thousands of digits beside an escape": (b'{"name": "\\ud83d\\ude00", "x": ' + b"9" * 5000 + b"}", "😀"),
    "a huge exponent, ignored": (b'{"name": "T", "x": 1e999}', "T"),
    "a nesting that people use": (b'{"name": "T", "x": ' + b"[" * 50 + b"]" * 50 + b"}", "T"),
}


@pytest.mark.parametrize(("body", "name"), GOOD_BODIES.values(), ids=GOOD_BODIES)
async def test_unusual_json_is_still_json(api: PublicApi, body: bytes, name: str) -> None:
    assert (await ask(api, "POST", "/boats", body)).json["data"]["name"] == name


async def test_a_body_that_is_too_large_is_not_read(api: PublicApi) -> None:
    told = await ask(api, "POST", "/boats", b"{", headers={"Content-Length": str(LARGEST + 1)})
    sent = await ask(api, "POST", "/boats", [b" " * 600_000, b" " * 600_000])
    absurd = await ask(api, "POST", "/boats", b"{", headers={"Content-Length": "9" * 5000})
    for response in (told, sent, absurd):
        assert (response.status, response.json["message"]) == (413, "Request body is too large")
        assert response.headers["connection"] == "close"


async def test_a_body_that_does_not_end_is_not_waited_for(api: PublicApi) -> None:
    paths = bind(Contract(DOCUMENT), sample_operations().functions, not_built=NOT_BUILT, offered={"caller"})
    impatient = PublicApi(paths, SampleDesk(), RateLimit(0), NoSpool(), body_seconds=0.01)
    response = await ask(impatient, "POST", "/boats", [b'{"name"'], ends=False)
    assert (response.status, response.json["message"]) == (400, "Request body took too long to arrive")


async def test_a_large_body_with_one_bad_character_is_refused_quickly(api: PublicApi) -> None:
    many = b"[" + b"1," * 400_000 + b"1]"
    response = await ask(api, "POST", "/boats", b'{"name": "T", "x": ' + many + b', "y": ["\\ud800"]}')
    assert errors_of(response) == {"": "must not contain NUL or half of a surrogate pair"}


# When things break -------------------------------------------------------------------------------------------


async def test_a_bug_is_an_internal_error_that_tells_nothing(api: PublicApi) -> None:
    response = await ask(api, "GET", "/boats/13")
    assert response.status == 500
    assert response.json == {"status": "error", "message": "Internal server error", "error_code": "internal_error"}
    assert len(response.headers["x-request-id"]) == 32


async def test_a_client_that_hurries_waits_and_is_then_refused() -> None:
    moment = [0.0]
    api = sample_api(RateLimit(30, now=lambda: moment[0]))
    for _ in range(40):
        assert (await ask(api, "GET", "/boats/7")).status == 200
    response = await ask(api, "GET", "/boats/7")
    assert response.status == 429
    assert response.json == {
        "status": "error",
        "error": "Too Many Requests",
        "message": "Rate limit exceeded, retry later",
        "error_code": "rate_limit_exceeded",
    }
    assert response.headers["retry-after"] == "1"
    assert (response.headers["ratelimit-remaining"], response.headers["ratelimit-reset"]) == ("0", "2")
    assert (await ask(api, "GET", "/boats/7", client="192.0.2.9")).status == 200
    moment[0] += 1
    assert (await ask(api, "GET", "/boats/7")).status == 200


ANSWERS = {
    "success": ("GET", "/boats/7", 200),
    "a bug": ("GET", "/boats/13", 500),
    "nothing there": ("GET", "/nothing", 404),
    "another verb": ("DELETE", "/boats/7", 405),
    "a bad parameter": ("GET", "/boats?page=x", 400),
}


@pytest.mark.parametrize(("method", "target", "status"), ANSWERS.values(), ids=ANSWERS)
async def test_every_answer_says_how_fast_one_may_go(method: str, target: str, status: int) -> None:
    api = sample_api(RateLimit(30, now=lambda: 0.0))
    for left in ("29", "28"):
        response = await ask(api, method, target)
        assert response.status == status
        told = {name: value for name, value in response.headers.items() if name.startswith("ratelimit-")}
        assert told == {"ratelimit-limit": "30", "ratelimit-remaining": left, "ratelimit-reset": "1"}


async def test_without_a_limit_nothing_is_said_of_one(api: PublicApi) -> None:
    response = await ask(api, "GET", "/boats/7")
    assert not [name for name in response.headers if name.startswith("ratelimit-")]
