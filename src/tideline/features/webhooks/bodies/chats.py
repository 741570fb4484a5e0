"""Events about chats and numbers: which ones a fact causes, and their bodies."""

from collections.abc import Iterator

from tideline.features.webhooks.bodies.told import Payload, Told
from tideline.features.webhooks.bodies.view import Body, View
from tideline.features.webhooks.event_types import EventType

OPENED_BY = {"incoming": EventType.CHAT_INCOMING, "outgoing": EventType.CHAT_OUTGOING}


def of_opened(payload: Payload) -> Iterator[EventType]:
    """Chats that come with the history of a number that was just linked are no news."""
    cause = payload["cause"]
    if cause == "imported":
        return
    yield EventType.CHAT_NEW
    if payload["chat"]["kind"] == "direct" and cause in OPENED_BY:
        yield OPENED_BY[cause]


def chat(told: Told, view: View) -> Body:
    return {"chat": view.chat(told.chat), "whatsapp_account": view.account(told.number)}


def assignment(told: Told, view: View) -> Body:
    body = chat(told, view)
    previous = told.payload["previous_responsible"]
    if previous["email"] is not None:
        body["chat"]["previous_responsible_name"] = previous["name"]
        body["chat"]["previous_responsible_email"] = previous["email"]
    return body


def renamed(told: Told, view: View) -> Body:
    body = chat(told, view)
    body["chat"]["previous_name"] = told.payload["name_before"]
    return body


def labelled(told: Told, view: View) -> Body:
    body = chat(told, view)
    body["chat"]["added_labels"] = told.payload["added"]
    body["chat"]["removed_labels"] = told.payload["removed"]
    return body


def account_on(told: Told, view: View) -> Body:
    """A number that goes on connects at once, so it is told as active."""
    return {"whatsapp_account": view.account(told.number, "active")}


def account_off(told: Told, view: View) -> Body:
    return {"whatsapp_account": view.account(told.number)}
