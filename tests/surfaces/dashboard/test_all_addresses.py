"""The whole routing table: each page is looked at by the tour, and no answer allows what its policy should refuse."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.support.browsing import Browser
from tests.support.tour.stops import EXCUSED, STOPS
from tests.surfaces.dashboard.conftest import Site
from tideline.surfaces.dashboard import EXCEPTION_HANDLERS, routes
from tideline.surfaces.dashboard.addresses import Address

WHOLE = {"link": "/link/1", "qr": "/qr/1", "outbox": "/outbox/key", "simulator": "/simulator"}
"""Places of the shop that are addresses by themselves; the others are one part of an address."""

ENDLESS = "/stream"


@pytest.fixture
def table(site: Site) -> list[tuple[Route, Address]]:
    """All addresses, those of a demo too."""
    deps = replace(site.deps, outbox=site.world.access.outbox, outbox_key="key")
    found = [route for route in routes(deps) if isinstance(route, Route)]
    return [(route, route.endpoint) for route in found if isinstance(route.endpoint, Address)]


def test_each_page_is_on_the_tour_or_excused(table: list[tuple[Route, Address]]) -> None:
    pages = {route.path for route, address in table if "GET" in address.methods}
    visited = {path for address in addresses() if (path := first_match(table, address))}
    assert sorted(pages - visited - EXCUSED.keys()) == [], "add them to tests/support/tour/stops.py"
    assert sorted(EXCUSED.keys() - pages) == [], "excused, but not there"
    assert sorted(EXCUSED.keys() & visited) == [], "excused, but visited"


def addresses() -> Iterator[str]:
    places = defaultdict(lambda: "1", WHOLE)
    for stop in STOPS:
        yield (stop.ends or stop.address).format_map(places).partition("?")[0]


def first_match(table: list[tuple[Route, Address]], path: str) -> str | None:
    return next((route.path for route, _ in table if route.path_regex.match(path)), None)


async def test_no_answer_loosens_the_policy(site: Site, table: list[tuple[Route, Address]]) -> None:
    """With every method, for a stranger and for the owner; the browser looks at the headers of each."""
    app = Starlette(routes=[route for route, _ in table], exception_handlers=EXCEPTION_HANDLERS)
    seen: Counter[int] = Counter()
    owner = await site.owner()
    signed_in = Browser(app)
    signed_in.cookies = owner.cookies
    for browser in (Browser(app), signed_in):
        for route, address in table:
            if route.path == ENDLESS:
                continue
            for method in address.methods:
                page = await browser.call(method, filled(route), {})
                is_html = page.response.headers.get("content-type", "").startswith("text/html")
                seen[page.status] += is_html
    assert seen[200] > len(STOPS) / 4
    assert seen[403]
    assert seen[404]


def filled(route: Route) -> str:
    return route.path_format.format_map(defaultdict(lambda: "1"))
