"""Teams are made, called something else and taken away; people move between them."""

import pytest

from tests.features.workspaces.conftest import Office
from tideline.features import workspaces
from tideline.features.workspaces import Status, Team, TeamId


async def titles(office: Office) -> list[str]:
    return [team.title for team in await office.run(workspaces.list_teams)]


async def test_teams_are_unique_in_any_case_per_workspace(office: Office, neighbour: Office) -> None:
    await office.run(workspaces.create_team, " Sales Team ")
    with pytest.raises(workspaces.TeamExists):
        await office.run(workspaces.create_team, "SALES team")
    assert await titles(office) == ["Default", "Sales Team"]


NO_TITLES = ["", " ", "a\x00", "a\nb", "x" * 101]


@pytest.mark.parametrize("title", NO_TITLES)
async def test_a_title_that_is_none_is_refused(office: Office, title: str) -> None:
    team = await office.run(workspaces.create_team, "Sales Team")
    with pytest.raises(workspaces.InvalidName):
        await office.run(workspaces.create_team, title)
    with pytest.raises(workspaces.InvalidName):
        await office.run(workspaces.rename_team, team.id, title)
    assert await titles(office) == ["Default", "Sales Team"]


async def test_a_team_is_renamed_with_its_people_in_it(office: Office) -> None:
    team = await office.run(workspaces.create_team, "Sales")
    ines = (await office.invite("ines@harbour.example", team="sales")).teammate
    assert await office.run(workspaces.rename_team, team.id, " Sales Team ") == Team(team.id, "Sales Team")
    assert (await office.run(workspaces.get_teammate, ines.id)).team == "Sales Team"
    assert (await office.facts())[-1] == ("TeamRenamed", {"team": "Sales Team", "before": "Sales"})


async def test_letters_of_a_title_may_change_their_case(office: Office) -> None:
    team = await office.run(workspaces.create_team, "sales")
    await office.run(workspaces.rename_team, team.id, "Sales")
    assert await titles(office) == ["Default", "Sales"]


async def test_the_same_title_again_is_nothing(office: Office) -> None:
    team = await office.run(workspaces.create_team, "Sales")
    before = await office.rows()
    await office.run(workspaces.rename_team, team.id, "Sales")
    assert await office.rows() == before


async def test_a_team_does_not_take_the_title_of_another(office: Office) -> None:
    team = await office.run(workspaces.create_team, "Sales")
    for title in ("default", "DEFAULT"):
        with pytest.raises(workspaces.TeamExists):
            await office.run(workspaces.rename_team, team.id, title)


async def test_an_empty_team_is_removed(office: Office) -> None:
    team = await office.run(workspaces.create_team, "Sales")
    await office.run(workspaces.remove_team, team.id)
    assert await titles(office) == ["Default"]
    assert (await office.facts())[-1] == ("TeamRemoved", {"team": "Sales"})
    with pytest.raises(workspaces.TeamNotFound):
        await office.run(workspaces.remove_team, team.id)


async def test_a_team_with_people_stays_also_with_those_who_have_not_joined(office: Office) -> None:
    team = await office.run(workspaces.create_team, "Sales")
    ines = (await office.invite("ines@harbour.example", team="Sales")).teammate
    before = await office.rows()
    with pytest.raises(workspaces.TeamInUse):
        await office.run(workspaces.remove_team, team.id)
    assert await office.rows() == before
    moved = await office.run(workspaces.change_team, ines.id, "default")
    assert moved.team == "Default"
    await office.run(workspaces.remove_team, team.id)


async def test_those_who_have_left_do_not_keep_a_team(office: Office) -> None:
    team = await office.run(workspaces.create_team, "Sales")
    ines = (await office.invite("ines@harbour.example", team="Sales")).teammate
    await office.run(workspaces.remove, ines.id)
    await office.run(workspaces.remove_team, team.id)
    left = (await office.run(workspaces.find_teammates, [ines.id]))[ines.id]
    assert (left.status, left.team) == (Status.REMOVED, "Default")


async def test_the_default_team_stays(office: Office) -> None:
    [default] = await office.run(workspaces.list_teams)
    before = await office.rows()
    with pytest.raises(workspaces.DefaultTeamStays):
        await office.run(workspaces.rename_team, default.id, "Everybody")
    with pytest.raises(workspaces.DefaultTeamStays):
        await office.run(workspaces.remove_team, default.id)
    assert await office.rows() == before


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**31, 2**63])
async def test_a_team_that_is_none_is_not_found(office: Office, number: int) -> None:
    with pytest.raises(workspaces.TeamNotFound):
        await office.run(workspaces.rename_team, TeamId(number), "Sales")
    with pytest.raises(workspaces.TeamNotFound):
        await office.run(workspaces.remove_team, TeamId(number))


async def test_a_neighbours_team_cannot_be_touched(office: Office, neighbour: Office) -> None:
    theirs = await neighbour.run(workspaces.get_team, "Sales Team")
    ines = (await office.invite("ines@harbour.example")).teammate
    before = await neighbour.rows()
    with pytest.raises(workspaces.TeamNotFound):
        await office.run(workspaces.rename_team, theirs.id, "Ours")
    with pytest.raises(workspaces.TeamNotFound):
        await office.run(workspaces.remove_team, theirs.id)
    with pytest.raises(workspaces.TeamNotFound):
        await office.run(workspaces.change_team, ines.id, "Sales Team")
    assert await neighbour.rows() == before
