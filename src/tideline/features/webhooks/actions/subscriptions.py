"""Subscribing to events: creating is safe to repeat, and what was deleted comes back with its old id."""

from dataclasses import replace

from tideline.features.webhooks import events, urls
from tideline.features.webhooks.errors import TooManyWebhooks, WebhookExists, WebhookNotFound
from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.groups import remove_later, set_up_later
from tideline.features.webhooks.model import Changes, Terms, Webhook
from tideline.features.webhooks.secrets import new_secret, seal
from tideline.features.webhooks.store import attempts
from tideline.features.webhooks.store import webhooks as store
from tideline.platform.db import Tx

LARGEST_ID = 2**31 - 1


async def get(tx: Tx, webhook_id: int) -> Webhook:
    found = await store.find(tx, webhook_id) if 0 < webhook_id <= LARGEST_ID else None
    if found is None:
        raise WebhookNotFound(webhook_id)
    return found


async def list_webhooks(tx: Tx) -> list[Webhook]:
    """All webhooks of the workspace, the oldest first."""
    return await store.list_all(tx)


async def create(tx: Tx, terms: Terms, event_type: EventType, url: str, *, enabled: bool = True) -> Webhook:
    """Subscribe an address to an event. The same two again: a paused webhook is switched on, a deleted one is back."""
    check_address(terms, url)
    await store.lock_all(tx)
    known = await store.find_subscription(tx, event_type, url)
    if known is not None and not known.is_deleted:
        return await _save(tx, known, replace(known, enabled=enabled))
    if await store.count(tx) >= terms.per_workspace:
        raise TooManyWebhooks
    if known is not None:
        return await _restore(tx, known, enabled=enabled)
    return await _insert(tx, terms, event_type, url, enabled=enabled)


async def update(tx: Tx, terms: Terms, webhook_id: int, changes: Changes) -> Webhook:
    """Change what is given. Another address, or a switch on or off, begins the count of failures anew."""
    given = changes.given()
    if isinstance(url := given.get("url"), str):
        check_address(terms, url)
    await store.lock_all(tx)
    before = await get(tx, webhook_id)
    after: Webhook = replace(before, **given)  # type: ignore[arg-type]
    if (after.event_type, after.url) != (before.event_type, before.url):
        await _make_room(tx, after)
    return await _save(tx, before, after)


async def delete(tx: Tx, webhook_id: int) -> None:
    """Deliver nothing more to it, also of what waits."""
    await store.lock_all(tx)
    webhook = await get(tx, webhook_id)
    await store.save(tx, replace(webhook, deleted_at=tx.now))
    tx.record(events.deleted(webhook))
    remove_later(tx, webhook)


def check_address(terms: Terms, url: str) -> None:
    """Raises a problem for an address that nobody could call, or that is never called."""
    terms.check_address(urls.check(url))


async def _insert(tx: Tx, terms: Terms, event_type: EventType, url: str, *, enabled: bool) -> Webhook:
    webhook_id = await store.next_id(tx)
    secret = seal(terms.keyring, new_secret(), tx.workspace_id, webhook_id)
    webhook = Webhook(tx.workspace_id, webhook_id, event_type, url, enabled, secret=secret, created_at=tx.now)
    await store.insert(tx, webhook)
    tx.record(events.created(webhook))
    set_up_later(tx, webhook)
    return webhook


async def _restore(tx: Tx, webhook: Webhook, *, enabled: bool) -> Webhook:
    """What waited for it went when it was deleted; what was tried before can be delivered again."""
    await attempts.give_up(tx, webhook.id)
    restored = replace(webhook, deleted_at=None, enabled=enabled, errors_counter=0)
    await store.save(tx, restored)
    tx.record(events.created(restored, is_restored=True))
    set_up_later(tx, restored)
    return restored


async def _make_room(tx: Tx, webhook: Webhook) -> None:
    """No other webhook may have this event and address; one that was deleted gives way."""
    other = await store.find_subscription(tx, webhook.event_type, webhook.url)
    if other is None:
        return
    if not other.is_deleted:
        raise WebhookExists
    await store.forget(tx, other.id)


async def _save(tx: Tx, before: Webhook, after: Webhook) -> Webhook:
    members = ("event_type", "url", "enabled", "is_strict", "schedule")
    changed = [name for name in members if getattr(before, name) != getattr(after, name)]
    if not changed:
        return before
    if {"url", "enabled"} & set(changed):
        after = replace(after, errors_counter=0)
    await store.save(tx, after)
    tx.record(events.changed(after, changed))
    set_up_later(tx, after)
    return after
