"""Events about calls and reactions: which ones a fact causes, and their bodies."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from tideline.features.webhooks.bodies.told import Payload, Told
from tideline.features.webhooks.bodies.view import Body, View, international, party
from tideline.features.webhooks.event_types import EventType


def of_call(payload: Payload) -> Iterator[EventType]:
    call = payload["call"]
    if call["direction"] == "outgoing":
        yield EventType.CALL_OUTGOING
    elif call["outcome"] == "missed":
        yield EventType.CALL_MISSED
    else:
        yield EventType.CALL_INCOMING


def call(told: Told, view: View) -> Body:
    entry, ended = told.message, told.payload["call"]
    return {
        "chat": view.talk_chat(told.chat),
        "whatsapp_account": view.talk_account(told.number),
        "call_details": {
            "duration": ended["duration"],
            "direction": ended["direction"],
            "is_video": ended["is_video"],
            "status": entry.status,
            "timestamp": view.at(entry.at),
            "message_uid": str(entry.uid),
            "caller": party(entry.sender_name, entry.sender_phone),
            "recipient": party(entry.recipient_name, entry.recipient_phone),
        },
    }


def reaction(told: Told, view: View) -> Body:
    """Who took a reaction away is told with the emoji that is gone."""
    made = told.payload["reaction"]
    at = datetime.fromisoformat(made["at"]) if "at" in made else told.fact.at
    return {
        "chat": view.talk_chat(told.chat),
        "whatsapp_account": view.talk_account(told.number),
        "reaction": {
            "message_uid": str(told.message.uid),
            "action": "set" if made["emoji"] else "clear",
            "emoji": made["emoji"] or made.get("emoji_before") or "",
            "reactor": {"full_name": made["name"], "phone": international(made["phone"])},
            "timestamp": view.at(at),
            "reactions": dict(Counter(one.emoji for one in told.message.reactions)),
        },
    }
