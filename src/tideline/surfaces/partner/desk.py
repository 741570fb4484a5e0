"""Lets partners in, finds the workspace they name, and runs the routes' functions with what they ask for."""

from dataclasses import dataclass
from typing import Any

from tideline.features import partners
from tideline.features.partners import MAIL_DOMAIN, Partner, PartnerAccess
from tideline.features.webhooks import Terms
from tideline.features.workspaces import Access, ApiCalls
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.surfaces.partner.binding import Binding


@dataclass(frozen=True, slots=True)
class PartnerDeps:
    """What the Partner API is handed. `rate_limit` is requests per second and client address, 0 means no limit;
    `mail_domain` is where the addresses of placeholders end."""

    db: Database
    door: PartnerAccess
    access: Access
    keyring: Keyring
    api_calls: ApiCalls
    terms: Terms
    public_url: str
    mail_domain: str = MAIL_DOMAIN
    rate_limit: int = 30
    rate_limit_queue: int = 10


HANDED_ON = ("access", "keyring", "api_calls", "terms", "public_url", "mail_domain")
"""What functions get as it is."""
OFFERED = frozenset({"tx", "system", "partner", *HANDED_ON})
"""What a route's function may ask for by name: `tx` is of the workspace in the path, `system` of none."""


class PartnerDesk:
    def __init__(self, deps: PartnerDeps) -> None:
        self._deps = deps

    async def admit(self, partner_id: str | None, token: str | None) -> Partner:
        return await self._deps.door.authenticate(partner_id, token)

    async def find(self, partner: Partner, slug: str) -> int:
        async with self._deps.db.system_read() as tx:
            return await partners.find_owned(tx, partner, slug)

    async def run(
        self,
        partner: Partner,
        workspace: int | None,
        binding: Binding,
        arguments: dict[str, Any],
        address: str | None = None,
    ) -> Any:
        actor = partner.actor(address)
        wants = binding.wants
        arguments |= {name: getattr(self._deps, name) for name in HANDED_ON if name in wants}
        if "partner" in wants:
            arguments["partner"] = partner
        if "system" in wants:
            async with self._deps.db.system(actor) as system:
                return await binding.answer(system=system, **arguments)
        assert workspace is not None

        async def answer(tx: Tx) -> Any:
            return await binding.answer(tx=tx, **arguments)

        return await self._deps.db.run(workspace, answer, actor=actor)
