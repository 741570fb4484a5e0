"""Change a workspace itself: its name, its seats, and whether it is open."""

from tideline.features.workspaces import events, names
from tideline.features.workspaces.access import TOKENS
from tideline.features.workspaces.actions.create import get_workspace
from tideline.features.workspaces.actions.membership import lock_team
from tideline.features.workspaces.model import Workspace
from tideline.features.workspaces.store import workspaces as store
from tideline.platform.db import Tx


async def rename_workspace(tx: Tx, display_name: str) -> Workspace:
    """Another name for people; the slug stays."""
    name = names.clean_name(display_name)
    await lock_team(tx)
    before = await get_workspace(tx)
    if before.display_name == name:
        return before
    await store.save_name(tx, name)
    return await _changed(tx, before, "display_name")


async def set_zone(tx: Tx, zone: str) -> Workspace:
    """Another time zone. A billing period that runs keeps its bounds."""
    zone = names.clean_zone(zone)
    await lock_team(tx)
    before = await get_workspace(tx)
    if before.zone == zone:
        return before
    await store.save_zone(tx, zone)
    return await _changed(tx, before, "zone")


async def set_seats(tx: Tx, seats: int) -> Workspace:
    """Another number of seats. Those who have no seat any more stay until somebody suspends them."""
    names.clean_amount(seats, least=1)
    await lock_team(tx)
    before = await get_workspace(tx)
    if before.seats == seats:
        return before
    await store.save_seats(tx, seats)
    return await _changed(tx, before, "seats")


async def suspend_workspace(tx: Tx) -> Workspace:
    """Refuse everybody in it, people and programs, until it is opened again. Nothing is removed."""
    await lock_team(tx)
    before = await get_workspace(tx)
    if before.suspended_at is not None:
        return before
    await store.save_suspended(tx, tx.now)
    tx.wake(TOKENS)
    return await _changed(tx, before, "suspended")


async def restore_workspace(tx: Tx) -> Workspace:
    """Let people and programs in again."""
    await lock_team(tx)
    before = await get_workspace(tx)
    if before.suspended_at is None:
        return before
    await store.save_suspended(tx, None)
    tx.wake(TOKENS)
    return await _changed(tx, before, "suspended")


async def _changed(tx: Tx, before: Workspace, what: str) -> Workspace:
    workspace = await get_workspace(tx)
    tx.record(events.workspace_changed(workspace, before, [what]))
    return workspace
