"""What has happened to webhooks, as it is kept in the log of facts. The address may hold a secret, so only its host
is told."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from tideline.features.webhooks.model import Webhook
from tideline.platform.facts import NewFact


def created(webhook: Webhook, *, is_restored: bool = False) -> NewFact:
    return NewFact("WebhookCreated", {"webhook": snapshot(webhook), "restored": is_restored})


def changed(webhook: Webhook, members: Iterable[str]) -> NewFact:
    return NewFact("WebhookChanged", {"webhook": snapshot(webhook), "changed": sorted(members)})


def deleted(webhook: Webhook) -> NewFact:
    return NewFact("WebhookDeleted", {"webhook": snapshot(webhook)})


def snapshot(webhook: Webhook) -> dict[str, Any]:
    """A webhook as facts carry it."""
    return {
        "id": webhook.id,
        "event_type": webhook.event_type.value,
        "host": urlsplit(webhook.url).hostname or "",
        "enabled": webhook.enabled,
        "strict_order": webhook.is_strict,
        "retry_schedule": webhook.schedule.value,
        "is_signed": webhook.secret is not None,
    }
