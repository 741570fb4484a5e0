"""How fast committed facts get their numbers: alone, and with a reader that puts a delivery on a lane for each.

On the embedded server, `synchronous_commit` on. Run as `python -m bench.facts`.
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import uvloop

from tideline.platform import lanes, launcher, migrate
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database, SystemTx
from tideline.platform.dispatcher import Dispatcher, Reader, maintain_partitions
from tideline.platform.facts import Fact, NewFact
from tideline.platform.lanes import Lane, NewItem
from tideline.platform.wake import Wakes

FACTS = 50_000
CHATS = 500
PAYLOAD = {"message": {"uid": "0193f5a0-7e7c-7c3a-9a51-0242ac120002", "text": "Hello, how are you? " * 20}}


class Deliveries:
    """What webhooks will do: one item per fact, on the lane of its chat."""

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        await lanes.enqueue(tx, 1, [NewItem(Lane("delivery", 1, str(f.chat_id)), {"seq": f.seq}) for f in facts])


async def prepare(db: Database) -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    async with db.system() as tx:
        await maintain_partitions(tx)
        await tx.execute("INSERT INTO directory.workspace (id, slug, created_at) VALUES (1, 'bench', $1)", since)
        await tx.execute(
            """
            INSERT INTO tenant.workspace (workspace, display_name, plan, zone, seats, messages_quota, api_calls_quota,
                                          billing_anchor, created_at)
            VALUES (1, 'Bench', 'free', 'UTC', 1, 1, 1, $1, $2)
            """,
            date(2026, 1, 1),
            since,
        )


async def happen(db: Database) -> None:
    for first in range(0, FACTS, 500):
        async with db.tx(1) as tx:
            for n in range(first, first + 500):
                tx.record(NewFact("MessageReceived", PAYLOAD, n % CHATS))


async def rate(db: Database, readers: Sequence[Reader]) -> float:
    await happen(db)
    dispatcher = Dispatcher(db, Wakes(), readers)
    async with db.session() as session:
        began = time.perf_counter()
        while await dispatcher.dispatch(session):
            pass
        return FACTS / (time.perf_counter() - began)


async def measure(folder: Path) -> None:
    server = await launcher.start(folder)
    try:
        await migrate.migrate(server.dsn)
        db = await Database.connect(server.dsn, SystemClock())
        await prepare(db)
        alone = await rate(db, [])
        print(f"numbering alone          {alone:>9,.0f} facts/s (must be above 5,000)")
        with_reader = await rate(db, [Deliveries()])
        print(f"and a delivery for each  {with_reader:>9,.0f} facts/s")
        await db.close()
    finally:
        await server.stop()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        Path(folder).chmod(0o755)  # the embedded database of root runs as somebody else
        uvloop.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
