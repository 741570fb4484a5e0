"""The ways in over HTTP, joined: Public API, pages, files and, where it runs, the simulator."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from tideline.connectors.simulator import World
from tideline.features import messages, workspaces
from tideline.platform.clock import ShiftedClock
from tideline.surfaces import dashboard, simulator
from tideline.surfaces.api import mount as api
from tideline.surfaces.files import FileRoutes
from tideline.wiring.crew import Crew
from tideline.wiring.parts import Parts


def application(routes: Sequence[BaseRoute]) -> ASGIApp:
    """One application for all routes. A path with a slash too many is not found, never redirected; what no route
    takes gets a page that says so."""
    app = Starlette(routes=list(routes), exception_handlers=dashboard.EXCEPTION_HANDLERS)
    app.router.redirect_slashes = False
    return app


def routes(parts: Parts, world: World | None, crew: Crew) -> list[BaseRoute]:
    """Every route of the role `web`; what has to run beside them joins the crew."""
    api_calls = workspaces.ApiCalls(parts.db)
    crew.start("api calls", api_calls.run(), api_calls.stop)
    sends = messages.SendQueue(parts.db)
    crew.close_later("sends", sends.close)
    public_url = parts.settings.base_url
    return [
        *api.routes(
            api.ApiDeps(
                db=parts.db,
                access=parts.access,
                api_calls=api_calls,
                sends=sends,
                links=parts.links,
                public_url=public_url,
                rate_limit=parts.settings.rate_limit,
            )
        ),
        *FileRoutes(parts.files, parts.links, parts.db.clock).routes(),
        *dashboard.routes(
            dashboard.DashboardDeps(
                db=parts.db,
                sign_in=parts.sign_in,
                keyring=parts.keyring,
                links=parts.links,
                public_url=public_url,
                has_simulator=world is not None,
            )
        ),
        *(_simulator(parts, world, crew) if world else []),
    ]


def _simulator(parts: Parts, world: World, crew: Crew) -> list[BaseRoute]:
    clock = parts.db.clock
    return simulator.routes(
        simulator.SimulatorDeps(
            db=parts.db,
            wakes=parts.wakes,
            world=world,
            keyring=parts.keyring,
            token=parts.simulator_token,
            public_url=parts.settings.base_url,
            test_clock=clock if isinstance(clock, ShiftedClock) else None,
            until_the_end=crew.until_the_end,
        )
    )
