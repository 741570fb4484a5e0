"""Linking phones: attempts, the links to their pages, and the numbers that come of them."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.office import NODE, OTHER_NODE, START, TTL, HandClock, Office
from tideline.features import numbers, workspaces
from tideline.features.numbers import (
    LinkingLimits,
    NumberKind,
    NumberState,
    PairingClosed,
    PairingMethod,
    PairingNotFound,
    PairingState,
    PhoneAlreadyLinked,
    PhoneNeeded,
    TooManyLinkingAttempts,
    linking,
)
from tideline.features.numbers.port import AccountState, Paired, PairingRef, StateChanged
from tideline.features.workspaces import Role
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.wake import Wakes

TABLES = ("tenant.number", "tenant.pairing", "directory.number_lease", "directory.pairing_link", "tenant.fact")
KEYS = Keyring(["another key for tests, long enough"])
UNLINKED = StateChanged(AccountState.UNLINKED)


async def test_an_attempt_is_a_row_that_gateways_find(office: Office, neighbour: Office, wakes: Wakes) -> None:
    bell = wakes.bell(numbers.PAIRINGS_TOPIC)
    pairing = await office.begin_link()
    assert bell.has_rung()
    assert (pairing.state, pairing.expires_at) == (PairingState.REQUESTED, START + timedelta(minutes=5))
    async with office.db.system_read() as tx:
        found = await numbers.list_open_pairings(tx, ["simulator"])
        assert await numbers.list_open_pairings(tx, ["linked"]) == []
    assert {one.workspace_id for one in found} == {office.id, neighbour.id}
    assert pairing in found


async def test_one_gateway_gets_an_attempt(office: Office, clock: HandClock) -> None:
    pairing = await office.begin_link()
    taken = await asyncio.gather(*(office.run(numbers.take_pairing, pairing.id, node) for node in (NODE, OTHER_NODE)))
    [winner] = [one for one in taken if one]
    assert winner.state is PairingState.WAITING
    clock.advance(linking.SILENCE + timedelta(seconds=1))
    again = await office.run(numbers.take_pairing, pairing.id, OTHER_NODE)
    assert again
    assert again.node == OTHER_NODE


async def test_codes_are_written_to_the_row_as_they_change(office: Office) -> None:
    pairing = await office.begin_link()
    for qr, seconds in (("2@first", 60), ("2@second", 80)):
        until = START + timedelta(seconds=seconds)
        await office.run(numbers.advance, pairing.id, linking.showing_qr(qr, until, START))
        seen = await office.run(numbers.get_pairing, pairing.id)
        assert (seen.qr, seen.code_until) == (qr, until)


async def test_linking_by_code_needs_the_phone(office: Office) -> None:
    with pytest.raises(PhoneNeeded):
        await office.begin_link(method=PairingMethod.CODE)
    pairing = await office.begin_link(method=PairingMethod.CODE, phone="15550001001")
    assert (pairing.method, pairing.phone) == (PairingMethod.CODE, "15550001001")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
async def test_whose_role_has_no_numbers_links_none(office: Office, role: Role) -> None:
    access = workspaces.Access(office.db, Keyring(["a key for tests, long enough"]), Wakes())
    somebody = (await office.run(workspaces.invite, access, email="ines@harbour.example", role=role)).teammate
    if workspaces.may(role, workspaces.Action.LINK_NUMBER):
        await office.run(numbers.begin_link, somebody.id, NumberKind.SIMULATOR)
    else:
        with pytest.raises(workspaces.PermissionDenied):
            await office.run(numbers.begin_link, somebody.id, NumberKind.SIMULATOR)


async def test_a_confirmed_phone_becomes_a_number_whose_session_this_gateway_holds(office: Office) -> None:
    linked = await office.link("15550001001")
    number = linked.number
    assert (number.state, number.jid, number.account_name) == (
        NumberState.ACTIVE, "15550001001@s.whatsapp.net", "Harbour",
    )  # fmt: skip
    assert (linked.lease.node, linked.lease.epoch) == (NODE, 1)
    await office.run(numbers.fence, linked.lease)
    assert await office.fact_kinds() == ["NumberConnected"]
    ref = await office.run(numbers.session_to_adopt, number.id)
    assert ref
    pairing = await office.run(numbers.get_pairing, ref.pairing_id)
    assert (pairing.state, pairing.number_id) == (PairingState.LINKED, number.id)
    await office.run(numbers.mark_adopted, number.id, ref)
    assert await office.run(numbers.session_to_adopt, number.id) is None


async def test_the_same_phone_comes_back_as_the_same_number(office: Office, clock: HandClock) -> None:
    first = await office.link("15550001001", node=NODE)
    await office.run(numbers.report, first.number.id, [UNLINKED])
    clock.advance(timedelta(days=3))
    second = await office.link("15550001001", node=OTHER_NODE, name="Harbour Two", lid="88")
    assert second.number.id == first.number.id
    assert (second.number.account_name, second.number.lid) == ("Harbour Two", "88")
    assert second.number.connected_at == START + timedelta(days=3)
    assert (second.lease.node, second.lease.epoch) == (OTHER_NODE, 2)
    assert await office.fact_kinds() == ["NumberConnected", "NumberDisconnected", "NumberConnected"]
    with pytest.raises(numbers.LeaseLost):
        await office.run(numbers.fence, first.lease)


async def test_a_phone_that_is_linked_and_well_is_not_linked_twice(office: Office) -> None:
    first = await office.link("15550001001")
    before = await office.rows("tenant.number", "directory.number_lease", "tenant.fact")
    with pytest.raises(PhoneAlreadyLinked):
        await office.link("15550001001", node=OTHER_NODE)
    assert await office.rows("tenant.number", "directory.number_lease", "tenant.fact") == before
    await office.run(numbers.fence, first.lease)


async def test_two_gateways_that_hear_of_the_same_phone_at_once_make_one_number(office: Office) -> None:
    outcomes = await asyncio.gather(
        office.link("15550001001", node=NODE), office.link("15550001001", node=OTHER_NODE), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Linked", "PhoneAlreadyLinked"]
    assert len(await office.run(numbers.list_numbers)) == 1


async def test_the_same_phone_in_two_workspaces_is_two_numbers(office: Office, neighbour: Office) -> None:
    mine = (await office.link("15550001001")).number
    [theirs] = await neighbour.run(numbers.list_numbers)
    assert mine.id != theirs.id
    assert mine.phone == theirs.phone
    await office.run(numbers.unlink, mine.id)
    assert await neighbour.run(numbers.get, theirs.id) == theirs


async def test_whoever_links_a_phone_again_becomes_its_owner(db: Database, office: Office, wakes: Wakes) -> None:
    number = (await office.link("15550001001")).number
    await office.run(numbers.report, number.id, [UNLINKED])
    access = workspaces.Access(db, KEYS, wakes)
    invited = await office.run(workspaces.invite, access, email="ines@harbour.example")
    pairing = await office.run(numbers.begin_link, invited.teammate.id, NumberKind.SIMULATOR)
    paired = Paired(PairingRef(pairing.id, office.id), "15550001001", None, "Harbour")
    linked = await office.run(numbers.link, paired, NODE, TTL)
    assert linked.number.owner.email == "ines@harbour.example"
    assert (await office.run(numbers.get, number.id)).owner == linked.number.owner


async def test_a_confirmation_that_comes_too_late_links_nothing(office: Office) -> None:
    pairing = await office.begin_link()
    await office.run(numbers.cancel_pairing, pairing.id)
    before = await office.rows(*TABLES)
    with pytest.raises(PairingClosed):
        await office.run(numbers.link, Paired(PairingRef(pairing.id, office.id), "15550001001", None, ""), NODE, TTL)
    assert await office.rows(*TABLES) == before


async def test_cancelling_twice_changes_nothing(office: Office) -> None:
    pairing = await office.begin_link()
    cancelled = await office.run(numbers.cancel_pairing, pairing.id)
    assert cancelled.state is PairingState.CANCELLED
    assert await office.run(numbers.cancel_pairing, pairing.id) == cancelled


async def test_a_link_leads_to_its_attempt_and_for_an_hour_to_its_end(office: Office, clock: HandClock) -> None:
    pairing = await office.begin_link()
    token = await office.run(numbers.create_pairing_link, KEYS, pairing.id)

    async def find(token: str) -> PairingRef | None:
        async with office.db.system_read() as tx:
            return await numbers.find_pairing_link(tx, KEYS, token)

    assert await find(token) == PairingRef(pairing.id, office.id)
    assert await find(token + "x") is None
    assert await find("\udcff") is None
    stored = await office.rows("directory.pairing_link")
    assert token not in repr(stored)
    clock.advance(timedelta(minutes=64))
    assert await find(token)
    clock.advance(timedelta(minutes=1))
    assert await find(token) is None
    clock.advance(timedelta(seconds=1))
    async with office.db.system() as tx:
        assert await numbers.delete_expired_pairing_links(tx) == 1


ACTIONS = {
    "get": numbers.get_pairing,
    "cancel": numbers.cancel_pairing,
    "take": lambda tx, pairing_id: numbers.take_pairing(tx, pairing_id, NODE),
    "advance": lambda tx, pairing_id: numbers.advance(tx, pairing_id, linking.cancelled(START)),
    "create a link": lambda tx, pairing_id: numbers.create_pairing_link(tx, KEYS, pairing_id),
    "link": lambda tx, pairing_id: numbers.link(
        tx, Paired(PairingRef(pairing_id, 0), "15550001009", None, ""), NODE, TTL
    ),
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
async def test_an_attempt_of_another_workspace_is_not_there(office: Office, neighbour: Office, action: object) -> None:
    [theirs] = [row["id"] for row in (await neighbour.rows("tenant.pairing"))["tenant.pairing"] if not row["number_id"]]
    before = await neighbour.rows(*TABLES)
    with pytest.raises(PairingNotFound):
        await office.run(action, theirs)  # type: ignore[arg-type]
    assert await neighbour.rows(*TABLES) == before


async def test_a_teammate_of_another_workspace_cannot_link(office: Office, neighbour: Office) -> None:
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(numbers.begin_link, neighbour.owner_id, NumberKind.SIMULATOR)


async def test_a_teammate_links_one_phone_at_a_time(office: Office) -> None:
    first = await office.begin_link(NumberKind.LINKED)
    await office.run(numbers.take_pairing, first.id, NODE)
    second = await office.begin_link(NumberKind.LINKED)
    assert (await office.run(numbers.get_pairing, first.id)).state is PairingState.CANCELLED
    assert (await office.run(numbers.get_pairing, second.id)).is_open


async def test_attempts_that_have_ended_stay_as_they_are(office: Office) -> None:
    first = await office.begin_link(NumberKind.LINKED)
    await office.run(numbers.advance, first.id, linking.failed("refused", START))
    await office.begin_link(NumberKind.LINKED)
    assert (await office.run(numbers.get_pairing, first.id)).state is PairingState.FAILED


async def test_a_workspace_begins_so_many_attempts_an_hour(office: Office, neighbour: Office, clock: HandClock) -> None:
    limits = LinkingLimits(per_hour=3)
    for _ in range(3):
        await office.begin_link(NumberKind.LINKED, limits=limits)
        clock.advance(timedelta(minutes=10))
    before = await office.rows(*TABLES)
    with pytest.raises(TooManyLinkingAttempts) as refused:
        await office.begin_link(NumberKind.LINKED, limits=limits)
    assert refused.value.details == {"retry_after": 30 * 60}
    assert await office.rows(*TABLES) == before
    assert (await neighbour.begin_link(NumberKind.LINKED, limits=limits)).is_open
    clock.advance(timedelta(minutes=30, seconds=1))
    assert (await office.begin_link(NumberKind.LINKED, limits=limits)).is_open


async def test_of_attempts_at_the_same_moment_no_more_are_begun(office: Office) -> None:
    limits = LinkingLimits(per_hour=2)
    begun = await asyncio.gather(
        *(office.begin_link(NumberKind.LINKED, limits=limits) for _ in range(6)), return_exceptions=True
    )
    assert sum(not isinstance(one, BaseException) for one in begun) == 2
    assert {type(one) for one in begun if isinstance(one, BaseException)} == {TooManyLinkingAttempts}


async def test_simulated_phones_are_linked_as_often_as_one_likes(office: Office) -> None:
    limits = LinkingLimits(per_hour=1)
    begun = [await office.begin_link(limits=limits) for _ in range(3)]
    assert all([(await office.run(numbers.get_pairing, one.id)).is_open for one in begun])


async def test_an_attempt_over_which_gateways_die_is_given_up(office: Office, clock: HandClock) -> None:
    pairing = await office.begin_link(NumberKind.LINKED)
    for _ in range(linking.MOST_TRIES):
        assert await office.run(numbers.take_pairing, pairing.id, NODE)
        clock.advance(linking.SILENCE + timedelta(seconds=1))
    assert await office.run(numbers.take_pairing, pairing.id, OTHER_NODE) is None
    given_up = await office.run(numbers.get_pairing, pairing.id)
    assert (given_up.state, given_up.error) == (PairingState.FAILED, linking.WORN_OUT)
