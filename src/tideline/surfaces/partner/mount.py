"""Puts the Partner API together: operations bound to the contract, an application for one path, its documents."""

from starlette.routing import BaseRoute

from tideline.platform.contract.paths import Paths
from tideline.platform.contract.serving import JSON, YAML, document_route
from tideline.platform.rate_limit import RateLimit
from tideline.surfaces.partner import contract
from tideline.surfaces.partner.app import PartnerApi
from tideline.surfaces.partner.binding import Binding, bind
from tideline.surfaces.partner.desk import OFFERED, PartnerDeps, PartnerDesk
from tideline.surfaces.partner.operations import FUNCTIONS

BASE = "/partner/api/v1"

__all__ = ["BASE", "PartnerDeps", "document_routes", "partner_api_app", "table"]


def table() -> Paths[Binding]:
    """The routing table; raises `ContractBroken` when the contract and the program do not match."""
    return bind(contract.partner_api(), FUNCTIONS, offered=OFFERED)


def partner_api_app(deps: PartnerDeps) -> PartnerApi:
    """The API alone, as an ASGI application to be mounted at `BASE`."""
    return PartnerApi(table(), PartnerDesk(deps), RateLimit(deps.rate_limit, queued=deps.rate_limit_queue))


def document_routes() -> list[BaseRoute]:
    return [
        document_route("/docs/openapi/partner_api_spec.yaml", contract.YAML.read_bytes, YAML),
        document_route("/docs/openapi/partner_api_spec.json", contract.JSON.read_bytes, JSON),
        document_route("/docs/openapi/partner_api_webhook_spec.yaml", contract.WEBHOOKS_YAML.read_bytes, YAML),
        document_route("/docs/openapi/partner_api_webhook_spec.json", contract.WEBHOOKS_JSON.read_bytes, JSON),
    ]
