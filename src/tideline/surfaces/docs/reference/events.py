"""A page for each event: when it comes, how to ask for it, and what its body holds."""

import json
from collections.abc import Iterator
from typing import Any

from tideline.surfaces.docs.page import Page
from tideline.surfaces.docs.reference.samples import JSON, Request, fences
from tideline.surfaces.docs.reference.schema import rows
from tideline.surfaces.docs.reference.tables import table
from tideline.surfaces.docs.reference.volume import Volume, plain_words, slug_of

Json = Any
RECEIVER = "https://crm.example.com/hooks/wa"
GROUPS = {"waba": "Business numbers", "whatsapp_accounts": "Numbers"}


def event_pages(volume: Volume, below: str) -> list[Page]:
    contract = volume.events
    order = [one["name"] for one in contract.document.get("tags", [])]
    events = [(name, item["post"]) for name, item in contract.document["webhooks"].items()]
    events.sort(key=lambda one: order.index(one[1]["tags"][0]) if one[1]["tags"][0] in order else len(order))
    return [
        Page(
            f"{below}/{slug_of(name)}",
            _markdown(volume, name, raw),
            label=name,
            group="Events" if volume.is_partner else _group(raw["tags"][0]),
        )
        for name, raw in events
    ]


def _group(tag: str) -> str:
    return GROUPS.get(tag, tag.replace("_", " ").capitalize())


def _markdown(volume: Volume, name: str, raw: Json) -> str:
    parts = [
        f"# {raw['summary'].rstrip('.')}",
        f"`{name}`",
        plain_words(raw.get("description", "")),
        *(["**Added by Tideline**: the original has no such event."] if raw.get("x-extension") else []),
        *(_partner_way(volume) if volume.is_partner else _subscribing(volume, name)),
        *_bodies(raw),
        "## Members",
        _members(volume, raw),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _subscribing(volume: Volume, name: str) -> Iterator[str]:
    request = Request("createWebhook", "POST", f"{volume.base}/webhooks", body={"event_type": name, "url": RECEIVER})
    yield "## Ask for it"
    yield from fences(volume, request)
    yield (
        "How deliveries are made, signed, logged and repeated is on the page about [webhooks](../webhooks.md#delivery)."
    )


def _partner_way(volume: Volume) -> Iterator[str]:
    request = Request("updatePartnerSettings", "PATCH", f"{volume.base}/settings", body={"webhook_url": RECEIVER})
    yield "## Ask for it"
    yield "All events of a partner go to its one address."
    yield from fences(volume, request)
    yield "How deliveries are signed is on the page about the [Partner API](../../partner-api.md#events)."


def _bodies(raw: Json) -> Iterator[str]:
    examples = raw["requestBody"]["content"][JSON]["examples"]
    yield "## Body"
    for one in examples.values():
        if len(examples) > 1:
            yield f"{one['summary'].rstrip('.')}:"
        yield f"```json\n{json.dumps(one['value'], ensure_ascii=False, indent=2)}\n```"


def _members(volume: Volume, raw: Json) -> str:
    found = rows(volume.events, raw["requestBody"]["content"][JSON]["schema"])
    return table(("member", "type", "what it is"), ((f"`{one.path}`", one.type, one.about) for one in found))
