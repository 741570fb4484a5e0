"""A client of the Partner API that lets no answer pass which the contract does not know."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, FormatChecker

from tests.support.asgi import Response, call
from tests.support.contract_check import misplaced
from tideline.platform import jwt
from tideline.platform.contract.document import Operation
from tideline.platform.contract.paths import Paths
from tideline.surfaces.partner.contract import partner_api, partner_webhooks

ERROR = {"$ref": "#/components/schemas/PartnerError"}


def claims(partner_id: str, /, **other: Any) -> dict[str, Any]:
    """What a well-behaved partner signs."""
    now = int(time.time())
    told = {"partner_id": partner_id, "nbf": now - 180, "exp": now + 180, **other}
    return {name: value for name, value in told.items() if value is not None}


def headers_of(partner_id: str, secret: str, /, **other: Any) -> dict[str, str]:
    token = jwt.sign(claims(partner_id, **other), secret)
    return {"Authorization": f"Bearer {token}", "X-TL-Partner-Id": partner_id, "Content-Type": "application/json"}


@cache
def _paths() -> Paths[Operation]:
    return Paths((one.method, one.path, one) for one in partner_api().operations.values())


def check_answer(method: str, path: str, response: Response) -> None:
    """Raise AssertionError when the contract does not know this answer."""
    found = _paths().find(path)
    operation = found[0].get(method) if found else None
    if operation is None and response.status != 429:
        assert response.status == (404 if found is None else 405), f"{method} {path} answered {response.status}"
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-tl-api-version"] == "v1"
    check_form(operation, response.status, response.json)


def check_form(operation: Operation | None, status: int, body: Any) -> None:
    schema = _schema(operation, status)
    validator = Draft202012Validator(partner_api().standalone(schema), format_checker=FormatChecker())
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    assert not errors, f"{operation.id if operation else ''} answered {status}: {errors}"
    if status >= 400 and status != 429:
        assert body["status"] == status
        stated = partner_api().document["components"]["schemas"]["PartnerErrorCode"]["x-enum-detail"]
        assert operation is None or stated[body["error"]]["status"] == status
    out_of_order = list(misplaced(partner_api(), schema, body))
    assert not out_of_order, out_of_order


def _schema(operation: Operation | None, status: int) -> Any:
    if operation is None:
        return partner_api().document["components"]["schemas"]["RateLimitError"] if status == 429 else ERROR
    documented = operation.responses.get(str(status))
    assert documented, f"{operation.id} answered {status}, which is in no contract"
    return partner_api().resolve(documented)["content"]["application/json"]["schema"]


def check_event(body: Any) -> None:
    """Raise AssertionError for an event that the contract does not know."""
    events = partner_webhooks()
    stated = events.document["webhooks"][body["event_type"]]["post"]["requestBody"]["content"]["application/json"]
    schema = stated["schema"]
    validator = Draft202012Validator(events.standalone(schema), format_checker=FormatChecker())
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    assert not errors, f"{body['event_type']}: {errors}"
    assert list(body) == list(stated["examples"][next(iter(stated["examples"]))]["value"])


class PartnerClient:
    """Calls the API inside this process, as one partner. Every answer is held against the contract."""

    def __init__(self, app: Any, partner_id: str, secret: str) -> None:
        self._app = app
        self.partner_id = partner_id
        self.secret = secret

    @property
    def headers(self) -> dict[str, str]:
        return headers_of(self.partner_id, self.secret)

    async def request(
        self,
        method: str,
        target: str,
        json: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        raw = body if body is not None else b"" if json is None else msgspec.json.encode(json)
        sent = self.headers if headers is None else headers
        response = await call(self._app, method, target, headers=sent, body=raw)
        check_answer(method, target.partition("?")[0], response)
        return response

    async def get(self, target: str, **more: Any) -> Response:
        return await self.request("GET", target, **more)

    async def post(self, target: str, json: Any = None, **more: Any) -> Response:
        return await self.request("POST", target, json, **more)

    async def patch(self, target: str, json: Any = None, **more: Any) -> Response:
        return await self.request("PATCH", target, json, **more)

    async def delete(self, target: str, **more: Any) -> Response:
        return await self.request("DELETE", target, **more)

    async def done(self, method: str, target: str, json: Any = None) -> Any:
        """The answer of a request that succeeds."""
        response = await self.request(method, target, json)
        assert response.status in (200, 201), (method, target, response.status, response.body)
        return response.json
