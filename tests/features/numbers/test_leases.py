"""Who holds a number: leases, epochs, and the fence that keeps an old owner from storing anything."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.office import NODE, OTHER_NODE, TTL, HandClock, Office
from tests.support.waiting import somebody_waits_for_a_lock, until
from tideline.features import numbers
from tideline.features.numbers import Lease, LeaseLost, NumberId
from tideline.features.numbers.port import AccountState, StateChanged
from tideline.platform.db import Database

GRACE = timedelta(seconds=5)


async def claim(
    db: Database, node: UUID, *, held: Sequence[int] = (), limit: int = 10, kinds: Sequence[str] = ("simulator",)
) -> list[Lease]:
    async with db.system() as tx:
        return await numbers.claim_leases(tx, node, kinds, held=held, limit=limit, ttl=TTL, grace=GRACE)


async def renew(db: Database, node: UUID, *leases: Lease) -> set[NumberId]:
    async with db.system() as tx:
        return await numbers.renew_leases(tx, node, leases, TTL)


async def release(db: Database, lease: Lease) -> None:
    async with db.system() as tx:
        await numbers.release_lease(tx, lease)


async def test_nobody_takes_a_number_that_is_held(db: Database, office: Office, clock: HandClock) -> None:
    await office.link(node=NODE)
    clock.advance(TTL + GRACE)
    assert await claim(db, OTHER_NODE) == []


async def test_a_silent_owner_loses_the_number_after_the_grace_to_a_higher_epoch(
    db: Database, office: Office, clock: HandClock
) -> None:
    old = (await office.link(node=NODE)).lease
    clock.advance(TTL + GRACE + timedelta(milliseconds=1))
    [new] = await claim(db, OTHER_NODE)
    assert (new.number_id, new.node, new.epoch) == (old.number_id, OTHER_NODE, old.epoch + 1)
    assert await renew(db, NODE, old) == set()
    await office.run(numbers.fence, new)
    with pytest.raises(LeaseLost):
        await office.run(numbers.fence, old)


async def test_renewing_keeps_the_number(db: Database, office: Office, clock: HandClock) -> None:
    lease = (await office.link(node=NODE)).lease
    for _ in range(10):
        clock.advance(timedelta(seconds=5))
        assert await renew(db, NODE, lease) == {lease.number_id}
        assert await claim(db, OTHER_NODE) == []
    await office.run(numbers.fence, lease)


async def test_an_owner_that_wakes_up_in_time_goes_on_under_its_epoch(
    db: Database, office: Office, clock: HandClock
) -> None:
    """Its lease has run out, but nobody has come: there is nobody to be fenced from."""
    lease = (await office.link(node=NODE)).lease
    clock.advance(TTL + timedelta(seconds=1))
    await office.run(numbers.fence, lease)
    assert await renew(db, NODE, lease) == {lease.number_id}


async def test_a_number_that_was_handed_back_is_free_at_once(db: Database, office: Office) -> None:
    lease = (await office.link(node=NODE)).lease
    await release(db, lease)
    with pytest.raises(LeaseLost):
        await office.run(numbers.fence, lease)
    [new] = await claim(db, OTHER_NODE)
    assert new.epoch == lease.epoch + 1
    await release(db, lease)
    await office.run(numbers.fence, new)


async def test_a_node_that_was_started_again_takes_back_what_it_held(db: Database, office: Office) -> None:
    lease = (await office.link(node=NODE)).lease
    [again] = await claim(db, NODE)
    assert (again.number_id, again.epoch) == (lease.number_id, lease.epoch + 1)
    assert await claim(db, NODE, held=[again.number_id]) == []


async def test_gateways_take_only_kinds_they_speak(db: Database, office: Office) -> None:
    await release(db, (await office.link()).lease)
    assert await claim(db, OTHER_NODE, kinds=["linked", "cloud"]) == []


async def test_many_gateways_share_out_the_numbers(db: Database, office: Office, neighbour: Office) -> None:
    for phone in range(15550002000, 15550002012):
        await release(db, (await office.link(str(phone))).lease)
    nodes = [UUID(int=n) for n in range(10, 16)]
    taken = await asyncio.gather(*(claim(db, node, limit=2) for node in nodes))
    ids = [lease.number_id for leases in taken for lease in leases]
    assert len(ids) == len(set(ids)) == 12
    assert all(len(leases) <= 2 for leases in taken)
    [theirs] = await neighbour.run(numbers.list_numbers)
    assert theirs.id not in ids


async def test_an_old_epoch_cannot_store_even_with_the_right_node(db: Database, office: Office) -> None:
    old = (await office.link(node=NODE)).lease
    [new] = await claim(db, NODE)
    with pytest.raises(LeaseLost):
        await office.run(numbers.fence, old)
    await office.run(numbers.fence, new)


async def test_a_lease_is_no_good_in_another_workspace(office: Office, neighbour: Office) -> None:
    lease = (await office.link()).lease
    with pytest.raises(LeaseLost):
        await neighbour.run(numbers.fence, lease)


async def test_a_take_over_waits_for_what_the_old_owner_is_just_storing(
    db: Database, office: Office, clock: HandClock
) -> None:
    """The claim passes over a number while a transaction of its owner is open, and gets it afterwards."""
    old = (await office.link(node=NODE)).lease
    clock.advance(TTL + GRACE + timedelta(seconds=1))
    async with db.tx(office.id) as tx:
        await numbers.fence(tx, old)
        assert await claim(db, OTHER_NODE) == []
        assert await renew(db, NODE, old) == {old.number_id}
    clock.advance(TTL + GRACE + timedelta(seconds=1))
    [new] = await claim(db, OTHER_NODE)
    assert new.epoch == old.epoch + 1


async def test_linking_elsewhere_waits_for_what_the_old_owner_is_just_storing(db: Database, office: Office) -> None:
    old = (await office.link(node=NODE)).lease
    await office.run(numbers.report, old.number_id, [StateChanged(AccountState.OFFLINE)])
    order: list[str] = []
    async with db.tx(office.id) as tx:
        await numbers.fence(tx, old)
        linking = asyncio.create_task(office.link(node=OTHER_NODE))
        linking.add_done_callback(lambda _: order.append("linked"))
        await until(lambda: somebody_waits_for_a_lock(db), "the waiting")
        order.append("stored")
    await linking
    assert order == ["stored", "linked"]
    with pytest.raises(LeaseLost):
        await office.run(numbers.fence, old)


async def test_leases_show_the_numbers_of_all_workspaces(db: Database, office: Office, neighbour: Office) -> None:
    mine = await office.link("15550003003")
    [theirs] = await neighbour.run(numbers.list_numbers)
    async with db.system() as tx:
        [other] = await numbers.claim_leases(
            tx, NODE, ["simulator"], held=[mine.lease.number_id], limit=5, ttl=TTL, grace=GRACE
        )
        seen = await numbers.numbers_of(tx, [mine.lease, other])
    assert seen == {mine.number.id: mine.number, theirs.id: theirs}
