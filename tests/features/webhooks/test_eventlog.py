"""The event log: in order, without gaps, with bodies; and what becomes of cursors."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.features.webhooks.stage import PUBLIC_URL
from tests.support.event_check import check_event
from tests.support.statements_counted import StatementsCounted
from tests.support.waiting import until
from tests.support.world import HandClock, World
from tideline.features import chats
from tideline.features.chats import Chat
from tideline.features.files import Links
from tideline.features.webhooks import (
    Cursor,
    CursorExpired,
    Entry,
    EventLog,
    EventPage,
    EventType,
    InvalidCursor,
    Views,
)
from tideline.platform import installation
from tideline.platform.db import Database
from tideline.platform.dispatcher import TOPIC, Dispatcher
from tideline.platform.wake import Wakes


class Reading:
    """The log of a workspace, whose facts get their numbers when a test says so."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wakes = Wakes()
        world.db.wake = self.wakes.wake
        self.log = EventLog(world.db, self.wakes, Views(Links(world.access.keyring, PUBLIC_URL).url_of, PUBLIC_URL))
        self.dispatcher = Dispatcher(world.db, self.wakes)

    async def number(self) -> None:
        async with self.world.db.session() as session:
            while await self.dispatcher.dispatch(session):
                pass

    async def after(self, cursor: Cursor | str | None, limit: int = 100, wait: float = 0.0) -> EventPage:
        text = None if cursor is None else str(cursor)
        return await self.log.after(self.world.id, text, limit=limit, wait=wait)


@pytest.fixture
async def reading(world: World) -> Reading:
    async with world.db.system() as tx:
        await installation.introduce(tx)
    return Reading(world)


@pytest.fixture
async def chat(world: World) -> Chat:
    return await world.chat()


async def test_everything_is_there_once_and_in_order(reading: Reading, world: World, chat: Chat) -> None:
    for n in range(7):
        await world.hear(chat, f"{n}")
        await world.run(chats.mark_read, chat.id)
    await reading.number()
    whole = await reading.after(None)
    facts = await world.fetch("SELECT seq, kind FROM tenant.fact WHERE workspace = $1 ORDER BY seq")
    assert [entry.cursor.seq for entry in whole.entries] == [row["seq"] for row in facts]
    assert not whole.has_more
    in_portions: list[Entry] = []
    cursor = None
    while True:
        page = await reading.after(cursor, limit=3)
        in_portions += page.entries
        cursor = page.cursor
        if not page.has_more:
            break
    assert [entry.cursor for entry in in_portions] == [entry.cursor for entry in whole.entries]
    assert cursor == whole.cursor


async def test_an_entry_has_the_bodies_of_its_events_and_none_when_it_is_none(
    reading: Reading, world: World, chat: Chat
) -> None:
    await reading.number()
    start = (await reading.log.newest(world.id)).cursor
    await world.hear(chat, "Hello")
    await world.run(chats.mark_read, chat.id)
    await reading.number()
    heard, read = (await reading.after(start)).entries
    assert list(heard.bodies) == ["message:new", "message:received:new"]
    for body in heard.bodies.values():
        check_event(body)
        assert body["message"]["text"] == "Hello"
    assert dict(read.bodies) == {}


async def test_every_entry_is_a_place_to_go_on_from(reading: Reading, world: World, chat: Chat) -> None:
    await world.hear(chat, "Hello")
    await reading.number()
    whole = (await reading.after(None)).entries
    for n, entry in enumerate(whole):
        behind = await reading.after(entry.cursor)
        assert [one.cursor for one in behind.entries] == [one.cursor for one in whole[n + 1 :]]


async def test_at_the_end_there_is_nothing_and_the_cursor_stays(reading: Reading, world: World) -> None:
    await reading.number()
    newest = await reading.log.newest(world.id)
    page = await reading.after(newest.cursor)
    assert (page.entries, page.cursor, page.has_more) == ([], newest.cursor, False)


async def test_who_waits_is_told_as_soon_as_something_happens(reading: Reading, world: World, chat: Chat) -> None:
    await reading.number()
    newest = (await reading.log.newest(world.id)).cursor
    waiting = asyncio.create_task(reading.after(newest, wait=30))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    await world.hear(chat, "News")
    await reading.number()
    page = await asyncio.wait_for(waiting, 10)
    assert [list(entry.bodies) for entry in page.entries] == [["message:new", "message:received:new"]]


async def test_what_happens_elsewhere_ends_no_waiting(
    reading: Reading, world: World, neighbour: World, chat: Chat
) -> None:
    await reading.number()
    newest = (await reading.log.newest(world.id)).cursor
    waiting = asyncio.create_task(reading.after(newest, wait=0.3))
    await neighbour.hear(await neighbour.chat(), "Elsewhere")
    await reading.number()
    page = await waiting
    assert (page.entries, page.cursor) == ([], newest)


async def test_a_cursor_ends_when_its_place_is_no_longer_kept(reading: Reading, world: World, chat: Chat) -> None:
    for n in range(3):
        await world.hear(chat, f"{n}")
    await reading.number()
    entries = (await reading.after(None)).entries
    await world.execute("DELETE FROM tenant.fact WHERE workspace = $1 AND seq <= $2", entries[-2].cursor.seq)
    with pytest.raises(CursorExpired):
        await reading.after(entries[-3].cursor)
    assert [entry.cursor for entry in (await reading.after(entries[-2].cursor)).entries] == [entries[-1].cursor]
    assert [entry.cursor for entry in (await reading.after(None)).entries] == [entries[-1].cursor]
    await world.execute("DELETE FROM tenant.fact WHERE workspace = $1")
    with pytest.raises(CursorExpired):
        await reading.after(entries[-2].cursor)
    assert (await reading.after(entries[-1].cursor)).entries == []
    assert (await reading.after(None)).cursor == entries[-1].cursor


async def test_a_cursor_ends_with_a_restore(reading: Reading, world: World, chat: Chat) -> None:
    await world.hear(chat, "Hello")
    await reading.number()
    cursor = (await reading.after(None)).cursor
    async with world.db.system() as tx:
        await installation.begin_again(tx)
        await tx.execute("UPDATE directory.installation SET held_at = NULL")
    with pytest.raises(CursorExpired):
        await reading.after(cursor)
    assert (await reading.after(None)).entries


async def test_what_is_no_cursor_of_this_workspace_is_refused(
    reading: Reading, world: World, neighbour: World, chat: Chat
) -> None:
    await reading.number()
    good = (await reading.log.newest(world.id)).cursor
    wrong = [
        "", "x", "=", "not a cursor", "ü", "A" * 39, "A" * 5000, str(good)[:-1], str(good) + "A", str(good) + "=",
        str(replace(good, workspace_id=neighbour.id)), str(replace(good, seq=good.seq + 1)),
        str(replace(good, seq=2**63 - 1)), str(replace(good, seq=-1)),
    ]  # fmt: skip
    for text in wrong:
        with pytest.raises(InvalidCursor):
            await reading.after(text)
    with pytest.raises(CursorExpired):
        await reading.after(replace(good, epoch=uuid4()))


async def test_a_page_is_so_many_statements_however_long_it_is(reading: Reading, world: World, chat: Chat) -> None:
    for n in range(30):
        await world.hear(chat, f"{n}")
    await reading.number()
    assert len((await reading.after(None, limit=1)).entries) == 1
    assert len((await reading.after(None, limit=500)).entries) > 30


async def test_a_fact_without_bodies_keeps_nobody_from_those_behind_it(
    reading: Reading, world: World, chat: Chat
) -> None:
    await reading.number()
    start = (await reading.log.newest(world.id)).cursor
    await world.hear(chat, "Broken")
    await world.hear(chat, "Whole")
    await reading.number()
    await world.execute("UPDATE tenant.fact SET payload = '{}' WHERE workspace = $1 AND seq = $2", start.seq + 1)
    broken, whole = (await reading.after(start)).entries
    assert dict(broken.bodies) == {}
    assert whole.bodies[EventType.MESSAGE_NEW]["message"]["text"] == "Whole"


async def test_all_who_wait_look_together(reading: Reading, world: World, shared_dsn: str, clock: HandClock) -> None:
    """Whatever happens elsewhere wakes everybody."""
    await reading.number()
    newest = str((await reading.log.newest(world.id)).cursor)
    db, wakes = await Database.connect(shared_dsn, clock), Wakes()
    counted = StatementsCounted(db)
    log = EventLog(db, wakes, Views(Links(world.access.keyring, PUBLIC_URL).url_of, PUBLIC_URL))
    try:
        async with counted.listening() as statements:
            waiting = [asyncio.create_task(log.after(world.id, newest, limit=10, wait=0.8)) for _ in range(30)]
            await until(lambda: sum("FROM tenant.workspace" in sql for sql in statements) == 30)
            wakes.wake(TOPIC)
            await asyncio.gather(*waiting)
        looks = sum("fact_counter" in sql for sql in statements) - 2 * len(waiting)  # two pages each
        assert 1 <= looks < len(waiting)
    finally:
        await db.close()
