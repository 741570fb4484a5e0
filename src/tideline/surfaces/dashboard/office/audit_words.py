"""The entries of the audit log in people's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from zoneinfo import ZoneInfo

from tideline.features.audit import KINDS, About, Area, Entry
from tideline.features.workspaces import Teammate, TeammateId
from tideline.surfaces.dashboard.office import number_reasons
from tideline.surfaces.dashboard.office.numbers import SIGNS
from tideline.surfaces.dashboard.office.team import ROLES
from tideline.surfaces.dashboard.words import N_, _

Names = Mapping[TeammateId, Teammate]
GAP = "…"

AREAS = {
    Area.SIGN_IN: N_("Signing in"),
    Area.PEOPLE: N_("People"),
    Area.NUMBERS: N_("Numbers"),
    Area.CHATS: N_("Chats"),
    Area.TEMPLATES: N_("Templates"),
    Area.FILES: N_("Files"),
    Area.WEBHOOKS: N_("Webhooks"),
    Area.TOKENS: N_("API tokens"),
    Area.SETTINGS: N_("Workspace"),
}
WAYS = {
    "dashboard": N_("Browser"),
    "api": N_("API"),
    "partner": N_("Partner API"),
    "cli": N_("Command line"),
}
SYSTEM = N_("System")
SENTENCES = {
    "TeammateSignedIn": N_("{who} signed in"),
    "TeammateSignInRefused": N_("{who} was refused who tried to sign in as {what}"),
    "TeammateSignedOut": N_("{who} signed out"),
    "TeammatePasswordChanged": N_("{who} changed the password of {what}"),
    "TeammateLinkMade": N_("{who} asked for a link that opens the account of {what}"),
    "TeammateOperatorChanged": N_("{who} changed whether {what} looks after this installation"),
    "TeammateInvited": N_("{who} invited {what}"),
    "TeammateJoined": N_("{who} joined the workspace"),
    "TeammateChanged": N_("{who} changed the place of {what}"),
    "TeammateRenamed": N_("{who} renamed {what}"),
    "TeammateSuspended": N_("{who} suspended {what}"),
    "TeammateRestored": N_("{who} let {what} in again"),
    "TeammateRemoved": N_("{who} took {what} out of the workspace"),
    "TeamCreated": N_("{who} added the team {what}"),
    "TeamRenamed": N_("{who} renamed the team {what}"),
    "TeamRemoved": N_("{who} removed the team {what}"),
    "NumberConnected": N_("{who} linked the number {what}"),
    "NumberDisconnected": N_("{who} ended the link of the number {what}"),
    "NumberSuspended": N_("{who} paused the number {what}"),
    "NumberResumed": N_("{who} resumed the number {what}"),
    "NumberStateChanged": N_("{who} changed the state of the number {what}"),
    "ChatOpened": N_("{who} began the chat {what}"),
    "ChatAssigned": N_("{who} assigned {what}"),
    "ChatUnassigned": N_("{who} left {what} to nobody"),
    "ChatClosed": N_("{who} closed {what}"),
    "ChatReopened": N_("{who} reopened {what}"),
    "ChatRenamed": N_("{who} renamed the chat {what}"),
    "ChatLabelled": N_("{who} changed the labels of {what}"),
    "ChatAutoresponseSwitched": N_("{who} switched the automatic answers in {what}"),
    "ChatsMerged": N_("{who} joined another chat with {what}"),
    "TemplateCreated": N_("{who} wrote the template {what}"),
    "TemplateChanged": N_("{who} changed the template {what}"),
    "TemplateDeleted": N_("{who} deleted the template {what}"),
    "TemplateStatusChanged": N_("{who} reviewed the template {what}"),
    "FileDeleted": N_("{who} deleted the file {what}"),
    "WebhookCreated": N_("{who} added the webhook {what}"),
    "WebhookChanged": N_("{who} changed the webhook {what}"),
    "WebhookDeleted": N_("{who} deleted the webhook {what}"),
    "TokenCreated": N_("{who} made an API token for {what}"),
    "TokenRotated": N_("{who} replaced the API token of {what}"),
    "WorkspaceCreated": N_("{who} made the workspace {what}"),
    "WorkspaceChanged": N_("{who} changed the settings of the workspace"),
    "WorkspaceQuotasChanged": N_("{who} changed the quotas of the workspace"),
    "BalanceToppedUp": N_("{who} added credits"),
    "WorkspaceAuditExported": N_("{who} took a copy of the audit log"),
}
OTHERS = {
    "partner": N_("The partner"),
    "operator": N_("The operator"),
    "stranger": N_("Somebody"),
    "contact": N_("A contact"),
    "phone": N_("The phone"),
}
SOMEBODY_AT_THE_SERVER = N_("The operator")
WHATSAPP = N_("WhatsApp")
TIDELINE = "Tideline"
FIELDS = {
    "api_calls": N_("API calls"),
    "autoresponse": N_("automatic answers"),
    "credits": N_("credits"),
    "display_name": N_("name"),
    "enabled": N_("switched on"),
    "event_type": N_("event"),
    "everywhere": N_("everywhere"),
    "file_uid": N_("file"),
    "host": N_("address"),
    "how": N_("how"),
    "labels": N_("labels"),
    "messages": N_("messages"),
    "name": N_("name"),
    "operator": N_("operator"),
    "owner": N_("owner"),
    "purpose": N_("for"),
    "reason": N_("reason"),
    "responsible": N_("responsible"),
    "retry_schedule": N_("retries"),
    "role": N_("role"),
    "seats": N_("seats"),
    "secret": N_("signing secret"),
    "state": N_("state"),
    "status": N_("state"),
    "strict_order": N_("strict order"),
    "suspended": N_("suspended"),
    "team": N_("team"),
    "team_id": N_("team"),
    "text": N_("text"),
    "transactions": N_("transactions"),
    "visibility": N_("visibility"),
    "why": N_("reason"),
    "zone": N_("time zone"),
}
VALUES = {
    "how": {
        "password": N_("with the password"),
        "sign_in": N_("with a link"),
        "invitation": N_("with the invitation"),
        "reset": N_("with a new password"),
        "own": N_("by themselves"),
        "operator": N_("by the operator"),
        "setup": N_("when Tideline was set up"),
    },
    "why": {"password": N_("wrong password"), "too_many": N_("too many attempts")},
    "purpose": {"sign_in": N_("signing in once"), "reset": N_("a new password")},
    "role": {role.value: title for role, (title, _about) in ROLES.items()},
    "state": {state.value: word for state, (_sign, word) in SIGNS.items()},
    "visibility": {"public": N_("everybody"), "private": N_("only its author"), "read_only": N_("everybody, to read")},
}
SWITCH = {"yes": N_("yes"), "no": N_("no")}
SWITCHES = frozenset({"autoresponse", "enabled", "everywhere", "operator", "strict_order", "suspended"})
HEADS = (N_("Time"), N_("Who"), N_("What happened"), N_("Area"), N_("Changes"), N_("Through"), N_("From"), N_("Key"))


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence: words, the one who did it (`who`), or what it was done with (`what`)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Shown:
    """An entry as the page needs it. `link` is where the thing is, `about` how to ask for all about it."""

    entry: Entry
    who: str
    icon: str | None
    teammate_id: int | None
    pieces: Sequence[Piece]
    area: str
    through: str
    address: str | None
    key: str | None
    link: str | None
    about: str | None
    changes: Sequence[Change]


def kinds() -> list[tuple[str, str]]:
    """All kinds of entries for choosing one, as sentences with gaps."""
    return [(kind, _(SENTENCES[kind]).format(who=GAP, what=GAP)) for kind in KINDS]


def shown(entry: Entry, names: Names) -> Shown:
    who, what, way = name_of_actor(entry, names), name_of(entry.about, names), entry.actor.way
    is_teammate = entry.actor.kind in ("teammate", "token") and entry.actor.id is not None
    return Shown(
        entry=entry,
        who=who,
        icon=None if is_teammate else _icon(entry),
        teammate_id=entry.actor.id if is_teammate else None,
        pieces=list(_pieces(_(SENTENCES[entry.kind]), who, what)),
        area=_(AREAS[entry.area]),
        through=_(WAYS.get(way.name, SYSTEM)) if way else _(SYSTEM),
        address=way.address if way else None,
        key=way.key if way else None,
        link=_link(entry.about),
        about=f"{entry.about.what}:{entry.about.id}" if entry.about.id else None,
        changes=[_change(name, *pair) for name, pair in entry.changes.items()],
    )


def row(entry: Entry, names: Names, zone: ZoneInfo) -> list[object]:
    """An entry as a line of a table."""
    one = shown(entry, names)
    changes = "; ".join(f"{change.field}: {change.before or ''} → {change.after or ''}" for change in one.changes)
    sentence = "".join(piece.text for piece in one.pieces)
    at = entry.at.astimezone(zone).isoformat(timespec="seconds")
    return [at, one.who, sentence, one.area, changes, one.through, one.address, one.key]


def about_filter(entries: Sequence[Entry], names: Names) -> str:
    """What the page is about when it was asked for one thing."""
    return name_of(entries[0].about, names) if entries else GAP


def teammates_in(entry: Entry) -> Iterator[int]:
    if entry.actor.kind in ("teammate", "token") and entry.actor.id is not None:
        yield entry.actor.id
    if entry.about.what == "teammate" and entry.about.id is not None:
        yield entry.about.id


def name_of_actor(entry: Entry, names: Names) -> str:
    actor = entry.actor
    if actor.kind in ("teammate", "token") and actor.id is not None:
        return _person(TeammateId(actor.id), names) or GAP
    if actor.kind in OTHERS:
        return _(OTHERS[actor.kind])
    if actor.way is not None:
        return _(SOMEBODY_AT_THE_SERVER)
    return _(WHATSAPP) if entry.area in (Area.NUMBERS, Area.TEMPLATES) else TIDELINE


def name_of(about: About, names: Names) -> str:
    known = _person(TeammateId(about.id), names) if about.what == "teammate" and about.id else None
    return known or about.name or GAP


def _person(teammate_id: TeammateId, names: Names) -> str | None:
    one = names.get(teammate_id)
    return (one.display_name or one.email) if one else None


def _icon(entry: Entry) -> str:
    if entry.actor.kind == "stranger":
        return "alert"
    return "code" if entry.actor.way else "bolt"


def _pieces(sentence: str, who: str, what: str) -> Iterator[Piece]:
    for words, field, _spec, _conversion in Formatter().parse(sentence):
        if words:
            yield Piece("words", words)
        if field:
            yield Piece(field, who if field == "who" else what)


def _link(about: About) -> str | None:
    match about.what:
        case "chat":
            return f"/chat/{about.id}/messages/"
        case "teammate":
            return f"/team/{about.id}"
        case "webhook":
            return f"/webhooks/{about.id}"
        case _:
            return None


def _change(name: str, before: str | None, after: str | None) -> Change:
    return Change(_(FIELDS.get(name, name)), _value(name, before), _value(name, after))


def _value(name: str, value: str | None) -> str | None:
    if value is None or name == "reason":
        return number_reasons.said(value)
    known = VALUES.get(name, SWITCH if name in SWITCHES else {})
    return _(known[value]) if value in known else value
