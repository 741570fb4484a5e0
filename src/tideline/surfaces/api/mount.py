"""Puts the Public API together: operations bound to the contract, an application for one path, its documents."""

from tideline.platform.contract.paths import Paths
from tideline.platform.contract.registry import ContractBroken
from tideline.platform.rate_limit import RateLimit
from tideline.surfaces.api.app import PublicApi
from tideline.surfaces.api.binding import Binding, bind
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.api.desk import OFFERED, ApiDeps, ApiDesk
from tideline.surfaces.api.docs import document_routes
from tideline.surfaces.api.not_built import NOT_BUILT
from tideline.surfaces.api.operations import FUNCTIONS
from tideline.surfaces.api.registry import ALIASES

BASE = "/integrations/api"

__all__ = ["BASE", "ApiDeps", "ContractBroken", "document_routes", "public_api_app", "table"]


def table() -> Paths[Binding]:
    """The routing table; raises `ContractBroken` when the contract and the program do not match."""
    return bind(public_api(), FUNCTIONS, not_built=NOT_BUILT, offered=OFFERED, aliases=ALIASES)


def public_api_app(deps: ApiDeps) -> PublicApi:
    """The API alone, as an ASGI application to be mounted at `BASE`."""
    rate_limit = RateLimit(deps.rate_limit, queued=deps.rate_limit_queue)
    return PublicApi(table(), ApiDesk(deps), rate_limit, deps.spool)
