"""The teams of a workspace."""

from collections.abc import Sequence

import asyncpg

from tideline.features.workspaces.model import DEFAULT_TEAM, Team, TeamId
from tideline.platform.db import Row, Tx


async def insert(tx: Tx, title: str) -> Team | None:
    """A new team, or None when the workspace has one with this title in any case."""
    row = await tx.row(
        """
        INSERT INTO tenant.team (workspace, title) VALUES ($1, $2)
        ON CONFLICT (workspace, lower(title)) DO NOTHING RETURNING id, title
        """,
        tx.workspace_id,
        title,
    )
    return _team(row) if row else None


async def find(tx: Tx, team_id: TeamId) -> Team | None:
    row = await tx.row("SELECT id, title FROM tenant.team WHERE workspace = $1 AND id = $2", tx.workspace_id, team_id)
    return _team(row) if row else None


async def find_by_title(tx: Tx, title: str) -> Team | None:
    """Held against removal, because whoever asks for a team by its title is about to put something into it."""
    row = await tx.row(
        "SELECT id, title FROM tenant.team WHERE workspace = $1 AND lower(title) = lower($2) FOR KEY SHARE",
        tx.workspace_id,
        title,
    )
    return _team(row) if row else None


async def list_all(tx: Tx) -> Sequence[Team]:
    rows = await tx.fetch("SELECT id, title FROM tenant.team WHERE workspace = $1 ORDER BY id", tx.workspace_id)
    return [_team(row) for row in rows]


async def rename(tx: Tx, team_id: TeamId, title: str) -> bool:
    """False when another team has this title."""
    renamed = await tx.execute(
        """
        UPDATE tenant.team t SET title = $3
        WHERE t.workspace = $1 AND t.id = $2 AND NOT EXISTS (
            SELECT FROM tenant.team o WHERE o.workspace = t.workspace AND lower(o.title) = lower($3) AND o.id <> t.id
        )
        """,
        tx.workspace_id,
        team_id,
        title,
    )
    return renamed == 1


async def delete(tx: Tx, team_id: TeamId) -> bool:
    """False when something belongs to the team. The rows of removed people, which history names, go to the default
    team."""
    try:
        async with tx.savepoint():
            await tx.execute(
                """
                UPDATE tenant.teammate t SET team_id = d.id FROM tenant.team d
                WHERE t.workspace = $1 AND t.team_id = $2 AND t.status = 'removed'
                  AND d.workspace = t.workspace AND lower(d.title) = lower($3)
                """,
                tx.workspace_id,
                team_id,
                DEFAULT_TEAM,
            )
            await tx.execute("DELETE FROM tenant.team WHERE workspace = $1 AND id = $2", tx.workspace_id, team_id)
    except asyncpg.ForeignKeyViolationError:
        return False
    return True


def _team(row: Row) -> Team:
    return Team(TeamId(row["id"]), row["title"])
