"""Linking a phone through a gateway: codes appear on the row, the number appears, and its session is open."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.support.office import HandClock, Office
from tests.support.waiting import until
from tests.surfaces.gateway.conftest import QUICK, A, B
from tests.surfaces.gateway.network import UNTIL, FakeConnector, FakeNetwork
from tideline.features import numbers
from tideline.features.files import Files
from tideline.features.numbers import NumberKind, NumberState, Pairing, PairingMethod, PairingState
from tideline.features.numbers.port import AccountState, PairingRef, StateChanged
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway import Gateway, Timing


class Running:
    """A gateway that runs, and its connector."""

    def __init__(self, gateway: Gateway, connector: FakeConnector) -> None:
        self.gateway = gateway
        self.connector = connector

    @property
    def ids(self) -> set[int]:
        return {int(number_id) for number_id in self.gateway.roster.ids}


Start = Callable[..., Awaitable[Running]]


@pytest.fixture
async def start(db: Database, wakes: Wakes, store: Files, network: FakeNetwork) -> AsyncIterator[Start]:
    @asynccontextmanager
    async def running(node: UUID, kind: type[FakeConnector], timing: Timing) -> AsyncIterator[Running]:
        connector = kind(network)
        gateway = Gateway(db, wakes, [connector], store, node=node, timing=timing)
        task = asyncio.create_task(gateway.run())
        yield Running(gateway, connector)
        await gateway.stop()
        await task

    async with AsyncExitStack() as stack:

        async def begin(node: UUID = A, kind: type[FakeConnector] = FakeConnector, timing: Timing = QUICK) -> Running:
            return await stack.enter_async_context(running(node, kind, timing))

        yield begin


def ref(pairing: Pairing) -> PairingRef:
    return PairingRef(pairing.id, pairing.workspace_id)


async def seen(office: Office, pairing: Pairing, fact: Callable[[Pairing], object]) -> Pairing:
    """The row, as soon as this is true of it."""

    async def row() -> Pairing | None:
        found = await office.run(numbers.get_pairing, pairing.id)
        return found if fact(found) else None

    shown: Pairing = await until(row, "what the row should show")
    return shown


async def test_a_phone_is_linked_by_scanning(
    office: Office, neighbour: Office, network: FakeNetwork, start: Start
) -> None:
    running = await start()
    theirs = await neighbour.rows("tenant.number", "tenant.fact")
    pairing = await office.begin_link()
    shown = await seen(office, pairing, lambda row: row.qr)
    assert (shown.state, shown.code_until) == (PairingState.WAITING, UNTIL)
    running.connector.show(ref(pairing), "2@the-next-one")
    await seen(office, pairing, lambda row: row.qr == "2@the-next-one")
    running.connector.scan(ref(pairing), "15550001001")
    linked = await seen(office, pairing, lambda row: row.number_id)
    assert (linked.state, linked.qr) == (PairingState.LINKED, None)
    assert linked.number_id
    await until(lambda: linked.number_id in running.connector.sessions)
    assert network.adopted[-1] == (ref(pairing), linked.number_id)
    assert (await office.run(numbers.get, linked.number_id)).is_connected
    assert (linked.number_id, 1) in network.starts
    assert await neighbour.rows("tenant.number", "tenant.fact") == theirs


async def test_a_phone_is_linked_by_code(office: Office, start: Start) -> None:
    running = await start()
    pairing = await office.begin_link(method=PairingMethod.CODE, phone="15550001001")
    shown = await seen(office, pairing, lambda row: row.code)
    assert (shown.code, shown.qr) == ("CODE1001", None)
    running.connector.scan(ref(pairing), "15550001001")
    await seen(office, pairing, lambda row: row.number_id)


async def test_a_phone_that_is_linked_and_well_leaves_no_second_session(
    office: Office, network: FakeNetwork, start: Start
) -> None:
    running = await start()
    first = await office.begin_link()
    running.connector.scan(ref(first), "15550001001")
    await seen(office, first, lambda row: row.number_id)
    second = await office.begin_link()
    await seen(office, second, lambda row: row.qr)
    running.connector.scan(ref(second), "15550001001")
    failed = await seen(office, second, lambda row: not row.is_open)
    assert (failed.state, failed.error) == (PairingState.FAILED, "This phone is already linked to this workspace.")
    await until(lambda: ref(second) in network.cancelled)
    assert len(await office.run(numbers.list_numbers)) == 1


async def test_a_lost_phone_comes_back_on_another_gateway(office: Office, network: FakeNetwork, start: Start) -> None:
    one = await start(A)
    first = await office.begin_link()
    await until(lambda: one.connector.pairings)
    one.connector.scan(ref(first), "15550001001")
    number_id = (await seen(office, first, lambda row: row.number_id)).number_id
    assert number_id
    await until(lambda: number_id in one.connector.sessions)
    network.unlink_on_phone(number_id)
    await until(lambda: not one.connector.sessions)
    other = await start(B)
    second = await office.begin_link()
    await until(lambda: ref(second) in one.connector.pairings + other.connector.pairings)
    taker = one if ref(second) in one.connector.pairings else other
    taker.connector.scan(ref(second), "15550001001")
    assert (await seen(office, second, lambda row: row.number_id)).number_id == number_id
    await until(lambda: number_id in taker.connector.sessions)
    assert network.overlaps == []
    assert await office.fact_kinds() == ["NumberConnected", "NumberDisconnected", "NumberConnected"]


async def test_an_attempt_that_fails_says_why(office: Office, start: Start) -> None:
    running = await start()
    pairing = await office.begin_link()
    await seen(office, pairing, lambda row: row.qr)
    running.connector.fail(ref(pairing), "The phone refused.")
    failed = await seen(office, pairing, lambda row: not row.is_open)
    assert (failed.state, failed.error, failed.qr) == (PairingState.FAILED, "The phone refused.", None)


async def test_a_cancelled_attempt_is_cancelled_at_the_connector_and_a_late_scan_links_nothing(
    office: Office, network: FakeNetwork, start: Start
) -> None:
    running = await start()
    pairing = await office.begin_link()
    await seen(office, pairing, lambda row: row.qr)
    await office.run(numbers.cancel_pairing, pairing.id)
    await until(lambda: ref(pairing) in network.cancelled)
    network.cancelled.clear()
    running.connector.scan(ref(pairing), "15550001001")
    await until(lambda: ref(pairing) in network.cancelled)
    assert await office.run(numbers.list_numbers) == []


async def test_an_attempt_expires(office: Office, network: FakeNetwork, start: Start, clock: HandClock) -> None:
    await start()
    pairing = await office.begin_link()
    await seen(office, pairing, lambda row: row.qr)
    clock.advance(timedelta(minutes=5))
    assert (await seen(office, pairing, lambda row: not row.is_open)).state is PairingState.EXPIRED
    await until(lambda: ref(pairing) in network.cancelled)


async def test_a_stopped_gateway_leaves_its_attempts_to_another_one(
    office: Office, db: Database, wakes: Wakes, store: Files, network: FakeNetwork, start: Start
) -> None:
    first = Gateway(db, wakes, [FakeConnector(network)], store, node=A, timing=QUICK)
    task = asyncio.create_task(first.run())
    pairing = await office.begin_link()
    await seen(office, pairing, lambda row: row.node == A and row.qr)
    await first.stop()
    await task
    assert (await office.run(numbers.get_pairing, pairing.id)).state is PairingState.REQUESTED
    second = await start(B)
    await seen(office, pairing, lambda row: row.node == B and row.qr)
    second.connector.scan(ref(pairing), "15550001001")
    await seen(office, pairing, lambda row: row.number_id)


async def test_a_phone_that_scanned_while_no_gateway_listened_is_linked_by_the_next_one(
    office: Office, network: FakeNetwork, start: Start, clock: HandClock
) -> None:
    pairing = await office.begin_link()
    await office.run(numbers.take_pairing, pairing.id, B)
    network.scanned[ref(pairing)] = "15550001001"
    clock.advance(timedelta(seconds=31))
    await start(A)
    assert (await seen(office, pairing, lambda row: row.number_id)).state is PairingState.LINKED


async def test_kinds_nobody_speaks_wait(office: Office, start: Start) -> None:
    running = await start()
    other = await office.begin_link(NumberKind.LINKED)
    mine = await office.begin_link()
    await seen(office, mine, lambda row: row.qr)
    assert (await office.run(numbers.get_pairing, other.id)).state is PairingState.REQUESTED
    assert running.connector.pairings == [ref(mine)]


async def test_state_reports_reach_the_number_through_the_whole_gateway(
    office: Office, network: FakeNetwork, start: Start
) -> None:
    running = await start()
    pairing = await office.begin_link()
    running.connector.scan(ref(pairing), "15550001001")
    number_id = (await seen(office, pairing, lambda row: row.number_id)).number_id
    assert number_id
    await until(lambda: number_id in running.connector.sessions)
    network.happen(number_id, StateChanged(AccountState.OFFLINE))
    await until(lambda: not network.line(number_id).queue)
    assert not (await office.run(numbers.get, number_id)).is_connected


@pytest.mark.parametrize("state", [AccountState.RESTRICTED, AccountState.BANNED])
async def test_what_whatsapp_forbids_for_a_while_is_over_by_itself(
    office: Office, network: FakeNetwork, start: Start, clock: HandClock, state: AccountState
) -> None:
    running = await start()
    pairing = await office.begin_link()
    running.connector.scan(ref(pairing), "15550001001")
    number_id = (await seen(office, pairing, lambda row: row.number_id)).number_id
    assert number_id
    await until(lambda: number_id in running.connector.sessions)
    over_at = clock.now() + timedelta(hours=1)
    network.happen(number_id, StateChanged(state, "Too many complaints.", over_at))

    async def now() -> NumberState:
        return (await office.run(numbers.get, number_id)).state

    async def is_forbidden() -> bool:
        return await now() in (NumberState.RESTRICTED, NumberState.BANNED)

    async def is_over() -> bool:
        return not await is_forbidden()

    await until(is_forbidden)
    starts = len(network.starts)
    clock.advance(timedelta(hours=1))
    await until(is_over, "the end of it")
    if state is AccountState.RESTRICTED:
        assert await now() is NumberState.ACTIVE
    else:
        await until(lambda: len(network.starts) > starts, "another try")


class CostlyConnector(FakeConnector):
    """One whose attempts to link are processes."""

    kind = "linked"


async def test_attempts_beyond_what_a_gateway_may_work_on_wait_for_their_turn(
    office: Office, neighbour: Office, start: Start
) -> None:
    first, second = await office.begin_link(NumberKind.LINKED), await neighbour.begin_link(NumberKind.LINKED)
    running = await start(kind=CostlyConnector, timing=replace(QUICK, links_at_once=1))
    begun = [await seen(office, first, lambda row: row.qr)]
    assert running.connector.pairings == [ref(first)]
    await office.run(numbers.cancel_pairing, first.id)
    begun.append(await seen(neighbour, second, lambda row: row.qr))
    assert [row.state for row in begun] == [PairingState.WAITING] * 2
    assert running.connector.pairings == [ref(first), ref(second)]
