"""Make teams, call them something else, and take away the ones that nothing belongs to."""

from tideline.features.workspaces import events, names
from tideline.features.workspaces.actions.membership import lock_team
from tideline.features.workspaces.errors import DefaultTeamStays, TeamExists, TeamInUse, TeamNotFound
from tideline.features.workspaces.model import Team, TeamId
from tideline.features.workspaces.store import teams as store
from tideline.platform.db import Tx


async def create_team(tx: Tx, title: str) -> Team:
    team = await store.insert(tx, names.clean_name(title))
    if team is None:
        raise TeamExists
    tx.record(events.team_created(team.title))
    return team


async def rename_team(tx: Tx, team_id: TeamId, title: str) -> Team:
    """The people in it stay; nothing happens when it is called so already."""
    title = names.clean_name(title)
    team = await _lock_movable(tx, team_id)
    if team.title == title:
        return team
    if not await store.rename(tx, team_id, title):
        raise TeamExists
    tx.record(events.team_renamed(team.title, title))
    return Team(team_id, title)


async def remove_team(tx: Tx, team_id: TeamId) -> None:
    """Only an empty one; those who left the workspace out of it do not count."""
    team = await _lock_movable(tx, team_id)
    if not await store.delete(tx, team_id):
        raise TeamInUse
    tx.record(events.team_removed(team.title))


async def _lock_movable(tx: Tx, team_id: TeamId) -> Team:
    await lock_team(tx)
    team = await store.find(tx, team_id) if names.is_id(team_id) else None
    if team is None:
        raise TeamNotFound
    if team.is_default:
        raise DefaultTeamStays
    return team
