"""The pages around the inbox: who may open which, in which language, theme and workspace, and that forms are ours."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.support.browsing import Browser
from tests.support.statements_counted import StatementsCounted
from tests.support.world import HandClock, World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import templates, workspaces
from tideline.features.templates import NewTemplate
from tideline.features.workspaces import Role, SignIn, Teammate
from tideline.platform.db import Database
from tideline.platform.passwords import Passwords

CountedSite = tuple[StatementsCounted, Site]

ALL = set(Role) - {Role.OWNER}
ADMINS = {Role.ADMIN}

# Each page and who may open it besides the owner.
PAGES: dict[str, set[Role]] = {
    "/numbers": ALL - {Role.COLLABORATOR},
    "/numbers/link": ALL - {Role.COLLABORATOR},
    "/numbers/business": ADMINS,
    "/templates": ALL,
    "/templates/new": ALL,
    "/templates/business": ALL,
    "/team": ADMINS,
    "/usage": ADMINS,
    "/webhooks": ADMINS,
    "/api": ADMINS,
    "/audit": ADMINS,
    "/settings": ADMINS,
    "/profile": ALL,
}


async def slug_of(world: World) -> str:
    return (await world.run(workspaces.get_workspace)).slug


async def somebody(site: Site, role: Role) -> Teammate:
    return site.world.owner if role is Role.OWNER else await site.teammate(role)


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_the_pages_it_may_and_is_shown_the_way_to_no_other(site: Site, role: Role) -> None:
    browser = await site.signed_in(await somebody(site, role))
    inbox = await browser.get("/")
    for path, roles in PAGES.items():
        page = await browser.get(path)
        is_for = role is Role.OWNER or role in roles
        assert page.status == (200 if is_for else 403), path
        assert is_for or f'href="{path}"' not in inbox.html


@pytest.mark.parametrize("path", PAGES)
async def test_nobody_opens_a_page_without_signing_in(site: Site, path: str) -> None:
    page = await site.browser.get(path)
    assert (page.status, page.location) == (303, f"/sign-in?next={quote(path)}")


@pytest.mark.parametrize("path", PAGES)
async def test_a_workspace_one_is_not_in_is_not_there(site: Site, neighbour: World, path: str) -> None:
    browser = await site.owner()
    assert (await browser.get(f"{path}?workspace={await slug_of(neighbour)}")).status == 404


@pytest.mark.parametrize("lang", ["he", "es", "pt"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_speaks_the_readers_language(site: Site, path: str, lang: str) -> None:
    browser = await site.owner()
    page = await browser.get(path, **{"accept-language": lang})
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "he" else "ltr"}"' in page.html


@pytest.mark.parametrize("path", ["/numbers/{id}/business", "/templates/{id}", "/webhooks/{id}", "/team/{id}"])
async def test_a_larger_id_than_there_can_be_leads_nowhere(site: Site, path: str) -> None:
    browser = await site.owner()
    for given in ("000000000001" + "9" * 12, "2147483648", "0", "x"):
        assert (await browser.get(path.format(id=given))).status == 404, given


async def test_a_theme_is_chosen_for_the_browser_and_given_up_again(site: Site) -> None:
    browser = await site.owner()
    page = await browser.get("/numbers")
    assert "data-theme" not in page.html
    back = await browser.send(page, "/theme", theme="dark")
    assert (back.status, back.location) == (303, "/numbers")
    page = await browser.get("/numbers")
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page.html
    await browser.send(page, "/theme", theme="system")
    assert "data-theme" not in (await browser.get("/numbers")).html


async def test_a_theme_is_one_of_ours_and_leads_nowhere_else(site: Site) -> None:
    browser = await site.owner()
    page = await browser.get("/numbers")
    away = await browser.send(page, "/theme", theme='x" onload="y', back="//evil.example")
    assert away.location == "/"
    assert "onload" not in (await browser.get("/numbers")).html


async def test_in_the_second_of_ones_workspaces_links_stay_there(site: Site, neighbour: World) -> None:
    mira = await site.teammate(Role.ADMIN)
    await site.join(neighbour, mira.email, role=Role.ADMIN)
    browser = await site.signed_in(mira)
    pages = [await browser.get("/numbers"), await browser.get(f"/numbers?workspace={await slug_of(neighbour)}")]
    second = next(page for page in pages if "workspace=" in page.links("/numbers/link")[0])
    [to] = set(second.links("/numbers/link"))
    assert (await browser.get(to)).status == 200


FORMS = [
    "/theme",
    "/numbers/1",
    "/numbers/link",
    "/numbers/link/send",
    "/numbers/business",
    "/templates/new",
    "/templates/1",
    "/templates/preview",
    "/templates/file",
    "/templates/business",
    "/audit/export",
    "/team",
    "/team/1",
    "/team/teams",
    "/team/teams/1",
]


@pytest.mark.parametrize("path", FORMS)
async def test_only_our_own_forms_do_anything(site: Site, path: str) -> None:
    browser = await site.owner()
    assert (await browser.post(path, {"csrf": "guessed"})).status == 403
    page = await browser.get("/numbers")
    assert (await browser.post(path, page.hidden, **{"sec-fetch-site": "cross-site"})).status == 403


@pytest.fixture
async def counted_site(shared_dsn: str, clock: HandClock, passwords: Passwords) -> AsyncIterator[CountedSite]:
    """Listens from before anybody uses the database."""
    db = await Database.connect(shared_dsn, clock)
    counted = StatementsCounted(db)
    world = await World.open(db, clock)
    yield counted, Site(world, SignIn(db, world.access, passwords))
    await db.close()


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_asks_the_database_as_often_however_much_there_is(counted_site: CountedSite, path: str) -> None:
    counted, site = counted_site
    browser = await site.owner()
    await fill(site)
    few = await asked(counted, browser, path)
    for _ in range(3):
        await fill(site)
    assert await asked(counted, browser, path) == few


async def fill(site: Site) -> None:
    """One more of everything that pages list."""
    await site.own_number(await site.teammate())
    await site.world.run(templates.create, NewTemplate("Prices", "Hello {{name}}"), site.world.owner)
    number = await site.world.business_number(waba_id=f"21{uuid4().int % 10**12:012d}")
    await site.world.templates(number)


async def asked(counted: StatementsCounted, browser: Browser, path: str) -> int:
    await browser.get(path)
    async with counted.listening() as statements:
        assert (await browser.get(path)).status == 200
    return len(statements)
