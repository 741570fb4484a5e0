"""What people do with numbers, on a real database and beside a second workspace with the same phone."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.office import HandClock, Office
from tests.support.waiting import somebody_waits_for_a_lock, until
from tideline.features import numbers, workspaces
from tideline.features.numbers import NoConnectedNumber, NumberGone, NumberNotFound, NumberState
from tideline.features.numbers.port import AccountState, StateChanged
from tideline.platform import lanes
from tideline.platform.crypto import Keyring
from tideline.platform.facts import Actor
from tideline.platform.wake import Wakes

TABLES = ("tenant.number", "tenant.pairing", "directory.number_lease", "tenant.fact", "lanes.lane_group", "lanes.lane")
OFFLINE = StateChanged(AccountState.OFFLINE, "network")
ONLINE = StateChanged(AccountState.ONLINE)
UNLINKED = StateChanged(AccountState.UNLINKED)


async def is_paused(office: Office, number_id: int) -> bool:
    async with office.db.system_read() as tx:
        groups = await lanes.list_groups(tx, "send")
    return next((group.paused for group in groups if group.group == number_id), False)


async def test_a_number_is_found_by_phone_and_by_address(office: Office) -> None:
    number = (await office.link("15550001001", lid="77")).number
    assert await office.run(numbers.get, number.id) == number
    assert await office.run(numbers.find_by_phone, "15550001001") == number
    assert await office.run(numbers.find_by_jid, "15550001001@s.whatsapp.net") == number
    assert await office.run(numbers.find_by_phone, "15550009999") is None
    assert (number.owner.email, number.lid, number.is_connected) == ("tomas@harbour.example", "77", True)
    with pytest.raises(NumberNotFound):
        await office.run(numbers.get, number.id + 1_000)


async def test_who_was_connected_last_sends_by_default(office: Office, clock: HandClock) -> None:
    first = (await office.link("15550001001")).number
    clock.advance(timedelta(hours=1))
    second = (await office.link("15550001002")).number
    assert await office.run(numbers.default_sender) == second
    assert [number.id for number in await office.run(numbers.list_numbers)] == [second.id, first.id]
    await office.run(numbers.report, second.id, [OFFLINE])
    assert await office.run(numbers.default_sender) == first
    await office.run(numbers.pause, first.id)
    with pytest.raises(NoConnectedNumber):
        await office.run(numbers.default_sender)


async def test_coming_back_from_a_drop_does_not_make_a_number_the_newest(office: Office, clock: HandClock) -> None:
    older = (await office.link("15550001001")).number
    clock.advance(timedelta(hours=1))
    newer = (await office.link("15550001002")).number
    clock.advance(timedelta(hours=1))
    await office.run(numbers.report, older.id, [OFFLINE, ONLINE])
    assert (await office.run(numbers.default_sender)).id == newer.id


async def test_a_lost_link_is_told_once(office: Office) -> None:
    number = (await office.link()).number
    reported = await office.run(numbers.report, number.id, [OFFLINE, UNLINKED, UNLINKED, OFFLINE])
    assert reported.is_gone
    assert await office.fact_kinds() == ["NumberConnected", "NumberStateChanged", "NumberDisconnected"]
    _, payload = (await office.facts())[-1]
    assert payload["number"]["state"] == "unlinked"
    assert payload["number"]["owner"]["email"] == "tomas@harbour.example"
    assert payload["state_before"] == "offline"


async def test_a_pause_holds_the_sending_lane_and_resuming_frees_it(office: Office, wakes: Wakes) -> None:
    number = (await office.link()).number
    bell = wakes.bell(numbers.NUMBERS_TOPIC)
    paused = await office.run(numbers.pause, number.id, actor=Actor("teammate", office.owner_id))
    assert paused.state is NumberState.PAUSED
    assert bell.has_rung()
    assert await is_paused(office, number.id)
    assert await office.run(numbers.pause, number.id) == paused
    resumed = await office.run(numbers.resume, number.id)
    assert resumed.state is NumberState.CONNECTING
    assert not await is_paused(office, number.id)
    assert await office.fact_kinds() == ["NumberConnected", "NumberSuspended", "NumberResumed"]


async def test_what_waits_on_a_paused_number_goes_on_when_the_link_is_lost_so_that_it_can_fail(office: Office) -> None:
    number = (await office.link()).number
    await office.run(numbers.pause, number.id)
    await office.run(numbers.report, number.id, [UNLINKED])
    assert not await is_paused(office, number.id)
    with pytest.raises(NumberGone):
        await office.run(numbers.resume, number.id)


async def test_unlinking_asks_the_gateway_to_end_the_link_too(office: Office) -> None:
    number = (await office.link()).number
    unlinked = await office.run(numbers.unlink, number.id)
    assert (unlinked.state, unlinked.state_reason) == (NumberState.UNLINKED, "removed")
    async with office.db.system() as tx:
        [held] = await lanes.claim(tx, numbers.COMMAND_LANE)
    assert numbers.from_payload(held.items[0].payload) == numbers.Unlink(linked_at=number.connected_at)
    await office.run(numbers.unlink, number.id)
    assert await office.fact_kinds() == ["NumberConnected", "NumberDisconnected"]


ACTIONS = {
    "get": numbers.get,
    "lock": numbers.lock,
    "pause": numbers.pause,
    "resume": numbers.resume,
    "unlink": numbers.unlink,
    "report": lambda tx, number_id: numbers.report(tx, number_id, [OFFLINE]),
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
async def test_a_number_of_another_workspace_is_not_there(office: Office, neighbour: Office, action: object) -> None:
    await office.link()
    [theirs] = await neighbour.run(numbers.list_numbers)
    before = await neighbour.rows(*TABLES)
    with pytest.raises(NumberNotFound):
        await office.run(action, theirs.id)  # type: ignore[arg-type]
    assert await neighbour.rows(*TABLES) == before


async def test_finding_stays_inside_the_workspace(office: Office, neighbour: Office) -> None:
    with pytest.raises(NoConnectedNumber):
        await office.run(numbers.default_sender)
    assert await office.run(numbers.list_numbers) == []
    assert await office.run(numbers.find_by_phone, "15550001001") is None
    [theirs] = await neighbour.run(numbers.list_numbers)
    assert await office.run(numbers.get_many, [theirs.id]) == {}
    assert await neighbour.run(numbers.get_many, [theirs.id]) == {theirs.id: theirs}


async def test_a_number_that_changes_hands_is_there_for_who_waited(office: Office) -> None:
    number = (await office.link()).number
    access = workspaces.Access(office.db, Keyring(["a key for tests, long enough"]), Wakes())
    idris = (await office.run(workspaces.invite, access, email="idris@harbour.example")).teammate
    async with office.db.tx(office.id) as handing_over:
        sql = "UPDATE tenant.number SET owner_id = $3 WHERE workspace = $1 AND id = $2"
        await handing_over.execute(sql, office.id, number.id, idris.id)
        reporting = asyncio.create_task(office.run(numbers.report, number.id, [OFFLINE]))
        await until(lambda: somebody_waits_for_a_lock(office.db))
    assert (await reporting).owner.email == idris.email
