"""Change what a teammate is, or end it. The workspace's row is held first, so changes of a team take turns."""

from collections.abc import Collection
from dataclasses import replace

from tideline.features.workspaces import events, letters, names
from tideline.features.workspaces.access import TOKENS
from tideline.features.workspaces.actions.quotas import notice_seats
from tideline.features.workspaces.actions.team import get_team
from tideline.features.workspaces.errors import NoSeatLeft, NotActive, OwnerStays, TeammateNotFound, WorkspaceNotFound
from tideline.features.workspaces.model import Purpose, Role, Status, TeamId, Teammate, TeammateId
from tideline.features.workspaces.store import doors, people, teammates, tokens, workspaces
from tideline.platform import mail
from tideline.platform.db import Tx

SEATED = (Status.ACTIVE, Status.INVITED)


async def change_role(tx: Tx, teammate_id: TeammateId, role: Role) -> Teammate:
    """Another role; whoever is signed in signs in again with it."""
    await lock_team(tx)
    if role is Role.OWNER:
        raise OwnerStays
    teammate = await _lock_movable(tx, teammate_id)
    return await move(tx, teammate, role, teammate.team_id)


async def rename(tx: Tx, teammate_id: TeammateId, display_name: str) -> Teammate:
    """Another name in this workspace; what was written before keeps the name it was written under."""
    name = names.clean_name(display_name, longest=names.PERSON_LENGTH)
    await lock_team(tx)
    teammate = await teammates.lock(tx, teammate_id) if names.is_id(teammate_id) else None
    if teammate is None or teammate.status is Status.REMOVED:
        raise TeammateNotFound
    if teammate.display_name == name:
        return teammate
    await teammates.set_name(tx, teammate_id, name)
    renamed = await _reload(tx, teammate_id)
    tx.wake(TOKENS)
    tx.record(events.teammate_renamed(renamed, before=teammate.display_name))
    return renamed


async def change_team(tx: Tx, teammate_id: TeammateId, title: str) -> Teammate:
    """Into another team; the numbers come along."""
    await lock_team(tx)
    team = await get_team(tx, title)
    teammate = await _lock_movable(tx, teammate_id)
    return await move(tx, teammate, teammate.role, team.id)


async def suspend(tx: Tx, teammate_id: TeammateId) -> Teammate:
    """Close the workspace to an active teammate: the seat is free, sessions and token end, the rest stays."""
    await lock_team(tx)
    teammate = await _lock_movable(tx, teammate_id)
    if not teammate.is_active:
        raise NotActive
    suspended = await _end(tx, teammate, Status.SUSPENDED)
    tx.record(events.teammate_suspended(suspended))
    return suspended


async def free_seats(tx: Tx, losing: Collection[TeammateId]) -> list[Teammate]:
    """Suspend people who have a seat, open invitations too: as many statements for many as for one."""
    await lock_team(tx)
    found = [one for one in await teammates.lock_many(tx, losing) if one.status in SEATED]
    for teammate in found:
        teammate.ensure_movable()
    if not found:
        return []
    ids, persons = [one.id for one in found], [one.person_id for one in found]
    await teammates.suspend_many(tx, ids)
    await tokens.revoke_many(tx, ids)
    await people.end_memberships(tx, persons)
    await doors.shut(tx, persons)
    about = (letters.about_invitation, letters.about_new_password)
    await mail.withdraw_all(tx, [letter(tx.workspace_id, one) for one in ids for letter in about])
    tx.wake(TOKENS)
    suspended = [replace(one, status=Status.SUSPENDED, invited_until=None) for one in found]
    for one in suspended:
        tx.record(events.teammate_suspended(one))
    return suspended


async def restore(tx: Tx, teammate_id: TeammateId) -> Teammate:
    """Open the workspace to a suspended teammate again. Needs a free seat; a token has to be made anew."""
    seats = await lock_team(tx)
    teammate = await _lock_movable(tx, teammate_id)
    if teammate.status is not Status.SUSPENDED:
        return teammate
    if await teammates.count_seated(tx) >= seats:
        raise NoSeatLeft
    await teammates.set_status(tx, teammate_id, Status.ACTIVE)
    await people.add_membership(tx, teammate.person_id)
    tx.wake(TOKENS)
    restored = await _reload(tx, teammate_id)
    tx.record(events.teammate_restored(restored))
    await notice_seats(tx)
    return restored


async def remove(tx: Tx, teammate_id: TeammateId) -> None:
    """Take somebody out of the workspace, or an open invitation back. Their row stays for the history."""
    await lock_team(tx)
    removed = await _end(tx, await _lock_movable(tx, teammate_id), Status.REMOVED)
    tx.record(events.teammate_removed(removed))


async def lock_team(tx: Tx) -> int:
    """Hold the team against other changes; says how many seats there are."""
    seats = await workspaces.lock_seats(tx)
    if seats is None:
        raise WorkspaceNotFound
    return seats


async def hold_team(tx: Tx) -> None:
    """Nobody loses a seat, and the workspace is not closed, while this transaction runs. To be asked first of all."""
    await workspaces.hold(tx)


async def move(tx: Tx, teammate: Teammate, role: Role, team_id: TeamId) -> Teammate:
    """Give a teammate role and team; nothing happens when they have both."""
    if (teammate.role, teammate.team_id) == (role, team_id):
        return teammate
    await teammates.set_place(tx, teammate.id, role, team_id)
    if teammate.role is not role:
        await doors.end_sessions(tx, teammate.person_id)
        tx.wake(TOKENS)
    moved = await _reload(tx, teammate.id)
    tx.record(events.teammate_changed(teammate, moved))
    return moved


async def _end(tx: Tx, teammate: Teammate, status: Status) -> Teammate:
    await teammates.set_status(tx, teammate.id, status)
    await tokens.revoke(tx, teammate.id)
    await people.end_membership(tx, teammate.person_id)
    await doors.void_links(tx, teammate.person_id, *Purpose)
    await doors.end_sessions(tx, teammate.person_id)
    await mail.withdraw(tx, letters.about_invitation(tx.workspace_id, teammate.id))
    await mail.withdraw(tx, letters.about_new_password(tx.workspace_id, teammate.id))
    tx.wake(TOKENS)
    return await _reload(tx, teammate.id)


async def _lock_movable(tx: Tx, teammate_id: TeammateId) -> Teammate:
    teammate = await teammates.lock(tx, teammate_id) if names.is_id(teammate_id) else None
    if teammate is None or teammate.status is Status.REMOVED:
        raise TeammateNotFound
    teammate.ensure_movable()
    return teammate


async def _reload(tx: Tx, teammate_id: TeammateId) -> Teammate:
    teammate = await teammates.find(tx, teammate_id)
    assert teammate is not None
    return teammate
