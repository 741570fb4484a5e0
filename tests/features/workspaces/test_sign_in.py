"""People get in with a password or a link, and stay in with a session."""

import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from tests.features.workspaces.conftest import START, HandClock, Office
from tideline.features import workspaces
from tideline.features.workspaces import Asks, Purpose, SignIn, Status, WorkspaceId
from tideline.features.workspaces.sign_in import SEEN_EVERY, SESSION_IDLE, SESSION_LASTS
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.passwords import Checked, Passwords

HERE = "192.0.2.1"
GOOD = "a good password"
EMAIL = "tomas@harbour.example"


@pytest.fixture
async def owner(office: Office, sign_in: SignIn) -> Office:
    """A workspace whose owner has a password."""
    await sign_in.set_password(office.id, office.created.owner_id, GOOD)
    return office


async def session_ended(sign_in: SignIn, token: str) -> bool:
    try:
        await sign_in.get_session(token)
    except workspaces.SessionEnded:
        return True
    return False


# Passwords ---------------------------------------------------------------------------------------------------


async def test_the_right_password_opens_a_session(owner: Office, neighbour: Office, sign_in: SignIn) -> None:
    new = await sign_in.sign_in(" Tomas@Harbour.Example", GOOD, address=HERE)
    session = await sign_in.get_session(new.token)
    assert (session.email, session.workspaces, session.expires_at) == (EMAIL, (owner.id,), START + SESSION_LASTS)
    assert (await owner.run(workspaces.get_member, session.person_id)).id == owner.created.owner_id
    with pytest.raises(workspaces.MemberNotFound):
        await neighbour.run(workspaces.get_member, session.person_id)


WRONG = {
    "wrong password": (EMAIL, "another password"),
    "empty password": (EMAIL, ""),
    "unknown address": ("nobody@harbour.example", GOOD),
    "no address": ("tomas", GOOD),
    "NUL in the address": ("tomas\x00@harbour.example", GOOD),
    "NUL in the password": (EMAIL, GOOD + "\x00"),
    "surrogates": ("\ud800@harbour.example", "\ud800"),
    "no password yet": ("lena@lagoon.example", GOOD),
    "has not joined": ("ines@lagoon.example", GOOD),
    "endless": ("x" * 100_000, "x" * 100_000),
}


@pytest.mark.parametrize(("email", "password"), WRONG.values(), ids=WRONG)
async def test_every_reason_to_refuse_sounds_the_same(
    owner: Office, neighbour: Office, sign_in: SignIn, email: str, password: str
) -> None:
    with pytest.raises(workspaces.WrongCredentials) as refused:
        await sign_in.sign_in(email, password, address=HERE)
    assert refused.value.message == "Wrong e-mail address or password."
    async with owner.db.system_read() as tx:
        assert await tx.value("SELECT count(*) FROM directory.session") == 0


async def test_too_many_attempts_for_one_address_are_refused_even_with_the_right_password(
    owner: Office, sign_in: SignIn, clock: HandClock
) -> None:
    for number in range(10):
        with pytest.raises(workspaces.WrongCredentials):
            await sign_in.sign_in(EMAIL, "a wrong password", address=f"192.0.2.{number}")
    with pytest.raises(workspaces.TooManyAttempts) as refused:
        await sign_in.sign_in(EMAIL.upper(), GOOD, address="192.0.2.99")
    assert refused.value.details["retry_after"] == 900
    clock.advance(timedelta(minutes=15))
    await sign_in.sign_in(EMAIL, GOOD, address=HERE)


async def test_many_at_once_do_not_slip_through(owner: Office, sign_in: SignIn) -> None:
    attempts = (sign_in.sign_in(EMAIL, "a wrong password", address=HERE) for _ in range(30))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, workspaces.WrongCredentials) for result in results) == 10


async def test_one_place_cannot_try_everybody(owner: Office, sign_in: SignIn) -> None:
    for number in range(50):
        with pytest.raises(workspaces.WrongCredentials):
            await sign_in.sign_in(f"{number}@harbour.example", GOOD, address="2001:db8::1")
    with pytest.raises(workspaces.TooManyAttempts):
        await sign_in.sign_in(EMAIL, GOOD, address="2001:db8::2")
    await sign_in.sign_in(EMAIL, GOOD, address="2001:db8:0:1::1")


async def test_who_gets_in_is_not_counted(owner: Office, sign_in: SignIn) -> None:
    for _ in range(12):
        await sign_in.sign_in(EMAIL, GOOD, address=HERE)


async def test_a_weaker_hash_is_replaced_when_somebody_signs_in(
    owner: Office, access: workspaces.Access, db: Database
) -> None:
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    sign_in = SignIn(db, access, stronger)
    await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    async with db.system_read() as tx:
        assert "m=16,t=2,p=1" in await tx.value("SELECT password FROM directory.credential")
    await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    stronger.close()


@pytest.mark.parametrize("password", ["", "too short", " " * 12, "x" * 201])
async def test_a_password_has_a_sensible_length(office: Office, sign_in: SignIn, password: str) -> None:
    with pytest.raises(workspaces.WeakPassword):
        await sign_in.set_password(office.id, office.created.owner_id, password)
    with pytest.raises(workspaces.WeakPassword):
        await sign_in.use_link(office.created.sign_in_token, password, address=HERE)
    assert (await sign_in.get_link(office.created.sign_in_token)).asks is Asks.NEW_PASSWORD


async def test_a_new_password_ends_every_session_and_link(
    owner: Office, neighbour: Office, sign_in: SignIn, access: workspaces.Access
) -> None:
    await sign_in.set_password(neighbour.id, neighbour.created.owner_id, GOOD)
    theirs = await sign_in.sign_in("lena@lagoon.example", GOOD, address=HERE)
    sessions = [await sign_in.sign_in(EMAIL, GOOD, address=HERE) for _ in range(2)]
    reset = await owner.run(workspaces.reset_link, access, owner.created.owner_id)
    await sign_in.set_password(owner.id, owner.created.owner_id, "another good one")
    assert [await session_ended(sign_in, session.token) for session in sessions] == [True, True]
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(reset)
    with pytest.raises(workspaces.WrongCredentials):
        await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    assert not await session_ended(sign_in, theirs.token)


async def test_nobody_sets_the_password_of_a_neighbour(office: Office, neighbour: Office, sign_in: SignIn) -> None:
    with pytest.raises(workspaces.TeammateNotFound):
        await sign_in.set_password(office.id, neighbour.created.owner_id, GOOD)
    with pytest.raises(workspaces.TeammateNotFound):
        await sign_in.set_password(WorkspaceId(999), neighbour.created.owner_id, GOOD)


async def test_a_password_that_changes_while_the_old_one_is_checked_opens_nothing(
    owner: Office, sign_in: SignIn, passwords: Passwords, access: workspaces.Access, db: Database
) -> None:
    class SlowPasswords(Passwords):
        """Checks, then lets the password change before it answers."""

        async def check(self, hashed: str | None, password: str) -> Checked:
            checked = await passwords.check(hashed, password)
            await sign_in.set_password(owner.id, owner.created.owner_id, "another good one")
            return checked

    slow = SlowPasswords()
    with pytest.raises(workspaces.WrongCredentials):
        await SignIn(db, access, slow).sign_in(EMAIL, GOOD, address=HERE)
    slow.close()


# Links -------------------------------------------------------------------------------------------------------


async def test_the_link_of_a_new_workspace_lets_the_owner_choose_a_password(office: Office, sign_in: SignIn) -> None:
    link = await sign_in.get_link(office.created.sign_in_token)
    assert (link.purpose, link.email, link.asks) == (Purpose.SIGN_IN, EMAIL, Asks.NEW_PASSWORD)
    new = await sign_in.use_link(office.created.sign_in_token, GOOD, address=HERE)
    assert (await sign_in.get_session(new.token)).workspaces == (office.id,)
    await sign_in.sign_in(EMAIL, GOOD, address=HERE)


async def test_a_sign_in_link_asks_nothing_of_somebody_with_a_password(
    owner: Office, sign_in: SignIn, access: workspaces.Access
) -> None:
    token = await owner.run(workspaces.sign_in_link, access, owner.created.owner_id)
    assert (await sign_in.get_link(token)).asks is Asks.NOTHING
    await sign_in.use_link(token, address=HERE)
    await sign_in.sign_in(EMAIL, GOOD, address=HERE)


async def test_a_link_works_once(office: Office, sign_in: SignIn) -> None:
    results = await asyncio.gather(
        *(sign_in.use_link(office.created.sign_in_token, GOOD, address=HERE) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, workspaces.NewSession) for result in results) == 1
    assert sum(isinstance(result, workspaces.LinkNotValid) for result in results) == 4


async def test_a_link_works_for_24_hours(office: Office, sign_in: SignIn, clock: HandClock) -> None:
    clock.advance(timedelta(hours=23, minutes=59))
    assert (await sign_in.get_link(office.created.sign_in_token)).email == EMAIL
    clock.advance(timedelta(minutes=1))
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(office.created.sign_in_token)
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.use_link(office.created.sign_in_token, GOOD, address=HERE)


@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "\ud800", "x" * 100_000])
async def test_a_made_up_link_is_refused(office: Office, sign_in: SignIn, token: str) -> None:
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(token)
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.use_link(token, GOOD, address=HERE)
    assert await session_ended(sign_in, token)


async def test_only_hashes_of_links_and_sessions_are_stored(office: Office, sign_in: SignIn, db: Database) -> None:
    new = await sign_in.use_link(office.created.sign_in_token, GOOD, address=HERE)
    async with db.system_read() as tx:
        for table in ("one_time_link", "session"):
            stored = repr([dict(row) for row in await tx.fetch(f"SELECT * FROM directory.{table}")])
            assert office.created.sign_in_token not in stored
            assert new.token not in stored


async def test_a_newer_link_makes_the_older_one_void(
    owner: Office, neighbour: Office, sign_in: SignIn, access: workspaces.Access
) -> None:
    first = await owner.run(workspaces.reset_link, access, owner.created.owner_id)
    second = await owner.run(workspaces.reset_link, access, owner.created.owner_id)
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.get_link(first)
    assert (await sign_in.get_link(second)).asks is Asks.NEW_PASSWORD
    assert (await sign_in.get_link(neighbour.created.sign_in_token)).email == "lena@lagoon.example"


async def test_a_reset_ends_what_was_open_and_begins_anew(
    owner: Office, sign_in: SignIn, access: workspaces.Access
) -> None:
    before = await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    reset = await owner.run(workspaces.reset_link, access, owner.created.owner_id)
    after = await sign_in.use_link(reset, "another good one", address=HERE)
    assert await session_ended(sign_in, before.token)
    assert not await session_ended(sign_in, after.token)
    with pytest.raises(workspaces.LinkNotValid):
        await sign_in.use_link(reset, "a third password", address=HERE)
    await sign_in.sign_in(EMAIL, "another good one", address=HERE)


# Invitations -------------------------------------------------------------------------------------------------


async def test_a_newcomer_joins_with_a_password_of_their_own(office: Office, sign_in: SignIn) -> None:
    invited = await office.invite("ines@harbour.example")
    assert invited.link_token
    assert (await sign_in.get_link(invited.link_token)).asks is Asks.NEW_PASSWORD
    new = await sign_in.use_link(invited.link_token, GOOD, address=HERE)
    session = await sign_in.get_session(new.token)
    joined = await office.run(workspaces.get_member, session.person_id)
    assert (joined.id, joined.status, joined.invited_until) == (invited.teammate.id, Status.ACTIVE, None)
    async with office.db.system_read() as tx:
        rows = await tx.fetch("SELECT kind, actor_kind, actor_id, address FROM tenant.fact ORDER BY id DESC LIMIT 2")
    assert [tuple(row) for row in rows] == [
        ("TeammateSignedIn", "teammate", joined.id, HERE),
        ("TeammateJoined", "teammate", joined.id, HERE),
    ]


async def test_an_invitation_does_not_open_an_account_that_exists(
    owner: Office, neighbour: Office, sign_in: SignIn
) -> None:
    """Whoever invites has the link too; it must not make them the invited person."""
    invited = await neighbour.invite(EMAIL)
    assert invited.link_token
    assert (await sign_in.get_link(invited.link_token)).asks is Asks.PASSWORD
    for guess in ("", "a new password of mine"):
        with pytest.raises(workspaces.WrongCredentials):
            await sign_in.use_link(invited.link_token, guess, address=HERE)
    new = await sign_in.use_link(invited.link_token, GOOD, address=HERE)
    assert (await sign_in.get_session(new.token)).workspaces == (owner.id, neighbour.id)


async def test_guesses_at_an_invitation_are_counted(owner: Office, neighbour: Office, sign_in: SignIn) -> None:
    invited = await neighbour.invite(EMAIL)
    assert invited.link_token
    for _ in range(10):
        with pytest.raises(workspaces.WrongCredentials):
            await sign_in.use_link(invited.link_token, "a wrong password", address=HERE)
    with pytest.raises(workspaces.TooManyAttempts):
        await sign_in.use_link(invited.link_token, GOOD, address=HERE)


async def test_two_first_passwords_at_once_are_one(office: Office, neighbour: Office, sign_in: SignIn) -> None:
    invited = [await one.invite("new@person.example") for one in (office, neighbour)]
    results = await asyncio.gather(
        *(
            sign_in.use_link(one.link_token or "", f"password of number {number}", address=HERE)
            for number, one in enumerate(invited)
        ),
        return_exceptions=True,
    )
    [winner] = [number for number, result in enumerate(results) if isinstance(result, workspaces.NewSession)]
    loser = 1 - winner
    assert isinstance(results[loser], workspaces.LinkNotValid | workspaces.WrongCredentials)
    await sign_in.sign_in("new@person.example", f"password of number {winner}", address=HERE)
    await sign_in.use_link(invited[loser].link_token or "", f"password of number {winner}", address=HERE)


async def test_a_renewed_invitation_and_an_acceptance_at_once_leave_a_teammate_who_has_joined_or_can(
    office: Office, sign_in: SignIn
) -> None:
    for number in range(3):
        email = f"{number}@harbour.example"
        first = await office.invite(email)
        accepted, again = await asyncio.gather(
            sign_in.use_link(first.link_token or "", GOOD, address=HERE), office.invite(email), return_exceptions=True
        )
        teammate = await office.run(workspaces.get_teammate, first.teammate.id)
        assert isinstance(again, workspaces.Invited)
        if isinstance(accepted, workspaces.NewSession):
            assert teammate.is_active
            assert again.link_token is None
        else:
            assert teammate.status is Status.INVITED
            assert (await sign_in.get_link(again.link_token or "")).email == email


# Sessions ----------------------------------------------------------------------------------------------------


async def test_a_session_ends_when_it_is_not_used_for_a_week(owner: Office, sign_in: SignIn, clock: HandClock) -> None:
    new = await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    for _ in range(3):
        clock.advance(SESSION_IDLE - timedelta(seconds=1))
        assert not await session_ended(sign_in, new.token)
    clock.advance(SESSION_IDLE)
    assert await session_ended(sign_in, new.token)


async def test_a_session_ends_after_a_month_of_use(owner: Office, sign_in: SignIn, clock: HandClock) -> None:
    new = await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    for _ in range(29):
        clock.advance(timedelta(days=1))
        assert not await session_ended(sign_in, new.token)
    clock.advance(timedelta(days=1))
    assert await session_ended(sign_in, new.token)


async def test_use_is_written_down_now_and_then_only(
    owner: Office, sign_in: SignIn, clock: HandClock, db: Database
) -> None:
    new = await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    seen = []
    for _ in range(3):
        await sign_in.get_session(new.token)
        async with db.system_read() as tx:
            seen.append(await tx.value("SELECT seen_at FROM directory.session"))
        clock.advance(SEEN_EVERY / 2)
    assert seen == [START, START, START + SEEN_EVERY]


async def test_signing_out_ends_this_session_only(owner: Office, sign_in: SignIn) -> None:
    one, other = [await sign_in.sign_in(EMAIL, GOOD, address=HERE) for _ in range(2)]
    await sign_in.sign_out(one.token)
    await sign_in.sign_out("nonsense\x00")
    assert await session_ended(sign_in, one.token)
    assert not await session_ended(sign_in, other.token)


async def test_sessions_outlive_a_new_key_until_the_old_one_is_retired(
    owner: Office, sign_in: SignIn, keyring: Keyring, access: workspaces.Access
) -> None:
    new = await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    await keyring.rotate(lambda: workspaces.reencrypt_tokens(owner.db, access))
    assert not await session_ended(sign_in, new.token)
    keyring.retire_old_keys()
    assert await session_ended(sign_in, new.token)


async def test_what_is_over_is_swept_away_and_nothing_else(
    owner: Office, neighbour: Office, sign_in: SignIn, clock: HandClock, db: Database
) -> None:
    await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    assert await sign_in.sweep() == 0
    clock.advance(timedelta(days=8))
    kept = await sign_in.sign_in(EMAIL, GOOD, address=HERE)
    async with db.system_read() as tx:
        links = await tx.value("SELECT count(*) FROM directory.one_time_link")
    assert links > 0
    assert await sign_in.sweep() == links + 1
    assert not await session_ended(sign_in, kept.token)
