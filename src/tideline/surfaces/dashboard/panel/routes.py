"""Which address leads to which part of the side panel."""

from starlette.routing import BaseRoute, Route

from tideline.surfaces.dashboard.addresses import Address
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.panel.faces import Faces
from tideline.surfaces.dashboard.panel.panel import Panel
from tideline.surfaces.dashboard.security import Cookies
from tideline.surfaces.dashboard.talk.answers import in_words
from tideline.surfaces.dashboard.visits import Visits


def panel_routes(deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies) -> list[BaseRoute]:
    panel, chat = Panel(deps, pages, visits, cookies), "/chat/{chat_id}"
    return [
        Route(f"{chat}/panel", Address(GET=in_words(panel.show))),
        Route(f"{chat}/panel/{{change}}", Address(POST=in_words(panel.change))),
        Route(f"{chat}/labels", Address(GET=in_words(panel.suggest))),
        Route(f"{chat}/media", Address(GET=in_words(panel.media))),
        Route(f"{chat}/photo/{{uid}}", Address(GET=Faces(deps, visits).show)),
    ]
