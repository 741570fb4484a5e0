"""Invite somebody by address, and take an invitation back."""

from tideline.features.workspaces import events, letters, names
from tideline.features.workspaces.access import Access
from tideline.features.workspaces.actions.create import get_workspace
from tideline.features.workspaces.actions.links import LASTS, issue_link
from tideline.features.workspaces.actions.membership import lock_team, move, remove
from tideline.features.workspaces.actions.quotas import notice_seats
from tideline.features.workspaces.actions.team import get_team, get_teammate
from tideline.features.workspaces.errors import InvitationAccepted, NoSeatLeft, OwnerStays
from tideline.features.workspaces.model import (
    DEFAULT_TEAM,
    Invited,
    Purpose,
    Role,
    Status,
    TeamId,
    Teammate,
    TeammateId,
)
from tideline.features.workspaces.store import people, teammates
from tideline.platform import mail
from tideline.platform.db import Tx

PEOPLE = ("token", "teammate")


async def invite(
    tx: Tx,
    access: Access,
    *,
    email: str,
    role: Role | None = None,
    team: str | None = None,
    display_name: str = "",
    is_mailed: bool = True,
) -> Invited:
    """Invite somebody, who takes a seat at once and gets a mail with the link, unless somebody else hands it over.
    Without a role they will be a teammate, without a team they join `Default`.

    An address that is already in the workspace gets the role and the team instead, where they are given; if that
    invitation is still open, a new link and a new mail take the place of the old ones.
    """
    email = names.clean_email(email)
    if role is Role.OWNER:
        raise OwnerStays
    seats = await lock_team(tx)
    found = await teammates.find_by_email(tx, email)
    if found is None:
        place = await get_team(tx, team or DEFAULT_TEAM)
        await _ensure_seat(tx, seats)
        name = names.person_name(display_name, email)
        teammate = await _seat(tx, email, name, role=role or Role.TEAMMATE, team_id=place.id)
        await notice_seats(tx)
        return await _invite(tx, access, teammate, is_mailed)
    found.ensure_movable()
    team_id = (await get_team(tx, team)).id if team else found.team_id
    moved = await move(tx, found, role or found.role, team_id)
    if moved.status is not Status.INVITED:
        return Invited(moved, None)
    name = names.person_name(display_name, email) if display_name.strip() else moved.display_name
    again = await _seat(tx, email, name, role=moved.role, team_id=team_id)
    return await _invite(tx, access, again, is_mailed)


async def revoke_invitation(tx: Tx, teammate_id: TeammateId) -> None:
    """Take an invitation back that nobody has accepted, open or out of date."""
    await lock_team(tx)
    teammate = await get_teammate(tx, teammate_id)
    if teammate.status is not Status.INVITED:
        raise InvitationAccepted
    await remove(tx, teammate_id)


async def _seat(tx: Tx, email: str, name: str, *, role: Role, team_id: TeamId) -> Teammate:
    """A place that is open for a day."""
    person = await people.find_or_create(tx, email)
    until = tx.now + LASTS
    teammate_id = await teammates.put(
        tx, person, email=email, display_name=name, role=role, team_id=team_id, invited_until=until
    )
    return await get_teammate(tx, teammate_id)


async def _invite(tx: Tx, access: Access, teammate: Teammate, is_mailed: bool) -> Invited:
    link = await issue_link(tx, access, Purpose.INVITATION, teammate.person_id)
    await mail.withdraw(tx, letters.about_invitation(tx.workspace_id, teammate.id))
    if is_mailed:
        letter = letters.invitation(await get_workspace(tx), teammate, await _inviter(tx), access.address_of(link))
        await access.outbox.post(tx, letter)
    tx.record(events.teammate_invited(teammate))
    return Invited(teammate, link)


async def _inviter(tx: Tx) -> Teammate | None:
    """The person who invites; nobody when the operator does."""
    actor = tx.actor
    return await teammates.find(tx, TeammateId(actor.id)) if actor.kind in PEOPLE and actor.id is not None else None


async def _ensure_seat(tx: Tx, seats: int) -> None:
    if await teammates.count_seated(tx) >= seats:
        raise NoSeatLeft
