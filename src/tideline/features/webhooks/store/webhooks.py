"""The rows of subscriptions."""

from hashlib import sha256

from tideline.features.webhooks.event_types import EventType
from tideline.features.webhooks.model import Schedule, Webhook, WebhookId
from tideline.platform.db import Row, Tx

COLUMNS = """workspace, id, event_type, url, enabled, errors_counter, is_strict, schedule, secret, former_secret,
             former_until, created_at, deleted_at"""


async def lock_all(tx: Tx) -> None:
    """Take turns with everybody who adds, changes or deletes a webhook of this workspace."""
    await tx.execute("SELECT FROM tenant.workspace WHERE workspace = $1 FOR NO KEY UPDATE", tx.workspace_id)


async def next_id(tx: Tx) -> WebhookId:
    return WebhookId(await tx.value("SELECT nextval('tenant.webhook_id')::int"))


async def find(tx: Tx, webhook_id: int) -> Webhook | None:
    row = await tx.row(
        f"SELECT {COLUMNS} FROM tenant.webhook WHERE workspace = $1 AND id = $2 AND deleted_at IS NULL",
        tx.workspace_id,
        webhook_id,
    )
    return read(row) if row else None


async def find_subscription(tx: Tx, event_type: EventType, url: str) -> Webhook | None:
    """The webhook of this event and address, also when it was deleted."""
    row = await tx.row(
        f"SELECT {COLUMNS} FROM tenant.webhook WHERE workspace = $1 AND event_type = $2 AND url_hash = $3",
        tx.workspace_id,
        event_type,
        _hash(url),
    )
    return read(row) if row else None


async def list_all(tx: Tx) -> list[Webhook]:
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM tenant.webhook WHERE workspace = $1 AND deleted_at IS NULL ORDER BY id",
        tx.workspace_id,
    )
    return [read(row) for row in rows]


async def count(tx: Tx) -> int:
    found: int = await tx.value(
        "SELECT count(*) FROM tenant.webhook WHERE workspace = $1 AND deleted_at IS NULL", tx.workspace_id
    )
    return found


async def insert(tx: Tx, webhook: Webhook) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.webhook (workspace, id, event_type, url, url_hash, enabled, is_strict, schedule, secret,
                                    created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        tx.workspace_id,
        webhook.id,
        webhook.event_type,
        webhook.url,
        _hash(webhook.url),
        webhook.enabled,
        webhook.is_strict,
        webhook.schedule,
        webhook.secret,
        tx.now,
    )


async def save(tx: Tx, webhook: Webhook) -> None:
    await tx.execute(
        """
        UPDATE tenant.webhook
        SET event_type = $3, url = $4, url_hash = $5, enabled = $6, is_strict = $7, schedule = $8,
            errors_counter = $9, secret = $10, former_secret = $11, former_until = $12, deleted_at = $13
        WHERE workspace = $1 AND id = $2
        """,
        tx.workspace_id,
        webhook.id,
        webhook.event_type,
        webhook.url,
        _hash(webhook.url),
        webhook.enabled,
        webhook.is_strict,
        webhook.schedule,
        webhook.errors_counter,
        webhook.secret,
        webhook.former_secret,
        webhook.former_until,
        webhook.deleted_at,
    )


async def forget(tx: Tx, webhook_id: int) -> None:
    """Drop the row of a deleted webhook whose event and address another one takes."""
    await tx.execute(
        "DELETE FROM tenant.webhook WHERE workspace = $1 AND id = $2 AND deleted_at IS NOT NULL",
        tx.workspace_id,
        webhook_id,
    )


def read(row: Row) -> Webhook:
    return Webhook(
        workspace_id=row["workspace"],
        id=WebhookId(row["id"]),
        event_type=EventType(row["event_type"]),
        url=row["url"],
        enabled=row["enabled"],
        errors_counter=row["errors_counter"],
        is_strict=row["is_strict"],
        schedule=Schedule(row["schedule"]),
        secret=row["secret"],
        former_secret=row["former_secret"],
        former_until=row["former_until"],
        created_at=row["created_at"],
        deleted_at=row["deleted_at"],
    )


def _hash(url: str) -> bytes:
    return sha256(url.encode()).digest()
