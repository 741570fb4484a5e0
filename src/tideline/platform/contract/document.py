"""The OpenAPI document as a list of operations: what may be called, with which parameters, and what may come back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

METHODS = ("get", "put", "post", "patch", "delete")

Json = Any
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    type: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One entry of the routing table."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    json_body: Schema | None
    """The schema of a JSON body, or None when the operation takes none."""
    form_body: Schema | None
    """The schema of a multipart form, likewise."""
    takes_text: bool
    """Does it take a plain text instead of the JSON body?"""
    needs_body: bool
    """Or is a request without any body the same as one with an empty object?"""
    responses: Mapping[str, Any] = field(repr=False)
    tag: str = ""

    @cached_property
    def scope(self) -> str:
        """What a token with scopes needs for it, such as `chats:read`."""
        return f"{self.tag}:{'read' if self.method == 'GET' else 'write'}"

    @cached_property
    def success(self) -> int:
        """The status of an answer of success."""
        return next(int(status) for status in self.responses if status.startswith("2"))

    def names(self, place: str) -> set[str]:
        return {parameter.name for parameter in self.parameters if parameter.place == place}

    @cached_property
    def path_parameters(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters if parameter.place == "path"}


class Contract:
    """A whole document. `$ref`s are followed inside it only."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.operations: dict[str, Operation] = {}
        for operation in self._read_operations():
            if operation.id in self.operations:
                raise ValueError(f"{operation.id} stands in the contract twice")
            self.operations[operation.id] = operation

    def resolve(self, node: Json) -> Json:
        """What a `$ref` points to, or the node itself."""
        while isinstance(node, dict) and "$ref" in node:
            target: Json = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def members(self, schema: Schema) -> dict[str, Schema]:
        """The members that an object of this schema may have, those of what it is made of included."""
        whole = self.resolve(schema)
        found: dict[str, Schema] = {}
        for part in whole.get("allOf", ()):
            found |= self.members(part)
        return found | {name: self.resolve(one) for name, one in whole.get("properties", {}).items()}

    def standalone(self, schema: Schema) -> dict[str, Any]:
        """A schema with all that its references need, for a JSON Schema validator."""
        return {"allOf": [schema], "components": self.document.get("components", {})}

    def _read_operations(self) -> Iterator[Operation]:
        for path, item in self.document.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    yield self._read(method, path, item[method], item.get("parameters", []))

    def _read(self, method: str, path: str, raw: Json, shared: list[Json]) -> Operation:
        return Operation(
            id=raw["operationId"],
            method=method.upper(),
            path=path,
            parameters=tuple(self._parameter(one) for one in [*shared, *raw.get("parameters", [])]),
            json_body=self._body(raw, "application/json"),
            form_body=self._body(raw, "multipart/form-data"),
            takes_text=self._body(raw, "text/plain") is not None,
            needs_body=bool(self.resolve(raw.get("requestBody", {})).get("required")),
            responses=raw["responses"],
            tag=next(iter(raw.get("tags", ())), ""),
        )

    def _parameter(self, raw: Json) -> Parameter:
        one = self.resolve(raw)
        kind = self.resolve(one.get("schema", {})).get("type", "string")
        return Parameter(one["name"], one["in"], kind, bool(one.get("required")))

    def _body(self, raw: Json, media_type: str) -> Schema | None:
        content = self.resolve(raw.get("requestBody", {})).get("content", {})
        schema: Schema | None = content.get(media_type, {}).get("schema")
        return schema
