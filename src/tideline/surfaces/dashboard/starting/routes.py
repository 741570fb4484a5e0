"""Which address leads to which way to start a chat."""

from starlette.routing import BaseRoute, Route

from tideline.surfaces.dashboard.addresses import Address
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import Cookies
from tideline.surfaces.dashboard.starting.page import Starting
from tideline.surfaces.dashboard.starting.rounds import Rounds
from tideline.surfaces.dashboard.talk.answers import in_words
from tideline.surfaces.dashboard.visits import Visits


def starting_routes(deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies) -> list[BaseRoute]:
    rounds = Rounds(pages, visits)
    routes: list[BaseRoute] = [
        Route("/rounds", Address(GET=rounds.list)),
        Route("/rounds/{uid}", Address(GET=in_words(rounds.show))),
    ]
    if deps.sends is None:
        return routes
    starting = Starting(deps, pages, visits, cookies)
    return [
        Route("/new-chat", Address(GET=in_words(starting.show), POST=in_words(starting.act))),
        Route("/new-chat/file", Address(POST=in_words(starting.attach))),
        Route("/new-chat/people", Address(GET=in_words(starting.suggest))),
        *routes,
    ]
