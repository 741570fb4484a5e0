"""Members of a workspace and the numbers that they have."""

from typing import Annotated

from msgspec import Meta

from tideline.features import partners, workspaces
from tideline.features.partners import Partner
from tideline.platform.contract.body import Body
from tideline.platform.crypto import Keyring
from tideline.platform.db import Tx
from tideline.surfaces.partner import shapes, wire
from tideline.surfaces.partner.registry import operation


class UsersCreate(Body):
    count: Annotated[int, Meta(ge=1, le=99)]


@operation("createWorkspaceUsers")
async def create_workspace_users(tx: Tx, workspace_id: str, mail_domain: str, body: UsersCreate) -> shapes.UsersCreated:
    made = await workspaces.add_placeholders(tx, body.count, mail_domain=mail_domain)
    now = await partners.summary(tx)
    return shapes.UsersCreated(workspace_id, now.workspace.seats, now.seats_available, [wire.user(one) for one in made])


@operation("listWorkspaceUsers")
async def list_workspace_users(tx: Tx, workspace_id: str) -> shapes.UserList:
    return shapes.UserList(workspace_id, [wire.user(one) for one in await workspaces.list_teammates(tx)])


@operation("deleteWorkspaceUser")
async def delete_workspace_user(tx: Tx, workspace_id: str, user_id: int, partner: Partner) -> shapes.UserDeleted:
    await partners.remove_member(tx, await partners.get_member(tx, partner, user_id))
    return shapes.UserDeleted(workspace_id, user_id, partners.iso(tx.now))


class QrLinkCreate(Body):
    expires_in_hours: Annotated[int, Meta(ge=1, le=168)] = 24


@operation("createUserQrLink")
async def create_user_qr_link(
    tx: Tx,
    workspace_id: str,
    user_id: int,
    *,
    partner: Partner,
    keyring: Keyring,
    public_url: str,
    body: QrLinkCreate,
) -> shapes.QrLinkCreated:
    member = await partners.get_member(tx, partner, user_id, active=True)
    made = await partners.give_qr_link(tx, keyring, public_url, member, body.expires_in_hours)
    return wire.qr_link(workspace_id, made)


@operation("disconnectUserWhatsapp")
async def disconnect_user_whatsapp(
    tx: Tx, workspace_id: str, user_id: int, partner: Partner
) -> shapes.DisconnectResult:
    member = await partners.get_member(tx, partner, user_id)
    ended = await partners.disconnect(tx, member)
    return wire.disconnected(workspace_id, user_id, ended[0] if ended else None)
