"""Webhooks: who is told what has happened, and the bodies of the events.

Actions of a workspace (`tx: Tx`), with the `Terms` that hold for all webhooks of this installation:

    list_webhooks(tx) -> list[Webhook]                     by id
    get(tx, webhook_id) -> Webhook                         or WebhookNotFound
    create(tx, terms, event_type, url, enabled=) -> Webhook   idempotent; InvalidUrl, TooManyWebhooks
    update(tx, terms, webhook_id, Changes(...)) -> Webhook or WebhookNotFound, InvalidUrl, WebhookExists
    delete(tx, webhook_id)

Objects of the program:

    WebhookReader()                                        for the dispatcher: puts deliveries on lanes
    Delivering(db, outgoing, terms, Views(...))            the act of the lanes of `LANE`
    keep_log(system_tx, kept)                              makes and drops the daily partitions of the log of attempts
"""

from tideline.features.webhooks.actions.logbook import keep_log
from tideline.features.webhooks.actions.subscriptions import create, delete, get, list_webhooks, update
from tideline.features.webhooks.errors import InvalidUrl, TooManyWebhooks, WebhookExists, WebhookNotFound
from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.groups import LANE
from tideline.features.webhooks.jobs import Delivering
from tideline.features.webhooks.model import Changes, Schedule, Terms, Webhook, WebhookId
from tideline.features.webhooks.reader import WebhookReader
from tideline.features.webhooks.requests import Views

__all__ = [
    "LANE",
    "Changes",
    "Delivering",
    "EventType",
    "InvalidUrl",
    "Schedule",
    "Terms",
    "TooManyWebhooks",
    "Views",
    "Webhook",
    "WebhookExists",
    "WebhookId",
    "WebhookNotFound",
    "WebhookReader",
    "create",
    "delete",
    "get",
    "keep_log",
    "list_webhooks",
    "update",
]
