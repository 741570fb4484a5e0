"""Operations as methods, for a client that waits and for one that awaits."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generate.shapes import Schema, Shapes
from generate.writing import docstring, pascal, sentence, snake
from tideline.platform.contract.document import Operation

# the contract says `string`, its words say a date or time
MOMENTS = {"after", "before", "since"}
# what a server may need, beyond what is usual, for a file that it fetches itself
SLOW = {"uploadFileByUrl": 180}
NOTHING = ("BareOk", "SimpleOk")


@dataclass(frozen=True)
class Parameter:
    """One argument of a method."""

    name: str
    place: str
    hint: str
    is_required: bool
    is_nullable: bool
    description: str

    def code(self) -> str:
        if self.is_required:
            return f"{self.name}: {self.hint}"
        hint, default = (self.hint.removesuffix(" | None"), "UNSET") if self.is_nullable else (self.hint, "None")
        return f"{self.name}: {hint}{' | Unset' if self.is_nullable else ''} | None = {default}"


@dataclass(frozen=True)
class Method:
    """What calls one operation, in one of the forms that its body may have."""

    operation: Operation
    raw: Schema
    shapes: Shapes
    name: str
    body: str | None
    """`body`, `form`, or None where there is neither."""

    @cached_property
    def parameters(self) -> list[Parameter]:
        found = [*self._in_path_and_query(), *self._in_body()]
        names = [one.name for one in found]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.operation.id} has two parameters of one name")
        return sorted(found, key=lambda one: (one.place != "path", not one.is_required))

    @cached_property
    def under(self) -> str | None:
        return "data" if "data" in self.shapes.members_of(self._answer) else None

    @cached_property
    def returns(self) -> str:
        if self._answer.get("$ref", "").endswith(NOTHING):
            return "None"
        schema = self.shapes.members_of(self._answer)["data"] if self.under else self._answer
        return self.shapes.hint(schema, f"{pascal(self.operation.id)}Answer")

    @property
    def has_key(self) -> bool:
        return "Idempotency-Key" in self.operation.names("header")

    @cached_property
    def pages(self) -> tuple[str, str, str] | None:
        """How its list goes on, in which member of an answer the items are, and of what type they are."""
        found = self.shapes.models.get(self.returns)
        lists = [one for one in found.members if one.hint.startswith("list[")] if found else []
        names = {one.name for one in found.members} if found else set()
        if len(lists) != 1 or not names & {"has_more_pages", "has_more"}:
            return None
        way = "by_number" if "has_more_pages" in names else "by_cursor"
        return way, lists[0].name, lists[0].hint.removeprefix("list[").removesuffix("]")

    @cached_property
    def _answer(self) -> Schema:
        response = self.shapes.contract.resolve(self.operation.responses[str(self.operation.success)])
        found: Schema = response["content"]["application/json"]["schema"]
        return found

    def _in_path_and_query(self) -> Iterator[Parameter]:
        shared = self.shapes.contract.document["paths"][self.operation.path].get("parameters", [])
        for one in map(self.shapes.contract.resolve, [*shared, *self.raw.get("parameters", [])]):
            if one["in"] == "path":
                yield Parameter(one["name"], "path", _path_hint(one), True, False, one.get("description", ""))
            elif one["in"] == "query":
                hint, is_required = self._input_hint(one["name"], one["schema"]), bool(one.get("required"))
                yield Parameter(one["name"], "query", hint, is_required, False, one.get("description", ""))

    def _in_body(self) -> Iterator[Parameter]:
        schema = {"body": self.operation.json_body, "form": self.operation.form_body, None: None}[self.body]
        if schema is None:
            return
        required = self.shapes.required_of(dict(schema))
        for name, part in self.shapes.members_of(dict(schema)).items():
            hint = self._input_hint(name, part)
            place = "file" if hint == "Upload" else str(self.body)
            description = part.get("description") or self.shapes.contract.resolve(part).get("description", "")
            yield Parameter(name, place, hint, name in required, hint.endswith("| None"), description)

    def _input_hint(self, name: str, schema: Schema) -> str:
        if len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        whole = self.shapes.contract.resolve(schema)
        if "contentMediaType" in whole:
            return "Mapping[str, Any]" if whole["contentMediaType"] == "application/json" else "Upload"
        if "enum" in whole:
            return self._choice(schema, whole)
        if whole.get("type") == "array":
            item = self._input_hint(name, whole["items"])
            return f"list[{item}] | tuple[{item}, ...]"
        hint = self.shapes.hint(schema, self._owner + pascal(name)).replace("dict[str", "Mapping[str")
        if hint == "str" and name in MOMENTS and not self._is_cursor(name):
            return "datetime | str"
        return "datetime | str" if hint == "datetime" else hint

    def _choice(self, schema: Schema, whole: Schema) -> str:
        if "$ref" in schema:
            return str(schema["$ref"].rsplit("/", 1)[-1])
        return f"Literal[{', '.join(map(repr, whole['enum']))}]"

    @property
    def _owner(self) -> str:
        """What a body is called, so that a part of it that has no name can be called after it."""
        return str((self.operation.json_body or {}).get("$ref", pascal(self.operation.id))).rsplit("/", 1)[-1]

    def _is_cursor(self, name: str) -> bool:
        return name == "after" and "wait" in self.operation.names("query")

    def code(self, *, awaits: bool) -> str:
        takes, before = ("async def", "await ") if awaits else ("def", "")
        result = "" if self.returns == "None" else "return "
        return "\n".join(
            [
                f"    {takes} {self.name}({self._signature()}) -> {self.returns}:",
                self._documentation(),
                f"        {result}{before}self.send({self._call()})",
            ]
        )

    def iterating_code(self, *, awaits: bool) -> str:
        """The method that goes through all pages, or nothing."""
        if self.pages is None:
            return ""
        way, member, item = self.pages
        counter = "page" if way == "by_number" else "after"
        given = ", ".join(f"{one.name}={one.name if one.name != counter else 'at'}" for one in self.parameters)
        more = ", endless=bool(wait)" if way == "by_cursor" else ""
        kind, suffix = ("AsyncIterator", "_async") if awaits else ("Iterator", "")
        rest = " With `wait` it goes on for ever, and waits for what happens." if way == "by_cursor" else ""
        return "\n".join(
            [
                f"    def iter_{self.name.removeprefix('list_')}({self._signature(counter)}) -> {kind}[{item}]:",
                docstring(f"Everything that `{self.name}` lists, page after page as it is come to.{rest}", indent=8),
                f"        return {way}{suffix}(\n            {counter}, lambda at: self.{self.name}({given}),",
                f"            lambda found: found.{member}{more})",
            ]
        )

    def _signature(self, counter: str = "") -> str:
        path = [one.code() for one in self.parameters if one.place == "path"]
        named = [_from_one(one, counter) for one in self.parameters if one.place != "path"]
        named += ["idempotency_key: str | None = None"] if self.has_key and not counter else []
        return ", ".join(["self", *path, *(["*", *named] if named else [])])

    def _documentation(self) -> str:
        notes = [f"* {one.name}: {sentence(one.description)}" for one in self.parameters if one.description]
        return docstring(
            sentence(self.raw.get("summary", "")),
            sentence(self.raw.get("description", "")),
            "\n".join(notes),
            f"{self.operation.method} {self.operation.path}",
            indent=8,
        )

    def _call(self) -> str:
        path = self.operation.path
        for name in self.operation.path_parameters:
            path = path.replace(f"{{{name}}}", f"{{segment({name})}}")
        answer = "type(None)" if self.returns == "None" else self.returns
        parts = [f'"{self.operation.method}"', f'{"f" if "{" in path else ""}"{path}"', answer, *self._options()]
        return f"Call({', '.join(parts)})"

    def _options(self) -> Iterator[str]:
        if self.under and self.returns != "None":
            yield f'under="{self.under}"'
        if any(one.place == "query" for one in self.parameters):
            yield f"query={self._given('query')}"
        if self.body:
            yield f"{self.body}={self._given(self.body)}"
        yield from (f"file={one.name}" for one in self.parameters if one.place == "file")
        if self.has_key:
            yield "key=key_or_new(idempotency_key)"
        if "wait" in self.operation.names("query"):
            yield "takes=wait or 0"
        if self.operation.id in SLOW:
            yield f"takes={SLOW[self.operation.id]}"

    def _given(self, place: str) -> str:
        here = [one for one in self.parameters if one.place == place]
        plain = ", ".join(f'"{one.name}": {_value(one)}' for one in here if not one.is_nullable)
        nullable = ", ".join(f'"{one.name}": {one.name}' for one in here if one.is_nullable)
        return f"given({{{plain}}}{f', {{{nullable}}}' if nullable else ''})"


def _value(one: Parameter) -> str:
    return f"json_text({one.name})" if one.place == "form" and one.hint.startswith("Mapping") else one.name


def _from_one(one: Parameter, counter: str) -> str:
    return f"{one.name}: int = 1" if one.name == counter == "page" else one.code()


def _path_hint(one: dict[str, Any]) -> str:
    if one["schema"].get("type") == "integer":
        return "int"
    return "int | str" if str(one.get("example", "")).isdigit() else "str"


def methods(shapes: Shapes) -> Iterator[Method]:
    """Every operation in the order of the document; one that takes a form or JSON is two methods."""
    document = shapes.contract.document
    for one in shapes.contract.operations.values():
        raw = document["paths"][one.path][one.method.lower()]
        name = snake(one.id)
        if one.form_body and one.json_body:
            yield Method(one, raw, shapes, name, "body")
            yield Method(one, raw, shapes, f"{name}_with_file", "form")
        else:
            body = "form" if one.form_body else "body" if one.json_body else None
            yield Method(one, raw, shapes, name, body)
