"""Workspaces made for a test, with a token to call the Public API: nobody has to run a command for each."""

import secrets
from typing import Any

from tideline.features import workspaces
from tideline.surfaces.simulator import wire
from tideline.surfaces.simulator.endpoints import Call


async def create(call: Call) -> dict[str, Any]:
    """Open an empty workspace. Its identifier is of its own, whatever it is called."""
    deps, body = call.deps, call.body
    name = wire.text_of(body.name, "name", wire.NAME)
    slug = f"test-{secrets.token_hex(6)}"
    async with deps.db.system() as tx:
        made = await workspaces.create(
            tx,
            deps.access,
            display_name=name,
            owner_email=f"owner@{slug}.example",
            owner_name=f"Owner of {name}",
            zone=body.timezone,
            slug=slug,
        )
    return {
        "workspace_id": made.slug,
        "user_id": made.owner_id,
        "owner_email": f"owner@{slug}.example",
        "api_token": made.api_token,
    }
