"""Opening workspaces, and finding them."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.features.workspaces.conftest import START, HandClock, MakeOffice, Office
from tideline.features import workspaces
from tideline.platform import facts
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.wake import Wakes


async def test_a_new_workspace_has_an_owner_a_team_and_a_token(
    make_office: MakeOffice, access: workspaces.Access
) -> None:
    office = await make_office("Café Zoë", owner_email="Tomas.Reyes@Harbour.Example")
    workspace = await office.run(workspaces.get_workspace)
    assert (workspace.slug, workspace.display_name, workspace.plan) == ("cafe-zoe", "Café Zoë", "Business")
    owner = await office.run(workspaces.get_owner)
    assert (owner.id, owner.email, owner.display_name) == (
        office.created.owner_id,
        "tomas.reyes@harbour.example",
        "Tomas Reyes",
    )
    assert (owner.role.label, owner.team, owner.is_active, owner.created_at) == ("Owner", "Default", True, START)
    assert [team.title for team in await office.run(workspaces.list_teams)] == ["Default"]
    assert office.created.api_token.startswith("tla_")
    assert (await access.authenticate(office.created.api_token)).teammate_id == owner.id


async def test_its_creation_is_a_fact_that_holds_no_secret(office: Office) -> None:
    recorded = await office.facts()
    assert [kind for kind, _ in recorded] == ["WorkspaceCreated", "TokenCreated"]
    assert recorded[0][1]["owner"]["email"] == "tomas@harbour.example"
    assert office.created.api_token not in repr(recorded)
    assert office.created.sign_in_token not in repr(recorded)


async def test_its_creation_wakes_those_who_read_facts(make_office: MakeOffice, wakes: Wakes) -> None:
    await make_office()
    assert wakes.count(facts.NEW) == 1


async def test_one_person_may_own_several_workspaces(make_office: MakeOffice) -> None:
    one, other = await make_office("One"), await make_office("Other")
    owners = [await office.run(workspaces.get_owner) for office in (one, other)]
    assert owners[0].person_id == owners[1].person_id
    assert owners[0].id != owners[1].id


async def test_the_billing_day_is_the_day_of_creation_in_the_zone(make_office: MakeOffice, clock: HandClock) -> None:
    clock.time = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    office = await make_office(zone="Asia/Tokyo", billing_anchor=None)
    assert (await office.run(workspaces.get_workspace)).billing_anchor == date(2026, 11, 24)


async def test_a_taken_slug_is_refused_and_nothing_is_left_behind(office: Office, make_office: MakeOffice) -> None:
    before = await office.rows()
    with pytest.raises(workspaces.SlugTaken, match="harbour-coffee"):
        await make_office("Harbour, Coffee!", owner_email="new@person.example")
    with pytest.raises(workspaces.SlugTaken):
        await make_office("Something else", slug="harbour-coffee")
    assert await office.rows() == before
    async with office.db.system_read() as tx:
        assert await tx.value("SELECT count(*) FROM directory.person WHERE email = 'new@person.example'") == 0


async def test_two_at_the_same_time_with_one_slug_make_one_workspace(make_office: MakeOffice) -> None:
    results = await asyncio.gather(*(make_office("Same") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, Office) for result in results) == 1
    assert sum(isinstance(result, workspaces.SlugTaken) for result in results) == 4


BAD: dict[str, dict[str, Any]] = {
    "blank name": {"display_name": "  "},
    "NUL in the name": {"display_name": "a\x00b"},
    "surrogate in the name": {"display_name": "a\ud800"},
    "name too long": {"display_name": "a" * 101},
    "no slug in the name": {"display_name": "咖啡"},
    "slug with a slash": {"slug": "a/b"},
    "NUL in the slug": {"slug": "a\x00"},
    "no address": {"owner_email": "tomas"},
    "NUL in the address": {"owner_email": "a\x00@b.example"},
    "unknown zone": {"zone": "Mars/Olympus"},
    "NUL in the zone": {"zone": "UTC\x00"},
    "no seat": {"seats": 0},
    "negative quota": {"messages_quota": -1},
    "quota too large": {"api_calls_quota": 2**31},
    "blank plan": {"plan": ""},
    "NUL in the owner's name": {"owner_name": "a\x00"},
}


@pytest.mark.parametrize("given", BAD.values(), ids=BAD)
async def test_bad_input_makes_nothing(make_office: MakeOffice, db: Database, given: dict[str, Any]) -> None:
    with pytest.raises(Problem):
        await make_office(**given)
    async with db.system_read() as tx:
        assert await tx.value("SELECT count(*) FROM directory.workspace") == 0
        assert await tx.value("SELECT count(*) FROM directory.person") == 0


async def test_workspaces_are_found_by_slug_and_listed(office: Office, neighbour: Office) -> None:
    async with office.db.system() as tx:
        assert await workspaces.get_workspace_id(tx, "blue-lagoon") == neighbour.id
        assert [one.slug for one in await workspaces.list_workspaces(tx)] == ["harbour-coffee", "blue-lagoon"]
        for typed in ("nobody", "", "BLUE-LAGOON", "a\x00", "\ud800", "x" * 10_000):
            assert await workspaces.find_workspace_id(tx, typed) is None
        with pytest.raises(workspaces.WorkspaceNotFound):
            await workspaces.get_workspace_id(tx, "nobody")


async def test_each_workspace_sees_itself(office: Office, neighbour: Office) -> None:
    assert (await office.run(workspaces.get_workspace)).slug == "harbour-coffee"
    assert (await neighbour.run(workspaces.get_workspace)).slug == "blue-lagoon"


async def test_a_workspace_that_is_not_there_is_a_problem(db: Database) -> None:
    for action in (workspaces.get_workspace, workspaces.quotas):
        with pytest.raises(workspaces.WorkspaceNotFound):
            await db.run(999, action)
    with pytest.raises(workspaces.TeammateNotFound):
        await db.run(999, workspaces.get_owner)
