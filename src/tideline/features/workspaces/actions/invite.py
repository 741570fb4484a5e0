"""Invite somebody by address."""

from tideline.features.workspaces import events, names
from tideline.features.workspaces.access import Access
from tideline.features.workspaces.actions.links import LASTS, issue_link
from tideline.features.workspaces.actions.membership import lock_team, move
from tideline.features.workspaces.actions.team import get_teammate
from tideline.features.workspaces.errors import NoSeatLeft, OwnerStays, TeamNotFound
from tideline.features.workspaces.model import DEFAULT_TEAM, Invited, Purpose, Role, Status, Team, Teammate
from tideline.features.workspaces.store import people, teammates, workspaces
from tideline.platform.db import Tx


async def invite(
    tx: Tx,
    access: Access,
    *,
    email: str,
    role: Role = Role.TEAMMATE,
    team: str | None = None,
    display_name: str = "",
) -> Invited:
    """Invite somebody, who takes a seat at once. Without a team they join `Default`.

    An address that is already in the workspace gets the role and team instead; if that invitation is still
    open, a new link takes the place of the old one.
    """
    email = names.clean_email(email)
    if role is Role.OWNER:
        raise OwnerStays
    seats = await lock_team(tx)
    place = await _team(tx, team)
    found = await teammates.find_by_email(tx, email)
    if found is None:
        await _ensure_seat(tx, seats)
        return await _invite(tx, access, email, names.person_name(display_name, email), role, place)
    found.ensure_movable()
    moved = await move(tx, found, role, place.id)
    if moved.status is Status.INVITED:
        return await _invite(tx, access, email, moved.display_name, role, place)
    return Invited(moved, None)


async def _invite(tx: Tx, access: Access, email: str, name: str, role: Role, team: Team) -> Invited:
    person = await people.find_or_create(tx, email)
    teammate_id = await teammates.put(
        tx, person, email=email, display_name=name, role=role, team_id=team.id, invited_until=tx.now + LASTS
    )
    link = await issue_link(tx, access, Purpose.INVITATION, person)
    teammate: Teammate = await get_teammate(tx, teammate_id)
    tx.record(events.teammate_invited(teammate))
    return Invited(teammate, link)


async def _team(tx: Tx, title: str | None) -> Team:
    team = await workspaces.find_team(tx, names.clean_name(title or DEFAULT_TEAM))
    if team is None:
        raise TeamNotFound
    return team


async def _ensure_seat(tx: Tx, seats: int) -> None:
    if await teammates.count_seated(tx) >= seats:
        raise NoSeatLeft
