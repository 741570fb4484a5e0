"""Holds every event body against the contract of events: schema, no other keys, keys in order."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.support.contract_check import misplaced
from tideline.surfaces.api import contract


@cache
def _validator(event_type: str) -> tuple[Any, Draft202012Validator]:
    events = contract.webhooks()
    body = events.document["webhooks"][event_type]["post"]["requestBody"]["content"]["application/json"]
    return body["schema"], Draft202012Validator(events.standalone(body["schema"]))


def check_event(body: Any) -> None:
    """Raise AssertionError for a body that the contract does not know."""
    check_schema(body)
    schema, _ = _validator(body["event_type"])
    out_of_order = list(misplaced(contract.webhooks(), schema, body))
    assert not out_of_order, f"{body['event_type']}: {out_of_order}"


def check_schema(body: Any) -> None:
    """The schema alone; examples that came with the contract have members in other orders."""
    event_type = body["event_type"]
    errors = [f"{error.json_path}: {error.message}" for error in _validator(event_type)[1].iter_errors(body)]
    assert not errors, f"{event_type}: {errors}"
