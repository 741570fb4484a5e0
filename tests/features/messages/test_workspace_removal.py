"""A workspace that is removed leaves nothing behind, and nobody else notices."""

from typing import Any

import pytest

from tests.support.world import World
from tideline.features import workspaces
from tideline.platform.db import Database

COUNTED = ("tenant", "directory", "lanes")


async def rows_of(db: Database, workspace_id: int) -> dict[str, int]:
    """How many rows each table has of a workspace."""
    async with db.system_read() as tx:
        tables = await tx.fetch(
            """
            SELECT c.table_schema || '.' || c.table_name AS name FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.column_name = 'workspace' AND c.table_schema = ANY ($1::text[]) AND t.table_type = 'BASE TABLE'
            """,
            list(COUNTED),
        )
        counts = {
            row["name"]: await tx.value(f"SELECT count(*) FROM {row['name']} WHERE workspace = $1", workspace_id)
            for row in tables
        }
    return {name: count for name, count in counts.items() if count}


async def lived_in(world: World) -> None:
    """A bit of everything."""
    colleague = await world.teammate("kai@harbour.example")
    number = await world.number()
    chat = await world.chat(number, name="Mira", labels=["new-lead"], responsible=colleague.email)
    await world.hear(chat, "Is anybody there?")
    await world.send(chat, "Yes, we are.")


async def test_nothing_of_it_is_left(world: World) -> None:
    await lived_in(world)
    before = await rows_of(world.db, world.id)
    assert {"tenant.message", "tenant.chat", "tenant.fact", "directory.token", "lanes.lane"} <= _without_days(before)
    await world.run(workspaces.remove_workspace)
    assert await rows_of(world.db, world.id) == {}
    async with world.db.system_read() as tx:
        assert await workspaces.find_workspace_id(tx, "harbour") is None


async def test_the_neighbour_keeps_everything(world: World, neighbour: World) -> None:
    await lived_in(world)
    before = await rows_of(world.db, neighbour.id)
    assert before
    await world.run(workspaces.remove_workspace)
    assert await rows_of(world.db, neighbour.id) == before


async def test_a_person_who_is_elsewhere_too_stays(world: World, neighbour: World) -> None:
    await world.teammate(neighbour.owner.email)
    await world.run(workspaces.remove_workspace)
    assert (await neighbour.run(workspaces.get_owner)).email == neighbour.owner.email


async def test_what_is_gone_cannot_be_removed_again(world: World) -> None:
    await world.run(workspaces.remove_workspace)
    with pytest.raises(workspaces.WorkspaceNotFound):
        await world.run(workspaces.remove_workspace)


async def test_the_token_ends_with_it(world: World) -> None:
    token = await world.run(workspaces.show_token, world.access, world.owner.id)
    await world.run(workspaces.remove_workspace)
    with pytest.raises(workspaces.InvalidToken):
        await world.access.authenticate(token)


def _without_days(rows: dict[str, Any]) -> set[str]:
    """Partitions count as their table."""
    return {name.rstrip("0123456789_").removesuffix("_rest") for name in rows}
