"""Whose workspace it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tideline.features.partners.model import Owned, Partner, Used
from tideline.features.partners.store.partners import COLUMNS, read
from tideline.platform.db import Connection, SystemTx


@dataclass(frozen=True, slots=True)
class Place:
    """A slug and what partners may do with what it names."""

    workspace_id: int
    partner_id: str | None
    billed_directly: bool


async def find(tx: Connection, slug: str) -> Place | None:
    row = await tx.row(
        "SELECT id, partner, billed_directly FROM directory.workspace WHERE slug = $1 AND deleted_at IS NULL", slug
    )
    return Place(row["id"], row["partner"], row["billed_directly"]) if row else None


async def give(tx: SystemTx, workspace_id: int, partner_id: str | None) -> None:
    await tx.execute("UPDATE directory.workspace SET partner = $2 WHERE id = $1", workspace_id, partner_id)


async def set_billed_directly(tx: SystemTx, workspace_id: int, billed: bool) -> None:
    await tx.execute("UPDATE directory.workspace SET billed_directly = $2 WHERE id = $1", workspace_id, billed)


async def mark_deleted(tx: Connection, workspace_id: int) -> None:
    await tx.execute("UPDATE directory.workspace SET deleted_at = $2 WHERE id = $1", workspace_id, tx.now)


async def list_deleted(tx: SystemTx, before: datetime) -> list[int]:
    rows = await tx.fetch("SELECT id FROM directory.workspace WHERE deleted_at < $1 ORDER BY id", before)
    return [row["id"] for row in rows]


async def list_of(tx: Connection, partner_id: str, *, limit: int, skip: int = 0) -> list[Owned]:
    rows = await tx.fetch(
        """
        SELECT d.id AS workspace_id, d.slug, w.display_name, w.seats, w.suspended_at, w.created_at
        FROM directory.workspace d JOIN tenant.workspace w ON w.workspace = d.id
        WHERE d.partner = $1 AND d.deleted_at IS NULL ORDER BY d.id LIMIT $2 OFFSET $3
        """,
        partner_id,
        limit,
        skip,
    )
    return [Owned(**dict(row)) for row in rows]


async def list_used(tx: Connection, workspaces: Collection[int]) -> dict[int, Used]:
    """By workspace; one statement for all of them."""
    rows = await tx.fetch(
        """
        SELECT w.workspace, w.messages_quota,
               (SELECT count(*) FROM tenant.teammate t
                WHERE t.workspace = w.workspace AND t.status IN ('active', 'invited')) AS seats,
               (SELECT count(*) FROM tenant.number n
                WHERE n.workspace = w.workspace AND n.state <> 'unlinked') AS numbers,
               (SELECT u.used FROM tenant.usage u
                WHERE u.workspace = w.workspace AND u.kind = 'messages'
                  AND u.period_start <= $2 AND u.period_end > $2) AS messages
        FROM tenant.workspace w WHERE w.workspace = ANY ($1::int[])
        """,
        list(workspaces),
        tx.now,
    )
    return {
        row["workspace"]: Used(row["seats"], row["messages"] or 0, row["messages_quota"], row["numbers"])
        for row in rows
    }


async def count_of_each(tx: SystemTx) -> dict[str, int]:
    """How many workspaces each partner has."""
    rows = await tx.fetch(
        """
        SELECT partner, count(*) AS count FROM directory.workspace
        WHERE partner IS NOT NULL AND deleted_at IS NULL GROUP BY partner
        """
    )
    return {row["partner"]: row["count"] for row in rows}


async def has_user_elsewhere(tx: Connection, partner_id: str, teammate_id: int) -> bool:
    """Whether somebody in a workspace of this partner has this id."""
    found: bool = await tx.value(
        """
        SELECT EXISTS (
            SELECT FROM directory.workspace d JOIN tenant.teammate t ON t.workspace = d.id
            WHERE d.partner = $1 AND t.id = $2
        )
        """,
        partner_id,
        teammate_id,
    )
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told what happens in a workspace, and what it is called there."""

    workspace_id: int
    slug: str
    partner: Partner


async def partners_of(tx: Connection, workspaces: Collection[int]) -> dict[int, Told]:
    """The partners of these workspaces, by workspace; deleted ones too, whose last events are on their way."""
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS}, d.id AS workspace, d.slug
        FROM directory.workspace d JOIN directory.partner p ON p.id = d.partner
        WHERE d.id = ANY ($1::int[])
        """,
        list(workspaces),
    )
    return {row["workspace"]: Told(row["workspace"], row["slug"], read(row)) for row in rows}
