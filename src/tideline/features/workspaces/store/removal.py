"""Deletes everything a workspace owns, in the order that foreign keys allow."""

from graphlib import TopologicalSorter

from tideline.platform.db import Tx


async def lock(tx: Tx) -> bool:
    """Hold the workspace against everybody who adds a row to it."""
    found = await tx.value("SELECT 1 FROM tenant.workspace WHERE workspace = $1 FOR UPDATE", tx.workspace_id)
    return found is not None


async def delete_rows(tx: Tx) -> None:
    """Empty every tenant table of the workspace; the catalog knows them all, also those of later versions."""
    for table in await _children_first(tx):
        await tx.execute(f'DELETE FROM tenant."{table}" WHERE workspace = $1', tx.workspace_id)


async def delete_from_directory(tx: Tx) -> None:
    """Forget the workspace, and the people who were in no other one."""
    await tx.execute(
        """
        DELETE FROM directory.person p
        USING directory.membership m
        WHERE m.person = p.id AND m.workspace = $1
          AND NOT EXISTS (SELECT 1 FROM directory.membership o WHERE o.person = p.id AND o.workspace <> $1)
        """,
        tx.workspace_id,
    )
    await tx.execute("DELETE FROM directory.workspace WHERE id = $1", tx.workspace_id)


async def _children_first(tx: Tx) -> list[str]:
    """Tenant tables, those that refer to others before those they refer to; partitions go with their table."""
    tables = await tx.fetch(
        """
        SELECT c.relname AS name FROM pg_class c
        WHERE c.relnamespace = 'tenant'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        """
    )
    references = await tx.fetch(
        """
        SELECT DISTINCT child.relname AS child, parent.relname AS parent
        FROM pg_constraint f
        JOIN pg_class child ON child.oid = f.conrelid
        JOIN pg_class parent ON parent.oid = f.confrelid
        WHERE f.contype = 'f' AND child.relnamespace = 'tenant'::regnamespace AND child.oid <> parent.oid
        """
    )
    order: TopologicalSorter[str] = TopologicalSorter({row["name"]: set() for row in tables})
    for row in references:
        order.add(row["parent"], row["child"])
    return [name for name in order.static_order() if name in {row["name"] for row in tables}]
