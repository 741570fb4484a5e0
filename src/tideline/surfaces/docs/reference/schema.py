"""What a JSON body holds, as rows of a table: path, type, what it means."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tideline.platform.contract.document import Contract
from tideline.surfaces.docs.reference.volume import plain_words

Json = Any
DEEPEST = 6


@dataclass(frozen=True)
class Row:
    path: str
    type: str
    about: str
    is_required: bool


def rows(contract: Contract, schema: Json) -> list[Row]:
    return list(_members(contract, _whole(contract, schema), "", 0))


def _members(contract: Contract, schema: Json, before: str, depth: int) -> Iterator[Row]:
    if depth > DEEPEST:
        return
    if "items" in schema and not before:
        yield from _members(contract, _whole(contract, schema["items"]), "[].", depth + 1)
    required = schema.get("required", ())
    for name, raw in schema.get("properties", {}).items():
        one = _whole(contract, raw)
        path = f"{before}{name}"
        yield Row(path, type_of(contract, one), about_of(one), name in required)
        yield from _below(contract, one, path, depth)
    if isinstance(extra := schema.get("additionalProperties"), Mapping) and extra:
        one = _whole(contract, extra)
        yield Row(f"{before}*", type_of(contract, one), about_of(one), is_required=False)
        yield from _below(contract, one, f"{before}*", depth)


def _below(contract: Contract, one: Json, path: str, depth: int) -> Iterator[Row]:
    for choice in [one, *(_whole(contract, each) for each in _choices(one))]:
        if "items" in choice:
            yield from _members(contract, _whole(contract, choice["items"]), f"{path}[].", depth + 1)
        else:
            yield from _members(contract, choice, f"{path}.", depth + 1)


def _choices(schema: Json) -> list[Json]:
    return [*schema.get("oneOf", ()), *schema.get("anyOf", ())]


def _whole(contract: Contract, schema: Json) -> Json:
    """A schema with its reference followed and its parts joined; what stands beside a reference wins."""
    if "$ref" in schema:
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        return {**_whole(contract, contract.resolve(schema)), **rest}
    whole: dict[str, Json] = {}
    for part in schema.get("allOf", ()):
        whole = _joined(whole, _whole(contract, part))
    return _joined(whole, {name: value for name, value in schema.items() if name != "allOf"})


def _joined(one: dict[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    joined = {**one, **other}
    joined["properties"] = {**one.get("properties", {}), **other.get("properties", {})}
    joined["required"] = [*one.get("required", ()), *other.get("required", ())]
    return {name: value for name, value in joined.items() if value or name not in {"properties", "required"}}


def type_of(contract: Contract, schema: Json) -> str:
    one = _whole(contract, schema)
    if choices := _choices(one):
        return " or ".join(dict.fromkeys(type_of(contract, each) for each in choices))
    if "const" in one:
        return f"`{_shown(one['const'])}`"
    if "enum" in one:
        return ", ".join(f"`{_shown(value)}`" for value in one["enum"])
    kind = one.get("type", "object" if "properties" in one else "any")
    names = [kind] if isinstance(kind, str) else list(kind)
    if "array" in names and "items" in one:
        names[names.index("array")] = f"list of {_plural(type_of(contract, one['items']))}"
    if "string" in names and one.get("contentMediaType"):
        names[names.index("string")] = "file"
    return " or ".join(names)


def _plural(name: str) -> str:
    return f"{name}s" if name.isalpha() else name


def about_of(schema: Json) -> str:
    """The description, then the bounds."""
    return " ".join(
        part for part in (" ".join(plain_words(schema.get("description", "")).split()), _bounds(schema)) if part
    )


def _bounds(one: Json) -> str:
    said = []
    if one.get("x-extension"):
        said.append("Added by Tideline.")
    if "maxLength" in one and "enum" not in one:
        said.append(f"{_from(one, 'minLength')} {one['maxLength']:,} characters.")
    if "maxItems" in one:
        said.append(f"At most {one['maxItems']:,}.")
    if "minimum" in one and "maximum" in one:
        said.append(f"From {one['minimum']:,} to {one['maximum']:,}.")
    if "default" in one:
        said.append(f"`{_shown(one['default'])}` if not said.")
    return " ".join(said)


def _from(one: Json, name: str) -> str:
    return f"From {one[name]} to" if one.get(name) else "At most"


def _shown(value: Json) -> str:
    return str(value) if value and isinstance(value, str) else json.dumps(value)


def example(contract: Contract, holder: Json) -> Json:
    """The example of a media type: its own, or the first of several; None where the contract gives none."""
    if "example" in holder:
        return holder["example"]
    for one in holder.get("examples", {}).values():
        return contract.resolve(one).get("value")
    return None


def sample(contract: Contract, schema: Json) -> Json:
    """A value made from the examples of a schema's members, for where the contract has no whole one."""
    one = _whole(contract, schema)
    if "example" in one:
        return one["example"]
    if one.get("examples"):
        return one["examples"][0]
    if choices := _choices(one):
        return sample(contract, choices[0])
    if "const" in one or "enum" in one:
        return one.get("const", next(iter(one.get("enum", ())), None))
    if "properties" in one:
        return {name: sample(contract, each) for name, each in one["properties"].items()}
    if "items" in one:
        return [sample(contract, one["items"])]
    kind = one.get("type", "string")
    kind = kind if isinstance(kind, str) else kind[0]
    return {"integer": 1, "number": 1.0, "boolean": True, "object": {}, "null": None}.get(kind, "text")
