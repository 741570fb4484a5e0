"""Requests that schemathesis makes of the Partner API's contract, sent to a running server as the demo's partner."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from random import Random
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.support.generated import CONFORMS, Tally
from tests.support.partner_client import check_form, headers_of
from tests.support.serving import Served
from tideline.platform.contract.document import Operation
from tideline.surfaces.partner import contract

BASE = "/partner/api/v1"
LEFT = 0.1
"""This much is left as it was made up, for the answers to that."""


class RunningPartner:
    """Always has a workspace and a user to name, and room in it."""

    def __init__(self, served: Served) -> None:
        demo = served.demo
        self.base_url = demo["base_url"] + BASE
        self._known = demo["partner_id"], demo["partner_secret"]
        self.session = requests.Session()
        self.session.trust_env = False
        self._serial = count(1)

    @property
    def headers(self) -> dict[str, str]:
        return headers_of(*self._known)

    def fresh(self, word: str = "") -> str:
        """A name that makes an identifier which nobody has."""
        return f"Lagoon {next(self._serial)} {word}"[:100]

    def workspace(self) -> str:
        body = {"display_name": self.fresh(), "seats_purchased": 300}
        return str(self._done("POST", "/workspaces", body)["workspace_id"])

    def user(self, slug: str) -> int:
        return int(self._done("POST", f"/workspaces/{slug}/users", {"count": 1})["users"][0]["user_id"])

    def _done(self, method: str, path: str, body: Any) -> Any:
        answer = self.session.request(method, self.base_url + path, json=body, headers=self.headers)
        assert answer.status_code == 201, (path, answer.text)
        return answer.json()


@cache
def generated() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """Schemathesis' view of every operation, by operationId."""
    schema = schemathesis.openapi.from_dict(json.loads(contract.JSON.read_bytes()))
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {one.definition.raw["operationId"]: one for one in found}


def explore(
    partner: RunningPartner, operation: Operation, mode: GenerationMode, examples: int, *, repeat: bool
) -> Tally:
    """Send so many requests to one operation; an answer that is not in the contract raises."""
    tally = Tally()
    slug = partner.workspace()
    cases = generated()[operation.id].as_strategy(generation_mode=mode)

    @settings(
        max_examples=examples,
        derandomize=repeat,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def send(case: Case[Any]) -> None:
        nonlocal slug
        random, is_right = Random(f"{operation.id} {tally.cases}"), mode is GenerationMode.POSITIVE
        if operation.id == "deleteWorkspace":
            slug = partner.workspace()
        fill_path(case, operation, partner, slug, random)
        if is_right and isinstance(case.body, Mapping):
            case.body = filled(case.body, operation, partner, random)
        headers = {} if not is_right and random.random() < LEFT else partner.headers
        for name in headers:
            case.headers.pop(name, None)
        response = case.call(partner.base_url, session=partner.session, headers=headers)
        case.validate_response(response, checks=CONFORMS)
        body = response.json()
        check_form(operation, response.status_code, body)
        _count(tally, case, response.status_code, response.text)

    send()
    return tally


def fill_path(case: Case[Any], operation: Operation, partner: RunningPartner, slug: str, random: Random) -> None:
    left = LEFT / max(1, len(operation.path_parameters))
    for name in operation.path_parameters:
        if random.random() >= left:
            value = slug if name == "workspace_id" else partner.user(slug)
            case.path_parameters = {**case.path_parameters, name: value}


def filled(body: Mapping[str, Any], operation: Operation, partner: RunningPartner, random: Random) -> dict[str, Any]:
    """With names that nobody has, seats for everybody, and addresses that are some. Members that nobody knows may be
    anything at all, NUL included, so only some bodies keep theirs."""
    known = contract.partner_api().members(operation.json_body or {})
    fillers: dict[str, Callable[[], Any]] = {
        "display_name": partner.fresh,
        "seats_purchased": lambda: 999,
        "count": lambda: 1,
        "webhook_url": lambda: "https://reseller.example.com/hooks",
        "origins": lambda: ["https://app.example.com"],
    }
    is_left = random.random() < LEFT
    return {
        name: fillers[name]() if name in fillers else value for name, value in body.items() if name in known or is_left
    }


def _count(tally: Tally, case: Case[Any], status: int, text: str) -> None:
    tally.cases += 1
    if status in (200, 201):
        tally.successes += 1
    elif len(tally.odd) < 20:
        tally.odd.append(f"{status} {text[:200]} for {str((case.path_parameters, case.body))[:300]}")
