"""From what people type to what it names: a workspace, a teammate, a number."""

from tideline.features import chats, numbers, workspaces
from tideline.platform.db import Tx
from tideline.surfaces.cli.tools import Desk


async def workspace_id(desk: Desk, slug: str) -> workspaces.WorkspaceId:
    async with desk.db.system() as tx:
        return await workspaces.get_workspace_id(tx, slug)


async def teammate(tx: Tx, email: str) -> workspaces.Teammate:
    found = await workspaces.find_teammate(tx, email=email)
    if found is None:
        raise workspaces.TeammateNotFound(f"Nobody in this workspace has the address {email}.")
    return found


async def teammate_or_owner(tx: Tx, email: str | None) -> workspaces.Teammate:
    return await teammate(tx, email) if email else await workspaces.get_owner(tx)


async def number(tx: Tx, phone: str) -> numbers.Number:
    found = await numbers.find_by_phone(tx, chats.phones.clean(phone))
    if found is None:
        raise numbers.NumberNotFound(f"{phone} is not a number of this workspace.")
    return found
