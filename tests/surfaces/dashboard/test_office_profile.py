"""One's own profile, and the settings of the workspace."""

import pytest

from tests.support.world import World
from tests.surfaces.dashboard.conftest import PASSWORD, Site
from tideline.features import workspaces
from tideline.features.workspaces import Role

NEW = "another good password"


async def test_another_name_is_saved_and_told(site: Site, world: World) -> None:
    teammate = await site.teammate()
    browser = await site.signed_in(teammate)
    await browser.send(await browser.get("/profile"), "/profile", name=" Ana Duarte ")
    assert (await world.run(workspaces.get_teammate, teammate.id)).display_name == "Ana Duarte"
    assert await world.fact_kinds("TeammateRenamed") == ["TeammateRenamed"]
    page = await browser.send(await browser.get("/profile"), "/profile", name=" ")
    assert (page.status, "A name has one to a hundred" in page.words) == (400, True)


async def test_the_language_one_chose_goes_before_what_the_browser_asks_for(site: Site) -> None:
    browser = await site.owner()
    await browser.send(await browser.get("/profile"), "/profile/reading", language="he", zone="")
    page = await browser.get("/profile", **{"accept-language": "es"})
    assert '<html lang="he" dir="rtl"' in page.html
    await browser.send(page, "/profile/reading", language="", zone="")
    assert '<html lang="es"' in (await browser.get("/profile", **{"accept-language": "es"})).html


async def test_times_are_shown_in_the_zone_one_chose(site: Site) -> None:
    browser = await site.owner()
    before = (await browser.get("/profile")).words
    await browser.send(await browser.get("/profile"), "/profile/reading", zone="Asia/Tokyo")
    after = (await browser.get("/profile")).words
    assert before.partition("this one")[2] != after.partition("this one")[2]
    wrong = await browser.send(await browser.get("/profile"), "/profile/reading", zone="Nowhere/At all")
    assert (wrong.status, "no time zone" in wrong.words) == (400, True)


async def test_another_password_needs_the_old_one_and_ends_all_other_sessions(site: Site) -> None:
    teammate = await site.teammate()
    browser = await site.signed_in(teammate)
    other = site.browser
    await other.sign_in(teammate.email, PASSWORD)
    page = await browser.get("/profile")
    wrong = await browser.send(page, "/profile/password", known="a wrong one", password=NEW)
    assert "not the password you have" in wrong.words
    weak = await browser.send(page, "/profile/password", known=PASSWORD, password="short")
    assert (weak.status, "10 to 200 characters" in weak.words) == (400, True)
    assert (await other.get("/profile")).status == 200
    done = await browser.send(page, "/profile/password", known=PASSWORD, password=NEW)
    assert (await browser.get(done.location)).status == 200
    assert (await other.get("/profile")).location.startswith("/sign-in")
    assert (await site.browser.sign_in(teammate.email, NEW)).location == "/"


async def test_sessions_are_listed_with_where_they_come_from_and_all_ended(site: Site) -> None:
    teammate = await site.teammate()
    browser = await site.signed_in(teammate)
    other = site.browser
    page = await other.get("/sign-in", **{"user-agent": "<b>Firefox</b>"})
    fields = {**page.hidden, "email": teammate.email, "password": PASSWORD}
    await other.post("/sign-in", fields, **{"user-agent": "<b>Firefox</b>"})
    page = await browser.get("/profile")
    assert page.html.count("this one") == 1
    assert ("<b>Firefox</b>" in page.words, "<b>Firefox" in page.html) == (True, False)
    await browser.send(page, "/profile/sessions")
    for one in (browser, other):
        assert (await one.get("/")).location == "/sign-in"


async def test_the_workspace_gets_another_name_and_zone(site: Site, world: World) -> None:
    browser = await site.owner()
    page = await browser.get("/settings")
    await browser.send(page, "/settings", name="Northquay", zone="Asia/Tokyo")
    saved = await world.run(workspaces.get_workspace)
    assert (saved.display_name, saved.zone) == ("Northquay", "Asia/Tokyo")
    changed = [payload["changed"] for _, payload in await world.facts("WorkspaceChanged")]
    assert changed == [["display_name"], ["zone"]]


@pytest.mark.parametrize("fields", [{"name": "", "zone": "UTC"}, {"name": "Northquay", "zone": "Nowhere"}])
async def test_wrong_settings_change_nothing(site: Site, world: World, fields: dict[str, str]) -> None:
    before = await world.run(workspaces.get_workspace)
    browser = await site.owner()
    assert (await browser.send(await browser.get("/settings"), "/settings", **fields)).status == 400
    assert await world.run(workspaces.get_workspace) == before


async def test_only_admins_change_settings(site: Site, world: World) -> None:
    browser = await site.signed_in(await site.teammate(Role.TEAMMATE))
    refused = await browser.send(await browser.get("/profile"), "/settings", name="Ours", zone="UTC")
    assert refused.status == 403
    assert (await world.run(workspaces.get_workspace)).display_name == "Harbour Coffee"
