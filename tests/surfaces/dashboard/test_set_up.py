"""The first page of a new installation: who sits at the machine sets it up, once, and nobody else does."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.support.asgi import call
from tests.support.browsing import Browser, Page
from tests.support.postgres import PostgresForTests
from tests.support.world import HandClock
from tideline.features import files, webhooks, workspaces
from tideline.features.workspaces import Access, Role, SignIn
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.passwords import Passwords
from tideline.platform.wake import Wakes
from tideline.surfaces.dashboard import EXCEPTION_HANDLERS, DashboardDeps, FirstRun, routes

PASSWORD = "a good long password"
HERE = {"host": "127.0.0.1:8080"}
FIELDS = {
    "name": "Harbour Coffee",
    "owner_name": "Mira Solberg",
    "email": "Mira@harbour.example",
    "password": PASSWORD,
    "zone": "Europe/Athens",
}


class Fresh:
    """An installation on which nothing has happened."""

    def __init__(self, db: Database, passwords: Passwords) -> None:
        self.db = db
        self.access = Access(db, Keyring(["a key for tests, long enough"]), Wakes())
        self.sign_in = SignIn(db, self.access, passwords)

    def app(self, *, public_url: str = "http://127.0.0.1:8080", is_demo: bool = False) -> Starlette:
        deps = DashboardDeps(
            db=self.db,
            sign_in=self.sign_in,
            access=self.access,
            terms=webhooks.Terms(self.access.keyring),
            keyring=self.access.keyring,
            links=files.Links(self.access.keyring, public_url),
            public_url=public_url,
            has_simulator=False,
            first_run=None if is_demo else FirstRun(messages_quota=100, api_calls_quota=200),
        )
        return Starlette(routes=routes(deps), exception_handlers=EXCEPTION_HANDLERS)

    async def made(self) -> list[str]:
        async with self.db.system_read() as tx:
            return [one.display_name for one in await workspaces.list_workspaces(tx)]


@pytest.fixture
async def fresh(postgres: PostgresForTests, passwords: Passwords) -> AsyncIterator[Fresh]:
    dsn = postgres.new_database()
    db = await Database.connect(dsn, HandClock())
    yield Fresh(db, passwords)
    await db.close()
    postgres.drop(dsn)


async def send(browser: Browser, page: Page, **fields: str) -> Page:
    return await browser.post("/set-up", {**page.hidden, **FIELDS, **fields}, **HERE)


async def test_the_first_one_makes_the_workspace_and_is_in(fresh: Fresh) -> None:
    browser = Browser(fresh.app())
    page = await browser.get("/", **HERE)
    assert "Set up Tideline" in page.words
    assert (await browser.get("/sign-in", **HERE)).location == "/"
    answer = await send(browser, page)
    assert (answer.status, answer.location) == (303, "/")
    assert "Harbour Coffee" not in (await Browser(fresh.app()).get("/", **HERE)).html
    inbox = await browser.get("/", **HERE)
    assert inbox.status == 200
    async with fresh.db.system_read() as tx:
        [operator] = await workspaces.list_operators(tx)
        [workspace] = await workspaces.list_workspaces(tx)
    async with fresh.db.read(workspace.id) as tx:
        owner = await workspaces.get_owner(tx)
    assert (operator.email, owner.email, owner.display_name, owner.role) == (
        "mira@harbour.example",
        "mira@harbour.example",
        "Mira Solberg",
        Role.OWNER,
    )
    assert (workspace.zone, workspace.messages_quota) == ("Europe/Athens", 100)
    assert (await Browser(fresh.app()).sign_in("mira@harbour.example", PASSWORD)).location == "/"


async def test_it_cannot_be_done_twice(fresh: Fresh) -> None:
    app = fresh.app()
    first, late = Browser(app), Browser(app)
    pages = [await browser.get("/", **HERE) for browser in (first, late)]
    await send(first, pages[0])
    refused = await send(late, pages[1], name="A second one", email="late@harbour.example")
    assert (refused.status, await fresh.made()) == (409, ["Harbour Coffee"])
    assert (await late.get("/", **HERE)).location == "/sign-in"


async def test_of_many_at_once_one_wins(fresh: Fresh) -> None:
    browsers = [Browser(fresh.app()) for _ in range(5)]
    pages = [await browser.get("/", **HERE) for browser in browsers]
    answers = await asyncio.gather(
        *(
            send(browser, page, name=f"Shop {n}", email=f"{n}@harbour.example")
            for n, (browser, page) in enumerate(zip(browsers, pages, strict=True))
        )
    )
    assert sorted(answer.status for answer in answers) == [303, 409, 409, 409, 409]
    assert len(await fresh.made()) == 1


ELSEWHERE = {
    "another machine": ("192.0.2.7", {}),
    "through a proxy": ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
    "through a proxy that says so otherwise": ("127.0.0.1", {"forwarded": "for=127.0.0.1"}),
    "a name made to lead here": ("127.0.0.1", {"host": "evil.example"}),
    "a name that only begins like ours": ("127.0.0.1", {"host": "127.0.0.1.evil.example"}),
    "a broken name": ("127.0.0.1", {"host": "[::1"}),
}


@pytest.mark.parametrize(("client", "headers"), ELSEWHERE.values(), ids=ELSEWHERE)
async def test_from_anywhere_else_it_says_how_and_does_nothing(
    fresh: Fresh, client: str, headers: dict[str, str]
) -> None:
    app = fresh.app()
    browser = Browser(app)
    page = await browser.get("/", **HERE)
    shown = await call(app, "GET", "/", headers={**HERE, **headers}, client=client)
    assert (shown.status, b"tideline workspace create" in shown.body, b"<form" in shown.body) == (403, True, False)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    kind = "application/x-www-form-urlencoded"
    body = "&".join(f"{name}={value}" for name, value in {**page.hidden, **FIELDS}.items()).encode()
    sent = {**HERE, "cookie": cookies, "content-type": kind, **headers}
    assert (await call(app, "POST", "/set-up", headers=sent, body=body, client=client)).status == 404
    assert await fresh.made() == []


async def test_a_server_with_a_public_address_is_set_up_by_command(fresh: Fresh) -> None:
    shown = await call(fresh.app(public_url="https://inbox.example.com"), "GET", "/", headers=HERE)
    assert (shown.status, b"tideline workspace create" in shown.body) == (403, True)


async def test_a_proxy_that_says_nothing_of_itself_is_noticed_by_the_http_it_speaks(fresh: Fresh) -> None:
    shown = await call(fresh.app(), "GET", "/", headers=HERE, version="1.0")
    assert (shown.status, b"<form" in shown.body) == (403, False)


async def test_a_demo_makes_its_own_workspace(fresh: Fresh) -> None:
    browser = Browser(fresh.app(is_demo=True))
    assert (await browser.get("/", **HERE)).location == "/sign-in"
    assert (await send(browser, await browser.get("/sign-in", **HERE))).status == 404


async def test_only_our_own_form_sets_it_up(fresh: Fresh) -> None:
    browser = Browser(fresh.app())
    page = await browser.get("/", **HERE)
    assert (await browser.post("/set-up", {**FIELDS, "csrf": "guessed"}, **HERE)).status == 403
    cross = await browser.post("/set-up", {**page.hidden, **FIELDS}, **HERE, **{"sec-fetch-site": "cross-site"})
    assert (cross.status, await fresh.made()) == (403, [])


WRONG = {
    "no name": ({"name": "  "}, "name-error"),
    "no address": ({"email": "mira"}, "email-error"),
    "a short password": ({"password": "short"}, "password-error"),
    "no zone": ({"zone": "Europe/Atlantis"}, "zone-error"),
}


@pytest.mark.parametrize(("fields", "at"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_said_where_it_is(fresh: Fresh, fields: dict[str, str], at: str) -> None:
    browser = Browser(fresh.app())
    page = await send(browser, await browser.get("/", **HERE), **fields)
    assert (page.status, f'id="{at}"' in page.html, PASSWORD in page.html) == (400, True, False)
    assert 'value="Mira Solberg"' in page.html
    assert await fresh.made() == []


async def test_a_name_of_which_no_slug_can_be_made_will_do(fresh: Fresh) -> None:
    browser = Browser(fresh.app())
    await send(browser, await browser.get("/", **HERE), name="בית קפה")
    assert await fresh.made() == ["בית קפה"]
