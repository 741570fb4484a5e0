"""The Public API: one's own token, and where its reference and the signing secrets are."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import workspaces
from tideline.features.workspaces import Action, Quota, Teammate, ensure_may
from tideline.platform.db import Tx
from tideline.surfaces.dashboard.office.office import Office, ensure
from tideline.surfaces.dashboard.visits import Visitor

SECTION = "api"
BASE = "/integrations/api"


class ApiPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        async with self._office.visit(request) as (tx, visitor):
            return await self._page(request, tx, visitor)

    async def renew(self, request: Request) -> Response:
        """A new token; the old one is dead at once."""
        await self._office.form(request)

        async def run(tx: Tx, me: Teammate) -> None:
            ensure_may(me.role, Action.OWN_TOKEN)
            await workspaces.rotate_token(tx, self._office.deps.access, me.id)

        visitor, _ = await self._office.act(request, run)
        return self._office.to(visitor, "/api", "token_rotated")

    async def _page(self, request: Request, tx: Tx, visitor: Visitor) -> Response:
        ensure(visitor, Action.OWN_TOKEN)
        values: dict[str, Any] = {"token": await self._token(tx, visitor.me), "calls": await _calls(tx)}
        base = f"{self._office.deps.public_url}{BASE}"
        return self._office.page(request, "api.html", visitor, section=SECTION, base=base, **values)

    async def _token(self, tx: Tx, me: Teammate) -> str | None:
        try:
            return await workspaces.show_token(tx, self._office.deps.access, me.id)
        except workspaces.TokenNotFound:
            return None


async def _calls(tx: Tx) -> Quota:
    return (await workspaces.quotas(tx)).api_calls
