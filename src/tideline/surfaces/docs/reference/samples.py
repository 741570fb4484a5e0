"""Requests as code: curl, Python and JavaScript, with the values of the contract's examples."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tideline.surfaces.docs.reference.schema import example, sample
from tideline.surfaces.docs.reference.volume import Call, Volume

Json = Any
JSON = "application/json"
FORM = "multipart/form-data"
PLAIN = re.compile(r"[\w=@.-]+")
SHOWN_QUERY = {"listChats": ("closed", "page"), "searchMessages": ("q",)}
"""Which optional parameters an example uses; others use what they must."""
FILES = {"sendVoiceMessage": "hello.mp3", "sendFileMessage": "plan.png"}
OTHER_FILE = "price-list.pdf"


@dataclass(frozen=True)
class Request:
    """One call with values."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Json = None
    form: dict[str, str] | None = None
    """Fields of a form; a value that begins with `@` is a file, as curl writes it."""

    @property
    def address(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def request_of(volume: Volume, call: Call) -> Request:
    path, query = call.path, {}
    for one in call.parameters:
        value = _value(volume, one)
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(value, safe="@"))
        elif one["in"] == "query" and (one.get("required") or one["name"] in SHOWN_QUERY.get(call.id, ())):
            query[one["name"]] = value
    content = volume.contract.resolve(call.raw.get("requestBody", {})).get("content", {})
    body, form = None, None
    if JSON in content:
        body = example(volume.contract, content[JSON])
        body = sample(volume.contract, content[JSON]["schema"]) if body is None else body
    elif FORM in content:
        form = _form(volume, call, content[FORM]["schema"])
    return Request(call.method, volume.base + path, query, body, form)


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
    address = f'"$TIDELINE_URL{request.address}"'
    words = ["curl", *_verb(request), address]
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
    token, partner = (f"{before}{name}{after}" for name in ("TIDELINE_TOKEN", "TIDELINE_PARTNER"))
    if volume.is_partner:
        return {"Authorization": f"Bearer {before}TIDELINE_JWT{after}", "X-TL-Partner-Id": partner}
    return {"Authorization": f"Bearer {token}"}


def javascript(volume: Volume, request: Request) -> str:
    headers = _signed(volume, "${process.env.", "}")
    options: list[str] = [] if request.method == "GET" else [f'  method: "{request.method}",']
    shown = [f"    {_key(name)}: `{value}`," for name, value in headers.items()]
    before: list[str] = []
    if request.body is not None:
        shown.append('    "Content-Type": "application/json",')
    options += ["  headers: {", *shown, "  },"]
    if request.body is not None:
        options.append(f"  body: JSON.stringify({_literal(request.body)}),")
    if request.form is not None:
        before = ['import { openAsBlob } from "node:fs";', "", "const form = new FormData();"]
        before += [f"form.set({json.dumps(name)}, {_part(value)});" for name, value in request.form.items()]
        before.append("")
        options.append("  body: form,")
    call = [f"const answer = await fetch(`${{process.env.TIDELINE_URL}}{request.address}`, {{", *options, "});"]
    return "\n".join([*before, *call, "console.log(answer.status, await answer.json());"])


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
    return json.dumps(body, ensure_ascii=False)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
