"""`POST /{number}/messages`: checks what is sent as the platform does, and takes it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.support.graph.model import Failure, Media, Number, Refused, Said, Template

if TYPE_CHECKING:
    from tests.support.graph.app import Graph

MEDIA = ("image", "video", "audio", "document", "sticker")
PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
KNOWN = {"text", "reaction", "template", "location", "contacts", "interactive", *MEDIA}


async def take(graph: Graph, number: Number, body: dict[str, Any]) -> dict[str, Any]:
    if body.get("messaging_product") != "whatsapp":
        raise Refused(Failure(100, 400, "The parameter messaging_product is required."))
    if body.get("status") == "read":
        return _read(graph, number, body)
    if graph.failures:
        raise Refused(graph.failures.popleft())
    if number.is_disabled:
        raise Refused(Failure(131031, 403, "Business Account locked"))
    if number.is_restricted:
        raise Refused(Failure(368, 403, "Temporarily blocked for policies violations"))
    kind, to = str(body.get("type", "text")), _recipient(graph, body)
    if kind not in KNOWN:
        raise Refused(Failure(131051, 400, "Unsupported message type"))
    content = body.get(kind)
    if not content or not to:
        raise Refused(Failure(131008, 400, "Required parameter is missing"))
    if kind == "reaction":
        return _react(graph, number, to, content)
    said = Said(
        graph.new_id(), number.phone, to, kind, _checked(graph, number, kind, content), graph.now(),
        _media_of(graph, number, kind, content), _quoted(graph, body), body.get("biz_opaque_callback_data"),
    )  # fmt: skip
    await graph.accept(number, said)
    return _taken(to, said.id)


def _recipient(graph: Graph, body: dict[str, Any]) -> str:
    if body.get("recipient"):
        found = [one.phone for one in graph.customers.values() if one.user_id == body["recipient"]]
        return found[0] if found else ""
    return re.sub(r"\D", "", str(body.get("to", "")))


def _taken(to: str, message_id: str) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": to, "wa_id": to}],
        "messages": [{"id": message_id}],
    }


def _read(graph: Graph, number: Number, body: dict[str, Any]) -> dict[str, Any]:
    said = graph.said.get(str(body.get("message_id")))
    if said is None or said.to != number.phone:
        raise Refused(Failure(100, 400, "Invalid parameter", "No message with this id."))
    for earlier in graph.between(number.phone, said.author):
        if earlier.author == said.author:
            earlier.status = "read"
        if earlier is said:
            break
    return {"success": True}


def _react(graph: Graph, number: Number, to: str, content: dict[str, Any]) -> dict[str, Any]:
    said = graph.said.get(str(content.get("message_id")))
    if said is None:
        raise Refused(Failure(131009, 400, "Parameter value is not valid", "There is no such message."))
    if content.get("emoji"):
        said.reactions[number.phone] = content["emoji"]
    else:
        said.reactions.pop(number.phone, None)
    return _taken(to, graph.new_id())


def _checked(graph: Graph, number: Number, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    if kind == "text" and not str(content.get("body", "")).strip():
        raise Refused(Failure(131008, 400, "Required parameter is missing", "text.body is empty"))
    if kind == "template":
        return _template(graph, number, content)
    return content


def _media_of(graph: Graph, number: Number, kind: str, content: dict[str, Any]) -> Media | None:
    if kind not in MEDIA:
        return None
    media = graph.media.get(str(content.get("id")))
    if media is None or media.owner != number.id:
        raise Refused(Failure(131053, 400, "Media upload error", "There is no such media."))
    if content.get("voice") and media.mimetype.split(";")[0] != "audio/ogg":
        raise Refused(Failure(131053, 400, "Media upload error", "A voice message is OGG with Opus."))
    return media


def _quoted(graph: Graph, body: dict[str, Any]) -> str | None:
    context = body.get("context") or {}
    return context.get("message_id") if context.get("message_id") in graph.said else None


def _template(graph: Graph, number: Number, content: dict[str, Any]) -> dict[str, Any]:
    language = (content.get("language") or {}).get("code")
    found = [
        one
        for one in graph.templates.values()
        if (one.waba_id, one.name, one.language) == (number.waba_id, content.get("name"), language)
    ]
    if not found:
        raise Refused(Failure(132001, 404, "Template name does not exist in the translation"))
    [template] = found
    if template.status != "APPROVED":
        code = {"PAUSED": 132015, "DISABLED": 132016}.get(template.status, 132001)
        raise Refused(Failure(code, 400, "Template is not approved"))
    return {"body": rendered(template, content.get("components") or [])}


def _value(values: dict[str, str], place: re.Match[str]) -> str:
    return values[place[1]]


def rendered(template: Template, given: list[dict[str, Any]]) -> str:
    """How the template reads; the number of its variables must be right."""
    parts = []
    for component in template.components:
        kind = str(component.get("type", "")).lower()
        text = str(component.get("text") or "")
        if kind not in ("header", "body", "footer") or not text:
            continue
        wanted = PLACE.findall(text)
        parameters = [p for one in given if str(one.get("type", "")).lower() == kind for p in one.get("parameters", [])]
        if len(parameters) != len(set(wanted)):
            details = f"{kind}: number of localizable_params ({len(parameters)}) does not match ({len(set(wanted))})"
            raise Refused(Failure(132000, 400, "Number of parameters does not match", details))
        values = {str(p.get("parameter_name", n)): str(p.get("text", "")) for n, p in enumerate(parameters, start=1)}
        if set(values) != set(wanted):
            raise Refused(Failure(132012, 400, "Parameter format does not match", f"{sorted(values)}"))
        parts.append(PLACE.sub(partial(_value, values), text))
    return "\n".join(parts)
