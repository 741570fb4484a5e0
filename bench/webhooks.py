"""How fast events are delivered: facts numbered, put on lanes, posted, each attempt logged; and whether one receiver
that hangs, or has a million events waiting, slows the others down.

Run alone as `python -m bench.webhooks`.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import uvloop

from bench.ingest import BATCH, _message
from bench.report import Row, table
from bench.sink import Sink
from bench.workspace import Bench, open_workspace
from tideline.features import messages, webhooks
from tideline.features.files import Links
from tideline.features.webhooks import LANE, Delivering, EventType, Terms, Views, WebhookReader
from tideline.platform import crypto, lanes, launcher, logs, migrate
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.mail import Outbox
from tideline.platform.outgoing import Allowed, Outgoing
from tideline.platform.wake import Wakes
from tideline.wiring.node import HEADS, SLOTS

EVENTS = 5_000
CHATS = 500
SUBSCRIPTIONS = 3
WAITING = 1_000_000
PUBLIC_URL = "https://inbox.example.com"


@dataclass
class Office:
    """Everything that delivers, in this process."""

    db: Database
    wakes: Wakes
    keyring: crypto.Keyring
    outgoing: Outgoing
    folder: Path

    @property
    def terms(self) -> Terms:
        return Terms(self.keyring, per_workspace=100)

    async def subscribe(self, bench: Bench, event: EventType, url: str) -> int:
        return (await self.db.run(bench.id, lambda tx: webhooks.create(tx, self.terms, event, url))).id

    async def happen(self, bench: Bench, events: int) -> None:
        """Messages come in; nobody has looked at the facts yet."""
        for first in range(0, events, BATCH):
            batch = [_message(self.db, n % CHATS) for n in range(first, min(first + BATCH, events))]
            await self.db.run(bench.id, lambda tx, batch=batch: messages.receive(tx, bench.number_id, batch))

    async def delivered(self, ids: Sequence[int]) -> int:
        async with self.db.system_read() as tx:
            sql = "SELECT count(*) FROM tenant.attempt WHERE webhook_id = ANY($1::int[])"
            return int(await tx.value(sql, list(ids)))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        views = Views(Links(self.keyring, PUBLIC_URL).url_of, PUBLIC_URL)
        delivering = Delivering(self.db, self.outgoing, self.terms, views, Outbox(self.keyring))
        worker = lanes.Worker(self.db, self.wakes, LANE, delivering, slots=SLOTS, heads=HEADS)
        dispatcher = Dispatcher(self.db, self.wakes, [WebhookReader()])
        loops = [asyncio.create_task(one.run()) for one in (self.wakes, dispatcher, worker)]
        try:
            yield
        finally:
            await worker.stop(0)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)


async def rows(folder: Path, *, waiting: int = WAITING) -> list[Row]:
    server = await launcher.start(folder)
    try:
        await migrate.migrate(server.dsn)
        db = await Database.connect(server.dsn, SystemClock(), max_size=12)
        wakes = Wakes(db)
        db.wake = wakes.wake
        async with db.system() as tx:
            await webhooks.keep_log(tx, timedelta(days=10))
        outgoing = Outgoing(Allowed.read(["127.0.0.0/8"]))
        office = Office(db, wakes, crypto.Keyring.open(folder), outgoing, folder)
        try:
            with Sink() as sink:
                return await _measure(office, sink, waiting)
        finally:
            await outgoing.close()
            await wakes.flush()
            await db.close()
    finally:
        await server.stop()


async def _measure(office: Office, sink: Sink, waiting: int) -> list[Row]:
    best = await _bare(sink)
    alone = await _rate(office, sink, "alone")
    hanging = await _rate(office, sink, "hanging", hang=True)
    behind = await _rate(office, sink, "million", hang=True, waiting=waiting)
    return [
        Row("webhook deliveries, attempt logged", alone, "/s", 1500, limit=best),
        Row("the same beside a receiver that hangs", hanging, "/s", 0.9 * alone, note=f"{hanging / alone:.0%}"),
        Row(f"beside {waiting:,} waiting for a dead one", behind, "/s", 0.9 * alone, note=f"{behind / alone:.0%}"),
    ]


async def _rate(office: Office, sink: Sink, name: str, *, hang: bool = False, waiting: int = 0) -> float:
    """One workspace, a few receivers that answer, each of which gets every message."""
    bench = await open_workspace(office.db, office.folder, f"bench-{name}")
    await office.happen(bench, BATCH)
    good = [
        await office.subscribe(bench, EventType.MESSAGE_RECEIVED, f"{sink.base}/in?{name}{n}")
        for n in range(SUBSCRIPTIONS)
    ]
    if hang:
        dead = await office.subscribe(bench, EventType.MESSAGE_RECEIVED, f"{sink.base}/hang?{name}")
        if waiting:
            await _let_wait(office, bench, dead, waiting)
    await office.happen(bench, EVENTS)
    expected = (EVENTS + BATCH) * len(good)
    async with office.working():
        while await office.delivered(good) < BATCH * len(good):
            await office.wakes.wait("bench", 0.01)
        begun, so_far = time.perf_counter(), await office.delivered(good)
        while (now := await office.delivered(good)) < expected * 0.98:
            await office.wakes.wait("bench", 0.02)
        took = time.perf_counter() - begun
    return (now - so_far) / took


async def _let_wait(office: Office, bench: Bench, webhook_id: int, waiting: int) -> None:
    """Events that a dead receiver never took. All of them are one message that came in; its fact has no number yet,
    and gets the one of its place."""
    async with office.db.system() as tx:
        fact = await tx.row(
            """
            SELECT f.seq, f.at FROM (
                SELECT row_number() OVER (ORDER BY id) AS seq, at, kind FROM tenant.fact WHERE workspace = $1
            ) f WHERE f.kind = 'MessageReceived' LIMIT 1
            """,
            bench.id,
        )
        assert fact
        await tx.execute(
            """
            INSERT INTO lanes.lane (workspace, kind, grp, sub, waiting, next_at, rest_until)
            SELECT $1, $2, $3, n::text, $4, now(), '1970-01-01Z' FROM generate_series(0, 63) n
            """,
            bench.id, LANE, webhook_id, waiting // 64,
        )  # fmt: skip
        await tx.execute(
            """
            INSERT INTO lanes.item (lane_id, due_at, enqueued_at, payload)
            SELECT l.id, '1970-01-01Z', now(), jsonb_build_object('delivery', gen_random_uuid(),
                   'event_type', 'message:received:new', 'at', $4::timestamptz, 'seq', $5::bigint)
            FROM lanes.lane l, generate_series(1, $3::int) WHERE l.kind = $1 AND l.grp = $2
            """,
            LANE, webhook_id, waiting // 64, fact["at"], fact["seq"],
        )  # fmt: skip
        await tx.execute("UPDATE lanes.lane_group SET next_at = now() WHERE kind = $1 AND grp = $2", LANE, webhook_id)
    async with office.db.system_read() as tx:
        await tx.execute("ANALYZE lanes.item")
        await tx.execute("ANALYZE lanes.lane")


async def _bare(sink: Sink, seconds: float = 3.0) -> float:
    """What aiohttp posts to the same receiver, as many at once."""
    body, done, until = b"x" * 900, 0, time.perf_counter() + seconds

    async def post(http: aiohttp.ClientSession) -> None:
        nonlocal done
        while time.perf_counter() < until:
            async with http.post(f"{sink.base}/in", data=body) as answer:
                await answer.read()
            done += 1

    async with aiohttp.ClientSession() as http:
        await asyncio.gather(*(post(http) for _ in range(8 * SUBSCRIPTIONS)))
    return done / seconds


def main() -> None:
    logs.configure("console", "warning")
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        Path(folder).chmod(0o755)
        print(table(uvloop.run(rows(Path(folder) / "webhooks"))))


if __name__ == "__main__":
    main()
