"""A page for each operation: what it does, code that calls it, what goes in, everything that may come back."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from tideline.surfaces.docs.page import Page
from tideline.surfaces.docs.reference.samples import fences, request_of
from tideline.surfaces.docs.reference.schema import about_of, example, rows, type_of
from tideline.surfaces.docs.reference.tables import table
from tideline.surfaces.docs.reference.volume import Call, Volume, plain_words, slug_of

Json = Any
GROUPS = {"v2": "As one person", "waba": "Business numbers", "waba-accounts": "Business accounts"}


def operation_pages(volume: Volume) -> list[Page]:
    order = {tag: place for place, tag in enumerate(volume.order())}
    calls = sorted(volume.calls, key=lambda call: order.get(call.tag, len(order)))
    return [
        Page(
            f"{volume.slug}/{slug_of(call.id)}",
            _markdown(volume, call),
            group=GROUPS.get(call.tag, call.tag.replace("-", " ").capitalize()),
            note=call.method,
        )
        for call in calls
    ]


def _markdown(volume: Volume, call: Call) -> str:
    parts = [
        f"# {call.raw['summary']}",
        f"`{call.method} {volume.base}{call.path}`",
        plain_words(call.raw.get("description", "")),
        *_remarks(volume, call),
        "## Example",
        *fences(volume, request_of(volume, call)),
        *_parameters(volume, call),
        *_body(volume, call),
        *_answer(volume, call),
        *_errors(volume, call),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _remarks(volume: Volume, call: Call) -> Iterator[str]:
    if call.is_extension:
        yield "**Added by Tideline**: the original has no such operation."
    if call.raw.get("deprecated"):
        yield "**Deprecated**: it still answers, and new programs have better ways."
    if not volume.is_partner:
        scope = f"{call.tag}:{'read' if call.method == 'GET' else 'write'}"
        costs = call.raw.get("x-credits")
        price = f" Costs message credits: {plain_words(costs)}." if costs else ""
        yield f"A token with [scopes](../authentication.md#scopes) needs `{scope}`.{price}"


def _fence(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```"


def _parameters(volume: Volume, call: Call) -> Iterator[str]:
    if not call.parameters:
        return
    yield "## Parameters"
    yield table(
        ("name", "in", "type", "what it is"),
        (
            (
                _named(one["name"], bool(one.get("required"))),
                one["in"],
                type_of(volume.contract, one.get("schema", {})),
                about_of({**one.get("schema", {}), **one}),
            )
            for one in call.parameters
        ),
    )


def _named(name: str, is_required: bool) -> str:
    return f"`{name}`{' *' if is_required else ''}".replace(" *", " (needed)")


def _body(volume: Volume, call: Call) -> Iterator[str]:
    content = volume.contract.resolve(call.raw.get("requestBody", {})).get("content", {})
    for kind, holder in content.items():
        yield {"application/json": "## Body", "multipart/form-data": "## Form"}.get(kind, f"## Body as `{kind}`")
        if kind == "text/plain":
            yield "The text alone."
            continue
        yield _members(volume, holder["schema"], ("member", "type", "what it is"))


def _members(volume: Volume, schema: Json, heads: tuple[str, str, str], *, marks_needed: bool = True) -> str:
    found = rows(volume.contract, schema)
    return table(heads, ((_named(one.path, one.is_required and marks_needed), one.type, one.about) for one in found))


def _answer(volume: Volume, call: Call) -> Iterator[str]:
    for status, raw in call.raw["responses"].items():
        if not status.startswith("2"):
            continue
        answer = volume.contract.resolve(raw)
        yield f"## Answer: {status} {HTTPStatus(int(status)).phrase}"
        for holder in answer.get("content", {}).values():
            shown = example(volume.contract, holder)
            if shown is not None:
                yield _fence("json", json.dumps(shown, ensure_ascii=False, indent=2))
            yield _members(volume, holder.get("schema", {}), ("member", "type", "what it is"), marks_needed=False)


def _errors(volume: Volume, call: Call) -> Iterator[str]:
    found = []
    for status, raw in call.raw["responses"].items():
        if status.startswith("2"):
            continue
        answer = volume.contract.resolve(raw)
        holder = answer.get("content", {}).get("application/json", {})
        codes = dict.fromkeys(
            f"`{value.get('error_code') or value.get('error')}`"
            for one in holder.get("examples", {}).values()
            if isinstance(value := volume.contract.resolve(one).get("value"), dict)
        )
        found.append((status, ", ".join(codes), plain_words(answer.get("description", ""))))
    yield "## Errors"
    yield table(("status", "code", "when"), found)
