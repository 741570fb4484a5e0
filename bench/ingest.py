"""How fast what comes in is stored: connector batch, rows, facts numbered, one delivery queued for each message."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import asyncpg

from bench.report import Row
from bench.workspace import Bench, open_workspace
from tideline.features import messages
from tideline.features.numbers.port import MessageReceived, Peer, Via
from tideline.platform import lanes, launcher, migrate
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database, SystemTx
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.facts import Fact
from tideline.platform.ids import uuid7
from tideline.platform.wake import Wakes

BATCH = 500
BATCHES = 20


class QueueOne:
    """Puts one delivery on a lane for each message, as one subscription would."""

    def __init__(self) -> None:
        self.queued = 0

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        for workspace in {fact.workspace_id for fact in facts}:
            found = [f for f in facts if f.workspace_id == workspace and f.kind == "MessageReceived"]
            items = [lanes.NewItem(lanes.Lane("bench", workspace, str(f.chat_id)), {"seq": f.seq}) for f in found]
            await lanes.enqueue(tx, workspace, items)
            self.queued += len(items)


async def rows(folder: Path) -> list[Row]:
    server = await launcher.start(folder)
    try:
        await migrate.migrate(server.dsn)
        db = await Database.connect(server.dsn, SystemClock(), max_size=8)
        try:
            spread = await _rate(db, await open_workspace(db, folder, "bench-ingest"), chats=500)
            hot = await _rate(db, await open_workspace(db, folder, "bench-hot"), chats=1)
        finally:
            await db.close()
        best = await _bare(server.dsn)
    finally:
        await server.stop()
    return [
        Row("ingest to 500 chats, deliveries queued", spread, "/s", 1000, limit=best),
        Row("ingest to one hot chat, deliveries queued", hot, "/s", 500, limit=best),
    ]


async def _rate(db: Database, bench: Bench, *, chats: int) -> float:
    wakes, reader = Wakes(db), QueueOne()
    dispatcher = Dispatcher(db, wakes, readers=[reader])
    loops = [asyncio.create_task(wakes.run()), asyncio.create_task(dispatcher.run())]
    try:
        await _ingest(db, bench, chats, 2)
        reader.queued, started = -2 * BATCH + reader.queued, time.perf_counter()
        await _ingest(db, bench, chats, BATCHES)
        while reader.queued < BATCH * BATCHES:
            await wakes.wait("facts", 0.2)
        return BATCH * BATCHES / (time.perf_counter() - started)
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def _ingest(db: Database, bench: Bench, chats: int, batches: int) -> None:
    for _ in range(batches):
        events = [_message(db, n % chats) for n in range(BATCH)]
        await db.run(bench.id, lambda tx, events=events: messages.receive(tx, bench.number_id, events))


def _message(db: Database, n: int) -> MessageReceived:
    at = db.clock.now() - timedelta(seconds=1)
    return MessageReceived(
        chat=Peer(phone=f"1555888{n:04d}"), external_id=uuid7().hex, at=at, from_me=False, via=Via.CONTACT,
        text="When does the shop open tomorrow?", push_name=f"Customer {n}",
    )  # fmt: skip


async def _bare(dsn: str) -> float:
    """The same rows by a bare script: message, chat moved, fact, lane, item; one transaction for each batch."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(_BARE_TABLES)
        started = time.perf_counter()
        for _ in range(BATCHES):
            ids = [uuid7() for _ in range(BATCH)]
            chats = [n % 500 for n in range(BATCH)]
            async with conn.transaction():
                for statement in _BARE_INSERTS:
                    await conn.execute(statement, ids, chats)
        return BATCH * BATCHES / (time.perf_counter() - started)
    finally:
        await conn.close()


_BARE_TABLES = """
CREATE TABLE bare_message (uid uuid PRIMARY KEY, chat int, text text, at timestamptz, external text UNIQUE);
CREATE INDEX ON bare_message (chat, at);
CREATE TABLE bare_chat (id int PRIMARY KEY, at timestamptz, uid uuid);
CREATE INDEX ON bare_chat (at);
CREATE TABLE bare_fact (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz, payload jsonb);
CREATE TABLE bare_item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, chat int, at timestamptz);
"""

_BARE_INSERTS = (
    """
    INSERT INTO bare_message SELECT u, c, 'When does the shop open tomorrow?', now(), u::text
    FROM unnest($1::uuid[], $2::int[]) AS t(u, c)
    """,
    """
    INSERT INTO bare_chat SELECT DISTINCT ON (c) c, now(), u FROM unnest($1::uuid[], $2::int[]) AS t(u, c)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, uid = excluded.uid
    """,
    """
    INSERT INTO bare_fact (at, payload) SELECT now(), jsonb_build_object('uid', u, 'chat', c)
    FROM unnest($1::uuid[], $2::int[]) AS t(u, c)
    """,
    "INSERT INTO bare_item (chat, at) SELECT c, now() FROM unnest($1::uuid[], $2::int[]) AS t(u, c)",
)
