"""Facts that never happened, for deliveries with which somebody tries a receiver. No I/O."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tideline.features.webhooks.event_types import EventType
from tideline.platform.facts import SYSTEM, Fact

NUMBER: Final = {
    "id": 0,
    "kind": "simulator",
    "phone": "15555550100",
    "jid": "15555550100@s.whatsapp.net",
    "account_name": "Harbour Bikes",
    "state": "active",
    "owner": {"id": 0, "name": "Mara Quist", "email": "mara@harbour-bikes.example"},
}
CHAT: Final = {
    "id": 0,
    "kind": "direct",
    "name": "Otto Lind",
    "number_jid": "15555550100@s.whatsapp.net",
    "phone": "15555550142",
    "labels": ["test"],
    "responsible_name": "Idris Vale",
    "responsible_email": "idris@harbour-bikes.example",
    "last_message_uid": "6f1d0c52-8a0b-4c1e-9d2a-51f7c0b7a901",
}
BUSINESS: Final = {
    **NUMBER,
    "is_business": True,
    "phone": "15555550177",
    "jid": "15555550177@s.whatsapp.net",
    "account_name": "Harbour Bikes Service",
    "platform": {
        "phone_number_id": "555000111222333",
        "waba_id": "555000999888777",
        "display_phone": "+1 555 555 0177",
        "name": "Harbour Bikes Service",
    },
}
SERVICE: Final = {"name": "Harbour Bikes Service", "phone": "+15555550177"}
CONTACT: Final = {"name": "Otto Lind", "phone": "+15555550142"}
OWN: Final = {"name": "Harbour Bikes", "phone": "+15555550100"}
NOBODY: Final = {"responsible_name": None, "responsible_email": None}
IDRIS: Final = {"id": 0, "name": "Idris Vale", "email": "idris@harbour-bikes.example"}
NO_ONE: Final = {"id": None, "name": None, "email": None}


def _message(*, from_me: bool, status: str, **more: Any) -> dict[str, Any]:
    sender, recipient = (OWN, CONTACT) if from_me else (CONTACT, OWN)
    return {
        "uid": "6f1d0c52-8a0b-4c1e-9d2a-51f7c0b7a901",
        "type": "whatsapp",
        "from_me": from_me,
        "sender_name": sender["name"],
        "sender_phone": sender["phone"],
        "recipient_name": recipient["name"],
        "recipient_phone": recipient["phone"],
        "status": status,
        "origin": "Public API" if from_me else "synced from WhatsApp",
        "text": "This is a test.",
        **more,
    }


RECEIVED: Final = _message(from_me=False, status="Delivered")
FAILURE: Final = {"code": "not_on_whatsapp", "title": "This phone is not on WhatsApp."}
WINDOW_CLOSED: Final = {
    "code": "service_window_closed",
    "title": "Re-engagement message",
    "number": 131047,
    "details": "More than 24 hours have passed since the customer last replied to this number.",
}


def _sent(status: str, before: str, **more: Any) -> tuple[str, dict[str, Any]]:
    sent = {"message": _message(from_me=True, status=status, **more), "status_before": before}
    return "MessageStatusChanged", sent


def _served(kind: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """Something that happened on a business number."""
    return kind, {"number": BUSINESS, **more}


def _sent_to_customer(status: str, **more: Any) -> tuple[str, dict[str, Any]]:
    own = {"sender_name": SERVICE["name"], "sender_phone": SERVICE["phone"]}
    sent = _message(from_me=True, status=status, **own, **more)
    return _served("MessageStatusChanged", message=sent, status_before="Sent")


def _template(status: str) -> tuple[str, dict[str, Any]]:
    template = {
        "id": 0,
        "name": "bike_ready",
        "language": "en",
        "status": status,
        "parameter_format": "NAMED",
        "waba_id": "555000999888777",
        "accounts": [0],
    }
    return "TemplateStatusChanged", {"template": template, "status_before": "PENDING"}


def _call(direction: str, outcome: str, status: str, duration: int | None) -> tuple[str, dict[str, Any]]:
    call = {"direction": direction, "outcome": outcome, "is_video": False, "duration": duration}
    return "CallEnded", {"message": _message(from_me=direction == "outgoing", status=status), "call": call}


SAMPLES: Final[Mapping[EventType, tuple[str, dict[str, Any]]]] = {
    EventType.MESSAGE_NEW: ("MessageReceived", {"message": RECEIVED}),
    EventType.MESSAGE_RECEIVED: ("MessageReceived", {"message": RECEIVED}),
    EventType.MESSAGE_SENT: _sent("Sent", "Sending"),
    EventType.MESSAGE_DELIVERED: _sent("Delivered", "Sent"),
    EventType.MESSAGE_READ: _sent("Read", "Delivered"),
    EventType.MESSAGE_FAILED: _sent("Failed", "Sending", failure=FAILURE),
    EventType.MESSAGE_EDITED: ("MessageEdited", {"message": RECEIVED}),
    EventType.MESSAGE_REVOKED: ("MessageRevoked", {"message": {**RECEIVED, "text": None}}),
    EventType.NOTE_NEW: (
        "NoteAdded",
        {"message": {**RECEIVED, "type": "note", "created_by": "Idris Vale"}, "mentioned": []},
    ),
    EventType.FILE_UPLOADED: (
        "FileUploaded",
        {
            "file": {
                "file": {
                    "uid": "c41d2f6a-7f0b-4a53-8f7e-1d90b6a3e5d8",
                    "filename": "cargo-bike.pdf",
                    "mimetype": "application/pdf",
                    "size": 48211,
                },
                "uploaded_by": "idris@harbour-bikes.example",
            }
        },
    ),
    EventType.REACTION: (
        "ReactionChanged",
        {
            "message": {**RECEIVED, "reactions": [{"emoji": "🚲"}]},
            "reaction": {"emoji": "🚲", "is_own": False, "name": "Otto Lind", "phone": "15555550142"},
        },
    ),
    EventType.CALL_MISSED: _call("incoming", "missed", "Missed", None),
    EventType.CALL_INCOMING: _call("incoming", "answered", "Answered", 94),
    EventType.CALL_OUTGOING: _call("outgoing", "answered", "Ended", 94),
    EventType.CHAT_NEW: ("ChatOpened", {"cause": "incoming"}),
    EventType.CHAT_INCOMING: ("ChatOpened", {"cause": "incoming"}),
    EventType.CHAT_OUTGOING: ("ChatOpened", {"cause": "outgoing"}),
    EventType.CHAT_ASSIGNED: ("ChatAssigned", {"previous_responsible": NO_ONE}),
    EventType.CHAT_UNASSIGNED: ("ChatUnassigned", {"chat": {**CHAT, **NOBODY}, "previous_responsible": IDRIS}),
    EventType.CHAT_CLOSED: ("ChatClosed", {}),
    EventType.CHAT_REOPENED: ("ChatReopened", {}),
    EventType.CHAT_RENAMED: ("ChatRenamed", {"name_before": "+15555550142"}),
    EventType.CHAT_LABELLED: ("ChatLabelled", {"added": ["test"], "removed": []}),
    EventType.ACCOUNT_CONNECTED: ("NumberConnected", {}),
    EventType.ACCOUNT_RESUMED: ("NumberResumed", {}),
    EventType.ACCOUNT_SUSPENDED: ("NumberSuspended", {"number": {**NUMBER, "state": "paused"}}),
    EventType.ACCOUNT_DISCONNECTED: ("NumberDisconnected", {"number": {**NUMBER, "state": "unlinked"}}),
    EventType.WABA_RECEIVED: _served(
        "MessageReceived",
        message={**RECEIVED, "recipient_name": SERVICE["name"], "recipient_phone": SERVICE["phone"]},
    ),
    EventType.WABA_DELIVERED: _sent_to_customer("Delivered"),
    EventType.WABA_READ: _sent_to_customer("Read"),
    EventType.WABA_FAILED: _sent_to_customer("Failed", failure=WINDOW_CLOSED),
    EventType.WABA_CHAT_INCOMING: _served("ChatOpened", cause="incoming"),
    EventType.WABA_CHAT_OUTGOING: _served("ChatOpened", cause="outgoing"),
    EventType.WABA_CHAT_ASSIGNED: _served("ChatAssigned", previous_responsible=NO_ONE),
    EventType.WABA_CHAT_UNASSIGNED: _served("ChatUnassigned", previous_responsible=IDRIS),
    EventType.WABA_CHAT_CLOSED: _served("ChatClosed"),
    EventType.WABA_CHAT_REOPENED: _served("ChatReopened"),
    EventType.WABA_ACCOUNT_ACTIVE: _served("NumberConnected"),
    EventType.WABA_ACCOUNT_DISABLED: _served("NumberSuspended"),
    EventType.WABA_ACCOUNT_DISCONNECTED: _served("NumberDisconnected"),
    EventType.WABA_TEMPLATE_APPROVED: _template("APPROVED"),
    EventType.WABA_TEMPLATE_REJECTED: _template("REJECTED"),
    EventType.WABA_TEMPLATE_DISABLED: _template("DISABLED"),
}


def sample(event_type: EventType, workspace_id: int, at: datetime) -> Fact:
    """A fact that causes this event, as if it had happened at that time."""
    kind, given = SAMPLES[event_type]
    then = at.isoformat()
    payload: dict[str, Any] = {"number": NUMBER, "chat": CHAT, **given}
    payload["number"] = {**payload["number"], "connected_at": then, "state_at": then}
    payload["chat"] = {**payload["chat"], "created_at": then, "last_message_at": then}
    if kind == "ChatClosed":
        payload["chat"]["closed_at"] = then
    if payload["number"].get("is_business"):
        payload["chat"]["window_until"] = (at + timedelta(hours=20)).isoformat()
    if "message" in payload:
        payload["message"] = {**payload["message"], "at": then, "received_at": then}
    if "file" in payload:
        payload["file"] = {**payload["file"], "file": {**payload["file"]["file"], "created_at": then}}
    return Fact(workspace_id, 0, 0, kind, 1, at, SYSTEM, None, payload)
