"""What the dispatcher and the workers read of many workspaces at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tideline.features.webhooks.model import Webhook
from tideline.features.webhooks.store.webhooks import read
from tideline.platform.db import SystemTx


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A webhook with what its bodies depend on."""

    webhook: Webhook
    zone: str


async def list_enabled(tx: SystemTx, workspaces: Collection[int], event_types: Collection[str]) -> list[Webhook]:
    """The webhooks of these workspaces that want one of these events, by id."""
    rows = await tx.fetch(
        """
        SELECT w.workspace, w.id, w.event_type, w.url, w.enabled, w.errors_counter, w.is_strict, w.schedule, w.secret,
               w.former_secret, w.former_until, w.created_at, w.deleted_at
        FROM tenant.webhook w
        WHERE w.workspace = ANY ($1::int[]) AND w.event_type = ANY ($2::text[]) AND w.enabled AND w.deleted_at IS NULL
        ORDER BY w.id
        """,
        list(workspaces),
        list(event_types),
    )
    return [read(row) for row in rows]


async def find_subscribers(tx: SystemTx, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Subscriber]:
    """Webhooks by (workspace, id), as far as they are not deleted."""
    rows = await tx.fetch(
        """
        SELECT w.workspace, w.id, w.event_type, w.url, w.enabled, w.errors_counter, w.is_strict, w.schedule, w.secret,
               w.former_secret, w.former_until, w.created_at, w.deleted_at, s.zone
        FROM unnest($1::int[], $2::int[]) AS k(workspace, id)
        JOIN tenant.webhook w ON w.workspace = k.workspace AND w.id = k.id
        JOIN tenant.workspace s ON s.workspace = w.workspace
        WHERE w.deleted_at IS NULL
        """,
        [workspace_id for workspace_id, _ in keys],
        [webhook_id for _, webhook_id in keys],
    )
    return {(row["workspace"], row["id"]): Subscriber(read(row), row["zone"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Count:
    """What attempts mean for a webhook: it starts from nothing after a success, and so many events failed since."""

    workspace_id: int
    webhook_id: int
    from_nothing: bool = False
    failed: int = 0


async def count_failures(tx: SystemTx, counts: Sequence[Count]) -> dict[int, int]:
    """Keep the count of events that failed in a row; the answer is what it is now, of those that it changed for."""
    rows = await tx.fetch(
        """
        UPDATE tenant.webhook w
        SET errors_counter = CASE WHEN c.from_nothing THEN 0 ELSE w.errors_counter END + c.failed
        FROM unnest($1::int[], $2::int[], $3::bool[], $4::int[]) AS c(workspace, id, from_nothing, failed)
        WHERE w.workspace = c.workspace AND w.id = c.id AND (c.failed > 0 OR w.errors_counter > 0)
        RETURNING w.id, w.errors_counter
        """,
        [count.workspace_id for count in counts],
        [count.webhook_id for count in counts],
        [count.from_nothing for count in counts],
        [count.failed for count in counts],
    )
    return {row["id"]: row["errors_counter"] for row in rows}


async def mark_mailed(tx: SystemTx, keys: Sequence[tuple[int, int]], not_since: datetime) -> set[int]:
    """Those of the webhooks whose owner was not written to since then; from now on somebody was."""
    rows = await tx.fetch(
        """
        UPDATE tenant.webhook w SET mailed_at = $3
        FROM unnest($1::int[], $2::int[]) AS k(workspace, id)
        WHERE w.workspace = k.workspace AND w.id = k.id AND (w.mailed_at IS NULL OR w.mailed_at < $4)
        RETURNING w.id
        """,
        [workspace_id for workspace_id, _ in keys],
        [webhook_id for _, webhook_id in keys],
        tx.now,
        not_since,
    )
    return {row["id"] for row in rows}
