"""Webhooks: subscriptions of addresses to events."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tideline.features import webhooks
from tideline.features.webhooks import Changes, EventType, Schedule, Terms
from tideline.platform.db import Tx
from tideline.surfaces.api.answers import DONE, Whole
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.limits import URL
from tideline.surfaces.api.operations.ids import webhook_id_of
from tideline.surfaces.api.registry import operation

Url = Annotated[str, Meta(max_length=URL)]


class Webhook(msgspec.Struct):
    id: int
    event_type: str
    enabled: bool
    url: str
    errors_counter: int
    strict_order: bool
    retry_schedule: str

    @classmethod
    def of(cls, webhook: webhooks.Webhook) -> "Webhook":
        return cls(
            webhook.id,
            webhook.event_type,
            webhook.enabled,
            webhook.url,
            webhook.errors_counter,
            webhook.is_strict,
            webhook.schedule,
        )


class WebhookCreate(Body):
    event_type: EventType
    url: Url
    enabled: bool = True
    strict_order: bool | UnsetType = UNSET
    retry_schedule: Schedule | UnsetType = UNSET


class WebhookUpdate(Body):
    event_type: EventType | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    strict_order: bool | UnsetType = UNSET
    retry_schedule: Schedule | UnsetType = UNSET


@operation("listWebhooks")
async def list_webhooks(tx: Tx) -> list[Webhook]:
    return [Webhook.of(one) for one in await webhooks.list_webhooks(tx)]


@operation("createWebhook")
async def create_webhook(tx: Tx, terms: Terms, body: WebhookCreate) -> Webhook:
    webhook = await webhooks.create(tx, terms, body.event_type, body.url, enabled=body.enabled)
    options = Changes(is_strict=body.strict_order, schedule=body.retry_schedule)
    return Webhook.of(await webhooks.update(tx, terms, webhook.id, options) if options.given() else webhook)


@operation("getWebhook")
async def get_webhook(tx: Tx, webhook_id: str) -> Webhook:
    return Webhook.of(await webhooks.get(tx, webhook_id_of(webhook_id)))


@operation("updateWebhook")
async def update_webhook(tx: Tx, terms: Terms, webhook_id: str, body: WebhookUpdate) -> Webhook:
    changes = Changes(
        event_type=body.event_type,
        url=body.url,
        enabled=body.enabled,
        is_strict=body.strict_order,
        schedule=body.retry_schedule,
    )
    return Webhook.of(await webhooks.update(tx, terms, webhook_id_of(webhook_id), changes))


@operation("deleteWebhook")
async def delete_webhook(tx: Tx, webhook_id: str) -> Whole:
    await webhooks.delete(tx, webhook_id_of(webhook_id))
    return DONE
