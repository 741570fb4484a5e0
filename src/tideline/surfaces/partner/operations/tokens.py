"""The workspace's token for the Public API."""

from tideline.features import partners
from tideline.features.workspaces import Access
from tideline.platform.db import Tx
from tideline.surfaces.partner import shapes, wire
from tideline.surfaces.partner.registry import operation


@operation("getPublicApiToken")
async def get_public_api_token(tx: Tx, workspace_id: str, access: Access) -> shapes.PublicApiToken:
    return wire.api_token(workspace_id, await partners.show_token(tx, access))


@operation("rotatePublicApiToken")
async def rotate_public_api_token(tx: Tx, workspace_id: str, access: Access) -> shapes.PublicApiToken:
    return wire.api_token(workspace_id, await partners.rotate_token(tx, access))
