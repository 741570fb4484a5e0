"""A collection as Bruno keeps it: a folder of `.bru` files, made of blocks."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from generate.requests import KEY, Request, Value

if TYPE_CHECKING:
    from generate.collections import Collection

ENVIRONMENT = "environments/Local.bru"


def collection(
    about: Collection, prefix: str, folders: list[tuple[str, str]], requests: list[Request]
) -> Mapping[str, str]:
    made = {
        "bruno.json": json.dumps(
            {"version": "1", "name": about.name, "type": "collection", "ignore": [".git"]}, indent=2
        )
        + "\n",
        "collection.bru": _shared(about),
        ENVIRONMENT: _environment(about),
    }
    for place, (folder, said) in enumerate(folders, 1):
        inside = [one for one in requests if one.folder == folder]
        if inside:
            made[f"{folder}/folder.bru"] = bru(("meta", {"name": folder, "seq": str(place)}), ("docs", said))
        for number, one in enumerate(inside, 1):
            made[f"{folder}/{_file_name(one.title)}.bru"] = _request(prefix, one, number)
    return made


def bru(*blocks: tuple[str, Mapping[str, str] | str]) -> str:
    """Blocks of pairs, and blocks of text; empty ones are left out."""
    return "\n".join(_block(name, content) for name, content in blocks if content)


def _block(name: str, content: Mapping[str, str] | str) -> str:
    if isinstance(content, str):
        return f"{name} {{\n{textwrap.indent(content, '  ')}\n}}\n"
    return f"{name} {{\n" + "".join(f"  {key}: {value}\n" for key, value in content.items()) + "}\n"


def _shared(about: Collection) -> str:
    return bru(
        ("headers", about.headers),
        ("auth", {"mode": "bearer"}),
        ("auth:bearer", {"token": f"{{{{{about.token}}}}}"}),
        ("script:pre-request", about.bruno_script),
        ("docs", about.description),
    )


def _environment(about: Collection) -> str:
    open_ones = {name: value for name, value in about.variables.items() if name not in about.secrets}
    listed = ",\n".join(f"  {name}" for name in about.secrets)
    return bru(("vars", open_ones)) + f"vars:secret [\n{listed}\n]\n"


def _request(prefix: str, one: Request, number: int) -> str:
    path = prefix + re.sub(r"\{(\w+)\}", r":\1", one.path)
    asked = "&".join(f"{value.name}={value.text}" for value in one.in_query if value.is_required)
    url = "{{baseUrl}}" + path + (f"?{asked}" if asked else "")
    body = "multipartForm" if one.form else "json" if one.body is not None else "none"
    return bru(
        ("meta", {"name": one.title, "type": "http", "seq": str(number)}),
        (one.method.lower(), {"url": url, "body": body, "auth": "inherit"}),
        ("params:query", dict(_pairs(one.in_query))),
        ("params:path", dict(_pairs(one.in_path))),
        ("headers", {KEY: "{{$guid}}"} if one.takes_key else {}),
        ("body:json", one.json_text if one.body is not None else ""),
        ("body:multipart-form", dict(_fields(one.form))),
        ("docs", "\n".join(_docs(one))),
    )


def _pairs(values: Iterable[Value]) -> Iterator[tuple[str, str]]:
    for value in values:
        yield f"{'' if value.is_required else '~'}{value.name}", value.text


def _fields(values: Iterable[Value]) -> Iterator[tuple[str, str]]:
    for value in values:
        text = "@file()" if value.name == "file" else value.text
        yield f"{'' if value.is_required else '~'}{value.name}", text


def _docs(one: Request) -> Iterator[str]:
    yield one.description
    told = [value for value in (*one.in_path, *one.in_query, *one.form) if value.description]
    if told:
        yield ""
        yield from (f"- `{value.name}`: {value.description}" for value in told)


def _file_name(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()
