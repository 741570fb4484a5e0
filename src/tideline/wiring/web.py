"""The ways in over HTTP, joined: Public API, pages, files, what the Business Platform calls, and the simulator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tideline.connectors.simulator import World
from tideline.features import messages, numbers, partners, webhooks, workspaces
from tideline.platform.clock import ShiftedClock
from tideline.platform.front import Front
from tideline.surfaces import dashboard, docs, inbound, simulator
from tideline.surfaces.api import mount as api
from tideline.surfaces.files import FileRoutes
from tideline.surfaces.partner import mount as partner
from tideline.wiring.crew import Crew
from tideline.wiring.documentation import site
from tideline.wiring.parts import Parts


@dataclass(frozen=True)
class WaysIn:
    """What answers over HTTP: routes, and APIs that answer everything below their path by themselves."""

    routes: Sequence[BaseRoute] = ()
    apis: Mapping[str, ASGIApp] = field(default_factory=dict)


def application(ways: WaysIn) -> ASGIApp:
    """One application for all ways in. A path with a slash too many is not found, never redirected; what no route
    takes gets a page that says so."""
    app = Starlette(routes=ways.routes, exception_handlers=dashboard.EXCEPTION_HANDLERS)
    app.router.redirect_slashes = False
    return Front(ways.apis, app)


def ways_in(parts: Parts, world: World | None, crew: Crew) -> WaysIn:
    """Everything of the role `web`; what has to run beside it joins the crew."""
    api_calls = workspaces.ApiCalls(parts.db)
    crew.start("api calls", api_calls.run(), api_calls.stop)
    sends = messages.SendQueue(parts.db)
    crew.close_later("sends", sends.close)
    carrier = messages.Carrier(parts.db, sends)
    routes = [
        *api.document_routes(),
        *partner.document_routes(),
        *docs.routes(site(parts.settings.base_url)),
        *FileRoutes(parts.files, parts.links, parts.db.clock, through=parts.settings.files_through).routes(),
        *dashboard.routes(_dashboard(parts, world, crew, sends, carrier)),
        *(_simulator(parts, world, crew) if world else []),
    ]
    apis: dict[str, ASGIApp] = {
        api.BASE: api.public_api_app(_public_api(parts, api_calls, sends, carrier)),
        partner.BASE: partner.partner_api_app(_partner_api(parts, api_calls)),
        inbound.BASE: inbound.Inbound.open(parts.db, parts.keyring),
    }
    return WaysIn(routes, apis)


def _public_api(
    parts: Parts, api_calls: workspaces.ApiCalls, sends: messages.SendQueue, carrier: messages.Carrier
) -> api.ApiDeps:
    return api.ApiDeps(
        db=parts.db,
        access=parts.access,
        api_calls=api_calls,
        sends=sends,
        links=parts.links,
        spool=parts.spool,
        uploads=parts.uploads,
        voices=parts.voices,
        carrier=carrier,
        terms=parts.terms,
        events=webhooks.EventLog(parts.db, parts.wakes, parts.views),
        public_url=parts.settings.base_url,
        rate_limit=parts.settings.rate_limit,
        rate_limit_queue=parts.settings.rate_limit_queue,
        keys_kept=timedelta(hours=parts.settings.idempotency_hours),
    )


def _partner_api(parts: Parts, api_calls: workspaces.ApiCalls) -> partner.PartnerDeps:
    return partner.PartnerDeps(
        db=parts.db,
        door=partners.PartnerAccess(parts.db, parts.keyring),
        access=parts.access,
        keyring=parts.keyring,
        api_calls=api_calls,
        terms=parts.terms,
        public_url=parts.settings.base_url,
        mail_domain=parts.settings.partner_mail_domain,
        rate_limit=parts.settings.rate_limit,
        rate_limit_queue=parts.settings.rate_limit_queue,
    )


def _dashboard(
    parts: Parts, world: World | None, crew: Crew, sends: messages.SendQueue, carrier: messages.Carrier
) -> dashboard.DashboardDeps:
    return dashboard.DashboardDeps(
        db=parts.db,
        sign_in=parts.sign_in,
        access=parts.access,
        terms=parts.terms,
        keyring=parts.keyring,
        links=parts.links,
        public_url=parts.settings.base_url,
        has_simulator=world is not None,
        store=parts.files,
        sends=sends,
        carrier=carrier,
        uploads=parts.uploads,
        voices=parts.voices,
        spool=parts.spool,
        first_run=None if parts.settings.demo else _first_run(parts),
        audit_days=parts.settings.audit_log_days,
        has_mail=parts.mail_server is not None,
        outbox=parts.access.outbox if parts.shows_outbox else None,
        outbox_key=parts.outbox_key,
        wakes=parts.wakes,
        link_kind=numbers.NumberKind.SIMULATOR if world else numbers.NumberKind.LINKED,
        linking_limits=numbers.LinkingLimits(per_hour=parts.settings.linking_attempts_per_hour),
        host_of=_host_of(parts),
        until_the_end=crew.until_the_end,
    )


def _first_run(parts: Parts) -> dashboard.FirstRun:
    return dashboard.FirstRun(parts.settings.messages_quota, parts.settings.api_calls_quota)


def _host_of(parts: Parts) -> dashboard.HostOf:
    """The QR pages of a workspace are shown in the name of its partner, and inside its pages."""

    async def read(workspace_id: int) -> dashboard.Host:
        async with parts.db.system_read() as tx:
            partner = await partners.find_partner_of(tx, workspace_id)
        return dashboard.Host(partner.name, partner.origins) if partner else dashboard.NOBODY

    return read


def _simulator(parts: Parts, world: World, crew: Crew) -> list[BaseRoute]:
    clock = parts.db.clock
    return simulator.routes(
        simulator.SimulatorDeps(
            db=parts.db,
            wakes=parts.wakes,
            world=world,
            keyring=parts.keyring,
            access=parts.access,
            token=parts.simulator_token,
            public_url=parts.settings.base_url,
            test_clock=clock if isinstance(clock, ShiftedClock) else None,
            until_the_end=crew.until_the_end,
        )
    )
