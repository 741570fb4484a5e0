"""Links with which somebody outside links a phone for a teammate: one works at a time, once, and not for ever."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.office import NODE, START, TTL, HandClock, Office
from tideline.features import numbers, workspaces
from tideline.features.numbers import LinkState, NewLink, NumberKind, PairingMethod, PairingState, QrLink, linking
from tideline.features.numbers.port import AccountState, Paired, PairingRef, StateChanged
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.wake import Wakes

KEYS = Keyring(["another key for tests, long enough"])
SIMULATOR = NumberKind.SIMULATOR
PHONE = "15550001001"


async def made(office: Office, **named: Any) -> NewLink:
    return await office.run(numbers.create_link_for, KEYS, office.owner_id, **named)


async def found(office: Office, token: str, keys: Keyring = KEYS) -> QrLink:
    async with office.db.system() as tx:
        link = await numbers.find_qr_link(tx, keys, token)
    assert link
    return link


async def state(office: Office, link: NewLink) -> LinkState:
    return (await office.run(numbers.look_through, (await found(office, link.token)).uid)).state


async def begin(office: Office, link: NewLink, **named: Any) -> numbers.Pairing:
    return await office.run(numbers.begin_through, (await found(office, link.token)).uid, SIMULATOR, **named)


async def scanned(office: Office, pairing: numbers.Pairing, phone: str = PHONE) -> numbers.Number:
    await office.run(numbers.take_pairing, pairing.id, NODE)
    paired = Paired(PairingRef(pairing.id, office.id), phone, None, "Harbour")
    return (await office.run(numbers.link, paired, NODE, TTL)).number


async def test_a_link_leads_to_its_teammate(office: Office, neighbour: Office) -> None:
    link = await made(office, lifetime=timedelta(hours=48))
    assert (link.expires_at, link.has_replaced) == (START + timedelta(hours=48), False)
    assert link.token not in repr(link)
    there = await found(office, link.token)
    assert (there.workspace_id, there.teammate_id) == (office.id, office.owner_id)
    [usable] = await office.run(numbers.list_usable_links, KEYS)
    assert usable == numbers.UsableLink(link.token, office.owner_id, link.expires_at)
    assert await neighbour.run(numbers.list_usable_links, KEYS) == []
    stored = repr(await office.rows("directory.qr_link"))
    assert link.token not in stored


async def test_nobody_finds_a_link_that_was_never_made(office: Office) -> None:
    async with office.db.system() as tx:
        assert await numbers.find_qr_link(tx, KEYS, "qr_nothing") is None


async def test_a_new_link_takes_the_place_of_the_earlier_one(office: Office, wakes: Wakes) -> None:
    first = await made(office)
    pairing = await begin(office, first)
    second = await made(office)
    assert second.has_replaced
    assert (await state(office, first), await state(office, second)) == (LinkState.REVOKED, LinkState.USABLE)
    assert (await office.run(numbers.get_pairing, pairing.id)).state is PairingState.CANCELLED
    with pytest.raises(numbers.QrLinkOver):
        await begin(office, first)


async def test_of_links_made_at_once_one_is_left(office: Office) -> None:
    links = await asyncio.gather(*(made(office) for _ in range(5)))
    states = [await state(office, link) for link in links]
    assert sorted(states) == sorted([LinkState.USABLE, *[LinkState.REVOKED] * 4])
    assert sum(link.has_replaced for link in links) == 4


async def test_a_link_is_over_when_a_phone_was_linked_through_it(office: Office) -> None:
    link = await made(office)
    number = await scanned(office, await begin(office, link))
    assert number.owner_id == office.owner_id
    assert await state(office, link) is LinkState.USED
    with pytest.raises(numbers.QrLinkOver):
        await begin(office, link)
    assert not (await made(office)).has_replaced


async def test_a_phone_that_is_linked_already_does_not_use_up_the_link(office: Office) -> None:
    number = (await office.link(PHONE)).number
    await office.run(numbers.report, number.id, [StateChanged(AccountState.ONLINE)])
    link = await made(office)
    with pytest.raises(numbers.PhoneAlreadyLinked):
        await scanned(office, await begin(office, link))
    assert await state(office, link) is LinkState.USABLE


async def test_a_link_expires_but_what_was_begun_may_end(office: Office, clock: HandClock) -> None:
    link = await made(office, lifetime=timedelta(hours=1))
    clock.advance(timedelta(minutes=59))
    pairing = await begin(office, link)
    clock.advance(timedelta(minutes=2))
    assert await state(office, link) is LinkState.EXPIRED
    with pytest.raises(numbers.QrLinkOver):
        await begin(office, link)
    await scanned(office, pairing)
    assert await state(office, link) is LinkState.USED
    assert await office.run(numbers.list_usable_links, KEYS) == []


async def test_an_expired_link_is_replaced_without_a_word(office: Office, clock: HandClock) -> None:
    await made(office, lifetime=timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    assert not (await made(office)).has_replaced


async def test_asking_twice_gives_the_attempt_that_goes_on(office: Office) -> None:
    link = await made(office)
    first = await begin(office, link)
    assert (await begin(office, link)).id == first.id
    by_code = await begin(office, link, method=PairingMethod.CODE, phone=PHONE)
    assert by_code.id != first.id
    assert (await office.run(numbers.get_pairing, first.id)).state is PairingState.CANCELLED
    assert (await begin(office, link, method=PairingMethod.CODE, phone=PHONE)).id == by_code.id


async def test_asking_at_once_begins_one_attempt(office: Office) -> None:
    link = await made(office)
    begun = await asyncio.gather(*(begin(office, link) for _ in range(4)))
    assert len({pairing.id for pairing in begun}) == 1


async def test_five_attempts_an_hour(office: Office, clock: HandClock) -> None:
    link = await made(office)
    for _ in range(5):
        pairing = await begin(office, link)
        await office.run(numbers.advance, pairing.id, linking.failed("Too many links.", clock.now()))
        clock.advance(timedelta(minutes=1))
    with pytest.raises(numbers.TooManyCodes) as refused:
        await begin(office, link)
    assert refused.value.details == {"retry_after": 55 * 60}
    clock.advance(timedelta(minutes=55))
    await begin(office, link)
    with pytest.raises(numbers.TooManyCodes):
        await begin(office, link, method=PairingMethod.CODE, phone=PHONE)


async def test_a_refused_attempt_ends_none(office: Office) -> None:
    """The fifth one goes on, although a sixth was asked for."""
    link = await made(office)
    for n in range(5):
        newest = await begin(office, link, method=PairingMethod.CODE, phone=f"1555000100{n}")
    with pytest.raises(numbers.TooManyCodes):
        await begin(office, link)
    assert (await office.run(numbers.get_pairing, newest.id)).is_open


async def test_the_link_of_somebody_who_is_out_works_no_more(office: Office, wakes: Wakes) -> None:
    access = workspaces.Access(office.db, KEYS, wakes)
    invited = await office.run(workspaces.invite, access, email=f"{uuid4().hex}@harbour.example")
    with pytest.raises(workspaces.NotActive):
        await office.run(numbers.create_link_for, KEYS, invited.teammate.id)
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(numbers.create_link_for, KEYS, 999_999)
    link = await made(office)
    sql = "UPDATE tenant.teammate SET status = 'suspended' WHERE workspace = $1 AND id = $2"
    await office.run(lambda tx: tx.execute(sql, office.id, office.owner_id))
    assert await state(office, link) is LinkState.REVOKED
    with pytest.raises(numbers.QrLinkOver):
        await begin(office, link)


async def test_a_phone_is_not_linked_while_the_workspace_is_suspended(office: Office) -> None:
    link = await made(office)
    pairing = await begin(office, link)
    await office.run(workspaces.suspend_workspace)
    assert await state(office, link) is LinkState.CLOSED
    with pytest.raises(numbers.QrLinkOver):
        await scanned(office, pairing)
    await office.run(workspaces.restore_workspace)
    await scanned(office, pairing)


async def test_a_link_is_revoked_by_hand(office: Office) -> None:
    link = await made(office)
    assert await office.run(numbers.revoke_link_of, office.owner_id)
    assert not await office.run(numbers.revoke_link_of, office.owner_id)
    assert await state(office, link) is LinkState.REVOKED


async def test_the_links_of_another_workspace_are_out_of_reach(office: Office, neighbour: Office) -> None:
    theirs = await made(neighbour)
    uid = (await found(neighbour, theirs.token)).uid
    before = await neighbour.rows("directory.qr_link", "tenant.pairing")
    with pytest.raises(numbers.QrLinkOver):
        await office.run(numbers.begin_through, uid, SIMULATOR)
    assert not await office.run(numbers.revoke_link_of, neighbour.owner_id)
    with pytest.raises(workspaces.TeammateNotFound):
        await office.run(numbers.create_link_for, KEYS, neighbour.owner_id)
    assert await neighbour.rows("directory.qr_link", "tenant.pairing") == before


async def test_old_links_are_forgotten(office: Office, db: Database, clock: HandClock) -> None:
    await made(office)
    clock.advance(timedelta(days=90))
    async with db.system() as tx:
        assert await numbers.delete_old_qr_links(tx) == 0
    clock.advance(timedelta(days=2))
    async with db.system() as tx:
        assert await numbers.delete_old_qr_links(tx) == 1


async def test_a_link_survives_a_new_key(office: Office, db: Database) -> None:
    link = await made(office)
    both = Keyring(["a newer key for tests, long enough", "another key for tests, long enough"])
    assert await numbers.reencrypt_qr_links(db, both, batch=1) == 1
    only_new = Keyring(["a newer key for tests, long enough"])
    assert (await found(office, link.token, only_new)).teammate_id == office.owner_id
    [usable] = await office.run(numbers.list_usable_links, only_new)
    assert usable.token == link.token
    assert await office.run(numbers.list_usable_links, KEYS) == []
