"""The people of a workspace and their teams."""

from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tideline.features import workspaces
from tideline.features.workspaces import Role, Team, Teammate
from tideline.platform.db import Tx
from tideline.surfaces.cli import finding
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Toolbox

T = TypeVar("T")

ONCE = "The link works once, within 24 hours."


async def invite(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk:
        invited = await desk.db.run(
            await finding.workspace_id(desk, options.workspace),
            lambda tx: workspaces.invite(
                tx,
                desk.access,
                email=options.email,
                role=Role(options.role) if options.role else None,
                team=options.team,
                display_name=options.name,
            ),
        )
        if invited.link_token is None:
            print(f"{invited.teammate.email} is in the workspace already.")
            return
        print(desk.access.address_of(invited.link_token))
        if desk.mail_server:
            print(f"{ONCE} It goes to {invited.teammate.email} by mail as well.")
        else:
            print(f"{ONCE} Send it to the person you invite.")


async def reset_link(tools: Toolbox, options: Namespace) -> None:
    async def action(tx: Tx) -> str:
        teammate = await finding.teammate(tx, options.email)
        return await workspaces.reset_link(tx, desk.access, teammate.id)

    async with tools.desk() as desk:
        workspace_id = await finding.workspace_id(desk, options.workspace)
        print(desk.access.address_of(await desk.db.run(workspace_id, action)))
        print(ONCE)


async def list_people(tools: Toolbox, options: Namespace) -> None:
    found = await _run(tools, options, workspaces.list_teammates)
    rows = [(one.email, one.display_name, one.role.label, one.team, one.status.value) for one in found]
    table(("EMAIL", "NAME", "ROLE", "TEAM", "STATUS"), rows)


async def change(tools: Toolbox, options: Namespace) -> None:
    async def action(tx: Tx) -> Teammate:
        one = await finding.teammate(tx, options.email)
        if options.role:
            one = await workspaces.change_role(tx, one.id, Role(options.role))
        return await workspaces.change_team(tx, one.id, options.team) if options.team else one

    _tell(await _run(tools, options, action))


async def suspend(tools: Toolbox, options: Namespace) -> None:
    _tell(await _run(tools, options, lambda tx: _of(tx, options, workspaces.suspend)))


async def restore(tools: Toolbox, options: Namespace) -> None:
    _tell(await _run(tools, options, lambda tx: _of(tx, options, workspaces.restore)))


async def remove(tools: Toolbox, options: Namespace) -> None:
    await _run(tools, options, lambda tx: _of(tx, options, workspaces.remove))
    print(f"{options.email} is not in the workspace any more.")


# Teams -----------------------------------------------------------------------------------------------------------


async def list_teams(tools: Toolbox, options: Namespace) -> None:
    async def action(tx: Tx) -> list[tuple[str, int]]:
        people = await workspaces.list_teammates(tx)
        teams = await workspaces.list_teams(tx)
        return [(team.title, sum(one.team_id == team.id for one in people)) for team in teams]

    table(("TITLE", "PEOPLE"), await _run(tools, options, action))


async def create_team(tools: Toolbox, options: Namespace) -> None:
    await _run(tools, options, lambda tx: workspaces.create_team(tx, options.title))


async def rename_team(tools: Toolbox, options: Namespace) -> None:
    async def action(tx: Tx) -> Team:
        return await workspaces.rename_team(tx, (await workspaces.get_team(tx, options.title)).id, options.to)

    await _run(tools, options, action)


async def remove_team(tools: Toolbox, options: Namespace) -> None:
    async def action(tx: Tx) -> None:
        await workspaces.remove_team(tx, (await workspaces.get_team(tx, options.title)).id)

    await _run(tools, options, action)


async def _run(tools: Toolbox, options: Namespace, action: Callable[[Tx], Awaitable[T]]) -> T:
    async with tools.desk() as desk:
        return await desk.db.run(await finding.workspace_id(desk, options.workspace), action)


async def _of(tx: Tx, options: Namespace, action: Callable[[Tx, workspaces.TeammateId], Awaitable[T]]) -> T:
    return await action(tx, (await finding.teammate(tx, options.email)).id)


def _tell(one: Teammate) -> None:
    print(f"{one.email}: {one.role.label}, team {one.team}, {one.status.value}")
