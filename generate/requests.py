"""Every operation of a contract as a request that can be sent: with the values that the contract shows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generate.writing import sentence
from tideline.platform.contract.document import Contract, Operation

KEY = "Idempotency-Key"
# sent by the collection as a whole
OF_THE_COLLECTION = {"X-TL-Partner-Id"}


@dataclass(frozen=True)
class Value:
    """A parameter with the value that the contract shows for it."""

    name: str
    text: str
    description: str
    is_required: bool = True


@dataclass(frozen=True)
class Request:
    """One request of a collection."""

    title: str
    folder: str
    description: str
    method: str
    path: str
    in_path: tuple[Value, ...]
    in_query: tuple[Value, ...]
    takes_key: bool
    body: Any
    """JSON, or None."""
    form: tuple[Value, ...]
    """Fields of a form; the one called `file` is a file."""
    status: int
    answer: Any
    """The answer that the contract shows."""

    @property
    def json_text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False, indent=2)


def requests(contract: Contract) -> Iterator[Request]:
    for operation in contract.operations.values():
        if operation.json_body and operation.form_body:
            yield _request(contract, operation, "json", "")
            yield _request(contract, operation, "form", " with a file")
        else:
            yield _request(contract, operation, "form" if operation.form_body else "json", "")


def folders(contract: Contract) -> list[tuple[str, str]]:
    """Names and descriptions, in the order of the document."""
    return [(tag["name"], sentence(tag.get("description", ""))) for tag in contract.document["tags"]]


def _request(contract: Contract, operation: Operation, form_or_json: str, suffix: str) -> Request:
    raw = contract.document["paths"][operation.path][operation.method.lower()]
    shared = contract.document["paths"][operation.path].get("parameters", [])
    parameters = [contract.resolve(one) for one in [*shared, *raw.get("parameters", [])]]
    answer = contract.resolve(operation.responses[str(operation.success)])["content"]["application/json"]
    said = [sentence(raw.get("summary", "")), sentence(raw.get("description", ""))]
    return Request(
        title=raw.get("summary", operation.id).rstrip(".") + suffix,
        folder=operation.tag,
        description="\n\n".join(one for one in said if one),
        method=operation.method,
        path=operation.path,
        in_path=tuple(_value(contract, one) for one in parameters if one["in"] == "path"),
        in_query=tuple(_value(contract, one) for one in parameters if one["in"] == "query"),
        takes_key=any(one["name"] == KEY for one in parameters),
        body=_example(contract, raw["requestBody"]["content"]["application/json"])
        if operation.json_body and form_or_json == "json"
        else None,
        form=tuple(_fields(contract, operation)) if form_or_json == "form" else (),
        status=operation.success,
        answer=_example(contract, answer),
    )


def _example(contract: Contract, content: Any) -> Any:
    """The first example of a body, or one put together from its schema."""
    if "example" in content:
        return content["example"]
    if content.get("examples"):
        return contract.resolve(next(iter(content["examples"].values())))["value"]
    members = contract.members(content["schema"])
    required = contract.resolve(content["schema"]).get("required", [])
    return {name: _sample(contract, members[name]) for name in required}


def _value(contract: Contract, parameter: Any) -> Value:
    shown = parameter.get("example", _sample(contract, parameter.get("schema", {})))
    required = bool(parameter.get("required"))
    return Value(parameter["name"], _text(shown), sentence(parameter.get("description", "")), required)


def _fields(contract: Contract, operation: Operation) -> Iterator[Value]:
    schema = contract.resolve(operation.form_body or {})
    required = set(schema.get("required", ())).union(
        *(contract.resolve(part).get("required", ()) for part in schema.get("allOf", ()))
    )
    content = contract.document["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    # where the same can be said in JSON, what its example says belongs into the form too
    shown = _example(contract, content["application/json"]) if operation.json_body else {}
    for name, member in contract.members(schema).items():
        value = shown.get(name, _sample(contract, member))
        yield Value(name, _text(value), sentence(member.get("description", "")), name in required or name in shown)


def _sample(contract: Contract, schema: Any) -> Any:
    whole = contract.resolve(schema)
    for key in ("example", "default", "const"):
        if key in whole:
            return whole[key]
    if whole.get("examples"):
        return whole["examples"][0]
    if "enum" in whole:
        return whole["enum"][0]
    return {"integer": 1, "boolean": True, "object": {}, "array": []}.get(str(whole.get("type")), "")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
