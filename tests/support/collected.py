"""The collections for Postman and Bruno as these tools read them, and their requests as they send them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from tests.architecture.statements import ROOT
from tests.support import media
from tests.support.partner_client import headers_of
from tideline.platform.contract.document import Contract, Operation
from tideline.platform.contract.paths import Paths

COLLECTIONS = ROOT / "collections"


@dataclass(frozen=True)
class Sent:
    """A request as a tool would send it, before variables are filled in."""

    folder: str
    name: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: Any
    form: tuple[tuple[str, str], ...]


def filled(sent: Sent, variables: Mapping[str, str]) -> Sent:
    def fill(text: str) -> str:
        return re.sub(r"\{\{(\$?\w+)\}\}", lambda found: variables[found[1]], text)

    return replace(sent, url=fill(sent.url), headers=tuple((name, fill(value)) for name, value in sent.headers))


# Postman --------------------------------------------------------------------------------------------------------


def postman(slug: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((COLLECTIONS / "postman" / f"tideline-{slug}.json").read_text("utf-8"))
    return made


def postman_requests(slug: str) -> Iterator[Sent]:
    for folder in postman(slug)["item"]:
        for item in folder["item"]:
            yield _of_postman(folder["name"], item)


def _of_postman(folder: str, item: dict[str, Any]) -> Sent:
    asked = item["request"]
    body = asked.get("body", {"mode": "none"})
    url = asked["url"]["host"][0] + "/" + "/".join(asked["url"]["path"])
    for one in asked["url"].get("variable", []):
        url = url.replace(f":{one['key']}", one["value"])
    query = [f"{one['key']}={one['value']}" for one in asked["url"].get("query", []) if not one.get("disabled")]
    return Sent(
        folder=folder,
        name=item["name"],
        method=asked["method"],
        url="?".join([url, *(["&".join(query)] if query else [])]),
        headers=tuple((one["key"], one["value"]) for one in asked["header"] if one["key"] != "Content-Type"),
        body=json.loads(body["raw"]) if body["mode"] == "raw" else None,
        form=tuple((one["key"], one.get("value", "@")) for one in body.get("formdata", []) if not one.get("disabled")),
    )


# Bruno ----------------------------------------------------------------------------------------------------------

BLOCK = re.compile(r"^([a-z:-]+) \{\n(.*?)^\}\n|^([a-z:]+) \[\n(.*?)^\]\n", re.MULTILINE | re.DOTALL)
TEXTS = {"body:json", "docs", "script:pre-request"}
Blocks = dict[str, Any]


def parse(text: str) -> Blocks:
    """The blocks of a `.bru` file: pairs, lists, and texts without their indentation."""
    assert not BLOCK.sub("", text).strip(), "something stands outside of the blocks"
    found: Blocks = {}
    for name, inside, names, items in BLOCK.findall(text):
        if names:
            found[names] = [item.strip().rstrip(",") for item in items.splitlines()]
        elif name in TEXTS:
            found[name] = "\n".join(line.removeprefix("  ") for line in inside.splitlines())
        else:
            found[name] = dict(_pair(line) for line in inside.splitlines())
    return found


def _pair(line: str) -> tuple[str, str]:
    key, separator, value = line.removeprefix("  ").partition(": ")
    assert separator, line
    return key, value


def rendered(blocks: Blocks) -> str:
    parts = []
    for name, content in blocks.items():
        if isinstance(content, list):
            parts.append(f"{name} [\n" + ",\n".join(f"  {item}" for item in content) + "\n]\n")
        elif isinstance(content, str):
            lines = (f"  {line}" if line.strip() else line for line in content.splitlines())
            parts.append(f"{name} {{\n" + "\n".join(lines) + "\n}\n")
        else:
            parts.append(f"{name} {{\n" + "".join(f"  {key}: {value}\n" for key, value in content.items()) + "}\n")
    return "\n".join(parts)


def bruno(slug: str) -> dict[Path, Blocks]:
    folder = COLLECTIONS / "bruno" / slug
    return {path.relative_to(folder): parse(path.read_text("utf-8")) for path in sorted(folder.rglob("*.bru"))}


def bruno_requests(slug: str) -> Iterator[Sent]:
    files = bruno(slug)
    shared = files[Path("collection.bru")].get("headers", {})
    for path, blocks in files.items():
        if blocks.get("meta", {}).get("type") == "http":
            yield _of_bruno(str(path.parent), blocks, shared)


def _of_bruno(folder: str, blocks: Blocks, shared: dict[str, str]) -> Sent:
    [method] = blocks.keys() & {"get", "post", "put", "patch", "delete"}
    url = blocks[method]["url"]
    for name, value in blocks.get("params:path", {}).items():
        url = url.replace(f":{name}", value)
    form = blocks.get("body:multipart-form", {})
    return Sent(
        folder=folder,
        name=blocks["meta"]["name"],
        method=method.upper(),
        url=url,
        headers=tuple({**shared, **blocks.get("headers", {})}.items()),
        body=json.loads(blocks["body:json"]) if "body:json" in blocks else None,
        form=tuple((name, "@" if value == "@file()" else value) for name, value in form.items() if name[0] != "~"),
    )


# Sent -----------------------------------------------------------------------------------------------------------


def operation_of(contract: Contract, sent: Sent) -> Operation:
    """The operation that a request is for."""
    paths = Paths((one.method, one.path, one) for one in contract.operations.values())
    path = sent.url.partition("?")[0].removeprefix("{{baseUrl}}").removeprefix(contract.document["servers"][0]["url"])
    found = paths.find(path)
    assert found, sent
    return found[0][sent.method]


def send_all(slug: str, facts: dict[str, str]) -> dict[str, tuple[int, str]]:
    """What a running Tideline answers to each request of a collection: the status and the code."""
    signed = headers_of(facts["partner_id"], facts["partner_secret"])["Authorization"]
    token = f"Bearer {facts['api_token']}" if slug == "public-api" else signed
    variables = {"baseUrl": facts["base_url"], "partnerId": facts["partner_id"]}
    answers = {}
    with httpx2.Client(headers={"Authorization": token}, timeout=60) as http:
        for number, one in enumerate(postman_requests(slug)):
            sent = filled(one, {**variables, "$guid": f"key-{number}"})
            answer = _send(http, sent)
            body = answer.json()
            answers[f"{one.folder}: {one.name}"] = answer.status_code, body.get("error_code", body.get("error", ""))
    return answers


def _send(http: httpx2.Client, sent: Sent) -> httpx2.Response:
    headers = dict(sent.headers)
    if not sent.form:
        return http.request(sent.method, sent.url, headers=headers, json=sent.body)
    files = {name: ("hello.ogg", media.ogg()) for name, value in sent.form if value == "@"}
    texts = {name: value for name, value in sent.form if value != "@"}
    return http.request(sent.method, sent.url, headers=headers, data=texts, files=files)
