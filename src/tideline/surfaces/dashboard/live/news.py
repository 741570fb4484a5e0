"""What a fact means to an open screen: which chat and which message to fetch again. No I/O.

News name things and show none, save for a word about who wrote, for a notification. What is shown is fetched as the
fragment that the page itself is made of, so that a page that heard everything equals a fresh one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tideline.platform.facts import Fact

MESSAGES: Final = frozenset(
    {
        "MessageReceived",
        "MessageSent",
        "MessageImported",
        "MessageStatusChanged",
        "MessageEdited",
        "MessageRevoked",
        "ReactionChanged",
        "CallEnded",
        "NoteAdded",
    }
)
CHATS: Final = frozenset(
    {
        "ChatOpened",
        "ChatRenamed",
        "ChatAssigned",
        "ChatUnassigned",
        "ChatClosed",
        "ChatReopened",
        "ChatRead",
        "ChatUnread",
        "ChatAutoresponseSwitched",
        "ChatMetadataChanged",
        "ChatPhotoChanged",
        "ChatLabelled",
        "ChatsMerged",
        "GroupChanged",
    }
)
NUMBERS: Final = frozenset(
    {"NumberConnected", "NumberDisconnected", "NumberSuspended", "NumberResumed", "NumberStateChanged"}
)
EVERYWHERE: Final = frozenset({"WorkspaceChanged", "TeammateRenamed", "FileDeleted"})
"""These may change any page of the workspace: names and times stand in many places, a file in many chats."""

LISTS: Final = frozenset(
    {
        "TeammateJoined",
        "TeammateRestored",
        "TemplateCreated",
        "TemplateChanged",
        "TemplateDeleted",
        "TemplateStatusChanged",
    }
)
"""After these, lists that open pages have fetched to choose from are old. Whom one sees in them is asked again then."""

ENDS: Final = frozenset({"TeammateChanged", "TeammateSuspended", "TeammateRemoved"})
"""After these, what somebody may see is another thing, and whoever it is about begins anew."""

WORDS = 140


class Told(msgspec.Struct, omit_defaults=True):
    """The body of one event on the stream."""

    seq: int
    kind: str
    chat: int | None = None
    message: str | None = None
    number: int | None = None
    gone: list[int] | None = None
    title: str | None = None
    text: str | None = None
    mentioned: list[int] | None = None
    actor: int | None = None
    responsible: int | None = None


@dataclass(frozen=True, slots=True)
class News:
    """One event, ready to be written. `chat_id` says whose sight it needs; `left` are teammates who saw the chat until
    now and are told that it is gone, when it is."""

    seq: int
    frame: bytes
    chat_id: int | None = None
    left: int | None = None
    gone: bytes = b""


@dataclass(frozen=True, slots=True)
class End:
    """These streams end here: those of one teammate, or all of the workspace."""

    seq: int
    teammate_id: int | None = None


def of_fact(fact: Fact) -> News | End | None:
    """None for what no screen shows."""
    if fact.kind in ENDS:
        return End(fact.seq, fact.payload["teammate"]["id"])
    if fact.kind == "WorkspaceChanged" and fact.payload.get("suspended"):
        return End(fact.seq)
    if fact.kind in EVERYWHERE or fact.kind in LISTS:
        return News(fact.seq, frame(Told(fact.seq, fact.kind)))
    if fact.kind in NUMBERS:
        return News(fact.seq, frame(Told(fact.seq, fact.kind, number=fact.payload["number"]["id"])))
    if fact.kind in MESSAGES or fact.kind in CHATS:
        return _about_chat(fact)
    return None


def frame(told: Told) -> bytes:
    """As server-sent events are written; JSON has no line breaks."""
    return b"id: %d\nevent: news\ndata: %b\n\n" % (told.seq, msgspec.json.encode(told))


def reload(seq: int) -> bytes:
    """Too much has happened: begin with a fresh page."""
    return b"id: %d\nevent: reload\ndata: {}\n\n" % seq


def _about_chat(fact: Fact) -> News:
    message = fact.payload.get("message") or {}
    told = Told(
        fact.seq,
        fact.kind,
        fact.chat_id,
        message.get("uid"),
        actor=fact.actor.id if fact.actor.kind == "teammate" else None,
        **_extra(fact, message),
    )
    left = fact.payload.get("previous_responsible", {}).get("id")
    gone = frame(Told(fact.seq, "ChatGone", fact.chat_id)) if left else b""
    return News(fact.seq, frame(told), fact.chat_id, left, gone)


def _extra(fact: Fact, message: Mapping[str, Any]) -> dict[str, Any]:
    match fact.kind:
        case "MessageReceived":
            chat = fact.payload["chat"]
            text = (message.get("text") or "")[:WORDS]
            return {"title": chat["name"], "text": text, "responsible": chat.get("responsible_id")}
        case "NoteAdded":
            return {
                "title": fact.payload["chat"]["name"],
                "text": (message.get("text") or "")[:WORDS],
                "mentioned": [one["id"] for one in fact.payload.get("mentioned", ())],
            }
        case "ChatsMerged":
            return {"gone": [fact.payload["merged_chat"]["id"]]}
        case _:
            return {}
