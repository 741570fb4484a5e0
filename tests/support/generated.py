"""Requests that schemathesis makes of the contract, filled with things that are there, and how they are answered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from tests.support.contract_check import check_form
from tests.support.running_shop import MAKERS, RunningShop, tidy
from tests.support.samples import FILES, NAMED_BY_ITS_NAME, THINGS, example
from tests.support.web_server import PDF
from tideline.surfaces.api.contract import Operation
from tideline.surfaces.api.docs import json_document
from tideline.surfaces.api.idempotency import HEADER

LEFT = 0.1
"""This much is left as it was made up, for the answers to that."""
EITHER_OR = [("attachment_template_id", "file_uid")]
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
    @given(case=cases, seed=st.integers(0, 2**32))
    def send(case: Case[Any], seed: int) -> None:
        random, headers = Random(seed), shop.headers
        if mode is GenerationMode.POSITIVE:
            fill(case, operation, shop, random)
        else:
            fill_path(case, operation, shop, random)
            headers = {} if random.random() < LEFT else headers
        response = case.call(shop.base_url, session=shop.session, headers=headers)
        case.validate_response(response, checks=CONFORMS)
        body = response.json()
        check_form(operation, response.status_code, body)
        _count(tally, case, response.status_code, response.text)
        if response.status_code == 200:
            tidy(shop, operation.id, body.get("data"))

    send()
    return tally


def _count(tally: Tally, case: Case[Any], status: int, text: str) -> None:
    tally.cases += 1
    if status == 200:
        tally.successes += 1
    elif len(tally.odd) < 20:
        sent = (case.path_parameters, case.query, case.body)
        tally.odd.append(f"{status} {text[:200]} for {str(sent)[:300]}")


# Filling in ----------------------------------------------------------------------------------------------------

Filler = Callable[[RunningShop, Random, Any], Any]


def fill(case: Case[Any], operation: Operation, shop: RunningShop, random: Random) -> None:
    """Make a right request of a well-formed one."""
    fill_path(case, operation, shop, random)
    case.query = _filled(case.query, operation, shop, random)
    if isinstance(case.body, Mapping):
        for one, other in EITHER_OR:
            if one in case.body and other in case.body and random.random() >= LEFT:
                case.body = {name: value for name, value in case.body.items() if name != other}
        base = example(operation) if operation.json_body and case.media_type == "application/json" else {}
        case.body = _filled({**(base or {}), **case.body}, operation, shop, random)
    if case.headers and HEADER in case.headers:
        case.headers[HEADER] = shop.fresh(case.headers[HEADER][:200])


def fill_path(case: Case[Any], operation: Operation, shop: RunningShop, random: Random) -> None:
    for name in operation.path_parameters:
        if random.random() >= LEFT:
            uses_up = operation.method == "DELETE" and name in MAKERS
            value = shop.make(name) if uses_up else shop.pick(name, random)
            case.path_parameters = {**case.path_parameters, name: value}


def _filled(values: Mapping[str, Any], operation: Operation, shop: RunningShop, random: Random) -> dict[str, Any]:
    return {
        name: value if random.random() < LEFT / 2 else _fill(name, value, operation, shop, random)
        for name, value in (values or {}).items()
        if name not in MAKERS or name in shop.things
    }


def _fill(name: str, value: Any, operation: Operation, shop: RunningShop, random: Random) -> Any:
    if (operation.id, name) in NAMED_BY_ITS_NAME or name in THINGS:
        return shop.pick(name, random)
    filler = FILLERS.get((operation.id, name)) or FILLERS.get(name)
    return filler(shop, random, value) if filler else value


def _a_date(_shop: RunningShop, random: Random, _value: Any) -> str:
    day, hour = random.randint(1, 28), random.randint(0, 23)
    return random.choice((f"2026-03-{day:02} {hour:02}:35", f"2026-11-{day:02}", f"2026-11-{day:02}T{hour:02}:00:00Z"))


def _a_phone(shop: RunningShop, random: Random, _value: Any) -> str:
    return random.choice((shop.pick("phone", random), f"+1555020{random.randint(0, 9999):04}"))


def _some_text(_shop: RunningShop, _random: Random, value: Any) -> Any:
    return f"Hello {value}" if isinstance(value, str) and not value.strip() else value


FILLERS: dict[str | tuple[str, str], Filler] = {
    "phone": _a_phone,
    "whatsapp_phone": _a_phone,
    "sender": _a_phone,
    "q": lambda _shop, random, value: random.choice(("hello", "h* le*", '"hello mira"', str(value)[:100] + "h*")),
    "after": _a_date,
    "before": _a_date,
    "created_after": _a_date,
    "created_before": _a_date,
    "updated_after": _a_date,
    "updated_before": _a_date,
    "text": _some_text,
    "chat_name": lambda shop, _random, value: shop.fresh(str(value)[:200]),
    ("updateChat", "name"): lambda shop, _random, value: shop.fresh(str(value)[:200]),
    "file": lambda _shop, _random, value: PDF + (value if isinstance(value, bytes) else str(value).encode()),
    "email": lambda shop, _random, _value: f"{shop.fresh('ines').replace(' ', '')}@northquay.example",
    "url": lambda shop, _random, _value: shop.remote.url(f"/hook?n={next(shop.serial)}"),
    ("sendVoiceMessage", "file"): lambda _shop, _random, _value: FILES["sendVoiceMessage"],
    ("sendVoiceMessage", "metadata"): lambda _shop, random, _value: f'{{"crm_id": {random.randint(0, 99)}}}',
    ("sendFileMessage", "metadata"): lambda _shop, random, _value: f'{{"crm_id": {random.randint(0, 99)}}}',
    "download_url": lambda shop, _random, _value: shop.remote.url(f"/{next(shop.serial)}.pdf"),
}
