"""Proof, log and replay of webhooks: extensions of the contract."""

from typing import Any

import msgspec

from tideline.features import webhooks
from tideline.features.webhooks import EventType, LogFilter, Logged, Outcome, Terms
from tideline.platform.db import Tx
from tideline.surfaces.api import problems
from tideline.surfaces.api.answers import DONE, Whole
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.operations.ids import delivery_uid_of, webhook_id_of
from tideline.surfaces.api.operations.paging import page_size
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.times import Moment
from tideline.surfaces.api.wire import Wire

# Proof -------------------------------------------------------------------------------------------------------


class Secret(msgspec.Struct):
    secret: str | None
    former_secret_until: str | None

    @classmethod
    def of(cls, secret: webhooks.Secret, show: Wire) -> "Secret":
        until = secret.former_until
        return cls(secret.secret, None if until is None else show.time.format(until))


@operation("getWebhookSecret")
async def get_webhook_secret(tx: Tx, webhook_id: str, terms: Terms, show: Wire) -> Secret:
    return Secret.of(await webhooks.show_secret(tx, terms, webhook_id_of(webhook_id)), show)


@operation("rotateWebhookSecret")
async def rotate_webhook_secret(tx: Tx, webhook_id: str, terms: Terms, show: Wire) -> Secret:
    return Secret.of(await webhooks.rotate_secret(tx, terms, webhook_id_of(webhook_id)), show)


@operation("removeWebhookSecret")
async def remove_webhook_secret(tx: Tx, webhook_id: str) -> Whole:
    await webhooks.remove_secret(tx, webhook_id_of(webhook_id))
    return DONE


# The log -----------------------------------------------------------------------------------------------------


class DeliveryQuery(msgspec.Struct):
    event_type: str | None = None
    outcome: str | None = None
    after: Moment | None = None
    before: Moment | None = None
    page: int = 1
    limit: str | None = None


class Delivery(msgspec.Struct):
    """A delivery as its last attempt tells it."""

    uid: str
    event_type: str
    chat_id: int | None
    test: bool
    outcome: str
    attempts: int
    event_timestamp: str
    last_attempt_timestamp: str
    next_attempt_timestamp: str | None
    status: int | None
    error: str | None
    duration_ms: int


class DeliveryPage(msgspec.Struct):
    has_more_pages: bool
    deliveries: list[Delivery]


class Request(msgspec.Struct):
    url: str
    headers: dict[str, str]
    body: str


class Attempt(msgspec.Struct):
    number: int
    timestamp: str
    outcome: str
    status: int | None
    error: str | None
    duration_ms: int
    request: Request
    response_start: str


class DeliveryDetails(Delivery):
    log: list[Attempt]


@operation("listDeliveries")
async def list_deliveries(tx: Tx, webhook_id: str, query: DeliveryQuery, show: Wire) -> DeliveryPage:
    wanted = LogFilter(
        event_type=_one_of(EventType, query.event_type, "event_type"),
        outcome=_one_of(Outcome, query.outcome, "outcome"),
        after=None if query.after is None else show.time.first(query.after),
        before=None if query.before is None else show.time.last(query.before),
    )
    found = await webhooks.list_deliveries(
        tx, webhook_id_of(webhook_id), wanted, page=query.page, size=page_size(query.limit)
    )
    return DeliveryPage(found.has_more, [Delivery(**_summary(one, show)) for one in found.items])


@operation("getDelivery")
async def get_delivery(tx: Tx, webhook_id: str, delivery_uid: str, show: Wire) -> DeliveryDetails:
    attempts = await webhooks.get_delivery(tx, webhook_id_of(webhook_id), delivery_uid_of(delivery_uid))
    return DeliveryDetails(**_summary(attempts[-1], show), log=[_attempt(one, show) for one in attempts])


def _one_of(kind: Any, text: str | None, name: str) -> Any:
    try:
        return None if text is None else kind(text)
    except ValueError:
        raise problems.invalid_field(name, f"must be one of {', '.join(kind)}") from None


def _summary(last: Logged, show: Wire) -> dict[str, Any]:
    return {
        "uid": str(last.delivery.uid),
        "event_type": last.delivery.event_type.value,
        "chat_id": last.delivery.chat_id,
        "test": last.delivery.is_test,
        "outcome": last.outcome.value,
        "attempts": last.number,
        "event_timestamp": show.time.format(last.delivery.fact_at),
        "last_attempt_timestamp": show.time.format(last.at),
        "next_attempt_timestamp": None if last.next_at is None else show.time.format(last.next_at),
        "status": last.status,
        "error": last.error,
        "duration_ms": last.took_ms,
    }


def _attempt(one: Logged, show: Wire) -> Attempt:
    """What a receiver says may be anything; what is no UTF-8 in it is replaced."""
    request = Request(one.url, one.headers, one.request.decode())
    start = one.response_start.decode("utf-8", "replace").replace("\0", "\ufffd")
    at = show.time.format(one.at)
    return Attempt(one.number, at, one.outcome, one.status, one.error, one.took_ms, request, start)


# Replay ------------------------------------------------------------------------------------------------------


class DeliveryRef(msgspec.Struct):
    delivery_uid: str


class FailedSince(Body):
    since: str


class RedeliveredCount(msgspec.Struct):
    redelivered: int
    has_more: bool


@operation("redeliver")
async def redeliver(tx: Tx, webhook_id: str, delivery_uid: str) -> DeliveryRef:
    delivery = await webhooks.redeliver(tx, webhook_id_of(webhook_id), delivery_uid_of(delivery_uid))
    return DeliveryRef(str(delivery.uid))


@operation("redeliverFailed")
async def redeliver_failed(tx: Tx, webhook_id: str, body: FailedSince, show: Wire) -> RedeliveredCount:
    try:
        since = show.time.first(Moment.read(body.since))
    except ValueError as problem:
        raise problems.invalid_field("since", str(problem)) from None
    done = await webhooks.redeliver_failed(tx, webhook_id_of(webhook_id), since)
    return RedeliveredCount(done.count, done.has_more)


@operation("testWebhook")
async def test_webhook(tx: Tx, webhook_id: str) -> DeliveryRef:
    return DeliveryRef(str((await webhooks.send_test(tx, webhook_id_of(webhook_id))).uid))
