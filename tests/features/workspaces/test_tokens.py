"""API tokens: made, shown, rotated, moved to a new key; and who they say is calling."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.features.workspaces.conftest import START, HandClock, MakeOffice, Office, Traffic
from tideline.features import workspaces
from tideline.features.workspaces import Role, TeammateId
from tideline.features.workspaces.access import LONGEST_TOKEN, MOST_REMEMBERED
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.wake import Wakes


async def refused(access: workspaces.Access, token: str) -> bool:
    try:
        await access.authenticate(token)
    except workspaces.InvalidToken:
        return True
    return False


# Who is calling ----------------------------------------------------------------------------------------------


async def test_a_token_says_who_is_calling(office: Office, access: workspaces.Access) -> None:
    caller = await access.authenticate(office.created.api_token)
    assert (caller.workspace_id, caller.teammate_id) == (office.id, office.created.owner_id)
    assert (caller.email, caller.display_name, caller.role) == ("tomas@harbour.example", "Tomas", Role.OWNER)


async def test_each_token_opens_its_own_workspace(office: Office, neighbour: Office, access: workspaces.Access) -> None:
    for one in (office, neighbour):
        assert (await access.authenticate(one.created.api_token)).workspace_id == one.id


@pytest.mark.parametrize(
    "token",
    ["", "tla_", "nonsense", "tla_\x00", "\ud800", "é", "x" * LONGEST_TOKEN, "x" * 100_000],
    ids=["empty", "prefix", "word", "NUL", "surrogate", "accent", "long", "too long"],
)
async def test_what_is_no_token_is_refused(office: Office, access: workspaces.Access, token: str) -> None:
    assert await refused(access, token)
    assert await refused(access, office.created.api_token + token) or not token


async def test_made_up_tokens_fill_no_memory(office: Office, access: workspaces.Access) -> None:
    for number in range(20):
        await refused(access, f"tla_{number}")
    assert not access._memory.answers
    assert not access._memory.lookups


async def test_the_memory_is_bounded(office: Office, access: workspaces.Access) -> None:
    memory = access._current_memory()
    await access.authenticate(office.created.api_token)
    [answer] = memory.answers.values()
    memory.answers.update({bytes([n % 256, n // 256]): answer for n in range(MOST_REMEMBERED)})
    memory.answers.pop(next(iter(memory.answers)))
    await access.authenticate(office.created.api_token)
    assert len(memory.answers) == 1


async def test_an_answer_is_believed_for_two_seconds(
    office: Office, access: workspaces.Access, clock: HandClock, db: Database
) -> None:
    await access.authenticate(office.created.api_token)
    async with db.system() as tx:  # behind the back of the program, as on a node whose wake-ups are lost
        await tx.execute("UPDATE directory.token SET revoked_at = now(), ciphertext = NULL")
    clock.advance(timedelta(seconds=1.9))
    assert not await refused(access, office.created.api_token)
    clock.advance(timedelta(seconds=0.1))
    assert await refused(access, office.created.api_token)


async def test_a_clock_that_is_set_back_keeps_no_answer_alive(
    office: Office, access: workspaces.Access, clock: HandClock, db: Database
) -> None:
    await access.authenticate(office.created.api_token)
    async with db.system() as tx:
        await tx.execute("UPDATE directory.token SET revoked_at = now(), ciphertext = NULL")
    clock.advance(-timedelta(hours=3))
    assert await refused(access, office.created.api_token)


async def test_another_node_forgets_when_it_is_woken(
    office: Office, access: workspaces.Access, keyring: Keyring, db: Database
) -> None:
    wakes = Wakes()
    elsewhere = workspaces.Access(db, keyring, wakes)
    await elsewhere.authenticate(office.created.api_token)
    await office.run(workspaces.rotate_token, access, office.created.owner_id)
    wakes.wake("tokens")
    assert await refused(elsewhere, office.created.api_token)


async def test_callers_that_come_together_share_one_look_up(office: Office, access: workspaces.Access) -> None:
    callers = [asyncio.create_task(access.authenticate(office.created.api_token)) for _ in range(50)]
    await asyncio.sleep(0)
    assert len(access._memory.lookups) == 1
    callers[0].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(result, workspaces.Caller) for result in results[1:])


async def test_a_new_name_or_role_is_known_at_once(
    office: Office, access: workspaces.Access, sign_in: workspaces.SignIn
) -> None:
    invited = await office.invite("ines@harbour.example")
    assert invited.link_token
    await sign_in.use_link(invited.link_token, "a good password", address="")
    token = await office.run(workspaces.create_token, access, invited.teammate.id)
    assert (await access.authenticate(token)).role is Role.TEAMMATE
    await office.run(workspaces.change_role, invited.teammate.id, Role.AGENT)
    assert (await access.authenticate(token)).role is Role.AGENT


async def test_the_token_of_a_removed_teammate_is_told_apart_from_a_made_up_one(
    office: Office, access: workspaces.Access, sign_in: workspaces.SignIn
) -> None:
    invited = await office.invite("ines@harbour.example")
    assert invited.link_token
    await sign_in.use_link(invited.link_token, "a good password", address="")
    token = await office.run(workspaces.create_token, access, invited.teammate.id)
    await office.run(workspaces.remove, invited.teammate.id)
    with pytest.raises(workspaces.MemberNotFound):
        await access.authenticate(token)
    with pytest.raises(workspaces.InvalidToken):
        await access.authenticate(token + "x")


# Scopes and expiry -------------------------------------------------------------------------------------------


async def test_an_expired_token_is_refused_to_the_second_and_can_be_replaced(
    office: Office, access: workspaces.Access, clock: HandClock
) -> None:
    owner = office.created.owner_id
    await office.run(workspaces.rotate_token, access, owner)
    async with office.db.system() as tx:
        await tx.execute("UPDATE directory.token SET expires_at = $1", START + timedelta(seconds=1))
    token = await office.run(workspaces.show_token, access, owner)
    assert not await refused(access, token)
    clock.advance(timedelta(seconds=1))
    assert await refused(access, token)
    with pytest.raises(workspaces.TokenNotFound):
        await office.run(workspaces.show_token, access, owner)
    new = await office.run(workspaces.create_token, access, owner, expires_at=START + timedelta(days=1))
    assert not await refused(access, new)
    clock.advance(timedelta(days=1))
    assert await refused(access, new)


async def test_rotation_keeps_scopes_and_the_length_of_life(
    office: Office, access: workspaces.Access, clock: HandClock, sign_in: workspaces.SignIn
) -> None:
    invited = await office.invite("ines@harbour.example")
    assert invited.link_token
    await sign_in.use_link(invited.link_token, "a good password", address="")
    ines = invited.teammate.id
    week = timedelta(days=7)
    await office.run(workspaces.create_token, access, ines, scopes=["messages:read"], expires_at=START + week)
    clock.advance(timedelta(days=5))
    token = await office.run(workspaces.rotate_token, access, ines)
    assert (await access.authenticate(token)).scopes == {"messages:read"}
    clock.advance(week - timedelta(seconds=1))
    assert not await refused(access, token)
    clock.advance(timedelta(seconds=1))
    assert await refused(access, token)


async def test_a_token_with_scopes_may_only_do_that(office: Office, access: workspaces.Access) -> None:
    caller = await access.authenticate(office.created.api_token)
    caller.ensure_scope("messages:write")  # no scopes: everything
    narrow = workspaces.Caller(
        caller.workspace_id, caller.teammate_id, "", "", Role.OWNER, frozenset({"messages:read"})
    )
    narrow.ensure_scope("messages:read")
    with pytest.raises(workspaces.InsufficientScope):
        narrow.ensure_scope("messages:write")


# Create, show, rotate ----------------------------------------------------------------------------------------


async def test_a_token_can_be_shown_again(office: Office, access: workspaces.Access) -> None:
    assert await office.run(workspaces.show_token, access, office.created.owner_id) == office.created.api_token


async def test_a_teammate_has_one_token(office: Office, access: workspaces.Access) -> None:
    with pytest.raises(workspaces.TokenExists):
        await office.run(workspaces.create_token, access, office.created.owner_id)
    assert not await refused(access, office.created.api_token)


async def test_who_has_not_joined_has_none(office: Office, access: workspaces.Access) -> None:
    invited = (await office.invite("ines@harbour.example")).teammate
    with pytest.raises(workspaces.NotActive):
        await office.run(workspaces.create_token, access, invited.id)
    with pytest.raises(workspaces.TokenNotFound):
        await office.run(workspaces.show_token, access, invited.id)


async def test_rotation_kills_the_old_token_at_once(
    office: Office, neighbour: Office, access: workspaces.Access
) -> None:
    before = await neighbour.rows()
    await access.authenticate(office.created.api_token)
    new = await office.run(workspaces.rotate_token, access, office.created.owner_id)
    assert new != office.created.api_token
    assert await refused(access, office.created.api_token)
    assert (await access.authenticate(new)).teammate_id == office.created.owner_id
    assert await office.run(workspaces.show_token, access, office.created.owner_id) == new
    kind, payload = (await office.facts())[-1]
    assert (kind, payload) == ("TokenRotated", {"teammate_id": office.created.owner_id})
    assert await neighbour.rows() == before
    assert (await access.authenticate(neighbour.created.api_token)).workspace_id == neighbour.id


async def test_nothing_of_a_token_can_be_read_in_the_database(office: Office, access: workspaces.Access) -> None:
    await office.run(workspaces.rotate_token, access, office.created.owner_id)
    rows = (await office.rows())["directory.token"]
    token = await office.run(workspaces.show_token, access, office.created.owner_id)
    assert token not in repr(rows)
    assert token.encode() not in b"".join(row["ciphertext"] or b"" for row in rows)
    assert [row["ciphertext"] is None for row in rows if row["revoked_at"]] == [True]


async def test_a_ciphertext_put_into_another_row_does_not_open(
    office: Office, neighbour: Office, access: workspaces.Access
) -> None:
    async with office.db.system() as tx:
        await tx.execute(
            """
            UPDATE directory.token t SET ciphertext = o.ciphertext FROM directory.token o
            WHERE t.workspace = $1 AND o.workspace = $2
            """,
            neighbour.id,
            office.id,
        )
    with pytest.raises(Exception, match="could not be decrypted"):
        await neighbour.run(workspaces.show_token, access, neighbour.created.owner_id)


async def test_rotations_at_the_same_time_leave_one_token(office: Office, access: workspaces.Access) -> None:
    tokens = await asyncio.gather(
        *(office.run(workspaces.rotate_token, access, office.created.owner_id) for _ in range(6))
    )
    alive = [token for token in tokens if not await refused(access, token)]
    assert alive == [await office.run(workspaces.show_token, access, office.created.owner_id)]


async def test_rotation_under_traffic_never_lets_an_old_token_in_again(
    office: Office, access: workspaces.Access
) -> None:
    """Whoever has the newest token gets in, and nobody with an older one once its rotation is done."""
    newest, dead, is_rotating = office.created.api_token, set[str](), False

    async def call() -> None:
        token, was_dead, may_be_refused = newest, newest in dead, is_rotating
        was_refused = await refused(access, token)
        if was_dead:
            assert was_refused
        elif was_refused:
            assert may_be_refused or is_rotating or token in dead

    async with Traffic([call] * 5) as traffic:
        for _ in range(10):
            is_rotating = True
            new = await office.run(workspaces.rotate_token, access, office.created.owner_id)
            dead.add(newest)
            assert await refused(access, newest)
            newest, is_rotating = new, False
            assert not await refused(access, newest)
            await traffic.goes_on()


# A new key ---------------------------------------------------------------------------------------------------


async def test_tokens_move_to_the_new_key_and_work_all_along(
    office: Office, neighbour: Office, access: workspaces.Access, wakes: Wakes, tmp_path: Path
) -> None:
    old_key = access.keyring.primary_id
    elsewhere = workspaces.Access(office.db, Keyring.open(tmp_path), wakes)
    command = workspaces.Access(office.db, Keyring.open(tmp_path), Wakes())

    async def call(reader: workspaces.Access) -> None:
        for one in (office, neighbour):
            wakes.wake("tokens")  # nothing is remembered: every call asks the database
            assert (await reader.authenticate(one.created.api_token)).workspace_id == one.id

    async with Traffic([lambda: call(access), lambda: call(elsewhere)]) as traffic:
        for _ in range(5):
            rotation = await command.keyring.rotate(lambda: workspaces.reencrypt_tokens(office.db, command))
            assert (rotation.is_new, rotation.reencrypted) == (True, 2)
            await traffic.goes_on()

    command.keyring.retire_old_keys()
    assert access.keyring.key_ids == [rotation.key_id] != [old_key]
    for one in (office, neighbour):
        assert await one.run(workspaces.show_token, access, one.created.owner_id) == one.created.api_token
        [row] = (await one.rows())["directory.token"]
        assert row["key_id"] == rotation.key_id
    async with office.db.system() as tx:
        assert await workspaces.count_unreadable_tokens(tx, access) == 0


class LateKeyring(Keyring):
    """Knows of the newest key from the second question on, as if the keys were rotated just after the first."""

    was_asked = False

    def token_hashes(self, token: str) -> list[bytes]:
        hashes = super().token_hashes(token)
        hashes, self.was_asked = (hashes if self.was_asked else hashes[1:]), True
        return hashes


async def test_a_token_that_moves_while_it_is_looked_for_is_found(
    office: Office, access: workspaces.Access, tmp_path: Path, wakes: Wakes
) -> None:
    await access.keyring.rotate(lambda: workspaces.reencrypt_tokens(office.db, access))
    late = workspaces.Access(office.db, LateKeyring.open(tmp_path), wakes)
    assert (await late.authenticate(office.created.api_token)).workspace_id == office.id


async def test_moving_again_moves_nothing(office: Office, access: workspaces.Access) -> None:
    assert await workspaces.reencrypt_tokens(office.db, access) == 0


async def test_more_tokens_than_one_batch_are_moved(
    office: Office, access: workspaces.Access, make_office: MakeOffice
) -> None:
    others = [await make_office(f"Office {number}") for number in range(4)]
    rotation = await access.keyring.rotate(lambda: workspaces.reencrypt_tokens(office.db, access, batch=2))
    assert rotation.reencrypted == 5
    for other in others:
        assert (await access.authenticate(other.created.api_token)).workspace_id == other.id


async def test_revoked_tokens_stay_known_as_they_were(office: Office, access: workspaces.Access) -> None:
    await office.run(workspaces.rotate_token, access, office.created.owner_id)
    rotation = await access.keyring.rotate(lambda: workspaces.reencrypt_tokens(office.db, access))
    assert rotation.reencrypted == 1
    assert await refused(access, office.created.api_token)


async def test_a_lost_key_is_noticed_and_stops_nothing(
    office: Office, neighbour: Office, db: Database, wakes: Wakes
) -> None:
    stranger = workspaces.Access(db, Keyring(["a key that never sealed anything"]), wakes)
    async with db.system() as tx:
        assert await workspaces.count_unreadable_tokens(tx, stranger) == 2
    assert await workspaces.reencrypt_tokens(db, stranger) == 0
    assert await refused(stranger, office.created.api_token)
    # The way out: a new token.
    new = await office.run(workspaces.rotate_token, stranger, office.created.owner_id)
    assert (await stranger.authenticate(new)).workspace_id == office.id


async def test_a_token_of_a_teammate_that_is_gone_says_so(office: Office, access: workspaces.Access) -> None:
    async with office.db.system() as tx:
        await tx.execute("UPDATE directory.token SET teammate_id = $1", TeammateId(999_999))
    with pytest.raises(workspaces.MemberNotFound):
        await access.authenticate(office.created.api_token)
