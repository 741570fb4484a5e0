"""What has happened to templates, as it is kept in the log of facts."""

from typing import Any

import msgspec

from tideline.features.templates.model import Template, Use
from tideline.platform.facts import Actor, NewFact

COUNTED = ("used", "last_used_at")


def snapshot(template: Template) -> dict[str, Any]:
    """A template as facts carry it: what was written, without how often it was used."""
    told: dict[str, Any] = msgspec.to_builtins(template)
    return {name: value for name, value in told.items() if name not in COUNTED}


def created(template: Template) -> NewFact:
    return NewFact("TemplateCreated", {"template": snapshot(template)})


def changed(template: Template, before: Template) -> NewFact:
    now, then = snapshot(template), snapshot(before)
    return NewFact("TemplateChanged", {"template": now, "before": then})


def deleted(template: Template) -> NewFact:
    return NewFact("TemplateDeleted", {"template": snapshot(template)})


def used(use: Use, actor: Actor) -> NewFact:
    """Without the text: a campaign uses the same one a thousand times."""
    payload = {
        "template": {"id": use.template.id, "name": use.template.name},
        "origin": use.origin,
        "message_uid": None if use.message_uid is None else str(use.message_uid),
    }
    return NewFact("TemplateUsed", payload, actor=actor)
