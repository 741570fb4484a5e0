"""Remove a workspace with everything in it, for ever."""

from tideline.features.workspaces.access import TOKENS
from tideline.features.workspaces.errors import WorkspaceNotFound
from tideline.features.workspaces.store import removal as store
from tideline.platform import lanes
from tideline.platform.db import Tx


async def remove_workspace(tx: Tx) -> None:
    """Delete people, numbers, chats, messages, facts and what waits on lanes. Whoever works on one of them finds it
    gone; objects of files are swept later."""
    if not await store.lock(tx):
        raise WorkspaceNotFound
    for group in await lanes.list_groups(tx):
        if group.workspace_id == tx.workspace_id:
            await lanes.remove_group(tx, group.kind, group.group)
    await store.delete_rows(tx)
    await store.delete_from_directory(tx)
    tx.wake(TOKENS)
