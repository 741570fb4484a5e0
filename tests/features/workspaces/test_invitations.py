"""Invitations go out by mail, are renewed, taken back and accepted; the mail is always about the link that counts."""

import asyncio
import re
from datetime import timedelta

import pytest

from tests.features.workspaces.conftest import HandClock, Office
from tideline.features import workspaces
from tideline.features.workspaces import InvitationAccepted, Role, SignIn, Status
from tideline.platform.facts import Actor
from tideline.platform.mail import State

HERE = "192.0.2.1"
GOOD = "a good password"
LINK = re.compile(r"^https://inbox\.example\.com/link/(\S+)$", re.MULTILINE)


async def link_in_mail(office: Office) -> str:
    [(_, text)] = await office.mails()
    [token] = LINK.findall(text)
    return str(token)


async def join(sign_in: SignIn, invited: workspaces.Invited) -> None:
    assert invited.link_token
    await sign_in.use_link(invited.link_token, GOOD, address=HERE)


async def test_an_invitation_is_mailed_with_its_link(office: Office, sign_in: SignIn) -> None:
    await office.run(
        workspaces.invite,
        office.access,
        email="ines@harbour.example",
        display_name="Ines Okafor",
        role=Role.AGENT,
        actor=Actor("token", office.created.owner_id),
    )
    [(mail, text)] = await office.mails()
    assert (mail.kind, mail.recipient, mail.name) == ("invitation", "ines@harbour.example", "Ines Okafor")
    assert (mail.state, mail.subject) == (State.PENDING, "Join Harbour Coffee on Tideline")
    assert text.startswith("Hello Ines Okafor,\n")
    assert 'Tomas (tomas@harbour.example) invites you to the workspace "Harbour Coffee"' in text
    assert 'as Agent, in the team "Default"' in text
    session = await sign_in.use_link(await link_in_mail(office), GOOD, address=HERE)
    assert (await sign_in.get_session(session.token)).workspaces == (office.id,)


async def test_an_invitation_by_the_operator_names_nobody(office: Office) -> None:
    await office.invite("ines@harbour.example")
    [(_, text)] = await office.mails()
    assert "You are invited to the workspace" in text


async def test_inviting_again_renews_the_link_and_the_mail(office: Office, sign_in: SignIn, clock: HandClock) -> None:
    first = (await office.invite("ines@harbour.example", role=Role.AGENT)).teammate
    older = await link_in_mail(office)
    clock.advance(timedelta(hours=25))
    again = await office.invite("INES@harbour.example", display_name="Ines Okafor")
    newer = await link_in_mail(office)
    assert (again.teammate.id, again.teammate.role, again.teammate.display_name) == (
        first.id,
        Role.AGENT,
        "Ines Okafor",
    )
    assert again.teammate.is_invitation_open(clock.now())
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(older)
    assert (await sign_in.get_link(newer)).email == "ines@harbour.example"


async def test_an_expired_invitation_opens_nothing(office: Office, sign_in: SignIn, clock: HandClock) -> None:
    await office.invite("ines@harbour.example")
    clock.advance(timedelta(hours=24))
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(await link_in_mail(office))


async def test_role_and_team_that_are_not_said_stay(office: Office, sign_in: SignIn) -> None:
    """An admin who is invited again by address alone must not become a teammate."""
    await office.run(workspaces.create_team, "Sales Team")
    await join(sign_in, await office.invite("ines@harbour.example", role=Role.ADMIN, team="Sales Team"))
    before = await office.rows()
    again = await office.invite("ines@harbour.example")
    assert (again.teammate.role, again.teammate.team, again.link_token) == (Role.ADMIN, "Sales Team", None)
    assert await office.rows() == before
    other = await office.invite("ines@harbour.example", role=Role.AGENT)
    assert (other.teammate.role, other.teammate.team) == (Role.AGENT, "Sales Team")


async def test_whoever_has_joined_gets_no_mail(office: Office, sign_in: SignIn) -> None:
    await join(sign_in, await office.invite("ines@harbour.example"))
    await office.invite("ines@harbour.example", role=Role.AGENT)
    assert await office.mails() == []


async def test_a_suspended_person_who_is_invited_stays_suspended(office: Office, sign_in: SignIn) -> None:
    invited = await office.invite("ines@harbour.example")
    await join(sign_in, invited)
    await office.run(workspaces.suspend, invited.teammate.id)
    again = await office.invite("ines@harbour.example", role=Role.AGENT)
    assert (again.teammate.status, again.teammate.role, again.link_token) == (Status.SUSPENDED, Role.AGENT, None)
    assert await office.mails() == []


# Taking back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [0, 48], ids=["open", "out of date"])
async def test_an_invitation_is_taken_back_with_its_mail(
    office: Office, sign_in: SignIn, clock: HandClock, hours: int
) -> None:
    invited = await office.invite("ines@harbour.example")
    clock.advance(timedelta(hours=hours))
    await office.run(workspaces.revoke_invitation, invited.teammate.id)
    assert await office.mails() == []
    assert invited.link_token
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(invited.link_token)
    assert (await office.run(workspaces.quotas)).seats.used == 1
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(workspaces.revoke_invitation, invited.teammate.id)


async def test_an_accepted_invitation_cannot_be_taken_back(office: Office, sign_in: SignIn) -> None:
    invited = await office.invite("ines@harbour.example")
    await join(sign_in, invited)
    before = await office.rows()
    for teammate_id in (invited.teammate.id, office.created.owner_id):
        with pytest.raises(InvitationAccepted):
            await office.run(workspaces.revoke_invitation, teammate_id)
    assert await office.rows() == before


async def test_who_is_taken_back_while_joining_is_in_or_out(office: Office, sign_in: SignIn) -> None:
    for number in range(4):
        invited = await office.invite(f"{number}@harbour.example")
        assert invited.link_token
        joined, revoked = await asyncio.gather(
            sign_in.use_link(invited.link_token, GOOD, address=HERE),
            office.run(workspaces.revoke_invitation, invited.teammate.id),
            return_exceptions=True,
        )
        is_in = await office.run(workspaces.find_teammate, email=f"{number}@harbour.example")
        if is_in:
            assert isinstance(revoked, InvitationAccepted)
            assert not isinstance(joined, Exception)
        else:
            assert isinstance(joined, workspaces.LinkNotValid)
            assert revoked is None


async def test_a_neighbours_invitation_stays(office: Office, neighbour: Office) -> None:
    theirs = await neighbour.run(workspaces.find_teammate, email="ines@lagoon.example")
    assert theirs
    before = await neighbour.rows()
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(workspaces.revoke_invitation, theirs.id)
    assert await neighbour.rows() == before


async def test_a_mail_belongs_to_the_workspace_and_goes_with_it(office: Office, neighbour: Office) -> None:
    await office.invite("ines@lagoon.example")
    [(theirs, _)] = await neighbour.mails()
    [(ours, _)] = await office.mails()
    assert (theirs.recipient, ours.recipient) == ("ines@lagoon.example", "ines@lagoon.example")
    await office.run(workspaces.remove_workspace)
    assert await office.mails() == []
    assert len(await neighbour.mails()) == 1


# Lost passwords ----------------------------------------------------------------------------------------------


@pytest.fixture
async def owner(office: Office, sign_in: SignIn) -> Office:
    """A workspace whose owner has a password."""
    await sign_in.set_password(office.id, office.created.owner_id, GOOD)
    return office


async def test_a_lost_password_is_replaced_by_a_link_in_a_mail(owner: Office, sign_in: SignIn) -> None:
    await sign_in.mail_new_password(" Tomas@Harbour.example ")
    [(mail, text)] = await owner.mails()
    assert (mail.kind, mail.recipient) == ("new_password", "tomas@harbour.example")
    assert "If it was not you, ignore this mail." in text
    await sign_in.sign_in("tomas@harbour.example", GOOD, address=HERE)
    await sign_in.use_link(await link_in_mail(owner), "another password", address=HERE)
    await sign_in.sign_in("tomas@harbour.example", "another password", address=HERE)
    with pytest.raises(workspaces.WrongCredentials):
        await sign_in.sign_in("tomas@harbour.example", GOOD, address=HERE)


async def test_asking_twice_leaves_one_link(owner: Office, sign_in: SignIn) -> None:
    await sign_in.mail_new_password("tomas@harbour.example")
    older = await link_in_mail(owner)
    await sign_in.mail_new_password("tomas@harbour.example")
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(older)
    assert (await sign_in.get_link(await link_in_mail(owner))).email == "tomas@harbour.example"


STRANGERS = ["nobody@harbour.example", "ines@harbour.example", "", "tomas", "a\x00@b.example", "\ud800", "x" * 9999]


@pytest.mark.parametrize("email", STRANGERS)
async def test_who_cannot_sign_in_gets_no_mail(owner: Office, sign_in: SignIn, email: str) -> None:
    await owner.invite("ines@harbour.example")
    before = await owner.rows()
    await sign_in.mail_new_password(email)
    assert await owner.rows() == before


async def test_a_person_of_two_workspaces_gets_one_mail(owner: Office, neighbour: Office, sign_in: SignIn) -> None:
    invited = await neighbour.invite("tomas@harbour.example")
    assert invited.link_token
    await sign_in.use_link(invited.link_token, GOOD, address=HERE)
    theirs = len(await neighbour.mails())
    await sign_in.mail_new_password("tomas@harbour.example")
    assert (len(await owner.mails()), len(await neighbour.mails())) == (1, theirs)


async def test_a_removed_person_has_no_use_for_the_mail(owner: Office, sign_in: SignIn) -> None:
    invited = await owner.invite("ines@harbour.example")
    await join(sign_in, invited)
    await sign_in.mail_new_password("ines@harbour.example")
    assert len(await owner.mails()) == 1
    await owner.run(workspaces.remove, invited.teammate.id)
    assert await owner.mails() == []


async def test_nobody_asks_again_and_again(sign_in: SignIn, clock: HandClock) -> None:
    for _ in range(3):
        sign_in.count_lost("Tomas@harbour.example", address=HERE)
    with pytest.raises(workspaces.TooManyAttempts):
        sign_in.count_lost("tomas@harbour.example ", address="198.51.100.7")
    for number in range(17):
        sign_in.count_lost(f"{number}@harbour.example", address=HERE)
    with pytest.raises(workspaces.TooManyAttempts):
        sign_in.count_lost("another@harbour.example", address=HERE)
    clock.advance(timedelta(minutes=15))
    sign_in.count_lost("tomas@harbour.example", address=HERE)
