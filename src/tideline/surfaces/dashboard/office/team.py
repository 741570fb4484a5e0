"""Teammates and teams: inviting, roles, suspending, taking out; and the teams that share numbers."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import workspaces
from tideline.features.workspaces import Action, Invited, Role, Status, TeamId, Teammate, TeammateId, ensure_may
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard.office.office import Office, ensure, id_in, refusal
from tideline.surfaces.dashboard.security import Form
from tideline.surfaces.dashboard.visits import NotHere, Visitor
from tideline.surfaces.dashboard.words import N_

SECTION = "team"
ROLES = {
    Role.OWNER: (N_("Owner"), N_("Sees and may do everything; there is one.")),
    Role.ADMIN: (N_("Admin"), N_("Sees and may do everything but billing.")),
    Role.TEAM_SUPERVISOR: (N_("Team supervisor"), N_("Sees the chats of the team's numbers, and leads the team.")),
    Role.TEAMMATE: (N_("Teammate"), N_("Sees the chats of the team's numbers.")),
    Role.AGENT: (N_("Agent"), N_("Sees the chats of the own numbers, and chats assigned.")),
    Role.COLLABORATOR: (N_("Collaborator"), N_("Sees only chats assigned, or with a mention.")),
}
GIVEN = [role for role in Role if role is not Role.OWNER]
STATES = {
    Status.ACTIVE: ("ok", N_("Active")),
    Status.INVITED: ("warn", N_("Invited")),
    Status.SUSPENDED: ("quiet", N_("Suspended")),
}


class TeamPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        async with self._office.visit(request) as (tx, visitor):
            return await self._everybody(request, tx, visitor)

    async def show_one(self, request: Request) -> Response:
        teammate_id = TeammateId(id_in(request))
        async with self._office.visit(request) as (tx, visitor):
            return await self._one(request, tx, visitor, teammate_id)

    async def invite(self, request: Request) -> Response:
        """Somebody new, or an open invitation once more. Without a mail server the link is shown, to be handed over."""
        form = await self._office.form(request)

        async def run(tx: Tx, me: Teammate) -> Invited:
            ensure_may(me.role, Action.PEOPLE)
            return await workspaces.invite(
                tx,
                self._office.deps.access,
                email=form.get("email", ""),
                role=_role(form),
                team=form.get("team") or None,
                display_name=form.get("name", ""),
            )

        try:
            visitor, invited = await self._office.act(request, run)
        except Problem as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._everybody(request, tx, visitor, form=form, **refusal(problem))
        if invited.link_token is None:
            return self._office.to(visitor, "/team", "teammate_changed")
        if self._office.deps.has_mail:
            return self._office.to(visitor, "/team", "invited")
        link = f"{self._office.deps.public_url}/link/{invited.link_token}"
        async with self._office.visit(request) as (tx, visitor):
            return await self._everybody(request, tx, visitor, link=link, invited=invited.teammate)

    async def change(self, request: Request) -> Response:
        form, teammate_id = await self._office.form(request), TeammateId(id_in(request))
        what = form.get("do", "")
        if what not in TURNS:
            raise NotHere
        action, done = TURNS[what]

        async def run(tx: Tx, me: Teammate) -> None:
            ensure_may(me.role, Action.PEOPLE)
            await action(tx, teammate_id, form)

        try:
            visitor, _ = await self._office.act(request, run)
        except (workspaces.TeammateNotFound, workspaces.PermissionDenied):
            raise
        except Problem as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._one(request, tx, visitor, teammate_id, **refusal(problem))
        is_gone = what in ("remove", "revoke")
        return self._office.to(visitor, "/team" if is_gone else f"/team/{teammate_id}", done)

    async def add_team(self, request: Request) -> Response:
        form = await self._office.form(request)
        return await self._with_team(
            request, lambda tx: workspaces.create_team(tx, form.get("title", "")), "team_added"
        )

    async def change_team(self, request: Request) -> Response:
        form, team_id = await self._office.form(request), TeamId(id_in(request))
        if form.get("do") == "remove":
            return await self._with_team(request, lambda tx: workspaces.remove_team(tx, team_id), "team_removed")
        title = form.get("title", "")
        return await self._with_team(request, lambda tx: workspaces.rename_team(tx, team_id, title), "team_renamed")

    async def _with_team(self, request: Request, action: Any, done: str) -> Response:
        async def run(tx: Tx, me: Teammate) -> None:
            ensure_may(me.role, Action.PEOPLE)
            await action(tx)

        try:
            visitor, _ = await self._office.act(request, run)
        except (workspaces.TeamNotFound, workspaces.PermissionDenied):
            raise
        except Problem as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._everybody(request, tx, visitor, **refusal(problem))
        return self._office.to(visitor, "/team", done)

    async def _everybody(self, request: Request, tx: Tx, visitor: Visitor, **values: Any) -> Response:
        ensure(visitor, Action.PEOPLE)
        quotas = await workspaces.quotas(tx)
        given = {"form": {}, "link": None, "invited": None, "status": 200, **values}
        return self._office.page(
            request,
            "team.html",
            visitor,
            section=SECTION,
            people=await workspaces.list_teammates(tx),
            teams=await workspaces.list_teams(tx),
            seats=quotas.seats,
            roles=ROLES,
            given_roles=GIVEN,
            states=STATES,
            **given,
        )

    async def _one(
        self, request: Request, tx: Tx, visitor: Visitor, teammate_id: TeammateId, **values: Any
    ) -> Response:
        ensure(visitor, Action.PEOPLE)
        return self._office.page(
            request,
            "teammate.html",
            visitor,
            section=SECTION,
            teammate=await workspaces.get_teammate(tx, teammate_id),
            teams=await workspaces.list_teams(tx),
            roles=ROLES,
            given_roles=GIVEN,
            states=STATES,
            **values,
        )


# What may be done with a teammate from here, and what the page says then.


async def _place(tx: Tx, teammate_id: TeammateId, form: Form) -> None:
    role = _role(form)
    if role is not None:
        await workspaces.change_role(tx, teammate_id, role)
    if team := form.get("team"):
        await workspaces.change_team(tx, teammate_id, team)


async def _suspend(tx: Tx, teammate_id: TeammateId, _form: Form) -> None:
    await workspaces.suspend(tx, teammate_id)


async def _restore(tx: Tx, teammate_id: TeammateId, _form: Form) -> None:
    await workspaces.restore(tx, teammate_id)


async def _remove(tx: Tx, teammate_id: TeammateId, _form: Form) -> None:
    await workspaces.remove(tx, teammate_id)


async def _revoke(tx: Tx, teammate_id: TeammateId, _form: Form) -> None:
    await workspaces.revoke_invitation(tx, teammate_id)


TURNS = {
    "place": (_place, "teammate_changed"),
    "suspend": (_suspend, "suspended"),
    "restore": (_restore, "restored"),
    "remove": (_remove, "removed"),
    "revoke": (_revoke, "revoked"),
}


def _role(form: Form) -> Role | None:
    text = form.get("role", "")
    return Role(text) if text in list(Role) else None
