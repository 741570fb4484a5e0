"""Teammates come, change, pause and go; each rule once more from the second workspace."""

import asyncio
from datetime import timedelta

import pytest

from tests.features.workspaces.conftest import START, Office
from tideline.features import workspaces
from tideline.features.workspaces import Role, Status, TeammateId
from tideline.platform.facts import Actor


async def active(office: Office, sign_in: workspaces.SignIn, email: str, **named: object) -> workspaces.Teammate:
    """Somebody who was invited and has joined."""
    invited = await office.invite(email, **named)
    assert invited.link_token
    await sign_in.use_link(invited.link_token, "a good password", address="192.0.2.1")
    return await office.run(workspaces.get_teammate, invited.teammate.id)


# Inviting ----------------------------------------------------------------------------------------------------


async def test_an_invited_teammate_takes_a_seat_and_waits(office: Office) -> None:
    invited = await office.invite("Ines.Okafor@Harbour.Example", role=Role.AGENT, display_name="Ines Okafor")
    teammate = invited.teammate
    assert (teammate.email, teammate.display_name) == ("ines.okafor@harbour.example", "Ines Okafor")
    assert (teammate.role, teammate.status, teammate.team) == (Role.AGENT, Status.INVITED, "Default")
    assert teammate.invited_until == START + timedelta(hours=24)
    assert (await office.run(workspaces.quotas)).seats.used == 2
    assert (await office.facts())[-1][0] == "TeammateInvited"


async def test_an_invitation_goes_out_of_date(office: Office) -> None:
    teammate = (await office.invite("ines@harbour.example")).teammate
    assert teammate.is_invitation_open(START + timedelta(hours=23, minutes=59))
    assert not teammate.is_invitation_open(START + timedelta(hours=24))


async def test_an_invited_person_gets_role_and_team_instead_and_a_new_link(
    office: Office, sign_in: workspaces.SignIn
) -> None:
    await office.run(workspaces.create_team, "Sales Team")
    first = await office.invite("ines@harbour.example")
    again = await office.invite("INES@harbour.example", role=Role.ADMIN, team="sales team")
    assert again.teammate.id == first.teammate.id
    assert (again.teammate.role, again.teammate.team) == (Role.ADMIN, "Sales Team")
    assert first.link_token
    assert again.link_token
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(first.link_token)
    assert (await sign_in.get_link(again.link_token)).email == "ines@harbour.example"


async def test_somebody_who_has_joined_gets_role_and_team_and_no_link(
    office: Office, sign_in: workspaces.SignIn
) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    invited = await office.invite("ines@harbour.example", role=Role.COLLABORATOR)
    assert invited.link_token is None
    assert (invited.teammate.id, invited.teammate.role, invited.teammate.status) == (
        ines.id,
        Role.COLLABORATOR,
        Status.ACTIVE,
    )
    kind, payload = (await office.facts())[-1]
    assert kind == "TeammateChanged"
    assert payload["before"] == {"role": "teammate", "team": "Default"}


async def test_nothing_happens_when_role_and_team_are_the_same(office: Office, sign_in: workspaces.SignIn) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    before = await office.rows()
    await office.invite("ines@harbour.example")
    await office.run(workspaces.change_role, ines.id, Role.TEAMMATE)
    assert await office.rows() == before


async def test_without_a_free_seat_nobody_is_invited(office: Office) -> None:
    for number in range(4):
        await office.invite(f"{number}@harbour.example")
    before = await office.rows()
    with pytest.raises(workspaces.NoSeatLeft):
        await office.invite("late@harbour.example")
    assert await office.rows() == before
    await office.invite("3@harbour.example", role=Role.ADMIN)  # has a seat already


async def test_two_invitations_cannot_take_the_last_seat(office: Office) -> None:
    results = await asyncio.gather(
        *(office.invite(f"{number}@harbour.example") for number in range(8)), return_exceptions=True
    )
    assert sum(isinstance(result, workspaces.Invited) for result in results) == 4
    assert sum(isinstance(result, workspaces.NoSeatLeft) for result in results) == 4
    assert (await office.run(workspaces.quotas)).seats.used == 5


async def test_the_same_person_invited_twice_at_once_is_one_teammate(office: Office) -> None:
    results = await asyncio.gather(*(office.invite("ines@harbour.example") for _ in range(4)))
    assert len({result.teammate.id for result in results}) == 1


@pytest.mark.parametrize(
    "email", ["", "ines", "a\x00@b.example", "a@b@c", "x" * 255 + "@b.example", "\ud800@b.example"]
)
async def test_a_bad_address_is_not_invited(office: Office, email: str) -> None:
    before = await office.rows()
    with pytest.raises(workspaces.InvalidEmail):
        await office.invite(email)
    assert await office.rows() == before


async def test_an_unknown_team_is_a_problem(office: Office, neighbour: Office) -> None:
    before = await office.rows()
    with pytest.raises(workspaces.TeamNotFound):
        await office.invite("ines@harbour.example", team="Sales Team")  # the neighbour has one
    for title in ("a\x00b", "x" * 101):
        with pytest.raises(workspaces.TeamNotFound):
            await office.invite("ines@harbour.example", team=title)
    assert await office.rows() == before


# The owner ---------------------------------------------------------------------------------------------------


async def test_the_owner_stays_what_they_are(office: Office) -> None:
    before = await office.rows()
    owner = office.created.owner_id
    with pytest.raises(workspaces.OwnerStays):
        await office.invite("tomas@harbour.example", role=Role.AGENT)
    with pytest.raises(workspaces.OwnerStays):
        await office.invite("new@harbour.example", role=Role.OWNER)
    with pytest.raises(workspaces.OwnerStays):
        await office.run(workspaces.change_role, owner, Role.ADMIN)
    with pytest.raises(workspaces.OwnerStays):
        await office.run(workspaces.suspend, owner)
    with pytest.raises(workspaces.OwnerStays):
        await office.run(workspaces.remove, owner)
    assert await office.rows() == before


async def test_nobody_else_becomes_owner(office: Office, sign_in: workspaces.SignIn) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    with pytest.raises(workspaces.OwnerStays):
        await office.run(workspaces.change_role, ines.id, Role.OWNER)


# Suspending, restoring, removing -----------------------------------------------------------------------------


async def test_a_suspended_teammate_frees_the_seat_and_is_out(
    office: Office, sign_in: workspaces.SignIn, access: workspaces.Access
) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    token = await office.run(workspaces.create_token, access, ines.id)
    session = await sign_in.sign_in("ines@harbour.example", "a good password", address="192.0.2.1")
    reset = await office.run(workspaces.reset_link, access, ines.id)
    assert (await access.authenticate(token)).teammate_id == ines.id

    suspended = await office.run(workspaces.suspend, ines.id)

    assert suspended.status is Status.SUSPENDED
    assert (await office.run(workspaces.quotas)).seats.used == 1
    with pytest.raises(workspaces.MemberNotFound):
        await access.authenticate(token)
    with pytest.raises(workspaces.SessionEnded):
        await sign_in.get_session(session.token)
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(reset)
    with pytest.raises(workspaces.WrongCredentials):
        await sign_in.sign_in("ines@harbour.example", "a good password", address="192.0.2.1")
    with pytest.raises(workspaces.MemberNotFound):
        await office.run(workspaces.get_member, ines.person_id)
    with pytest.raises(workspaces.NotActive):
        await office.run(workspaces.suspend, ines.id)
    with pytest.raises(workspaces.NotActive):
        await office.run(workspaces.create_token, access, ines.id)


async def test_a_restored_teammate_is_back_without_the_old_token(
    office: Office, sign_in: workspaces.SignIn, access: workspaces.Access
) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    token = await office.run(workspaces.create_token, access, ines.id)
    await office.run(workspaces.suspend, ines.id)
    assert (await office.run(workspaces.restore, ines.id)).is_active
    with pytest.raises(workspaces.InvalidToken):
        await access.authenticate(token)
    assert await office.run(workspaces.create_token, access, ines.id) != token
    await sign_in.sign_in("ines@harbour.example", "a good password", address="192.0.2.1")
    assert [kind for kind, _ in await office.facts()][-4:] == [
        "TeammateSuspended",
        "TeammateRestored",
        "TokenCreated",
        "TeammateSignedIn",
    ]


async def test_restoring_needs_a_seat(office: Office, sign_in: workspaces.SignIn) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    await office.run(workspaces.suspend, ines.id)
    for number in range(4):
        await office.invite(f"{number}@harbour.example")
    with pytest.raises(workspaces.NoSeatLeft):
        await office.run(workspaces.restore, ines.id)


async def test_a_removed_teammate_is_only_found_for_the_history(office: Office, sign_in: workspaces.SignIn) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    await office.run(workspaces.remove, ines.id)
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(workspaces.get_teammate, ines.id)
    assert await office.run(workspaces.find_teammate, email="ines@harbour.example") is None
    assert [one.id for one in await office.run(workspaces.list_teammates)] == [office.created.owner_id]
    found = await office.run(workspaces.find_teammates, [ines.id])
    assert found[ines.id].status is Status.REMOVED
    for action in (workspaces.suspend, workspaces.restore, workspaces.remove):
        with pytest.raises(workspaces.TeammateNotFound):
            await office.run(action, ines.id)


async def test_who_comes_back_has_the_old_id_and_a_new_invitation(office: Office, sign_in: workspaces.SignIn) -> None:
    ines = await active(office, sign_in, "ines@harbour.example", display_name="Ines")
    await office.run(workspaces.remove, ines.id)
    again = await office.invite("ines@harbour.example", role=Role.AGENT)
    assert (again.teammate.id, again.teammate.status, again.teammate.role) == (ines.id, Status.INVITED, Role.AGENT)
    assert again.link_token


async def test_an_open_invitation_can_be_taken_back(office: Office, sign_in: workspaces.SignIn) -> None:
    invited = await office.invite("ines@harbour.example")
    await office.run(workspaces.remove, invited.teammate.id)
    assert invited.link_token
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.use_link(invited.link_token, "a good password", address="192.0.2.1")
    assert (await office.run(workspaces.quotas)).seats.used == 1


async def test_another_role_ends_the_sessions(office: Office, sign_in: workspaces.SignIn) -> None:
    ines = await active(office, sign_in, "ines@harbour.example")
    session = await sign_in.sign_in("ines@harbour.example", "a good password", address="192.0.2.1")
    changed = await office.run(workspaces.change_role, ines.id, Role.ADMIN)
    assert changed.role is Role.ADMIN
    with pytest.raises(workspaces.SessionEnded):
        await sign_in.get_session(session.token)


async def test_another_team_does_not(office: Office, sign_in: workspaces.SignIn) -> None:
    await office.run(workspaces.create_team, "Sales Team")
    await active(office, sign_in, "ines@harbour.example")
    session = await sign_in.sign_in("ines@harbour.example", "a good password", address="192.0.2.1")
    await office.invite("ines@harbour.example", team="Sales Team")
    assert (await sign_in.get_session(session.token)).email == "ines@harbour.example"


# Looking up --------------------------------------------------------------------------------------------------


async def test_teammates_are_listed_by_id_with_those_who_have_not_joined(office: Office) -> None:
    for name in ("ines", "amir"):
        await office.invite(f"{name}@harbour.example")
    assert [one.email.split("@")[0] for one in await office.run(workspaces.list_teammates)] == ["tomas", "ines", "amir"]


@pytest.mark.parametrize("email", ["", "nobody@harbour.example", "a\x00@b.example", "\ud800", "x" * 9999])
async def test_an_unknown_address_finds_nobody(office: Office, email: str) -> None:
    assert await office.run(workspaces.find_teammate, email=email) is None


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**31, 2**63, 2**80])
async def test_an_unknown_id_is_a_problem_and_no_error_of_the_database(office: Office, number: int) -> None:
    wanted = TeammateId(number)
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(workspaces.get_teammate, wanted)
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(workspaces.remove, wanted)
    assert await office.run(workspaces.find_teammates, [wanted]) == {}


async def test_roles_are_printed_as_the_contract_has_them() -> None:
    assert [role.label for role in Role] == [
        "Owner",
        "Admin",
        "Team supervisor",
        "Teammate",
        "Agent",
        "Collaborator",
    ]


# The second workspace ----------------------------------------------------------------------------------------


async def test_a_teammate_of_the_neighbour_cannot_be_touched(
    office: Office, neighbour: Office, access: workspaces.Access
) -> None:
    theirs = await neighbour.run(workspaces.find_teammate, email="ines@lagoon.example")
    assert theirs
    before = await neighbour.rows()
    for action in (workspaces.get_teammate, workspaces.suspend, workspaces.restore, workspaces.remove):
        with pytest.raises(workspaces.TeammateNotFound):
            await office.run(action, theirs.id)
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(workspaces.change_role, theirs.id, Role.ADMIN)
    for with_access in (workspaces.create_token, workspaces.show_token, workspaces.rotate_token, workspaces.reset_link):
        with pytest.raises(workspaces.TeammateNotFound):
            await office.run(with_access, access, neighbour.created.owner_id)
    assert await office.run(workspaces.find_teammate, email=theirs.email) is None
    assert await office.run(workspaces.find_teammates, [theirs.id]) == {}
    assert await neighbour.rows() == before


async def test_lists_hold_only_ones_own(office: Office, neighbour: Office) -> None:
    assert [one.email for one in await office.run(workspaces.list_teammates)] == ["tomas@harbour.example"]
    assert [one.title for one in await office.run(workspaces.list_teams)] == ["Default"]
    assert (await office.run(workspaces.get_owner)).email == "tomas@harbour.example"
    assert (await office.run(workspaces.quotas)).seats.used == 1


async def test_inviting_a_person_of_the_neighbour_changes_nothing_there(office: Office, neighbour: Office) -> None:
    before = await neighbour.rows()
    invited = await office.invite("lena@lagoon.example", role=Role.AGENT)
    assert invited.teammate.role is Role.AGENT
    assert await neighbour.rows() == before


async def test_removing_somebody_here_leaves_their_place_there(
    office: Office, neighbour: Office, sign_in: workspaces.SignIn, access: workspaces.Access
) -> None:
    await sign_in.set_password(neighbour.id, neighbour.created.owner_id, "a good password")
    lena = await active(office, sign_in, "lena@lagoon.example")
    await office.run(workspaces.remove, lena.id)
    assert (await access.authenticate(neighbour.created.api_token)).workspace_id == neighbour.id
    session = await sign_in.sign_in("lena@lagoon.example", "a good password", address="192.0.2.1")
    assert (await sign_in.get_session(session.token)).workspaces == (neighbour.id,)


async def test_who_acted_stands_in_the_fact(office: Office) -> None:
    await office.run(
        workspaces.invite,
        office.access,
        email="ines@harbour.example",
        actor=Actor("token", office.created.owner_id),
    )
    async with office.db.system_read() as tx:
        row = await tx.row("SELECT actor_kind, actor_id FROM tenant.fact ORDER BY id DESC LIMIT 1")
    assert row
    assert (row["actor_kind"], row["actor_id"]) == ("token", office.created.owner_id)
