"""People who look after the installation: they see its partners in the browser."""

from argparse import Namespace

from tideline.features import workspaces
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Toolbox


async def add(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        await workspaces.add_operator(tx, options.email)
    print(f"{options.email} looks after this installation.")


async def remove(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        await workspaces.remove_operator(tx, options.email)
    print(f"{options.email} does not look after this installation any more.")


async def list_all(tools: Toolbox, _: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system_read() as tx:
        found = await workspaces.list_operators(tx)
    table(("EMAIL", "SINCE"), [(one.email, f"{one.since:%Y-%m-%d}") for one in found])
