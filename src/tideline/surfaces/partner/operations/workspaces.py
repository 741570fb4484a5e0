"""Workspaces: made, read, resized, closed and deleted."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tideline.features import partners, workspaces
from tideline.features.partners import Partner
from tideline.features.workspaces import ApiCalls, WorkspaceId
from tideline.platform.contract.body import Body
from tideline.platform.crypto import Keyring
from tideline.platform.db import SystemTx, Tx
from tideline.surfaces.partner import shapes, wire
from tideline.surfaces.partner.registry import operation

PAGE = 100

DisplayName = Annotated[str, Meta(min_length=1, max_length=100)]
Seats = Annotated[int, Meta(ge=1, le=999)]


class WorkspaceCreate(Body):
    display_name: DisplayName
    seats_purchased: Seats


@operation("createWorkspace")
async def create_workspace(
    system: SystemTx, partner: Partner, mail_domain: str, body: WorkspaceCreate
) -> shapes.Workspace:
    made = await partners.open_workspace(
        system, partner, display_name=body.display_name, seats=body.seats_purchased, mail_domain=mail_domain
    )
    async with system.workspace(made.id) as tx:
        return wire.workspace(await partners.summary(tx), partner.grants.plan_id)


@operation("getWorkspace")
async def get_workspace(
    tx: Tx,
    keyring: Keyring,
    public_url: str,
    api_calls: ApiCalls,
) -> shapes.WorkspaceDetails:
    pending = api_calls.pending(WorkspaceId(tx.workspace_id))
    return wire.details(await partners.details(tx, keyring, public_url), pending)


class WorkspaceUpdate(Body):
    display_name: DisplayName | UnsetType = UNSET
    seats_purchased: Seats | UnsetType = UNSET


@operation("updateWorkspace")
async def update_workspace(
    tx: Tx,
    partner: Partner,
    body: WorkspaceUpdate,
) -> shapes.Workspace:
    changed = await partners.update(
        tx,
        display_name=None if body.display_name is UNSET else body.display_name,
        seats=None if body.seats_purchased is UNSET else body.seats_purchased,
    )
    return wire.workspace(changed, partner.grants.plan_id)


@operation("listWorkspaces")
async def list_workspaces(system: SystemTx, partner: Partner, page: int) -> shapes.WorkspaceList:
    found, has_more = await partners.list_owned(system, partner, page=page, size=PAGE)
    return shapes.WorkspaceList(has_more, [wire.listed(one) for one in found])


@operation("suspendWorkspace")
async def suspend_workspace(tx: Tx) -> shapes.WorkspaceState:
    await partners.suspend_workspace(tx)
    return wire.state(await workspaces.get_workspace(tx))


@operation("restoreWorkspace")
async def restore_workspace(tx: Tx) -> shapes.WorkspaceState:
    await partners.restore_workspace(tx)
    return wire.state(await workspaces.get_workspace(tx))


@operation("deleteWorkspace")
async def delete_workspace(tx: Tx, workspace_id: str) -> shapes.WorkspaceDeleted:
    await partners.delete_workspace(tx)
    return shapes.WorkspaceDeleted(workspace_id, partners.iso(tx.now))
