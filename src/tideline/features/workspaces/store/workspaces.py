"""Workspaces."""

from datetime import datetime

from tideline.features.workspaces.model import Workspace, WorkspaceId
from tideline.platform.db import Row, SystemTx, Tx


async def reserve_slug(tx: SystemTx, slug: str) -> WorkspaceId | None:
    """A new workspace's id, or None when the slug is taken."""
    found = await tx.value(
        """
        INSERT INTO directory.workspace (slug, created_at) VALUES ($1, $2)
        ON CONFLICT (slug) DO NOTHING RETURNING id
        """,
        slug,
        tx.now,
    )
    return WorkspaceId(found) if found is not None else None


async def insert(tx: Tx, workspace: Workspace) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.workspace (workspace, display_name, plan, zone, seats, messages_quota, api_calls_quota,
                                      billing_anchor, created_at, transactions_quota)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        tx.workspace_id,
        workspace.display_name,
        workspace.plan,
        workspace.zone,
        workspace.seats,
        workspace.messages_quota,
        workspace.api_calls_quota,
        workspace.billing_anchor,
        workspace.created_at,
        workspace.transactions_quota,
    )
    await tx.execute("INSERT INTO tenant.balance (workspace) VALUES ($1)", tx.workspace_id)


async def find(tx: Tx) -> Workspace | None:
    row = await tx.row(
        """
        SELECT d.id, d.slug, w.display_name, w.plan, w.zone, w.seats, w.messages_quota, w.api_calls_quota,
               w.billing_anchor, w.suspended_at, w.created_at, w.transactions_quota, w.updated_at
        FROM tenant.workspace w JOIN directory.workspace d ON d.id = w.workspace
        WHERE w.workspace = $1
        """,
        tx.workspace_id,
    )
    return _workspace(row) if row else None


async def lock_seats(tx: Tx) -> int | None:
    """How many seats there are. Holds the workspace's row, so that only one change of the team runs at a time.

    Not FOR UPDATE: that would stop everybody who inserts a row that refers to the workspace.
    """
    seats: int | None = await tx.value(
        "SELECT seats FROM tenant.workspace WHERE workspace = $1 FOR NO KEY UPDATE", tx.workspace_id
    )
    return seats


async def hold(tx: Tx) -> None:
    """Keep the row as it is until the end of the transaction. Many may do so at once."""
    await tx.value("SELECT 1 FROM tenant.workspace WHERE workspace = $1 FOR SHARE", tx.workspace_id)


async def save_name(tx: Tx, display_name: str) -> None:
    await tx.execute(
        "UPDATE tenant.workspace SET display_name = $2, updated_at = $3 WHERE workspace = $1",
        tx.workspace_id,
        display_name,
        tx.now,
    )


async def save_zone(tx: Tx, zone: str) -> None:
    await tx.execute(
        "UPDATE tenant.workspace SET zone = $2, updated_at = $3 WHERE workspace = $1", tx.workspace_id, zone, tx.now
    )


async def save_seats(tx: Tx, seats: int) -> None:
    await tx.execute(
        "UPDATE tenant.workspace SET seats = $2, updated_at = $3 WHERE workspace = $1",
        tx.workspace_id,
        seats,
        tx.now,
    )


async def save_quotas(tx: Tx, messages: int | None, api_calls: int | None, transactions: int | None) -> int:
    """What is None stays."""
    return await tx.execute(
        """
        UPDATE tenant.workspace
        SET messages_quota = coalesce($2, messages_quota), api_calls_quota = coalesce($3, api_calls_quota),
            transactions_quota = coalesce($4, transactions_quota), updated_at = $5
        WHERE workspace = $1
        """,
        tx.workspace_id,
        messages,
        api_calls,
        transactions,
        tx.now,
    )


async def save_suspended(tx: Tx, at: datetime | None) -> None:
    await tx.execute(
        "UPDATE tenant.workspace SET suspended_at = $2, updated_at = $3 WHERE workspace = $1",
        tx.workspace_id,
        at,
        tx.now,
    )


async def find_id(tx: SystemTx, slug: str) -> WorkspaceId | None:
    found = await tx.value("SELECT id FROM directory.workspace WHERE slug = $1", slug)
    return WorkspaceId(found) if found is not None else None


async def list_all(tx: SystemTx) -> list[Workspace]:
    rows = await tx.fetch(
        """
        SELECT d.id, d.slug, w.display_name, w.plan, w.zone, w.seats, w.messages_quota, w.api_calls_quota,
               w.billing_anchor, w.suspended_at, w.created_at, w.transactions_quota, w.updated_at
        FROM directory.workspace d JOIN tenant.workspace w ON w.workspace = d.id
        ORDER BY d.id
        """
    )
    return [_workspace(row) for row in rows]


def _workspace(row: Row) -> Workspace:
    return Workspace(**dict(row))
