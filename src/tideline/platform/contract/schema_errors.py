"""Says in the contract's form what a JSON Schema validator or msgspec found wrong."""

import re
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from tideline.platform.contract.faults import FieldError

MOST = 50
LONGEST_NAME = 100
SECONDS = 0.05

NAMES = {
    "string": "a string", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "an object", "null": "null",
}  # fmt: skip
PYTHON_NAMES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "array": "array"}

REFUSED = re.compile(r"Expected `(?P<type>[^`]*)`, got `[^`]*`")
AT = re.compile(r" - at `\$(?P<path>[^`]*)`")
LENGTH = re.compile(r"Expected `(?P<type>str|array)` of length (?P<bound><=|>=) (?P<count>\d+)")
MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")


def field_errors(validator: Any, tree: Any) -> list[FieldError]:
    """Every bad field once, in the order found; the search ends early when there are very many."""
    found: dict[FieldError, None] = {}
    deadline = time.monotonic() + SECONDS
    for error in validator.iter_errors(tree):
        for field_error in _of_jsonschema(error):
            found[field_error] = None
        if len(found) >= MOST or time.monotonic() > deadline:
            break
    return list(found)


def _of_jsonschema(error: Any) -> Iterator[FieldError]:
    path = tuple(str(part) for part in error.absolute_path)
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield FieldError((*path, name), "is required")
        return
    if error.validator == "additionalProperties" and error.validator_value is False:
        known = error.schema.get("properties", {})
        unknown = (name for name in error.instance if name not in known)
        for name in islice(unknown, MOST):
            yield FieldError((*path, name[:LONGEST_NAME]), "is not a known field")
        return
    if "x-msg" in error.schema:
        yield FieldError(tuple(error.schema.get("x-fields", path)), error.schema["x-msg"])
        return
    yield FieldError(path, _words(error.validator, error.validator_value))


def _words(keyword: str, wanted: Any) -> str:
    match keyword:
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            return f"must be {' or '.join(NAMES[name] for name in names)}"
        case "minLength" if wanted == 1:
            return "can not be empty string"
        case "maxLength":
            return f"must have at most {wanted} characters"
        case "minLength":
            return f"must have at least {wanted} characters"
        case "maxItems":
            return f"must have at most {wanted} items"
        case "maxProperties":
            return f"must have at most {wanted} keys"
        case "enum":
            return f"must be one of {', '.join(map(str, wanted))}"
        case "minimum":
            return f"must be at least {wanted}"
        case "maximum":
            return f"must be at most {wanted}"
    return "is not valid"


def of_msgspec(error: msgspec.ValidationError) -> FieldError:
    text = str(error)
    at = AT.search(text)
    path = tuple(part for part in re.split(r"[.\[\]]+", at["path"]) if part) if at else ()
    if missing := MISSING.match(text):
        return FieldError((*path, missing["name"]), "is required")
    if length := LENGTH.match(text):
        keyword = ("max" if length["bound"] == "<=" else "min") + ("Length" if length["type"] == "str" else "Items")
        return FieldError(path, _words(keyword, int(length["count"])))
    if refused := REFUSED.match(text):
        kinds = [PYTHON_NAMES.get(kind.strip(), kind.strip()) for kind in refused["type"].split("|")]
        return FieldError(path, f"must be {' or '.join(NAMES.get(kind, kind) for kind in kinds)}")
    return FieldError(path, AT.sub("", text))
