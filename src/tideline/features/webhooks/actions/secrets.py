"""The secret that a webhook's deliveries are signed with: shown, exchanged with both valid for a day, taken away."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from tideline.features.webhooks import events
from tideline.features.webhooks.actions.subscriptions import get
from tideline.features.webhooks.model import Terms, Webhook
from tideline.features.webhooks.secrets import new_secret, seal, unseal
from tideline.features.webhooks.store import secrets as secret_store
from tideline.features.webhooks.store import webhooks as store
from tideline.platform.crypto import KeyNotHere, Keyring, NotDecrypted
from tideline.platform.db import Database, SystemTx, Tx

BOTH_VALID = timedelta(days=1)
BATCH = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Secret:
    """What a receiver has to know. `former_until` is there while the secret before this one is good too."""

    secret: str | None
    former_until: datetime | None = None


async def show_secret(tx: Tx, terms: Terms, webhook_id: int) -> Secret:
    return _shown(terms, await get(tx, webhook_id), tx.now)


async def rotate_secret(tx: Tx, terms: Terms, webhook_id: int) -> Secret:
    """A new secret. For a day deliveries carry a signature of the former one too, so that no receiver is in a hurry."""
    await store.lock_all(tx)
    webhook = await get(tx, webhook_id)
    rotated = replace(
        webhook,
        secret=seal(terms.keyring, new_secret(), tx.workspace_id, webhook.id),
        former_secret=webhook.secret,
        former_until=tx.now + BOTH_VALID if webhook.secret else None,
    )
    await store.save(tx, rotated)
    tx.record(events.changed(rotated, ["secret"]))
    return _shown(terms, rotated, tx.now)


async def remove_secret(tx: Tx, webhook_id: int) -> None:
    """Deliveries are not signed any more."""
    await store.lock_all(tx)
    webhook = await get(tx, webhook_id)
    if webhook.secret is None:
        return
    bare = replace(webhook, secret=None, former_secret=None, former_until=None)
    await store.save(tx, bare)
    tx.record(events.changed(bare, ["secret"]))


async def reencrypt_secrets(db: Database, keyring: Keyring, *, batch: int = BATCH) -> int:
    """Put every secret under the first key, and say how many were moved. Can be stopped and run again."""
    moved, after = 0, 0
    while True:
        async with db.system() as tx:
            found = await secret_store.list_sealed(tx, after=after, limit=batch)
            recoded = [(one, new) for one in found if (new := _recoded(keyring, one))]
            moved += await secret_store.recode(tx, recoded) if recoded else 0
        if not found:
            return moved
        after = found[-1].webhook_id


async def count_unreadable_secrets(tx: SystemTx, keyring: Keyring) -> int:
    """How many secrets need a key that is not here."""
    return sum(_recoded(keyring, one) is None for one in await secret_store.list_sealed(tx, after=0, limit=None))


def _shown(terms: Terms, webhook: Webhook, now: datetime) -> Secret:
    if webhook.secret is None:
        return Secret(None)
    until = webhook.former_until if webhook.former_until and now < webhook.former_until else None
    return Secret(unseal(terms.keyring, webhook.secret, webhook.workspace_id, webhook.id), until)


def _recoded(keyring: Keyring, one: secret_store.Sealed) -> secret_store.Sealed | None:
    try:
        return secret_store.Sealed(
            one.workspace_id, one.webhook_id, _again(keyring, one, one.secret), _again(keyring, one, one.former_secret)
        )
    except (KeyNotHere, NotDecrypted) as problem:
        log.warning("webhook.secret_not_reencrypted", webhook=one.webhook_id, reason=problem.code)
        return None


def _again(keyring: Keyring, one: secret_store.Sealed, sealed: bytes | None) -> bytes | None:
    if sealed is None:
        return None
    return seal(keyring, unseal(keyring, sealed, one.workspace_id, one.webhook_id), one.workspace_id, one.webhook_id)
