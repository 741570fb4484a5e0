"""The page of the audit log: what it says, what it asks for, and the copy that somebody takes."""

import csv
import io

import pytest

from tests.support.auditing import write_down
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import workspaces
from tideline.features.audit import KINDS
from tideline.features.workspaces import Role
from tideline.surfaces.dashboard import sheets
from tideline.surfaces.dashboard.office import audit_words


async def test_it_says_who_did_what_and_from_where(site: Site, world: World) -> None:
    browser = await site.owner()
    page = await browser.get("/team")
    await browser.send(page, "/team", email="ana@harbour.example", name="<b>Ana</b>", role="agent")
    await write_down(world.db)
    shown = await browser.get("/audit")
    assert f"{world.owner.display_name} invited <b>Ana</b>" in shown.words
    assert "role Agent" in shown.words
    assert "Browser" in shown.words


async def test_coming_in_going_out_and_being_refused_are_in_it(site: Site, world: World) -> None:
    browser = await site.owner()
    stranger = site.browser
    await stranger.sign_in(world.owner.email, "a wrong password")
    await stranger.sign_in("nobody@harbour.example", "a wrong password")
    await browser.send(await browser.get("/profile"), "/sign-out")
    browser = await site.owner()
    await write_down(world.db)
    shown = await browser.get("/audit?area=sign_in")
    name = world.owner.display_name
    for sentence in (f"{name} signed in", f"{name} signed out", f"Somebody was refused who tried to sign in as {name}"):
        assert sentence in shown.words
    assert ("wrong password" in shown.words, "nobody@harbour.example" in shown.html) == (True, False)


async def test_trying_too_often_fills_no_log(site: Site, world: World) -> None:
    for _ in range(30):
        await site.browser.sign_in(world.owner.email, "a wrong password")
    await write_down(world.db)
    counted = "SELECT count(*) FROM tenant.audit WHERE workspace = $1 AND kind = 'TeammateSignInRefused'"
    async with world.db.system_read() as tx:
        assert await tx.value(counted, world.id) == 11


async def test_a_copy_is_complete_safe_in_a_spreadsheet_and_written_down(
    site: Site, world: World, neighbour: World
) -> None:
    await world.run(workspaces.create_team, '=HYPERLINK("//evil.example")')
    await world.run(workspaces.create_team, "-1+2")
    await neighbour.run(workspaces.create_team, "Next door")
    await write_down(world.db)
    browser = await site.owner()
    answer = await browser.send(await browser.get("/audit?kind=TeamCreated"), "/audit/export")
    rows = list(csv.DictReader(io.StringIO(answer.response.body.decode("utf-8-sig"))))
    assert [row["What happened"].partition("team ")[2] for row in rows] == ["-1+2", '=HYPERLINK("//evil.example")']
    assert not [cell for row in rows for cell in row.values() if cell.startswith(sheets.FORMULA)]
    assert "Next door" not in answer.html
    await write_down(world.db)
    assert "took a copy of the audit log" in (await browser.get("/audit")).words


async def test_who_may_not_read_it_takes_no_copy(site: Site) -> None:
    browser = await site.signed_in(await site.teammate(Role.TEAM_SUPERVISOR))
    refused = await browser.send(await browser.get("/profile"), "/audit/export")
    assert refused.status == 403


ODD = [
    "person=x",
    "person=000000000001999999999999",
    "area=x",
    "kind=x",
    "about=chat",
    "about=file:1",
    "since=2026-13-01",
]
ODD += ["until=9999-12-31", "before=x", "before=99999999999999999999-1", "since=0001-01-01", "before=-", "before=1-2"]


@pytest.mark.parametrize("query", ODD)
async def test_an_odd_question_is_answered(site: Site, query: str) -> None:
    assert (await (await site.owner()).get(f"/audit?{query}")).status == 200


async def test_older_entries_are_a_page_away(site: Site, world: World) -> None:
    for number in range(60):
        await world.run(workspaces.create_team, f"Team {number:02}")
    await write_down(world.db)
    browser = await site.owner()
    first = await browser.get("/audit?kind=TeamCreated")
    [older] = first.links("before=")
    second = await browser.get(older)
    assert ("Team 59" in first.words, "Team 09" in first.words, "Team 09" in second.words) == (True, False, True)


def test_every_kind_has_its_sentence() -> None:
    assert audit_words.SENTENCES.keys() == KINDS.keys()


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert sheets.cell(text) == f"'{text}"
    assert sheets.cell(-1) == "-1"
