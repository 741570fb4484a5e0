"""Events about messages: which ones a fact causes, and their bodies."""

from collections.abc import Iterator

from tideline.features.webhooks.bodies.told import Payload, Told
from tideline.features.webhooks.bodies.view import Body, View, kept
from tideline.features.webhooks.event_types import EventType

ON_WHATSAPP = ("Sent", "Delivered", "Read")
NEWS = {
    "Delivered": EventType.MESSAGE_DELIVERED,
    "Read": EventType.MESSAGE_READ,
    "Failed": EventType.MESSAGE_FAILED,
}


def of_sent(payload: Payload) -> Iterator[EventType]:
    """What was written on the phone is on WhatsApp already; what was queued here is when its status says so."""
    if payload["message"]["status"] in ON_WHATSAPP:
        yield EventType.MESSAGE_NEW
        yield EventType.MESSAGE_SENT


def of_status(payload: Payload) -> Iterator[EventType]:
    status = payload["message"]["status"]
    if status in ON_WHATSAPP and payload["status_before"] not in ON_WHATSAPP:
        yield EventType.MESSAGE_NEW
        yield EventType.MESSAGE_SENT
    if status in NEWS:
        yield NEWS[status]


def message(told: Told, view: View) -> Body:
    return {
        "chat": view.message_chat(told.chat),
        "whatsapp_account": view.message_account(told.number),
        "message": view.message(told.message),
    }


def change(told: Told, view: View) -> Body:
    """The message as it is now, and what became of it."""
    body = message(told, view)
    body["message"]["status"] = told.message.status
    body["message"]["changed_timestamp"] = view.at(told.fact.at)
    if (failure := told.message.failure) is not None:
        body["message"]["failure_reason"] = {"code": failure.code, "title": failure.title}
    return body


def note(told: Told, view: View) -> Body:
    written = told.message
    return {
        "chat": view.message_chat(told.chat),
        "whatsapp_account": view.message_account(told.number),
        "note": {
            "message_uid": str(written.uid),
            "text": written.text or "",
            "is_private": written.is_private is not False,
            "timestamp": view.at(written.at),
            "author_name": written.created_by,
            "mentioned_emails": [teammate["email"] for teammate in told.payload["mentioned"]],
            **kept(written.metadata),
        },
    }
