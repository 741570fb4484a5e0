"""The pages of the team: inviting and joining, roles, suspending, removing, and teams."""

import re

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import World
from tests.surfaces.dashboard.conftest import PASSWORD, Site
from tideline.features import workspaces
from tideline.features.workspaces import Role, Status, Teammate


async def invite(browser: Browser, **fields: str) -> Page:
    return await browser.send(await browser.get("/team"), "/team", **fields)


async def now(world: World, teammate: Teammate) -> Teammate:
    return await world.run(workspaces.get_teammate, teammate.id)


async def test_inviting_shows_the_link_where_no_mail_goes_out_and_it_lets_somebody_in(site: Site, world: World) -> None:
    page = await invite(
        await site.owner(), email="ana@harbour.example", name="Ana Duarte", role="agent", team="Default"
    )
    [link] = set(re.findall(rf"{site.public_url}(/link/[\w-]+)", page.html))
    guest = site.browser
    joined = await guest.send(await guest.get(link), link, password=PASSWORD)
    assert joined.location == "/"
    ana = await world.run(workspaces.find_teammate, email="ana@harbour.example")
    assert ana
    assert (ana.display_name, ana.role, ana.status) == ("Ana Duarte", Role.AGENT, Status.ACTIVE)


async def test_where_mail_goes_out_the_link_is_in_the_mail_alone(site: Site, world: World) -> None:
    site = Site(world, site.sign_in, has_mail=True)
    browser = await site.owner()
    sent = await invite(browser, email="ana@harbour.example", role="teammate")
    page = await browser.get(sent.location)
    assert ("on its way by mail" in page.words, "/link/" in page.html) == (True, False)


REFUSED = {
    "no address": ({"email": "ana", "role": "agent"}, "not an e-mail address"),
    "the owner": ({"email": "OWNER", "role": "agent"}, "keeps its one owner"),
}


@pytest.mark.parametrize(("fields", "said"), REFUSED.values(), ids=REFUSED)
async def test_what_is_wrong_with_an_invitation_is_said(site: Site, fields: dict[str, str], said: str) -> None:
    email = site.world.owner.email if fields["email"] == "OWNER" else fields["email"]
    page = await invite(await site.owner(), **{**fields, "email": email})
    assert (page.status, said in page.words, f'value="{email}"' in page.html) == (400, True, True)


async def test_a_full_workspace_says_so(site: Site, world: World) -> None:
    await world.run(workspaces.set_seats, 1)
    page = await invite(await site.owner(), email="ana@harbour.example")
    assert "All seats of this workspace are taken" in page.words


async def test_another_role_and_team(site: Site, world: World) -> None:
    teammate = await site.teammate()
    browser = await site.owner()
    await browser.send(await browser.get("/team"), "/team/teams", title="Service")
    page = await browser.get(f"/team/{teammate.id}")
    saved = await browser.send(page, f"/team/{teammate.id}", do="place", role="agent", team="Service")
    assert saved.status == 303
    changed = await now(world, teammate)
    assert (changed.role, changed.team) == (Role.AGENT, "Service")


async def test_suspending_letting_in_again_and_removing(site: Site, world: World) -> None:
    teammate = await site.teammate()
    theirs, browser = await site.signed_in(teammate), await site.owner()
    path = f"/team/{teammate.id}"
    await browser.send(await browser.get(path), path, do="suspend")
    assert (await theirs.get("/")).location == "/sign-in"
    await browser.send(await browser.get(path), path, do="restore")
    assert (await now(world, teammate)).is_active
    removed = await browser.send(await browser.get(path), path, do="remove")
    assert removed.location.startswith("/team?")
    assert (await browser.get(path)).status == 404


async def test_an_invitation_is_taken_back(site: Site, world: World) -> None:
    browser = await site.owner()
    await invite(browser, email="ana@harbour.example")
    ana = await world.run(workspaces.find_teammate, email="ana@harbour.example")
    assert ana
    page = await browser.get(f"/team/{ana.id}")
    assert "Invite again" in page.words
    assert (await browser.send(page, f"/team/{ana.id}", do="revoke")).status == 303
    assert await world.run(workspaces.find_teammate, email="ana@harbour.example") is None


async def test_the_owner_stays_whatever_is_sent(site: Site, world: World) -> None:
    browser = await site.signed_in(await site.teammate(Role.ADMIN))
    path = f"/team/{world.owner.id}"
    page = await browser.get(path)
    for do in ("place", "suspend", "remove"):
        refused = await browser.send(page, path, do=do, role="agent")
        assert "keeps its one owner" in refused.words
    assert (await now(world, world.owner)).is_owner


async def test_teams_are_added_renamed_and_removed(site: Site, world: World) -> None:
    browser = await site.owner()
    page = await browser.get("/team")
    await browser.send(page, "/team/teams", title="Service")
    assert "already a team" in (await browser.send(page, "/team/teams", title="service")).words
    team = await world.run(workspaces.get_team, "Service")
    await browser.send(page, f"/team/teams/{team.id}", do="rename", title="Shop")
    assert (await world.run(workspaces.get_team, "Shop")).id == team.id
    await browser.send(page, f"/team/teams/{team.id}", do="remove")
    assert [one.title for one in await world.run(workspaces.list_teams)] == ["Default"]


async def test_people_of_another_workspace_are_not_there(site: Site, neighbour: World) -> None:
    browser = await site.owner()
    path = f"/team/{neighbour.owner.id}"
    assert (await browser.get(path)).status == 404
    assert (await browser.send(await browser.get("/team"), path, do="remove")).status == 404
    team = await neighbour.run(workspaces.create_team, "Lagoon")
    gone = await browser.send(await browser.get("/team"), f"/team/teams/{team.id}", do="remove")
    assert gone.status == 404
    assert "Lagoon" in [one.title for one in await neighbour.run(workspaces.list_teams)]


@pytest.mark.parametrize("role", [Role.TEAMMATE, Role.AGENT])
async def test_who_may_not_manage_people_changes_nothing(site: Site, world: World, role: Role) -> None:
    victim = await site.teammate()
    browser = await site.signed_in(await site.teammate(role))
    page = await browser.get("/numbers")
    for path, fields in (
        ("/team", {"email": "ana@harbour.example"}),
        (f"/team/{victim.id}", {"do": "remove"}),
        ("/team/teams", {"title": "Ours"}),
    ):
        assert (await browser.send(page, path, **fields)).status == 403, path
    assert (await now(world, victim)).is_active
