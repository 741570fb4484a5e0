"""One-time links: what they are for, what they ask, that they work once and leak nowhere."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.world import HandClock
from tests.surfaces.dashboard.conftest import PASSWORD, Site
from tideline.features import workspaces
from tideline.features.workspaces import Role

NEW_PASSWORD = "another good password"


async def invitation(site: Site, email: str | None = None) -> str:
    email = email or f"{uuid4().hex[:12]}@harbour.example"
    invited = await site.world.run(workspaces.invite, site.world.access, email=email, role=Role.AGENT)
    assert invited.link_token
    return f"/link/{invited.link_token}"


async def test_an_invited_person_chooses_a_password_and_is_in(site: Site) -> None:
    link, browser = await invitation(site, "ines@harbour.example"), site.browser
    page = await browser.get(link)
    assert page.status == 200
    assert "Join the workspace" in page.words
    assert "ines@harbour.example" in page.words
    landed = await browser.send(page, link, password=NEW_PASSWORD)
    assert (landed.status, landed.location) == (303, "/")
    assert "Harbour Coffee" in (await browser.get("/")).words


async def test_looking_at_a_link_does_not_use_it_up(site: Site) -> None:
    link = await invitation(site)
    for _ in range(3):
        assert (await site.browser.get(link)).status == 200
    assert (await site.browser.call("HEAD", link, {})).status == 200


async def test_a_link_works_once(site: Site) -> None:
    link, browser = await invitation(site), site.browser
    page = await browser.get(link)
    assert (await browser.send(page, link, password=NEW_PASSWORD)).status == 303
    for again in (await browser.get(link), await browser.send(page, link, password=NEW_PASSWORD)):
        assert again.status == 410
        assert "not valid any more" in again.words


async def test_a_weak_password_leaves_the_link_as_it_was(site: Site) -> None:
    link, browser = await invitation(site), site.browser
    refused = await browser.send(await browser.get(link), link, password="short")
    assert (refused.status, "10 to 200 characters" in refused.words) == (400, True)
    assert (await browser.send(refused, link, password=NEW_PASSWORD)).status == 303


async def test_who_has_a_password_proves_it_before_joining(site: Site) -> None:
    known = await site.teammate()
    await site.world.run(workspaces.remove, known.id)
    link, browser = await invitation(site, known.email), site.browser
    page = await browser.get(link)
    assert "Your password" in page.words
    assert (await browser.send(page, link, password="not the password")).status == 400
    assert (await browser.send(page, link, password=PASSWORD)).status == 303


async def test_a_sign_in_link_asks_nothing_of_who_has_a_password(site: Site) -> None:
    teammate = await site.teammate()
    link = f"/link/{await site.world.run(workspaces.sign_in_link, site.world.access, teammate.id)}"
    browser = site.browser
    page = await browser.get(link)
    assert "password" not in page.hidden
    assert 'type="password"' not in page.html
    assert (await browser.send(page, link)).status == 303


async def test_a_reset_ends_every_session_and_begins_with_the_new_password(site: Site) -> None:
    teammate = await site.teammate()
    elsewhere = await site.signed_in(teammate)
    link = f"/link/{await site.world.run(workspaces.reset_link, site.world.access, teammate.id)}"
    browser = site.browser
    assert (await browser.send(await browser.get(link), link, password=NEW_PASSWORD)).status == 303
    assert (await elsewhere.get("/")).location == "/sign-in"
    assert (await site.browser.sign_in(teammate.email, PASSWORD)).status == 400
    assert (await site.browser.sign_in(teammate.email, NEW_PASSWORD)).status == 303


async def test_another_site_cannot_use_a_link_up(site: Site) -> None:
    link, browser = await invitation(site), site.browser
    page = await browser.get(link)
    assert (await browser.post(link, {"csrf": "guessed", "password": NEW_PASSWORD})).status == 403
    assert (await browser.send(page, link, password=NEW_PASSWORD)).status == 303


async def test_a_link_of_yesterday_is_over(site: Site, clock: HandClock) -> None:
    link = await invitation(site)
    clock.advance(timedelta(hours=24, seconds=1))
    assert (await site.browser.get(link)).status == 410


@pytest.mark.parametrize("token", ["nonsense", "%00", "%ff%fe", "x" * 3000, "%F0%9F%98%80"])
async def test_a_link_that_never_was_says_the_same(site: Site, token: str) -> None:
    page = await site.browser.get(f"/link/{token}")
    assert (page.status, "not valid any more" in page.words) == (410, True)
