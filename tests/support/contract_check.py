"""Holds every answer of the Public API against the contract: status, schema, no other keys, keys in order."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tideline.platform.contract.paths import Paths
from tideline.surfaces.api.contract import Contract, Operation, public_api
from tideline.surfaces.api.registry import ALIASES

ERROR = {"$ref": "#/components/schemas/Error"}


@cache
def _paths() -> Paths[Operation]:
    operations = public_api().operations
    entries = [(one.method, one.path, one) for one in operations.values()]
    entries += [(method, path, operations[operation_id]) for method, path, operation_id in ALIASES]
    return Paths(entries)


@cache
def _validator(operation_id: str, status: int) -> tuple[Any, Draft202012Validator]:
    schema = _schema(public_api().operations.get(operation_id), status)
    return schema, Draft202012Validator(public_api().standalone(schema))


def _schema(operation: Operation | None, status: int) -> Any:
    if operation is None:
        shared = public_api().document["components"]["responses"]["TooManyRequests"]
        return shared["content"]["application/json"]["schema"] if status == 429 else ERROR
    documented = operation.responses.get(str(status))
    assert documented, f"{operation.id} answered {status}, which is in no contract"
    return public_api().resolve(documented)["content"]["application/json"]["schema"]


def check_answer(method: str, path: str, status: int, headers: dict[str, str], body: Any) -> None:
    """Raise AssertionError when the contract does not know this answer. `path` is without base path and query."""
    found = _paths().find(path)
    operation = found[0].get(method) if found else None
    if operation is None:
        assert status == (404 if found is None else 405) or status == 429, f"{method} {path} answered {status}"
    assert headers["content-type"] == "application/json"
    check_form(operation, status, body, f"{method} {path}")


def check_form(operation: Operation | None, status: int, body: Any, asked: str = "") -> None:
    """The same for an answer whose operation is known already, or known to be none."""
    asked = asked or (operation.id if operation else "")
    schema, validator = _validator(operation.id if operation else "", status)
    errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    assert not errors, f"{asked} answered {status}: {errors}"
    if status >= 400:
        assert body["error_code"] in _codes(status), f"{status} goes with another code than {body['error_code']}"
    out_of_order = list(misplaced(public_api(), schema, body))
    assert not out_of_order, f"{asked}: {out_of_order}"


def _codes(status: int) -> set[str]:
    stated = public_api().document["components"]["schemas"]["Error"]["x-code-status"]
    return {code for code, statuses in stated.items() if str(status) in str(statuses)}


def misplaced(contract: Contract, schema: Any, value: Any, at: str = "$") -> Iterator[str]:
    """Keys the schema does not name, and objects whose keys stand in another order than its property list."""
    if isinstance(value, list):
        for branch in _branches(contract, schema):
            if "items" in branch:
                for n, one in enumerate(value):
                    yield from misplaced(contract, branch["items"], one, f"{at}[{n}]")
        return
    if not isinstance(value, dict):
        return
    properties, is_open = _properties(contract, schema)
    if not properties and is_open:
        return
    known = [key for key in value if key in properties]
    if known != sorted(known, key=list(properties).index):
        yield f"{at} has its keys in another order: {known}"
    if not is_open and len(known) < len(value):
        yield f"{at} has keys that are in no contract: {[key for key in value if key not in properties]}"
    for key in known:
        yield from misplaced(contract, properties[key], value[key], f"{at}.{key}")


def _properties(contract: Contract, schema: Any) -> tuple[dict[str, Any], bool]:
    properties: dict[str, Any] = {}
    is_open = False
    for branch in _branches(contract, schema):
        for key, one in branch.get("properties", {}).items():
            properties.setdefault(key, one)
        is_open = is_open or bool(branch.get("additionalProperties"))
    return properties, is_open


def _branches(contract: Contract, schema: Any) -> Iterator[Any]:
    schema = contract.resolve(schema)
    yield schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(keyword, ()):
            yield from _branches(contract, one)
