"""Several gateways and their numbers, one step at a time: who holds which session, and what the others may not do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.office import HandClock, Office
from tests.support.waiting import until
from tests.surfaces.gateway.conftest import QUICK, A, B
from tests.surfaces.gateway.network import FakeConnector, FakeNetwork
from tideline.features import numbers
from tideline.features.numbers import NumberState
from tideline.features.numbers.port import AccountState, Offline, StateChanged
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway import Timing
from tideline.surfaces.gateway.ownership import Ownership
from tideline.surfaces.gateway.roster import Roster, at_work
from tideline.surfaces.gateway.sessions import Sessions

EXPIRED = QUICK.ttl + QUICK.grace + timedelta(seconds=1)
# A claim waits for its sessions, though not beyond the next renewal. These gateways have no loop that renews, so one
# step may take as long as a busy machine needs.
STEP_BY_STEP = replace(QUICK, renew_every=timedelta(seconds=15))


@dataclass
class Node:
    """One gateway without its loops."""

    ownership: Ownership
    roster: Roster
    connector: FakeConnector

    @property
    def ids(self) -> set[int]:
        return {int(number_id) for number_id in self.roster.ids}

    async def crash(self) -> None:
        """Gone without a word: no timer, no renewal, no hand-over."""
        self.connector.die()
        for held in self.roster:
            if held.deadline:
                held.deadline.cancel()


MakeNode = Callable[..., Node]


@pytest.fixture
async def make_node(db: Database, wakes: Wakes, network: FakeNetwork) -> AsyncIterator[MakeNode]:
    made: list[Node] = []

    def make(node: UUID = A, timing: Timing = STEP_BY_STEP) -> Node:
        roster, connector = Roster(), FakeConnector(network)
        ownership = Ownership(
            db,
            wakes,
            {"simulator": connector},
            node=node,
            roster=roster,
            sessions=Sessions(db, timing),
            timing=timing,
        )
        made.append(Node(ownership, roster, connector))
        return made[-1]

    yield make
    for node in made:
        await node.crash()


async def free(office: Office, *phones: str) -> list[int]:
    """Numbers that nobody holds."""
    ids = []
    for phone in phones:
        linked = await office.link(phone)
        async with office.db.system() as tx:
            await numbers.release_lease(tx, linked.lease)
        ids.append(int(linked.number.id))
    return ids


async def test_a_gateway_takes_a_free_number_adopts_its_session_and_opens_it(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    assert await node.ownership.claim() == 1
    assert [number for _, number in network.adopted] == [number_id]
    assert network.line(number_id).holder is node.connector
    assert network.starts == [(number_id, 2)]
    assert node.roster.senders() == [number_id]
    assert await office.run(numbers.session_to_adopt, number_id) is None


async def test_two_gateways_share_and_never_hold_the_same_number(
    office: Office, neighbour: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    await free(office, *(str(15550002000 + n) for n in range(7)))
    first, second = make_node(A), make_node(B)
    for _ in range(5):
        await asyncio.gather(first.ownership.claim(), second.ownership.claim())
    assert len(first.ids | second.ids) == 8  # with the neighbour's number, which the first node held before
    assert not first.ids & second.ids
    assert first.ids
    assert second.ids
    assert network.overlaps == []


async def test_the_number_of_a_crashed_gateway_moves_on_with_a_higher_epoch(
    office: Office, network: FakeNetwork, make_node: MakeNode, clock: HandClock
) -> None:
    [number_id] = await free(office, "15550001001")
    first, second = make_node(A), make_node(B)
    await first.ownership.claim()
    network.happen(number_id, StateChanged(AccountState.ONLINE))
    await first.crash()
    clock.advance(QUICK.ttl)
    assert await second.ownership.claim() == 0
    clock.advance(EXPIRED)
    assert await second.ownership.claim() == 1
    assert network.starts == [(number_id, 2), (number_id, 3)]


async def test_a_gateway_that_slept_through_its_lease_closes_its_session_and_may_not_store(
    office: Office, network: FakeNetwork, make_node: MakeNode, clock: HandClock
) -> None:
    [number_id] = await free(office, "15550001001")
    first, second = make_node(A), make_node(B)
    await first.ownership.claim()
    old = first.roster.lease_of(number_id)
    clock.advance(EXPIRED)
    await second.ownership.claim()
    with pytest.raises(numbers.LeaseLost):
        await office.run(numbers.fence, old)
    await first.ownership.renew()
    assert first.ids == set()
    with pytest.raises(numbers.LeaseLost):
        first.roster.lease_of(number_id)
    await until(lambda: number_id not in first.connector.sessions)
    assert network.line(number_id).holder is second.connector
    await office.run(numbers.fence, second.roster.lease_of(number_id))


async def test_a_session_ends_before_its_lease_when_the_database_does_not_answer(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    timing = replace(QUICK, ttl=timedelta(seconds=6), stop_before=timedelta(seconds=4))
    node = make_node(A, timing)
    began = asyncio.get_running_loop().time()
    await node.ownership.claim()
    await until(lambda: node.connector.sessions == {number_id})
    await until(lambda: not node.connector.sessions)
    assert asyncio.get_running_loop().time() - began < timing.ttl.total_seconds()
    assert node.ids == set()


async def test_renewing_moves_the_end_of_the_session(office: Office, network: FakeNetwork, make_node: MakeNode) -> None:
    [number_id] = await free(office, "15550001001")
    timing = replace(QUICK, ttl=timedelta(seconds=2), stop_before=timedelta(seconds=0.8))
    node = make_node(A, timing)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await node.ownership.claim()
    while loop.time() - began < 1.5:
        await node.ownership.renew()
    assert node.connector.sessions == {number_id}


async def test_a_clean_stop_hands_the_number_over_at_once(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    first, second = make_node(A), make_node(B)
    await first.ownership.claim()
    await first.ownership.stop()
    assert first.connector.sessions == set()
    assert await second.ownership.claim() == 1
    assert network.line(number_id).holder is second.connector
    assert network.overlaps == []
    assert await first.ownership.claim() == 0


async def test_a_stop_waits_for_what_is_just_being_sent(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    held = node.roster.get(number_id)
    with at_work(held):
        stopping = asyncio.create_task(node.ownership.stop())
        await until(lambda: held.is_leaving)
        assert node.roster.senders() == []
        assert node.connector.sessions == {number_id}
    await stopping
    assert node.connector.sessions == set()


async def test_pausing_closes_the_session_and_resuming_opens_it(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    await office.run(numbers.pause, number_id)
    await node.ownership.renew()
    await until(lambda: not node.connector.sessions)
    assert node.ids == {number_id}
    assert node.roster.senders() == node.roster.commanded() == []
    await office.run(numbers.resume, number_id)
    await node.ownership.renew()
    await until(lambda: node.connector.sessions == {number_id})
    assert {epoch for _, epoch in network.starts} == {2}


async def test_the_lanes_of_a_lost_link_are_served_so_that_what_waits_can_fail(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    await office.run(numbers.report, number_id, [StateChanged(AccountState.UNLINKED)])
    await node.ownership.renew()
    await until(lambda: not node.connector.sessions)
    assert node.roster.senders() == node.roster.commanded() == [number_id]


async def test_a_session_that_is_not_linked_any_more_is_reported(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    number = await office.run(numbers.get, number_id)
    pairing = await office.run(numbers.session_to_adopt, number_id)
    assert pairing
    await office.run(numbers.mark_adopted, number.id, pairing)
    network.line(number_id).is_linked = False
    node = make_node()
    await node.ownership.claim()
    assert (await office.run(numbers.get, number_id)).state is NumberState.UNLINKED
    assert (await office.fact_kinds())[-1] == "NumberDisconnected"


async def test_a_session_that_does_not_open_is_tried_again(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    [number_id] = await free(office, "15550001001")
    network.failing_starts += [Offline(), ValueError("a bug")]
    node = make_node()
    await node.ownership.claim()
    assert node.roster.senders() == []

    async def keep_renewing() -> None:
        while True:
            await node.ownership.renew()

    renewing = asyncio.create_task(keep_renewing())
    await until(lambda: node.roster.senders() == [number_id])
    renewing.cancel()
    assert node.connector.sessions == {number_id}


async def test_an_outdated_number_is_tried_once_by_each_owner(
    office: Office, network: FakeNetwork, make_node: MakeNode, clock: HandClock
) -> None:
    [number_id] = await free(office, "15550001001")
    first, second = make_node(A), make_node(B)
    await first.ownership.claim()
    await office.run(numbers.report, number_id, [StateChanged(AccountState.OUTDATED)])
    await first.ownership.renew()
    await until(lambda: not first.connector.sessions)
    await first.ownership.renew()
    assert len(network.starts) == 1
    await first.ownership.stop()
    await second.ownership.claim()
    assert len(network.starts) == 2


async def test_many_numbers_are_started_a_few_at_a_time(
    office: Office, network: FakeNetwork, make_node: MakeNode
) -> None:
    ids = await free(office, *(str(15550002000 + n) for n in range(6)))
    network.may_start.clear()
    node = make_node(A, QUICK)
    assert await node.ownership.claim() == 2
    assert await node.ownership.claim() == 2
    await until(lambda: network.starts_at_once == 2)
    network.may_start.set()
    while await node.ownership.claim():
        pass
    await until(lambda: node.connector.sessions == set(ids))
    assert network.most_starts_at_once == 2


async def test_a_removed_number_is_let_go(office: Office, network: FakeNetwork, make_node: MakeNode) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    async with office.db.tx(office.id) as tx:
        await tx.execute("DELETE FROM directory.number_lease WHERE workspace = $1", office.id)
    await node.ownership.renew()
    await until(lambda: not node.connector.sessions)
    assert node.ids == set()
    assert number_id
