"""What a backlog costs those who have none: lanes with and without a million items waiting elsewhere.

Two databases on one embedded server, `synchronous_commit` on. In one nothing else waits; in the other a paused group
has a million items, a dead receiver's group as many that come again tomorrow, and a group at its width 100,000 ready
lanes. The same work is done in both by turns. Run as `python -m bench.lanes [--quick]`.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import uvloop

from tideline.platform import lanes, launcher, migrate
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database
from tideline.platform.lanes import Done, Lane, NewItem
from tideline.platform.lanes.store import FRESH

KIND = "delivery"
WORKSPACE = 1
GROUPS = 20
LANES = 50
ROUNDS = 21


async def set_up(db: Database) -> None:
    async with db.system() as tx:
        for group in range(1, GROUPS + 1):
            await lanes.set_group(tx, WORKSPACE, KIND, group, width=8)


async def enqueue(db: Database, items: int) -> None:
    """Put items on lanes the way the dispatcher does, a thousand at a time."""
    for first in range(0, items, 1000):
        new = [
            NewItem(Lane(KIND, 1 + n % GROUPS, str(n // GROUPS % LANES)), {"n": n})
            for n in range(first, min(first + 1000, items))
        ]
        async with db.system() as tx:
            await lanes.enqueue(tx, WORKSPACE, new)


async def in_batches(db: Database) -> int:
    """Claim 64 lanes in one transaction, acknowledge them in another."""
    async with db.system() as tx:
        helds = await lanes.claim(tx, KIND, limit=64)
    async with db.system() as tx:
        await lanes.acknowledge(tx, [Done(held, item) for held in helds for item in held.items])
    return len(helds)


async def one_by_one(db: Database) -> int:
    """Claim one lane, acknowledge it: what a sending lane does."""
    async with db.system() as tx:
        helds = await lanes.claim(tx, KIND, limit=1)
    for held in helds:
        async with db.system() as tx:
            await held.done(tx, held.items[0])
    return len(helds)


async def rate(db: Database, items: int, step: Callable[[Database], Awaitable[int]]) -> float:
    """Items a second, after they were put on their lanes."""
    await enqueue(db, items)
    began = time.perf_counter()
    left = items
    while left:
        left -= await step(db)
    return items / (time.perf_counter() - began)


async def fill(db: Database, waiting: int) -> None:
    """The backlogs, by plain INSERTs, with the counters they would have."""
    every = 10
    async with db.system() as tx:
        for group, width, paused in ((101, 8, True), (102, 8, False), (103, 8, False)):
            await lanes.set_group(tx, WORKSPACE, KIND, group, width=width, paused=paused)
            await tx.execute(
                """
                INSERT INTO lanes.lane (workspace, kind, grp, sub, waiting, next_at, rest_until)
                SELECT $1, $2, $3, n::text, $4, $5, '1970-01-01Z' FROM generate_series(1, $6::int) n
                """,
                WORKSPACE,
                KIND,
                group,
                every,
                tx.now + timedelta(days=1) if group == 102 else tx.now,
                waiting // every,
            )
            await tx.execute(
                """
                INSERT INTO lanes.item (lane_id, due_at, enqueued_at, payload)
                SELECT l.id, $3, $4, '{"n": 0}' FROM lanes.lane l, generate_series(1, $5::int)
                WHERE l.kind = $1 AND l.grp = $2
                """,
                KIND,
                group,
                tx.now + timedelta(days=1) if group == 102 else FRESH,
                tx.now,
                every,
            )
            await tx.execute(
                """
                UPDATE lanes.lane_group g SET next_at = (SELECT min(next_at) FROM lanes.lane l WHERE l.grp = g.grp)
                WHERE kind = $1 AND grp = $2
                """,
                KIND,
                group,
            )
    async with db.system() as tx:
        busy = await lanes.claim(tx, KIND, limit=100, groups=[103], lease=timedelta(hours=1))
    assert len(busy) == 8


@asynccontextmanager
async def databases(folder: Path) -> AsyncIterator[tuple[Database, Database]]:
    server = await launcher.start(folder, may_create_databases=True)
    try:
        admin = await asyncpg.connect(server.dsn)
        addresses = []
        for name in ("bench_empty", "bench_full"):
            await admin.execute(f"CREATE DATABASE {name}")
            addresses.append(server.dsn.replace("/tideline?", f"/{name}?"))
            await migrate.migrate(addresses[-1])
        await admin.close()
        empty, full = [await Database.connect(address, SystemClock()) for address in addresses]
        yield empty, full
        await empty.close()
        await full.close()
    finally:
        await server.stop()


async def vacuum(db: Database) -> None:
    async with db.system_read() as tx:
        await tx.execute("VACUUM ANALYZE lanes.lane_group, lanes.lane, lanes.item")


async def measure(folder: Path, waiting: int, items: int) -> None:
    async with databases(folder) as (empty, full):
        began = time.perf_counter()
        await set_up(empty)
        await set_up(full)
        await fill(full, waiting)
        print(f"{3 * waiting:,} items waiting in the full database after {time.perf_counter() - began:.1f} s")
        for name, step, count in (
            ("claim 64 + acknowledge", in_batches, items),
            ("one by one", one_by_one, items // 10),
        ):
            for db in (empty, full):
                await vacuum(db)
                await rate(db, count, step)
            pairs = [(await rate(empty, count, step), await rate(full, count, step)) for _ in range(ROUNDS)]
            nothing, much = (statistics.median(rates) for rates in zip(*pairs, strict=True))
            ratio = statistics.median(alone / beside for alone, beside in pairs)
            print(
                f"{name:<26}{nothing:>9,.0f}/s with nothing else,{much:>9,.0f}/s with the backlogs, "
                f"ratio {ratio:.3f} (must be below 1.1)"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the backlog")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="tideline-bench-") as folder:
        Path(folder).chmod(0o755)  # the embedded database of root runs as somebody else
        uvloop.run(measure(Path(folder), 100_000 if quick else 1_000_000, 4_000))


if __name__ == "__main__":
    main()
