"""Workspaces and tokens."""

from argparse import Namespace
from collections.abc import Awaitable, Callable

from tideline.features import workspaces
from tideline.platform.db import Tx
from tideline.surfaces.cli import finding
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Desk, Toolbox

ONCE = "The link works once, within 24 hours."


async def create(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk:
        async with desk.db.system() as tx:
            created = await workspaces.create(
                tx,
                desk.access,
                display_name=options.name or options.owner_email.rpartition("@")[2],
                owner_email=options.owner_email,
                zone=options.timezone,
                messages_quota=desk.messages_quota,
                api_calls_quota=desk.api_calls_quota,
                slug=options.slug,
            )
        print(f"workspace  {created.slug}")
        print(f"API token  {created.api_token}")
        print(f"sign in    {desk.access.address_of(created.sign_in_token)}")
        print(ONCE)


async def list_all(tools: Toolbox, _: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        found = await workspaces.list_workspaces(tx)
    rows = [(one.slug, one.display_name, one.plan, one.zone, f"{one.created_at:%Y-%m-%d}") for one in found]
    table(("ID", "NAME", "PLAN", "TIME ZONE", "CREATED"), rows)


async def create_token(tools: Toolbox, options: Namespace) -> None:
    await _print_token(tools, options, lambda tx, desk, one: workspaces.create_token(tx, desk.access, one.id))


async def show_token(tools: Toolbox, options: Namespace) -> None:
    await _print_token(tools, options, lambda tx, desk, one: workspaces.show_token(tx, desk.access, one.id))


async def rotate_token(tools: Toolbox, options: Namespace) -> None:
    await _print_token(tools, options, lambda tx, desk, one: workspaces.rotate_token(tx, desk.access, one.id))


TokenAction = Callable[[Tx, Desk, workspaces.Teammate], Awaitable[str]]


async def _print_token(tools: Toolbox, options: Namespace, action: TokenAction) -> None:
    async def with_teammate(tx: Tx) -> str:
        return await action(tx, desk, await finding.teammate_or_owner(tx, options.teammate))

    async with tools.desk() as desk:
        print(await desk.db.run(await finding.workspace_id(desk, options.workspace), with_teammate))
