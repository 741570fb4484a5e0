"""What connectors report is stored once it counts, by its owner only, and acknowledged after the commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import msgspec
import pytest

from tests.support.office import HandClock, Office
from tests.support.waiting import until
from tests.surfaces.gateway.conftest import A, B
from tests.surfaces.gateway.network import FakeConnector, FakeNetwork
from tests.surfaces.gateway.test_ownership import EXPIRED, MakeNode, Node, free, make_node
from tideline.features import numbers
from tideline.features.numbers import NumberState
from tideline.features.numbers.port import (
    AccountEvent,
    AccountState,
    HistoryChunk,
    MessageReceived,
    Peer,
    ReadOnPhone,
    StateChanged,
    Via,
)
from tideline.platform.db import Database, Tx
from tideline.platform.facts import NewFact
from tideline.surfaces.gateway.figures import Figures
from tideline.surfaces.gateway.intake import Intake

__all__ = ["make_node"]

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANA = Peer(phone="15550002001")


def message(text: str) -> MessageReceived:
    return MessageReceived(ANA, f"ID-{text}", AT, from_me=False, via=Via.CONTACT, text=text)


class Book:
    """Stands in for the messages: writes a fact per event, and can be told to go wrong."""

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self.problems: list[Exception] = []
        self.poison = "poison"
        self.gates: dict[int, asyncio.Event] = {}

    async def receive(self, tx: Tx, number_id: int, events: Sequence[AccountEvent]) -> None:
        told = [one for event in events for one in (event.messages if isinstance(event, HistoryChunk) else [event])]
        texts = [event.text or "" for event in told if isinstance(event, MessageReceived)]
        if number_id in self.gates:
            await self.gates[number_id].wait()
        if self.problems:
            raise self.problems.pop(0)
        if self.poison in texts:
            raise ValueError("this cannot be stored: \0")
        for text in texts:
            tx.record(NewFact("NumberHeard", {"text": text}))
        self.transactions.append(texts)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def figures() -> Figures:
    return Figures()


@asynccontextmanager
async def reading(db: Database, node: Node, book: Book, figures: Figures | None = None) -> AsyncIterator[Intake]:
    intake = Intake(db, node.roster, book.receive, figures or Figures())
    task = asyncio.create_task(intake.read(node.connector))
    try:
        yield intake
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await intake.finish()


async def heard(office: Office) -> list[str]:
    return [payload["text"] for kind, payload in await office.facts() if kind == "NumberHeard"]


async def test_a_batch_is_one_transaction_in_order_and_acknowledged(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    texts = [f"{n:03}" for n in range(200)]
    async with reading(db, node, book):
        network.happen(number_id, *map(message, texts))
        await until(lambda: not network.line(number_id).queue)
    assert book.transactions == [texts]
    assert await heard(office) == texts


async def test_what_comes_while_a_transaction_runs_goes_together_but_not_more_than_500(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    gate = book.gates[number_id] = asyncio.Event()
    async with reading(db, node, book):
        for n in range(701):
            network.happen(number_id, message(str(n)))
        await until(node.connector.is_quiet)
        gate.set()
        await until(lambda: not network.line(number_id).queue)
    sizes = [len(texts) for texts in book.transactions]
    assert max(sizes) == 500
    assert len(sizes) <= 3
    assert await heard(office) == [str(n) for n in range(701)]


async def test_a_busy_number_holds_nobody_up(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    slow, quick = await free(office, "15550001001", "15550001002")
    node = make_node()
    await node.ownership.claim()
    gate = book.gates[slow] = asyncio.Event()
    async with reading(db, node, book):
        network.happen(slow, message("slow"))
        network.happen(quick, message("quick"))
        await until(lambda: not network.line(quick).queue)
        assert network.line(slow).queue
        gate.set()
    assert await heard(office) == ["quick", "slow"]


async def test_states_go_to_the_number_and_all_else_to_its_messages(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    async with reading(db, node, book):
        network.happen(number_id, message("before"), StateChanged(AccountState.OFFLINE, "network"), message("after"))
        await until(lambda: not network.line(number_id).queue)
    assert (await office.run(numbers.get, number_id)).state is NumberState.OFFLINE
    assert book.transactions == [["before", "after"]]


async def test_an_unlinked_phone_ends_its_session(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    async with reading(db, node, book):
        network.unlink_on_phone(number_id)
        await until(lambda: not network.line(number_id).queue)
        await node.ownership.renew()
        await until(lambda: not node.connector.sessions)
    assert (await office.run(numbers.get, number_id)).is_gone


async def test_events_of_an_older_epoch_are_refused(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book, figures: Figures
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    epoch = node.roster.lease_of(number_id).epoch
    async with reading(db, node, book, figures):
        node.connector.tell_late(number_id, epoch - 1, message("from the past"))
        node.connector.tell_late(number_id + 1_000, epoch, message("of nobody"))
        network.happen(number_id, message("now"))
        await until(lambda: not network.line(number_id).queue)
    assert await heard(office) == ["now"]
    assert network.line(number_id).acknowledged < 10_000_000
    assert figures.stale._value.get() == 2


async def test_what_an_old_owner_still_had_in_hand_is_stored_by_the_new_one_only(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book, clock: HandClock
) -> None:
    """The old gateway has read events but slept; the number moved on; when it wakes up its transaction is refused."""
    [number_id] = await free(office, "15550001001")
    first, second = make_node(A), make_node(B)
    await first.ownership.claim()
    network.happen(number_id, message("once"))
    clock.advance(EXPIRED)
    await second.ownership.claim()
    old_book = Book()
    async with reading(db, first, old_book), reading(db, second, book):
        await until(lambda: not network.line(number_id).queue)
    assert old_book.transactions == []
    assert book.transactions == [["once"]]
    assert await heard(office) == ["once"]


async def test_a_take_over_in_the_middle_of_a_transaction_waits_for_it(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book, clock: HandClock
) -> None:
    [number_id] = await free(office, "15550001001")
    first, second = make_node(A), make_node(B)
    await first.ownership.claim()
    gate = book.gates[number_id] = asyncio.Event()
    async with reading(db, first, book):
        network.happen(number_id, message("just in time"))
        await until(lambda: first.roster.get(number_id).busy)
        await until(lambda: is_fenced(office, number_id), "the transaction")
        clock.advance(EXPIRED)
        assert await second.ownership.claim() == 0
        gate.set()
        await until(lambda: not network.line(number_id).queue)
    assert await second.ownership.claim() == 1
    assert await heard(office) == ["just in time"]


async def is_fenced(office: Office, number_id: int) -> bool:
    """Does the transaction of an owner hold the lease's row?"""
    async with office.db.system() as tx:
        rows = await tx.fetch(
            "SELECT 1 FROM directory.number_lease WHERE number_id = $1 FOR UPDATE SKIP LOCKED", number_id
        )
    return not rows


async def test_events_that_were_stored_but_not_acknowledged_come_again(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book, clock: HandClock
) -> None:
    """A crash between the commit and the acknowledgement: at least once, and never lost."""
    [number_id] = await free(office, "15550001001")
    first, second = make_node(A), make_node(B)
    await first.ownership.claim()

    class Mute(FakeConnector):
        async def ack(self, number_id: int, up_to: int) -> None:
            raise ConnectionResetError

    first.roster.get(number_id).connector = Mute(network)
    async with reading(db, first, book):
        network.happen(number_id, message("twice"))
        await until(lambda: book.transactions)
    await first.crash()
    clock.advance(EXPIRED)
    async with reading(db, second, book):
        await second.ownership.claim()
        await until(lambda: not network.line(number_id).queue)
    assert await heard(office) == ["twice", "twice"]


async def test_one_event_that_cannot_be_stored_is_put_aside_and_blocks_nothing(
    db: Database, office: Office, neighbour: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    texts = [str(n) for n in range(20)]
    texts[13] = "poison"
    async with reading(db, node, book):
        network.happen(number_id, *map(message, texts))
        await until(lambda: not network.line(number_id).queue)
    assert await heard(office) == [text for text in texts if text != "poison"]
    [row] = (await office.rows("tenant.event_set_aside"))["tenant.event_set_aside"]
    assert (row["number_id"], row["kind"]) == (number_id, "MessageReceived")
    assert msgspec.json.decode(row["event"])["text"] == "poison"
    assert "ValueError" in row["error"]
    assert (await neighbour.rows("tenant.event_set_aside"))["tenant.event_set_aside"] == []


async def test_a_database_that_is_away_for_a_moment_loses_nothing(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    book.problems += [asyncpg.PostgresConnectionError("gone"), ConnectionRefusedError()]
    async with reading(db, node, book):
        network.happen(number_id, message("patience"), ReadOnPhone(ANA, AT))
        await until(lambda: not network.line(number_id).queue)
    assert await heard(office) == ["patience"]
    assert (await office.rows("tenant.event_set_aside"))["tenant.event_set_aside"] == []


async def test_a_chunk_of_history_counts_as_its_messages(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    gate = book.gates[number_id] = asyncio.Event()
    async with reading(db, node, book) as intake:
        network.happen(number_id, message("first"))
        for start in range(0, 1200, 300):
            network.happen(number_id, HistoryChunk([message(str(n)) for n in range(start, start + 300)]))
        await until(node.connector.is_quiet)
        assert intake._backlog >= 900
        gate.set()
        await until(lambda: not network.line(number_id).queue)
    assert max(len(texts) for texts in book.transactions) <= 500
    assert sum(len(texts) for texts in book.transactions) == 1201
    assert intake._backlog == 0


async def test_of_a_chunk_of_history_only_the_message_that_cannot_be_stored_is_put_aside(
    db: Database, office: Office, network: FakeNetwork, make_node: MakeNode, book: Book, figures: Figures
) -> None:
    [number_id] = await free(office, "15550001001")
    node = make_node()
    await node.ownership.claim()
    texts = [f"{n:03}" for n in range(40)]
    texts[17] = book.poison
    async with reading(db, node, book, figures):
        network.happen(number_id, HistoryChunk([message(text) for text in texts]))
        await until(lambda: not network.line(number_id).queue)
    assert await heard(office) == [text for text in texts if text != book.poison]
    [row] = (await office.rows("tenant.event_set_aside"))["tenant.event_set_aside"]
    kept = msgspec.json.decode(row["event"])
    assert [one["text"] for one in kept["messages"]] == [book.poison]
