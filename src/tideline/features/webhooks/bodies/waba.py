"""Events about business numbers: which ones a fact causes, and their bodies. They are told these and no others."""

from collections.abc import Callable, Iterator

from tideline.features.webhooks.bodies.told import Chat, Message, Number, Payload, Told
from tideline.features.webhooks.bodies.view import Body, View, party
from tideline.features.webhooks.event_types import EventType
from tideline.platform.facts import Fact

TEMPLATES = {
    "APPROVED": EventType.WABA_TEMPLATE_APPROVED,
    "REJECTED": EventType.WABA_TEMPLATE_REJECTED,
    "DISABLED": EventType.WABA_TEMPLATE_DISABLED,
    "PENDING_DELETION": EventType.WABA_TEMPLATE_DISABLED,
    "DELETED": EventType.WABA_TEMPLATE_DISABLED,
}
STATUSES = {
    "Delivered": EventType.WABA_DELIVERED,
    "Read": EventType.WABA_READ,
    "Failed": EventType.WABA_FAILED,
}
OPENED_BY = {"incoming": EventType.WABA_CHAT_INCOMING, "outgoing": EventType.WABA_CHAT_OUTGOING}
ALWAYS = {
    "MessageReceived": EventType.WABA_RECEIVED,
    "ChatAssigned": EventType.WABA_CHAT_ASSIGNED,
    "ChatUnassigned": EventType.WABA_CHAT_UNASSIGNED,
    "ChatClosed": EventType.WABA_CHAT_CLOSED,
    "ChatReopened": EventType.WABA_CHAT_REOPENED,
    "NumberConnected": EventType.WABA_ACCOUNT_ACTIVE,
    "NumberResumed": EventType.WABA_ACCOUNT_ACTIVE,
    "NumberSuspended": EventType.WABA_ACCOUNT_DISABLED,
    "NumberDisconnected": EventType.WABA_ACCOUNT_DISCONNECTED,
}
OUT_OF_ORDER = ("restricted", "banned")
"""States in which the Business Platform lets a number send nothing; a lost connection is none."""


def is_about(fact: Fact) -> bool:
    """Is it about a business number, or about what only those have?"""
    return fact.kind == "TemplateStatusChanged" or bool(fact.payload.get("number", {}).get("is_business"))


def event_types(fact: Fact) -> Iterator[EventType]:
    found = ALWAYS.get(fact.kind)
    if found is None and (look := SOMETIMES.get(fact.kind)):
        found = look(fact.payload)
    if found is not None:
        yield found


def _of_status(payload: Payload) -> EventType | None:
    return STATUSES.get(payload["message"]["status"])


def _of_opened(payload: Payload) -> EventType | None:
    return OPENED_BY.get(payload["cause"]) if payload["chat"]["kind"] == "direct" else None


def _of_state(payload: Payload) -> EventType | None:
    """Out of order, or in order again; what lies between these is nobody's news."""
    now, before = payload["number"]["state"], payload["state_before"]
    if now in OUT_OF_ORDER and before not in OUT_OF_ORDER:
        return EventType.WABA_ACCOUNT_DISABLED
    return EventType.WABA_ACCOUNT_ACTIVE if now == "active" and before in OUT_OF_ORDER else None


def _of_template(payload: Payload) -> EventType | None:
    return TEMPLATES.get(payload["template"]["status"])


SOMETIMES: dict[str, Callable[[Payload], EventType | None]] = {
    "MessageStatusChanged": _of_status,
    "ChatOpened": _of_opened,
    "NumberStateChanged": _of_state,
    "TemplateStatusChanged": _of_template,
}


def message(told: Told, view: View) -> Body:
    number, chat = told.number, told.chat
    account = {**_account(number), "phone": f"+{number.phone}", "account_name": number.account_name}
    return {"account": account, "chat": _message_chat(told, chat, view), "message": _message(told.message, view)}


def _message_chat(told: Told, chat: Chat, view: View) -> Body:
    until = chat.window_until
    is_open = None if until is None else told.fact.at < until
    return {
        "id": chat.id,
        "waba_account_id": told.number.id,
        "closed": chat.closed_at is not None,
        "service_window_is_open": is_open,
        "service_window_expires_at": view.at(until) if is_open and until is not None else None,
    }


def _message(message: Message, view: View) -> Body:
    body: Body = {
        "message_uid": str(message.uid),
        "direction": "sent" if message.from_me else "received",
        "status": message.status if message.from_me else "Received",
        "timestamp": view.at(message.at),
        "received_timestamp": view.at(message.received_at),
        "text": message.text,
        "origin": message.origin if message.from_me else "WhatsApp",
        "sender": party(message.sender_name, message.sender_phone),
        "recipient": party(message.recipient_name, message.recipient_phone),
    }
    if message.attachment:
        body["attachments"] = [view.attachment(message.attachment)]
    if template := message.data.get("template"):
        body["template"] = {"id": template["id"], "name": template["name"]}
    if (failure := message.failure) is not None:
        body["failure_reason"] = {
            "code": "" if failure.number is None else failure.number,
            "title": failure.title,
            "details": failure.details,
        }
    return body


def chat(told: Told, _view: View) -> Body:
    return {"chat": {"id": told.chat.id, "waba_account_id": told.number.id}, "account": _account(told.number)}


def assigned(told: Told, view: View) -> Body:
    responsible = {"name": told.chat.responsible_name, "email": told.chat.responsible_email}
    return {**chat(told, view), "responsible": responsible}


def active(told: Told, _view: View) -> Body:
    return _state(told, "active")


def disabled(told: Told, _view: View) -> Body:
    return _state(told, "disabled")


def disconnected(told: Told, _view: View) -> Body:
    return _state(told, "removed")


def _state(told: Told, state: str) -> Body:
    number = told.number
    shown = number.platform.display_phone if number.platform else f"+{number.phone}"
    return {"account": {**_account(number), "display_phone_number": shown, "state": state}}


def _account(number: Number) -> Body:
    platform = number.platform
    return {
        "id": number.id,
        "meta_phone_id": platform.phone_number_id if platform else "",
        "meta_waba_id": platform.waba_id if platform else "",
    }


def template(told: Told, _view: View) -> Body:
    given = told.payload["template"]
    return {
        "template": {
            "id": given["id"],
            "name": given["name"],
            "status": given["status"],
            "parameter_format": given["parameter_format"],
            "meta_waba_id": given["waba_id"],
            "accounts": given["accounts"],
        }
    }


RENDERERS: dict[EventType, Callable[[Told, View], Body]] = {
    EventType.WABA_RECEIVED: message,
    EventType.WABA_DELIVERED: message,
    EventType.WABA_READ: message,
    EventType.WABA_FAILED: message,
    EventType.WABA_CHAT_INCOMING: chat,
    EventType.WABA_CHAT_OUTGOING: chat,
    EventType.WABA_CHAT_ASSIGNED: assigned,
    EventType.WABA_CHAT_UNASSIGNED: chat,
    EventType.WABA_CHAT_CLOSED: chat,
    EventType.WABA_CHAT_REOPENED: chat,
    EventType.WABA_ACCOUNT_ACTIVE: active,
    EventType.WABA_ACCOUNT_DISABLED: disabled,
    EventType.WABA_ACCOUNT_DISCONNECTED: disconnected,
    EventType.WABA_TEMPLATE_APPROVED: template,
    EventType.WABA_TEMPLATE_REJECTED: template,
    EventType.WABA_TEMPLATE_DISABLED: template,
}
