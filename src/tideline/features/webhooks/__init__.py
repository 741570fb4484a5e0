"""Webhooks: who is told what has happened, and the bodies of the events.

Actions of a workspace (`tx: Tx`), with the `Terms` that hold for all webhooks of this installation:

    list_webhooks(tx) -> list[Webhook]                     by id
    get(tx, webhook_id) -> Webhook                         or WebhookNotFound
    create(tx, terms, event_type, url, enabled=) -> Webhook   idempotent; InvalidUrl, TooManyWebhooks
    update(tx, terms, webhook_id, Changes(...)) -> Webhook or WebhookNotFound, InvalidUrl, WebhookExists
    delete(tx, webhook_id)
    show_secret(tx, terms, webhook_id) -> Secret           rotate_secret(tx, terms, webhook_id) -> Secret
    remove_secret(tx, webhook_id)
    deliveries_by_day(tx, first, last) -> {date: Deliveries}                       delivered and given up
    list_deliveries(tx, webhook_id, LogFilter(), page=, size=) -> LogPage      by their last attempts, newest first
    get_delivery(tx, webhook_id, uid) -> list[Logged]      all attempts; or DeliveryNotFound
    redeliver(tx, webhook_id, uid) -> Delivery             or DeliveryUnderWay
    redeliver_failed(tx, webhook_id, since) -> Redelivered
    send_test(tx, webhook_id) -> Delivery

Objects of the program:

    WebhookReader()                                        for the dispatcher: puts deliveries on lanes
    Delivering(db, outgoing, terms, Views(...), outbox)    the act of the lanes of `LANE`
    Posting(db, outgoing, receivers, waits)                the same for receivers that are no subscribers
    EventLog(db, wakes, Views(...))                        `after(workspace_id, cursor, limit=, wait=) -> EventPage`
    reencrypt_secrets(db, keyring) -> int                  for a change of keys
    keep_log(system_tx, kept)                              makes and drops the daily partitions of the log of attempts
"""

from tideline.features.webhooks.actions.logbook import (
    deliveries_by_day,
    get_delivery,
    keep_log,
    list_deliveries,
    list_deliveries_of,
    redeliver,
    redeliver_failed,
    send_test,
    take_failed,
)
from tideline.features.webhooks.actions.secrets import (
    Secret,
    count_unreadable_secrets,
    reencrypt_secrets,
    remove_secret,
    rotate_secret,
    show_secret,
)
from tideline.features.webhooks.actions.settling import Settled
from tideline.features.webhooks.actions.subscriptions import check_address, create, delete, get, list_webhooks, update
from tideline.features.webhooks.delivery import (
    Deliveries,
    Delivery,
    LogFilter,
    Logged,
    LogPage,
    Outcome,
    Receiver,
    Redelivered,
    Request,
)
from tideline.features.webhooks.errors import (
    CursorExpired,
    DeliveryNotFound,
    DeliveryUnderWay,
    InvalidCursor,
    InvalidUrl,
    TooManyWebhooks,
    WebhookExists,
    WebhookNotFound,
)
from tideline.features.webhooks.event_types import EventType, PartnerEvent
from tideline.features.webhooks.eventlog import Cursor, Entry, EventLog, EventPage
from tideline.features.webhooks.groups import LANE
from tideline.features.webhooks.jobs import Delivering, Posting
from tideline.features.webhooks.model import Changes, Schedule, Terms, Webhook, WebhookId
from tideline.features.webhooks.reader import WebhookReader
from tideline.features.webhooks.receivers import Key
from tideline.features.webhooks.requests import Views
from tideline.features.webhooks.signing import headers as signed_headers
from tideline.features.webhooks.store.reading import Count

__all__ = [
    "LANE",
    "Changes",
    "Count",
    "Cursor",
    "CursorExpired",
    "Deliveries",
    "Delivering",
    "Delivery",
    "DeliveryNotFound",
    "DeliveryUnderWay",
    "Entry",
    "EventLog",
    "EventPage",
    "EventType",
    "InvalidCursor",
    "InvalidUrl",
    "Key",
    "LogFilter",
    "LogPage",
    "Logged",
    "Outcome",
    "PartnerEvent",
    "Posting",
    "Receiver",
    "Redelivered",
    "Request",
    "Schedule",
    "Secret",
    "Settled",
    "Terms",
    "TooManyWebhooks",
    "Views",
    "Webhook",
    "WebhookExists",
    "WebhookId",
    "WebhookNotFound",
    "WebhookReader",
    "check_address",
    "count_unreadable_secrets",
    "create",
    "delete",
    "deliveries_by_day",
    "get",
    "get_delivery",
    "keep_log",
    "list_deliveries",
    "list_deliveries_of",
    "list_webhooks",
    "redeliver",
    "redeliver_failed",
    "reencrypt_secrets",
    "remove_secret",
    "rotate_secret",
    "send_test",
    "show_secret",
    "signed_headers",
    "take_failed",
    "update",
]
