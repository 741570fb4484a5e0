"""Webhooks: who is told what has happened, and the bodies of the events.

Actions of a workspace (`tx: Tx`), with the `Terms` that hold for all webhooks of this installation:

    list_webhooks(tx) -> list[Webhook]                     by id
    get(tx, webhook_id) -> Webhook                         or WebhookNotFound
    create(tx, terms, event_type, url, enabled=) -> Webhook   idempotent; InvalidUrl, TooManyWebhooks
    update(tx, webhook_id, Changes(...)) -> Webhook        or WebhookNotFound, InvalidUrl, WebhookExists
    delete(tx, webhook_id)
"""

from tideline.features.webhooks.actions.subscriptions import create, delete, get, list_webhooks, update
from tideline.features.webhooks.errors import InvalidUrl, TooManyWebhooks, WebhookExists, WebhookNotFound
from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.model import Changes, Schedule, Terms, Webhook, WebhookId

__all__ = [
    "Changes",
    "EventType",
    "InvalidUrl",
    "Schedule",
    "Terms",
    "TooManyWebhooks",
    "Webhook",
    "WebhookExists",
    "WebhookId",
    "WebhookNotFound",
    "create",
    "delete",
    "get",
    "list_webhooks",
    "update",
]
