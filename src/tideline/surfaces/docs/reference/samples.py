"""Requests as code: curl, Python and JavaScript, with the values of the contract's examples."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tideline.surfaces.docs.reference.schema import example, sample
from tideline.surfaces.docs.reference.volume import Call, Volume

Json = Any
JSON = "application/json"
FORM = "multipart/form-data"
WIDTH = 100
PLAIN = re.compile(r"[\w=@.-]+")
SHOWN_QUERY = {"listChats": ("closed", "page"), "searchMessages": ("q",)}
"""Which optional parameters an example uses; others use what they must."""
FILES = {"sendVoiceMessage": "hello.mp3", "sendFileMessage": "plan.png"}
OTHER_FILE = "price-list.pdf"


@dataclass(frozen=True)
class Request:
    """One call with values."""

    operation: str
    method: str
    path: str
    places: tuple[str, ...] = ()
    """The values in the path, in order."""
    query: dict[str, Json] = field(default_factory=dict)
    body: Json = None
    form: dict[str, str] | None = None
    """Fields of a form; a value that begins with `@` is a file, as curl writes it."""

    @property
    def address(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def request_of(volume: Volume, call: Call) -> Request:
    path, query = call.path, {}
    places: list[str] = []
    for one in call.parameters:
        value = _value(volume, one)
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(value, safe="@"))
            places.append(value)
        elif one["in"] == "query" and (one.get("required") or one["name"] in SHOWN_QUERY.get(call.id, ())):
            query[one["name"]] = value
    content = volume.contract.resolve(call.raw.get("requestBody", {})).get("content", {})
    body, form = None, None
    if JSON in content:
        body = example(volume.contract, content[JSON])
        body = sample(volume.contract, content[JSON]["schema"]) if body is None else body
    elif FORM in content:
        form = _form(volume, call, content[FORM]["schema"])
    return Request(call.id, call.method, volume.base + path, tuple(places), query, body, form)


def _value(volume: Volume, parameter: Json) -> str:
    value = parameter.get("example")
    if value is None:
        value = sample(volume.contract, parameter.get("schema", {}))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _form(volume: Volume, call: Call, schema: Json) -> dict[str, str]:
    members = volume.contract.members(schema)
    fields = {"file": f"@{FILES.get(call.id, OTHER_FILE)}"}
    if "caption" in members:
        fields["caption"] = "The plan"
    return fields


def curl(volume: Volume, request: Request) -> str:
    words = ["curl", *_verb(request), f'"$BASE{request.address}"']
    lines = [" ".join(words), *(f'-H "{name}: {value}"' for name, value in _signed(volume, "$", "").items())]
    if request.body is not None:
        lines += ["-H 'Content-Type: application/json'", f"-d {_quoted(_compact(request.body))}"]
    for name, value in (request.form or {}).items():
        text = f"{name}={value}"
        lines.append(f"-F {text if PLAIN.fullmatch(text) else _quoted(text)}")
    return " \\\n  ".join(lines)


def _verb(request: Request) -> list[str]:
    sends = request.body is not None or request.form is not None
    return [] if request.method == ("POST" if sends else "GET") else ["-X", request.method]


def _signed(volume: Volume, before: str, after: str) -> dict[str, str]:
    token = f"Bearer {before}{'JWT' if volume.is_partner else 'TOKEN'}{after}"
    partner = {"X-TL-Partner-Id": f"{before}PARTNER{after}"} if volume.is_partner else {}
    return {"Authorization": token, **partner}


def python(volume: Volume, request: Request) -> str:
    kind, names = ("Partner", ("BASE", "PARTNER", "SECRET")) if volume.is_partner else ("Tideline", ("BASE", "TOKEN"))
    given = ", ".join(f'os.environ["{name}"]' for name in names)
    imports = ["import os", *(["from pathlib import Path"] if request.form is not None else [])]
    words = [*map(_python_value, request.places), *(f"{name}={_python(value)}" for name, value in _named(request))]
    called = _called(f"client.{method_of(request)}", words)
    return "\n".join(
        [*imports, "", f"from tideline.client import {kind}", "", f"with {kind}({given}) as client:", *called]
    )


def method_of(request: Request) -> str:
    """The client's method for an operation: `listChats` is `list_chats`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", request.operation).lower()


def _named(request: Request) -> list[tuple[str, Json]]:
    body = request.body if isinstance(request.body, dict) else {}
    return [*request.query.items(), *body.items(), *(request.form or {}).items()]


def _called(method: str, words: list[str]) -> list[str]:
    """On one line, or each argument on its own."""
    flat = f"    print({method}({', '.join(words)}))"
    if len(flat) <= WIDTH:
        return [flat]
    return [f"    answer = {method}(", *(f"        {word}," for word in words), "    )", "    print(answer)"]


def _python_value(text: str) -> str:
    return text if text.isdigit() else _python(text)


def _python(value: Json) -> str:
    if isinstance(value, str) and value.startswith("@"):
        return f'Path("{value.removeprefix("@")}")'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_python, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(name)}: {_python(one)}' for name, one in value.items())}}}"
    return repr(value)


def javascript(volume: Volume, request: Request) -> str:
    options = [] if request.method == "GET" else [f'  method: "{request.method}",']
    headers = [f"{_key(name)}: `{value}`" for name, value in _signed(volume, "${", "}").items()]
    before: list[str] = []
    if request.body is not None:
        headers.append('"Content-Type": "application/json"')
    options.append(f"  headers: {{ {', '.join(headers)} }},")
    if request.body is not None:
        options.append(f"  body: JSON.stringify({_literal(request.body)}),")
    if request.form is not None:
        before = ["const form = new FormData();"]
        before += [f"form.set({json.dumps(name)}, {_part(value)});" for name, value in request.form.items()]
        options.append("  body: form,")
    names = "BASE, JWT, PARTNER" if volume.is_partner else "BASE, TOKEN"
    imports = ['import { openAsBlob } from "node:fs";', ""] if request.form is not None else []
    call = [f"const answer = await fetch(`${{BASE}}{request.address}`, {{", *options, "});"]
    last = "console.log(answer.status, await answer.json());"
    return "\n".join([*imports, f"const {{ {names} }} = process.env;", *before, *call, last])


def _part(value: str) -> str:
    if not value.startswith("@"):
        return json.dumps(value)
    name = value.removeprefix("@")
    return f'await openAsBlob("{name}"), "{name}"'


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def _literal(value: Json, deep: int = 1) -> str:
    """JavaScript's own way to write a value, on as many lines as it needs."""
    flat = _flat(value)
    if len(flat) + deep * 2 <= 80 or not isinstance(value, dict | list) or not value:
        return flat
    if isinstance(value, list):
        lines, opening, closing = [_literal(one, deep + 1) for one in value], "[", "]"
    else:
        lines = [f"{_key(name)}: {_literal(one, deep + 1)}" for name, one in value.items()]
        opening, closing = "{", "}"
    inner, outer = "  " * (deep + 1), "  " * deep
    return "\n".join([opening, *(f"{inner}{line}," for line in lines), f"{outer}{closing}"])


def _flat(value: Json) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(name)}: {_flat(one)}' for name, one in value.items())} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _compact(body: Json) -> str:
    """On one line where it fits, else a line for each member."""
    flat = json.dumps(body, ensure_ascii=False)
    if len(flat) < 70 or not isinstance(body, dict):
        return flat
    members = (f"    {json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in body.items())
    return "{\n" + ",\n".join(members) + "\n  }"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def fences(volume: Volume, request: Request) -> Iterator[str]:
    """The request in each language, as Markdown."""
    for language, write in (("sh", curl), ("python", python), ("js", javascript)):
        yield f"```{language}\n{write(volume, request)}\n```"
