"""Two gateways, the simulated WhatsApp and the messages together: what is written arrives once, whoever dies."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.office import HandClock, Office
from tests.support.waiting import until
from tests.surfaces.gateway.conftest import QUICK, A, B
from tideline.connectors.simulator import Draft, SimulatorConnector, World
from tideline.features import messages, numbers
from tideline.features.files import Files
from tideline.features.messages import Outgoing, ToPhone
from tideline.features.numbers import NumberId
from tideline.features.numbers.port import MediaKind
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway import Gateway

ANA = "15550002001"
AFTER_THE_LEASE = QUICK.ttl + QUICK.grace + timedelta(seconds=10)


@dataclass
class Running:
    """A gateway with a database connection, a world and a connector of its own, as in a process of its own."""

    gateway: Gateway
    db: Database
    task: "asyncio.Task[None]"

    @property
    def ids(self) -> set[NumberId]:
        return {held.lease.number_id for held in self.gateway.roster if held.is_open}

    async def crash(self) -> None:
        """From one moment to the next it reaches nothing any more; whatever it still has in mind is lost."""
        self.db._pool.terminate()
        await asyncio.gather(*(worker.stop(grace=0) for worker in self.gateway._workers))
        for held in self.gateway.roster:
            self.gateway.roster.drop(held)

    async def end(self) -> None:
        await self.gateway.stop()
        await self.task
        with suppress(TimeoutError):
            await asyncio.wait_for(self.db.close(), 5)


Start = Callable[[UUID], Awaitable[Running]]


@pytest.fixture
async def start(dsn: str, clock: HandClock, wakes: Wakes, tmp_path: Path) -> AsyncIterator[Start]:
    running: list[Running] = []

    async def begin(node: UUID) -> Running:
        db = await Database.connect(dsn, clock)
        db.wake = wakes.wake
        connector = SimulatorConnector(World(db, wakes))
        store = Files.in_folder(db, tmp_path / "files")
        gateway = Gateway(db, wakes, [connector], store, node=node, timing=QUICK)
        running.append(Running(gateway, db, asyncio.create_task(gateway.run())))
        return running[-1]

    yield begin
    for one in running:
        await one.end()


@pytest.fixture
async def world(db: Database, wakes: Wakes) -> World:
    """The phones as their owners use them."""
    made = World(db, wakes)
    await made.add_phone(ANA, "Ana")
    return made


async def link(office: Office, world: World, phone: str) -> NumberId:
    """Somebody scans the code that the gateway shows."""
    await world.add_phone(phone, "Harbour")
    pairing = await office.begin_link()

    async def qr() -> str | None:
        return (await office.run(numbers.get_pairing, pairing.id)).qr

    async def number_id() -> NumberId | None:
        return (await office.run(numbers.get_pairing, pairing.id)).number_id

    await world.scan(phone, await until(qr, "the code"))
    return NumberId(await until(number_id, "the link"))


async def texts(office: Office) -> Counter[str]:
    rows = (await office.rows("tenant.message"))["tenant.message"]
    return Counter(row["text"] for row in rows if not row["from_me"])


async def test_a_message_comes_in_and_its_file_follows(
    office: Office, world: World, store: Files, start: Start
) -> None:
    await start(A)
    await link(office, world, "15550001001")

    async def picture() -> AsyncIterator[bytes]:
        yield b"a picture"

    file = await world.store_file(MediaKind.IMAGE, "cat.jpg", "image/jpeg", picture())
    await world.write(Draft(ANA, "15550001001", text="Hello", file=file))

    async def stored() -> list[object]:
        return [row for row in (await office.rows("tenant.file"))["tenant.file"] if row["state"] == "stored"]

    await until(stored, "the file")
    assert await texts(office) == {"Hello": 1}
    [row] = (await office.rows("tenant.file"))["tenant.file"]
    [message] = (await office.rows("tenant.message"))["tenant.message"]
    assert (message["file_uid"], row["size"]) == (row["uid"], 9)
    kept = await store.get(office.id, row["uid"])
    assert b"".join([chunk async for chunk in store.chunks(kept)]) == b"a picture"


async def test_what_a_phone_said_before_the_link_is_there_and_nobody_is_told(
    office: Office, world: World, start: Start
) -> None:
    await start(A)
    await world.add_phone("15550001001", "Harbour")
    await world.write_many([Draft(ANA, "15550001001", text=f"Long ago {n}") for n in range(700)])
    await world.write(Draft("15550001001", ANA, text="We know"))
    await link(office, world, "15550001001")

    async def whole() -> bool:
        return len((await office.rows("tenant.message"))["tenant.message"]) == 701

    await until(whole, "the history")
    [chat] = (await office.rows("tenant.chat"))["tenant.chat"]
    assert (chat["name"], chat["is_read"]) == ("Ana", True)
    kinds = {row["kind"] for row in (await office.rows("tenant.fact"))["tenant.fact"]}
    assert not kinds & {"MessageReceived", "MessageSent"}


async def test_a_message_goes_out_and_its_receipts_come_back(office: Office, world: World, start: Start) -> None:
    await start(A)
    await link(office, world, "15550001001")
    await office.run(messages.send_batch, [Outgoing(ToPhone(f"+{ANA}"), text="Good morning")])

    async def status() -> str:
        [row] = (await office.rows("tenant.message"))["tenant.message"]
        return str(row["status"])

    async def delivered() -> bool:
        return await status() == "Delivered"

    await until(delivered, "the delivery")
    assert [(seen.text, seen.chat) for seen in await world.messages(ANA)] == [("Good morning", "15550001001")]
    await world.read(ANA, "15550001001")

    async def read() -> bool:
        return await status() == "Read"

    await until(read, "the read receipt")


async def test_our_reaction_shows_on_the_phone_and_goes_again(office: Office, world: World, start: Start) -> None:
    """Messages of both directions."""
    await start(A)
    await link(office, world, "15550001001")
    await world.write(Draft(ANA, "15550001001", text="Hello"))
    await until(lambda: texts(office), "the message")
    await office.run(messages.send_batch, [Outgoing(ToPhone(f"+{ANA}"), text="Good morning")])

    async def sent() -> bool:
        rows = (await office.rows("tenant.message"))["tenant.message"]
        return len(rows) == 2 and all(row["external_id"] for row in rows)

    await until(sent, "the answer")
    uids = {row["text"]: row["uid"] for row in (await office.rows("tenant.message"))["tenant.message"]}

    async def on_the_phone() -> dict[str | None, object]:
        return {seen.text: {one.phone: one.emoji for one in seen.reactions} for seen in await world.messages(ANA)}

    async def shown(expected: dict[str, object]) -> None:
        async def is_shown() -> bool:
            return await on_the_phone() == expected

        await until(is_shown, f"the reactions {expected}")

    for uid in uids.values():
        await office.run(messages.set_reaction, uid, "👍")
    ours = {"15550001001": "👍"}
    await shown({"Hello": ours, "Good morning": ours})
    await office.run(messages.set_reaction, uids["Hello"], None)
    await office.run(messages.set_reaction, uids["Good morning"], "🎉")
    await shown({"Hello": {}, "Good morning": {"15550001001": "🎉"}})


async def test_what_waits_for_a_number_that_is_unlinked_fails_and_costs_nothing(
    office: Office, world: World, start: Start
) -> None:
    number_id = await link_and_stop(office, world, start)
    await office.run(messages.send_batch, [Outgoing(ToPhone(f"+{ANA}"), text="Too late")])
    await office.run(numbers.unlink, number_id)
    await start(B)

    async def failed() -> bool:
        [row] = (await office.rows("tenant.message"))["tenant.message"]
        return bool(row["status"] == "Failed" and row["credits_period"] + row["credits_balance"] == 0)

    await until(failed, "the failure")
    assert await world.messages(ANA) == []


async def link_and_stop(office: Office, world: World, start: Start) -> NumberId:
    first = await start(A)
    number_id = await link(office, world, "15550001001")
    await until(lambda: number_id in first.ids)
    await first.gateway.stop()
    return number_id


async def test_nothing_is_missing_or_double_when_a_gateway_dies_among_messages(
    office: Office, world: World, start: Start, clock: HandClock
) -> None:
    phones = [f"1555000100{n}" for n in range(4)]
    first = await start(A)
    ids = [await link(office, world, phone) for phone in phones]
    await until(lambda: first.ids == set(ids))
    for n in range(25):
        await world.write_many([Draft(ANA, phone, text=f"before {n} {phone}") for phone in phones])
    await first.crash()
    for n in range(25):
        await world.write_many([Draft(ANA, phone, text=f"after {n} {phone}") for phone in phones])
    clock.advance(AFTER_THE_LEASE)
    second = await start(B)
    await until(lambda: second.ids == set(ids))
    expected = Counter(f"{when} {n} {phone}" for when in ("before", "after") for n in range(25) for phone in phones)

    async def all_there() -> bool:
        return (await texts(office)).keys() >= expected.keys()

    await until(all_there, "the last message")
    assert await texts(office) == expected
    assert (await office.rows("tenant.event_set_aside"))["tenant.event_set_aside"] == []


SUCCESSORS = {
    "another node takes over after the lease": (B, AFTER_THE_LEASE),
    "the same node is started again and goes on at once": (A, timedelta()),
}


@pytest.mark.parametrize(("node", "wait"), SUCCESSORS.values(), ids=SUCCESSORS)
async def test_a_send_in_the_hands_of_a_dying_gateway_is_never_made_twice(
    office: Office, world: World, start: Start, clock: HandClock, node: UUID, wait: timedelta
) -> None:
    first = await start(A)
    number_id = await link(office, world, "15550001001")
    await until(lambda: number_id in first.ids)
    sends = [Outgoing(ToPhone(f"+{ANA}"), text=f"{n}") for n in range(30)]
    await office.run(messages.send_batch, sends)

    async def under_way() -> bool:
        return len(await world.messages(ANA)) >= 5

    await until(under_way, "the first sends")
    await first.crash()
    clock.advance(wait)
    second = await start(node)
    await until(lambda: number_id in second.ids)

    async def settled() -> bool:
        """All were handed over; of the last one it may be a moment until that is stored."""
        statuses = Counter(row["status"] for row in (await office.rows("tenant.message"))["tenant.message"])
        return statuses["Pending"] == 0 and statuses["Sending"] <= 1

    await until(settled, "the last send")
    arrived = Counter(seen.text for seen in await world.messages(ANA))
    rows = (await office.rows("tenant.message"))["tenant.message"]
    in_doubt = {row["text"] for row in rows if row["status"] == "Sending"}
    assert max(arrived.values()) == 1
    assert arrived.keys() | in_doubt == {str(n) for n in range(30)}
