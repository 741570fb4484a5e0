"""People and teams: invite, change, remove. Who may do that stands in docs/roles.md."""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from tideline.features import numbers, workspaces
from tideline.features.workspaces import Access, Role, TeamId, Teammate, TeamNotFound
from tideline.platform.db import Tx
from tideline.surfaces.api import problems, shapes, wire
from tideline.surfaces.api.answers import Whole, said
from tideline.surfaces.api.body import Body, fold, trim
from tideline.surfaces.api.limits import EMAIL, PERSON_NAME, TEAM_TITLE
from tideline.surfaces.api.operations.ids import teammate_id_of
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.wire import Wire

GIVEN = [role.value for role in Role if role is not Role.OWNER]
"""Nobody becomes owner by being called one."""

PersonName = Annotated[str, Meta(max_length=PERSON_NAME)]


def _role(text: str | UnsetType) -> Role | None:
    if text is UNSET:
        return None
    if fold(text) not in GIVEN:
        raise ValueError(f"must be one of {', '.join(GIVEN)} - at `$.role`")
    return Role(fold(text))


class Invitation(Body, kw_only=True):
    email: Annotated[str, Meta(max_length=EMAIL)]
    first_name: PersonName = ""
    last_name: PersonName = ""
    team_title: str = ""
    role: str | UnsetType = UNSET

    folded: ClassVar = ("role",)

    def __post_init__(self) -> None:
        _role(self.role)


@operation("inviteTeammate")
async def invite_teammate(tx: Tx, access: Access, body: Invitation, show: Wire) -> shapes.Teammate:
    try:
        invited = await workspaces.invite(
            tx,
            access,
            email=body.email,
            role=_role(body.role),
            team=body.team_title.strip() or None,
            display_name=f"{body.first_name.strip()} {body.last_name.strip()}".strip(),
        )
    except TeamNotFound:
        raise problems.missing("Team #", body.team_title) from None
    return await _shown(tx, invited.teammate, show)


@operation("revokeInvitation")
async def revoke_invitation(tx: Tx, user_id: str) -> Whole:
    await workspaces.revoke_invitation(tx, teammate_id_of(user_id))
    return said("Invitation revoked successfully")


class TeammateUpdate(Body):
    role: str | UnsetType = UNSET
    team_title: str | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET

    folded: ClassVar = ("role",)

    def __post_init__(self) -> None:
        _role(self.role)


@operation("updateTeammate")
async def update_teammate(tx: Tx, user_id: str, body: TeammateUpdate, show: Wire) -> shapes.Teammate:
    teammate_id = teammate_id_of(user_id)
    if role := _role(body.role):
        await workspaces.change_role(tx, teammate_id, role)
    if body.team_title is not UNSET:
        try:
            await workspaces.change_team(tx, teammate_id, body.team_title)
        except TeamNotFound:
            raise problems.missing("Team #", body.team_title) from None
    if body.suspended is not UNSET:
        await _suspend(tx, teammate_id, body.suspended)
    return await _shown(tx, await workspaces.get_teammate(tx, teammate_id), show)


async def _suspend(tx: Tx, teammate_id: workspaces.TeammateId, is_suspended: bool) -> None:
    """Saying again what is so already changes nothing."""
    teammate = await workspaces.get_teammate(tx, teammate_id)
    if not is_suspended:
        await workspaces.restore(tx, teammate_id)
    elif teammate.status is not workspaces.Status.SUSPENDED:
        await workspaces.suspend(tx, teammate_id)


@operation("removeTeammate")
async def remove_teammate(tx: Tx, user_id: str) -> Whole:
    await workspaces.remove(tx, teammate_id_of(user_id))
    return said("Teammate removed")


async def _shown(tx: Tx, teammate: Teammate, show: Wire) -> shapes.Teammate:
    return show.teammate(teammate, await numbers.list_numbers(tx, is_business=False), tx.now)


# Teams -------------------------------------------------------------------------------------------------------


class TeamWrite(Body):
    title: str

    trimmed: ClassVar = ("title",)

    def __post_init__(self) -> None:
        self.title = trim(self.title, TEAM_TITLE, "title")


@operation("createTeam")
async def create_team(tx: Tx, body: TeamWrite) -> shapes.Team:
    return wire.team(await workspaces.create_team(tx, body.title))


@operation("renameTeam")
async def rename_team(tx: Tx, team_id: TeamId, body: TeamWrite) -> shapes.Team:
    return wire.team(await workspaces.rename_team(tx, team_id, body.title))


@operation("removeTeam")
async def remove_team(tx: Tx, team_id: TeamId) -> Whole:
    await workspaces.remove_team(tx, team_id)
    return said("Team removed")
