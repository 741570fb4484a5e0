"""A collection in Postman's format, version 2.1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from generate.requests import KEY, Request, Value

if TYPE_CHECKING:
    from generate.collections import Collection

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(about: Collection, prefix: str, folders: list[tuple[str, str]], requests: list[Request]) -> str:
    made = {
        "info": {"name": about.name, "description": about.description, "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": f"{{{{{about.token}}}}}", "type": "string"}]},
        "variable": [{"key": name, "value": value, "type": "string"} for name, value in about.variables.items()],
        **({"event": [_script(about.postman_script)]} if about.postman_script else {}),
        "item": [
            {"name": name, "description": said, "item": [_item(about, prefix, one) for one in inside]}
            for name, said in folders
            if (inside := [one for one in requests if one.folder == name])
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _script(text: str) -> dict[str, Any]:
    return {"listen": "prerequest", "script": {"type": "text/javascript", "exec": text.splitlines()}}


def _item(about: Collection, prefix: str, one: Request) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "method": one.method,
        "header": list(_headers(about, one)),
        **_body(one),
        "url": _url(prefix, one),
        "description": one.description,
    }
    answer = {
        "name": "An answer",
        "originalRequest": asked,
        "status": {200: "OK", 201: "Created", 202: "Accepted"}[one.status],
        "code": one.status,
        "_postman_previewlanguage": "json",
        "header": [{"key": "Content-Type", "value": "application/json"}],
        "body": json.dumps(one.answer, ensure_ascii=False, indent=2),
    }
    return {"name": one.title, "request": asked, "response": [answer]}


def _headers(about: Collection, one: Request) -> Iterable[dict[str, str]]:
    yield from ({"key": name, "value": value} for name, value in about.headers.items())
    if one.body is not None:
        yield {"key": "Content-Type", "value": "application/json"}
    if one.takes_key:
        yield {"key": KEY, "value": "{{$guid}}"}


def _body(one: Request) -> dict[str, Any]:
    if one.form:
        return {"body": {"mode": "formdata", "formdata": [_field(field) for field in one.form]}}
    if one.body is None:
        return {}
    return {"body": {"mode": "raw", "raw": one.json_text, "options": {"raw": {"language": "json"}}}}


def _field(field: Value) -> dict[str, Any]:
    value: dict[str, Any] = (
        {"type": "file", "src": []} if field.name == "file" else {"type": "text", "value": field.text}
    )
    disabled = {} if field.is_required else {"disabled": True}
    return {"key": field.name, **value, "description": field.description, **disabled}


def _url(prefix: str, one: Request) -> dict[str, Any]:
    path = prefix + one.path.replace("{", ":").replace("}", "")
    asked = "&".join(f"{value.name}={value.text}" for value in one.in_query if value.is_required)
    made: dict[str, Any] = {
        "raw": "{{baseUrl}}" + path + (f"?{asked}" if asked else ""),
        "host": ["{{baseUrl}}"],
        "path": path.strip("/").split("/"),
    }
    if one.in_query:
        made["query"] = [
            {"key": value.name, "value": value.text, "description": value.description}
            | ({} if value.is_required else {"disabled": True})
            for value in one.in_query
        ]
    if one.in_path:
        made["variable"] = [
            {"key": value.name, "value": value.text, "description": value.description} for value in one.in_path
        ]
    return made
