"""Every SQL statement of saved views."""

from collections.abc import Sequence

from tideline.features.saved_views.model import Filters, SavedView, SavedViewId
from tideline.features.workspaces import TeammateId
from tideline.platform.db import Tx


async def list_all(tx: Tx, teammate_id: TeammateId) -> list[SavedView]:
    rows = await tx.fetch(
        """
        SELECT v.id, v.name, v.filters FROM tenant.saved_view v
        WHERE v.workspace = $1 AND v.teammate_id = $2 ORDER BY v.position, v.id
        """,
        tx.workspace_id,
        teammate_id,
    )
    return [SavedView(SavedViewId(row["id"]), row["name"], row["filters"]) for row in rows]


async def lock_all(tx: Tx, teammate_id: TeammateId) -> list[SavedView]:
    """The same, while nobody else changes the views of this teammate."""
    await tx.execute(
        "SELECT FROM tenant.teammate WHERE workspace = $1 AND id = $2 FOR NO KEY UPDATE", tx.workspace_id, teammate_id
    )
    return await list_all(tx, teammate_id)


async def append(tx: Tx, teammate_id: TeammateId, name: str, filters: Filters) -> SavedViewId:
    """Behind the others of this teammate, whichever of them were taken away."""
    made: int = await tx.value(
        """
        INSERT INTO tenant.saved_view (workspace, teammate_id, name, filters, position)
        SELECT $1, $2, $3, $4::jsonb, COALESCE(max(v.position), 0) + 1
        FROM tenant.saved_view v WHERE v.workspace = $1 AND v.teammate_id = $2
        RETURNING id
        """,
        tx.workspace_id,
        teammate_id,
        name,
        {key: list(values) for key, values in filters.items()},
    )
    return SavedViewId(made)


async def rename(tx: Tx, view_id: int, name: str) -> None:
    await tx.execute(
        "UPDATE tenant.saved_view SET name = $3 WHERE workspace = $1 AND id = $2", tx.workspace_id, view_id, name
    )


async def delete(tx: Tx, view_id: int) -> None:
    await tx.execute("DELETE FROM tenant.saved_view WHERE workspace = $1 AND id = $2", tx.workspace_id, view_id)


async def put_in_order(tx: Tx, ids: Sequence[int]) -> None:
    await tx.execute(
        """
        UPDATE tenant.saved_view v SET position = new.position
        FROM unnest($2::int[]) WITH ORDINALITY AS new (id, position)
        WHERE v.workspace = $1 AND v.id = ANY ($2::int[]) AND v.id = new.id
        """,
        tx.workspace_id,
        list(ids),
    )
