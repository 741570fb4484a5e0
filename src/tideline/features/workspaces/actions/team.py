"""Teams and teammates as everybody looks them up."""

from collections.abc import Collection, Sequence

from tideline.features.workspaces import names
from tideline.features.workspaces.errors import (
    InvalidEmail,
    InvalidName,
    MemberNotFound,
    TeammateNotFound,
    TeamNotFound,
    WorkspaceSuspended,
)
from tideline.features.workspaces.model import PersonId, Status, Team, Teammate, TeammateId
from tideline.features.workspaces.store import teammates as store
from tideline.features.workspaces.store import teams
from tideline.platform.db import Tx


async def get_teammate(tx: Tx, teammate_id: TeammateId) -> Teammate:
    """A teammate who has not been removed."""
    found = await store.find(tx, teammate_id) if names.is_id(teammate_id) else None
    if found is None or found.status is Status.REMOVED:
        raise TeammateNotFound
    return found


async def get_owner(tx: Tx) -> Teammate:
    """The one owner; the workspace's token is theirs."""
    owner = await store.find_owner(tx)
    if owner is None:
        raise TeammateNotFound
    return owner


async def get_member(tx: Tx, person: PersonId) -> Teammate:
    """The place of somebody who is signed in, if it is an active one."""
    found, is_suspended = await store.find_person(tx, person)
    if found is None or not found.is_active:
        raise MemberNotFound
    if is_suspended:
        raise WorkspaceSuspended
    return found


async def find_teammate(tx: Tx, *, email: str) -> Teammate | None:
    """A teammate by address, in any case, who has not been removed."""
    try:
        return await store.find_by_email(tx, names.clean_email(email))
    except InvalidEmail:
        return None


async def find_teammates_by_email(tx: Tx, emails: Collection[str]) -> Sequence[Teammate]:
    """Those of these addresses, given in lower case, that have a place or an invitation."""
    return await store.find_by_emails(tx, emails) if emails else []


async def find_teammates(tx: Tx, ids: Collection[TeammateId]) -> dict[TeammateId, Teammate]:
    """Teammates by id, removed ones too, because chats and messages still name them."""
    wanted = {one for one in ids if names.is_id(one)}
    return {teammate.id: teammate for teammate in await store.find_many(tx, wanted)} if wanted else {}


async def list_teammates(tx: Tx) -> Sequence[Teammate]:
    """Everybody who has not been removed, by id."""
    return await store.list_present(tx)


async def list_teams(tx: Tx) -> Sequence[Team]:
    """All teams, `Default` first."""
    return await teams.list_all(tx)


async def get_team(tx: Tx, title: str) -> Team:
    """A team by its title, in any case."""
    try:
        team = await teams.find_by_title(tx, names.clean_name(title))
    except InvalidName:
        team = None
    if team is None:
        raise TeamNotFound
    return team
