"""Whatever comes in, the answer is one of the contract's and never a 500."""

from typing import Any

import pytest

from tests.support.asgi import call
from tests.support.partner_client import PartnerClient, check_answer
from tests.surfaces.partner.conftest import PartnerWorld
from tests.surfaces.partner.test_second_partner import OPERATIONS, target
from tideline.platform.contract.document import Operation
from tideline.platform.rate_limit import RateLimit
from tideline.surfaces.partner.app import PartnerApi
from tideline.surfaces.partner.desk import PartnerDesk
from tideline.surfaces.partner.mount import table

WITH_BODY = [one for one in OPERATIONS if one.json_body is not None]
BODIES: dict[str, bytes] = {
    "no JSON": b"display_name=x",
    "half of it": b'{"display_name": "x"',
    "two of it": b"{}{}",
    "a list": b"[]",
    "null": b"null",
    "a number": b"12",
    "bad bytes": b'{"display_name": "\xff\xfe"}',
    "bad bytes in an unknown member": b'{"unknown": "\xff\xfe"}',
    "NUL": b'{"display_name": "a\\u0000b", "count": "\\u0000", "seats_purchased": 1}',
    "NUL in an unknown member": b'{"unknown": "\\u0000"}',
    "half a surrogate": b'{"display_name": "\\ud800", "unknown": "\\udfff"}',
    "twenty thousand levels": b"[" * 20_000 + b"]" * 20_000,
    "twenty thousand levels in a member": b'{"unknown": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
    "NaN": b'{"seats_purchased": NaN}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.id)
async def test_a_body_that_cannot_be_read_is_refused(
    partner: PartnerClient, shop: Any, operation: Operation, body: bytes
) -> None:
    asked = target(operation, workspace_id=shop["workspace_id"], user_id=shop["users"][0]["user_id"])
    refused = await partner.request(operation.method, asked, body=body)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")


WRONG: dict[str, tuple[str, Any]] = {
    "no seats": ("createWorkspace", {"display_name": "x"}),
    "seats 0": ("createWorkspace", {"display_name": "x", "seats_purchased": 0}),
    "seats 1000": ("createWorkspace", {"display_name": "x", "seats_purchased": 1000}),
    "seats 2^63": ("createWorkspace", {"display_name": "x", "seats_purchased": 2**63}),
    "seats true": ("createWorkspace", {"display_name": "x", "seats_purchased": True}),
    "seats as a text": ("createWorkspace", {"display_name": "x", "seats_purchased": "3"}),
    "no name": ("createWorkspace", {"seats_purchased": 1}),
    "an empty name": ("createWorkspace", {"display_name": "", "seats_purchased": 1}),
    "a blank name": ("createWorkspace", {"display_name": "   ", "seats_purchased": 1}),
    "a name of 101 letters": ("createWorkspace", {"display_name": "x" * 101, "seats_purchased": 1}),
    "a name with a line break": ("createWorkspace", {"display_name": "x\ny", "seats_purchased": 1}),
    "a name of emoji": ("createWorkspace", {"display_name": "💇💇", "seats_purchased": 1}),
    "update seats 0": ("updateWorkspace", {"seats_purchased": 0}),
    "update seats 1000": ("updateWorkspace", {"seats_purchased": 1000}),
    "update name null": ("updateWorkspace", {"display_name": None}),
    "users 0": ("createWorkspaceUsers", {"count": 0}),
    "users 100": ("createWorkspaceUsers", {"count": 100}),
    "users -1": ("createWorkspaceUsers", {"count": -1}),
    "users missing": ("createWorkspaceUsers", {}),
    "users 1e400": ("createWorkspaceUsers", {"count": 1e300}),
    "a private webhook": ("updatePartnerSettings", {"webhook_url": "http://10.0.0.1/x"}),
    "a webhook by ftp": ("updatePartnerSettings", {"webhook_url": "ftp://a.example/x"}),
    "an empty webhook": ("updatePartnerSettings", {"webhook_url": ""}),
    "a star as origin": ("updatePartnerSettings", {"origins": ["*"]}),
    "101 origins": ("updatePartnerSettings", {"origins": [f"https://a{n}.example" for n in range(101)]}),
    "origins null": ("updatePartnerSettings", {"origins": None}),
}


@pytest.mark.parametrize(("operation_id", "body"), WRONG.values(), ids=WRONG)
async def test_a_value_that_breaks_a_rule_is_refused_and_named(
    world: PartnerWorld, partner: PartnerClient, shop: Any, operation_id: str, body: Any
) -> None:
    [operation] = [one for one in OPERATIONS if one.id == operation_id]
    place = await world.inside(shop["workspace_id"])
    before = await place.rows()
    refused = await partner.request(operation.method, target(operation, workspace_id=shop["workspace_id"]), body)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")
    assert refused.json["description"].endswith(".")
    assert await place.rows() == before


async def test_a_number_of_five_thousand_digits_is_too_large(partner: PartnerClient) -> None:
    body = b'{"display_name": "x", "seats_purchased": ' + b"9" * 5000 + b"}"
    refused = await partner.request("POST", "/workspaces", body=body)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")


async def test_several_mistakes_are_named_at_once(partner: PartnerClient) -> None:
    refused = await partner.post("/workspaces", {"display_name": "", "seats_purchased": 0})
    assert "display_name" in refused.json["description"]
    assert "seats_purchased must be at least 1" in refused.json["description"]


async def test_a_huge_body_is_not_waited_for(partner: PartnerClient) -> None:
    headers = {**partner.headers, "Content-Length": "999999999999"}
    refused = await partner.request("POST", "/workspaces", body=b"{", headers=headers)
    assert (refused.status, refused.headers["connection"]) == (400, "close")
    refused = await partner.request("POST", "/workspaces", body=b" " * 1_000_001)
    assert refused.status == 400


async def test_another_method_is_told_which_ones_there_are(partner: PartnerClient, shop: Any) -> None:
    slug = shop["workspace_id"]
    for method, path, allowed in (
        ("PUT", "/workspaces", "GET, POST"),
        ("PUT", f"/workspaces/{slug}", "DELETE, GET, PATCH"),
        ("GET", f"/workspaces/{slug}/users/1/qr", "POST"),
        ("DELETE", f"/workspaces/{slug}/api-token", "GET, POST"),
        ("HEAD", f"/workspaces/{slug}", "DELETE, GET, PATCH"),
    ):
        refused = await partner.request(method, path)
        assert (refused.status, refused.headers["allow"]) == (405, allowed)
        assert refused.json["error"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path", ["/", "", "/workspaces/", "/workspaces//users", "/nothing", "/workspaces/a/b/c"], ids=str
)
async def test_there_is_nothing_elsewhere(partner: PartnerClient, path: str) -> None:
    assert (await partner.get(path)).status == 404


@pytest.fixture
async def slow(world: PartnerWorld) -> PartnerApi:
    return PartnerApi(table(), PartnerDesk(world.deps), RateLimit(2, queued=0, now=lambda: 1.0))


async def test_who_asks_too_often_is_told_in_the_contracts_other_shape(slow: PartnerApi) -> None:
    statuses = []
    for _ in range(4):
        response = await call(slow, "GET", "/workspaces")
        check_answer("GET", "/workspaces", response)
        statuses.append(response.status)
    assert statuses == [401, 401, 429, 429]
    assert set(response.json) == {"error", "message"}
    assert response.headers["retry-after"] == "1"
    assert (await call(slow, "GET", "/workspaces", client="127.0.0.2")).status == 401
