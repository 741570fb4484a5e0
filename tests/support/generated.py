"""Requests that schemathesis makes of the contract, sent to a running server, and what their answers must be."""

import json
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from tests.support.contract_check import check_form
from tests.support.filling import LEFT, Filling
from tests.support.running_shop import RunningShop, tidy
from tideline.surfaces.api.contract import Operation
from tideline.surfaces.api.docs import json_document

CONFORMS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@cache
def generated() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """Schemathesis' view of every operation, by operationId."""
    schema = schemathesis.openapi.from_dict(json.loads(json_document()))
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {one.definition.raw["operationId"]: one for one in found}


@dataclass
class Tally:
    """What the positive cases of an operation came to; `odd` are some of the answers that were no success."""

    cases: int = 0
    successes: int = 0
    odd: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.successes / max(self.cases, 1)


def explore(shop: RunningShop, operation: Operation, mode: GenerationMode, examples: int, *, repeat: bool) -> Tally:
    """Send so many requests to one operation; an answer that is not in the contract raises."""
    tally = Tally()
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
        random, headers = Random(f"{operation.id} {tally.cases}"), shop.headers
        filling = Filling(case, operation, shop, random)
        if mode is GenerationMode.POSITIVE:
            filling.fill()
        else:
            filling.fill_path()
            headers = {} if random.random() < LEFT else headers
        response = case.call(shop.base_url, session=shop.session, headers=headers)
        case.validate_response(response, checks=CONFORMS)
        body = response.json()
        check_form(operation, response.status_code, body)
        _count(tally, case, response.status_code, response.text)
        if response.status_code < 300:
            if operation.method == "DELETE":
                shop.spares.clear()
            tidy(shop, operation.id, case.path_parameters, body.get("data"))

    send()
    return tally


def _count(tally: Tally, case: Case[Any], status: int, text: str) -> None:
    tally.cases += 1
    if status < 300:
        tally.successes += 1
    elif len(tally.odd) < 20:
        sent = (case.path_parameters, case.query, case.body)
        tally.odd.append(f"{status} {text[:200]} for {str(sent)[:300]}")
