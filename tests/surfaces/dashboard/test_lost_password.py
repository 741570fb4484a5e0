"""A lost password: the way from the door to a mail and back in, which tells nobody who has an account."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette

from tests.support.asgi import call
from tests.support.browsing import Browser, Page
from tests.support.html_check import check_page
from tests.surfaces.dashboard.conftest import PASSWORD, PUBLIC_URL, Site
from tideline.features import workspaces
from tideline.platform.db import Database
from tideline.platform.mail import Letter
from tideline.platform.passwords import Passwords
from tideline.surfaces.dashboard import routes

ASK = "/lost-password"


async def ask(browser: Browser, email: str) -> Page:
    return await browser.send(await browser.get(ASK), ASK, email=email)


async def mails(site: Site) -> list[str]:
    outbox = site.world.access.outbox
    async with site.world.db.system_read() as tx:
        found = await outbox.newest(tx, limit=50, workspace_id=site.world.id)
    return [outbox.read(mail) for mail in found]


async def test_from_the_door_to_a_new_password(site: Site) -> None:
    await site.owner()
    browser = site.browser
    [link] = (await browser.get("/sign-in")).links("lost")
    sent = await browser.send(await browser.get(link), ASK, email=f" {site.world.owner.email.upper()} ")
    assert (sent.status, "Look into your mail" in sent.words) == (200, True)
    [text] = await mails(site)
    path = next(line for line in text.splitlines() if "/link/" in line).removeprefix(PUBLIC_URL)
    page = await browser.get(path)
    assert "Choose a new password" in page.words
    assert (await browser.send(page, path, password="another password")).location == "/"
    assert (await site.browser.sign_in(site.world.owner.email, PASSWORD)).status == 400
    assert (await site.browser.sign_in(site.world.owner.email, "another password")).location == "/"


STRANGERS = [
    "nobody@harbour.example",
    "no address",
    "\u202e@b",
    "<script>alert(1)</script>",
    "x" * 300,
]


@pytest.mark.parametrize("email", STRANGERS)
async def test_a_stranger_gets_the_same_answer_and_no_mail(site: Site, email: str) -> None:
    await site.owner()
    known = await ask(site.browser, site.world.owner.email)
    unknown = await ask(site.browser, email)
    assert (unknown.status, known.status) == (200, 200)
    said = unknown.words.replace(f"\u2068{email}\u2069", email)
    assert said.replace(email, "") == known.words.replace(site.world.owner.email, "") or email.startswith("<")
    assert len(await mails(site)) == 1


async def test_the_answer_goes_out_before_anybody_is_looked_for(site: Site) -> None:
    """Or else its time would tell whether somebody was found."""
    await site.owner()
    browser = site.browser
    form = (await browser.get(ASK)).hidden
    asked: list[Any] = []

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        async def keep(message: Any) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                asked.append(len(await mails(site)))
            await send(message)

        await site.app(scope, receive, keep)

    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    body = f"csrf={form['csrf']}&email={site.world.owner.email}".encode()
    headers = {"cookie": cookies, "content-type": "application/x-www-form-urlencoded"}
    await call(listening, "POST", ASK, headers=headers, body=body)
    assert (asked, len(await mails(site))) == ([0], 1)


async def test_nothing_typed_is_nothing_asked(site: Site) -> None:
    page = await ask(site.browser, "  ")
    assert (page.status, "Type your e-mail address." in page.words) == (400, True)


async def test_too_many_questions_are_refused_whoever_they_are_about(site: Site) -> None:
    browser = site.browser
    for _ in range(3):
        assert (await ask(browser, "nobody@harbour.example")).status == 200
    page = await ask(browser, "nobody@harbour.example")
    assert page.status == 429
    assert int(page.response.headers["retry-after"]) > 0
    site.world.clock.advance(timedelta(minutes=15))
    assert (await ask(browser, "nobody@harbour.example")).status == 200


async def test_other_sites_cannot_ask_for_anybody(site: Site) -> None:
    await site.owner()
    browser = site.browser
    await browser.get(ASK)
    assert (await browser.post(ASK, {"email": site.world.owner.email, "csrf": "guessed"})).status == 403
    assert await mails(site) == []


async def test_what_goes_wrong_afterwards_is_logged_and_tells_nobody(site: Site, shared_dsn: str) -> None:
    gone = await Database.connect(shared_dsn, site.world.clock)
    await gone.close()
    broken = Site(site.world, workspaces.SignIn(gone, site.world.access, Passwords()))
    with structlog.testing.capture_logs() as logs:
        page = await ask(broken.browser, site.world.owner.email)
    assert page.status == 200
    assert [line["event"] for line in logs] == ["new_password.not_mailed"]


async def test_without_a_mail_server_the_page_says_who_can_help(site: Site) -> None:
    assert "whoever runs it can give you the link" in (await ask(site.browser, "nobody@harbour.example")).words
    with_mail = Starlette(routes=routes(replace(site.deps, has_mail=True)))
    assert "whoever runs it" not in (await ask(Browser(with_mail), "nobody@harbour.example")).words


# The outbox of a demo ----------------------------------------------------------------------------------------


@pytest.fixture
def demo(site: Site) -> Site:
    site.deps = replace(site.deps, outbox=site.world.access.outbox, outbox_key="a-secret-key")
    site.app = Starlette(routes=routes(site.deps))
    return site


async def test_a_demo_shows_its_mails_with_links_that_work(demo: Site) -> None:
    invited = await demo.world.run(
        workspaces.invite, demo.world.access, email="ines@harbour.example", display_name="Ines <b>Okafor</b>"
    )
    browser = await demo.owner()
    [path] = set((await browser.get("/")).links("/outbox/"))
    page = await demo.browser.get(path)
    assert "Hello Ines <b>Okafor</b>," in page.words
    assert "<b>Okafor" not in page.html
    assert f"{PUBLIC_URL}/link/{invited.link_token}" in page.links("/link/")


async def test_only_the_owner_is_shown_the_way_and_nobody_gets_in_without_it(demo: Site) -> None:
    browser = await demo.signed_in(await demo.teammate())
    assert (await browser.get("/")).links("/outbox/") == []
    for path in ("/outbox/guessed", "/outbox/a-secret-key%20", "/outbox/%F0%9F%98%80"):
        assert (await browser.get(path)).status == 404


async def test_a_name_cannot_make_a_link(demo: Site) -> None:
    async with demo.world.db.system() as tx:
        text = (
            f"Hello\nhttps://evil.example/link/x\n{PUBLIC_URL}/link/abc\n{PUBLIC_URL}/link/x?y\njavascript:alert(1)\n"
        )
        letter = Letter("invitation", "about x", "ines@harbour.example", "Ines", "<script>", text)
        await demo.world.access.outbox.post(tx, letter)
    page = await demo.browser.get("/outbox/a-secret-key")
    check_page(page.response)
    assert page.links("evil") == []
    assert page.links("javascript") == []
    assert f"{PUBLIC_URL}/link/abc" in page.links("/link/")


async def test_everywhere_else_there_is_no_such_page(site: Site) -> None:
    browser = await site.owner()
    assert (await browser.get("/")).links("/outbox/") == []
    assert (await browser.get("/outbox/a-secret-key")).status == 404
