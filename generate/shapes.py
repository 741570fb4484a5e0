"""Schemas as Python types: the hint that a schema is, and the models that hints speak of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from generate.writing import docstring, pascal, sentence, singular
from tideline.platform.contract.document import Contract

PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

Schema = dict[str, Any]


@dataclass(frozen=True)
class Member:
    """One field of a model."""

    name: str
    hint: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Model:
    """A dataclass to be."""

    name: str
    description: str
    base: str | None
    members: tuple[Member, ...]

    def code(self) -> str:
        base = f"({self.base})" if self.base else ""
        lines = [
            "@dataclass(frozen=True, slots=True, kw_only=True)",
            f"class {self.name}{base}:",
            docstring(*(self.description or f"{self.name} of the contract.").split("\n\n"), indent=4),
            "",
            *(line for member in self.members for line in _member_code(member)),
        ]
        return "\n".join(lines)


def _member_code(member: Member) -> Iterator[str]:
    may_be_absent = "" if member.is_required else " = None"
    hint = member.hint if member.is_required or member.hint.endswith("None") else f"{member.hint} | None"
    yield f"    {member.name}: {hint}{may_be_absent}"
    if member.description:
        yield docstring(sentence(member.description), indent=4)


@dataclass
class Shapes:
    """The types of one document. What is asked for is remembered, and written in the order of need."""

    contract: Contract
    models: dict[str, Model] = field(default_factory=dict)

    def hint(self, schema: Schema, name: str) -> str:
        """The type of an answer, or of a part of one; `name` is for an object that has none."""
        if "$ref" in schema:
            return self._reference(schema["$ref"].rsplit("/", 1)[-1])
        if "allOf" in schema:
            return self._composed(schema, name)
        if "anyOf" in schema or "oneOf" in schema:
            return self._union([self.hint(one, name) for one in (schema.get("anyOf") or schema["oneOf"])])
        if isinstance(schema.get("type"), list):
            return self._union([self.hint({**schema, "type": one}, name) for one in schema["type"]])
        return self._simple(schema, name)

    def members_of(self, schema: Schema) -> dict[str, Schema]:
        """Members as they stand in the document, references not followed."""
        if "$ref" in schema:
            return self.members_of(self.contract.resolve(schema))
        found: dict[str, Schema] = {}
        for part in schema.get("allOf", ()):
            found |= self.members_of(part)
        return found | dict(schema.get("properties", {}))

    def required_of(self, schema: Schema) -> set[str]:
        whole = self.contract.resolve(schema)
        return set(whole.get("required", ())).union(*(self.required_of(part) for part in whole.get("allOf", ())))

    def code(self) -> str:
        return "\n\n\n".join(model.code() for model in self.models.values())

    def _reference(self, name: str) -> str:
        target = self.contract.document["components"]["schemas"][name]
        return "datetime" if name == "Timestamp" else self.hint(target, name)

    def _composed(self, schema: Schema, name: str) -> str:
        parts = [part for part in schema["allOf"] if set(part) != {"description"}]
        return self.hint(parts[0], name) if len(parts) == 1 else self._model(schema, name)

    def _simple(self, schema: Schema, name: str) -> str:
        kind = schema.get("type")
        if kind == "array":
            return f"list[{self.hint(schema['items'], singular(name))}]"
        if kind == "object":
            return self._object(schema, name)
        if "const" in schema:
            return type(schema["const"]).__name__
        return "datetime" if schema.get("format") == "date-time" else PLAIN.get(str(kind), "Any")

    def _object(self, schema: Schema, name: str) -> str:
        more = schema.get("additionalProperties")
        if isinstance(more, dict):
            return f"dict[str, {self.hint(more, name)}]"
        return "dict[str, Any]" if more or "properties" not in schema else self._model(schema, name)

    def _union(self, hints: list[str]) -> str:
        distinct = [one for one in dict.fromkeys(hints) if one != "None"]
        return " | ".join([*distinct, *(["None"] if "None" in hints else [])])

    def _model(self, schema: Schema, name: str) -> str:
        if name in self.models:
            return name
        base, inherited = self._base_of(schema)
        required = self.required_of(schema)
        members = [
            Member(one, self.hint(part, name + pascal(one)), one in required, part.get("description", ""))
            for one, part in self.members_of(schema).items()
            if one not in inherited
        ]
        self.models[name] = Model(name, _described(schema.get("description", "")), base, tuple(members))
        return name

    def _base_of(self, schema: Schema) -> tuple[str | None, set[str]]:
        """The one model that this is a kind of; where its members change, or there are several, they are repeated."""
        named = [part for part in schema.get("allOf", ()) if "$ref" in part]
        if len(named) != 1:
            return None, set()
        inherited = set(self.members_of(named[0]))
        others = [part for part in schema["allOf"] if part is not named[0]]
        changed = {one for part in others for one in [*self.members_of(part), *self.required_of(part)]}
        if inherited & changed:
            return None, set()
        return self._reference(named[0]["$ref"].rsplit("/", 1)[-1]), inherited


def _described(text: str) -> str:
    return "\n\n".join(sentence(paragraph) for paragraph in text.split("\n\n"))
