"""Which facts people ask about later, and what is kept of each: never a message, a note, or a secret. No I/O."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from tideline.features.audit.model import About, Area, Changes, Told
from tideline.platform.facts import Actor, Fact

LONGEST: Final = 200
PEOPLE: Final = frozenset({"teammate", "token", "partner", "operator"})
"""Who does what people ask about. What customers and phones do is in the chats."""

SERIOUS: Final = frozenset({"banned", "restricted", "replaced", "outdated"})
"""States of a number that somebody will want to know the day of; connections come and go."""

Payload = Mapping[str, Any]
Reading = Callable[[Payload], Told]


def told(fact: Fact) -> Told | None:
    """None for what is no matter of the audit log."""
    reading = KINDS.get(fact.kind)
    if reading is None or not _counts(fact):
        return None
    return reading(fact.payload)


def _counts(fact: Fact) -> bool:
    if fact.kind == "NumberStateChanged":
        return fact.payload["number"]["state"] in SERIOUS
    return fact.kind not in DEEDS or is_somebody(fact.actor)


def is_somebody(actor: Actor) -> bool:
    return actor.kind in PEOPLE or actor.way is not None


# How each kind is read --------------------------------------------------------------------------------------------


def _teammate(area: Area, changes: Callable[[Payload], Changes] | None = None) -> Reading:
    def read(payload: Payload) -> Told:
        one = payload["teammate"]
        about = About("teammate", one["id"], _text(one["display_name"] or one["email"]))
        return Told(area, about, changes(payload) if changes else {})

    return read


def _place(payload: Payload) -> Changes:
    return _differences(payload["before"], payload["teammate"], ("role", "team"))


def _renamed(payload: Payload) -> Changes:
    return {"name": (_text(payload["before"]), _text(payload["teammate"]["display_name"]))}


def _invited(payload: Payload) -> Changes:
    return {"role": (None, payload["teammate"]["role"])}


def _word(name: str) -> Callable[[Payload], Changes]:
    return lambda payload: {name: (None, _text(payload[name]))}


def _signed_out(payload: Payload) -> Changes:
    return {"everywhere": (None, "yes")} if payload["everywhere"] else {}


def _operator(payload: Payload) -> Changes:
    is_one = payload["is_operator"]
    return {"operator": (_switch(not is_one), _switch(is_one))}


def _token(payload: Payload) -> Told:
    return Told(Area.TOKENS, About("teammate", payload["teammate_id"]), {})


def _team(payload: Payload) -> Told:
    before = payload.get("before")
    changes: Changes = {"name": (_text(before), _text(payload["team"]))} if before else {}
    return Told(Area.PEOPLE, About("team", None, _text(payload["team"])), changes)


def _number(payload: Payload) -> Told:
    one = payload["number"]
    states = (payload.get("state_before"), one["state"])
    changes: dict[str, tuple[str | None, str | None]] = {"state": states} if states[0] != states[1] else {}
    if payload.get("state_before") == "unlinked":
        changes["owner"] = (None, _text(one["owner"]["name"]))
    if one.get("state_reason"):
        changes["reason"] = (None, _text(one["state_reason"]))
    return Told(Area.NUMBERS, About("number", one["id"], f"+{one['phone']}"), changes)


def _chat(changes: Callable[[Payload], Changes] | None = None) -> Reading:
    def read(payload: Payload) -> Told:
        one = payload["chat"]
        about = About("chat", one["id"], _text(one["name"]))
        return Told(Area.CHATS, about, changes(payload) if changes else {})

    return read


def _responsible(payload: Payload) -> Changes:
    before, chat = payload["previous_responsible"], payload["chat"]
    now = chat.get("responsible_name") or chat.get("responsible_email")
    return {"responsible": (_text(before["name"] or before["email"]), _text(now))}


def _labels(payload: Payload) -> Changes:
    return {"labels": (_text(", ".join(payload["removed"])), _text(", ".join(payload["added"])))}


def _chat_name(payload: Payload) -> Changes:
    return {"name": (_text(payload["name_before"]), _text(payload["chat"]["name"]))}


def _answers(payload: Payload) -> Changes:
    is_on = payload["chat"]["autoresponse"]
    return {"autoresponse": (_switch(not is_on), _switch(is_on))}


def _merged(payload: Payload) -> Changes:
    return {"name": (_text(payload["merged_chat"]["name"]), _text(payload["chat"]["name"]))}


def _template(payload: Payload) -> Told:
    one, before = payload["template"], payload.get("before")
    shown = _differences(before, one, ("name", "visibility")) if before else {}
    hidden = [name for name in one if before and name not in ("updated_at", *shown) and before.get(name) != one[name]]
    changes: Changes = {**shown, **dict.fromkeys(hidden, (None, None))}
    return Told(Area.TEMPLATES, About("template", one["id"], _text(one["name"])), changes)


def _reviewed(payload: Payload) -> Told:
    one = payload["template"]
    changes: Changes = {"status": (_text(payload["status_before"]), _text(one["status"]))}
    return Told(Area.TEMPLATES, About("template", None, _text(f"{one['name']} ({one['language']})")), changes)


def _webhook(payload: Payload) -> Told:
    one = payload["webhook"]
    named = {"url": "host", "is_strict": "strict_order", "schedule": "retry_schedule"}
    fields = [named.get(name, name) for name in payload.get("changed", ())]
    changes: Changes = {name: (None, _text(one.get(name))) for name in fields}
    return Told(Area.WEBHOOKS, About("webhook", one["id"], _text(f"{one['event_type']} → {one['host']}")), changes)


def _workspace(payload: Payload) -> Told:
    before = payload.get("before")
    changed = payload.get("changed", ())
    changes: Changes = {name: (_text((before or {}).get(name)), _text(payload.get(name))) for name in changed}
    return Told(Area.SETTINGS, About("workspace", None, _text(payload["display_name"])), changes)


def _quotas(payload: Payload) -> Told:
    names = sorted(payload["quotas"])
    return Told(Area.SETTINGS, About("workspace"), _differences(payload["before"], payload["quotas"], names))


def _top_up(payload: Payload) -> Told:
    return Told(Area.SETTINGS, About("workspace"), {"credits": (None, _text(payload["credits"]))})


def _exported(_payload: Payload) -> Told:
    return Told(Area.SETTINGS, About("workspace"), {})


def _file(payload: Payload) -> Told:
    return Told(Area.FILES, About("file", None, _text(payload["file"]["filename"])), {})


DEEDS: Final[Mapping[str, Reading]] = {
    "ChatOpened": _chat(),
    "ChatAssigned": _chat(_responsible),
    "ChatUnassigned": _chat(_responsible),
    "ChatClosed": _chat(),
    "ChatReopened": _chat(),
    "ChatRenamed": _chat(_chat_name),
    "ChatLabelled": _chat(_labels),
    "ChatAutoresponseSwitched": _chat(_answers),
    "ChatsMerged": _chat(_merged),
}
"""What is done with chats: an entry when somebody of the team does it, none when a message or a phone does."""

KINDS: Final[Mapping[str, Reading]] = {
    "TeammateSignedIn": _teammate(Area.SIGN_IN, _word("how")),
    "TeammateSignInRefused": _teammate(Area.SIGN_IN, _word("why")),
    "TeammateSignedOut": _teammate(Area.SIGN_IN, _signed_out),
    "TeammatePasswordChanged": _teammate(Area.SIGN_IN, _word("how")),
    "TeammateOperatorChanged": _teammate(Area.PEOPLE, _operator),
    "TeammateLinkMade": _teammate(Area.SIGN_IN, _word("purpose")),
    "TeammateInvited": _teammate(Area.PEOPLE, _invited),
    "TeammateJoined": _teammate(Area.PEOPLE, _invited),
    "TeammateChanged": _teammate(Area.PEOPLE, _place),
    "TeammateRenamed": _teammate(Area.PEOPLE, _renamed),
    "TeammateSuspended": _teammate(Area.PEOPLE),
    "TeammateRestored": _teammate(Area.PEOPLE),
    "TeammateRemoved": _teammate(Area.PEOPLE),
    "TeamCreated": _team,
    "TeamRenamed": _team,
    "TeamRemoved": _team,
    "NumberConnected": _number,
    "NumberDisconnected": _number,
    "NumberSuspended": _number,
    "NumberResumed": _number,
    "NumberStateChanged": _number,
    **DEEDS,
    "TemplateCreated": _template,
    "TemplateChanged": _template,
    "TemplateDeleted": _template,
    "TemplateStatusChanged": _reviewed,
    "FileDeleted": _file,
    "WebhookCreated": _webhook,
    "WebhookChanged": _webhook,
    "WebhookDeleted": _webhook,
    "TokenCreated": _token,
    "TokenRotated": _token,
    "WorkspaceCreated": _workspace,
    "WorkspaceChanged": _workspace,
    "WorkspaceQuotasChanged": _quotas,
    "BalanceToppedUp": _top_up,
    "WorkspaceAuditExported": _exported,
}


def _differences(before: Payload, after: Payload, names: tuple[str, ...] | list[str]) -> Changes:
    pairs = {name: (_text(before.get(name)), _text(after.get(name))) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _text(value: object) -> str | None:
    """Short enough for a line; nothing for nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return _switch(value)
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _switch(is_on: bool) -> str:
    return "yes" if is_on else "no"
