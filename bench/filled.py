"""The two workspaces that reading is measured in: a large one, and one with a tenth of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from bench import seed
from bench.server import DemoServer
from bench.workspace import Bench, Sizes, database, open_workspace
from tideline.platform import launcher


@dataclass(frozen=True)
class Filled:
    """`many` and `few` are their chats, the busiest first; `texts` what was written in the large one."""

    large: Bench
    small: Bench
    many: list[int]
    few: list[int]
    texts: Sequence[str]


async def fill(server: DemoServer, sizes: Sizes) -> Filled:
    async with database(server.data_dir) as db:
        large = await open_workspace(db, server.data_dir, "bench-large")
        small = await open_workspace(db, server.data_dir, "bench-small")
        conn = await asyncpg.connect(launcher.running_dsn(server.data_dir))
        try:
            async with seed.seeding(conn):
                seeded = seed.Seed(conn, large, sizes)
                many = await seeded.fill(db)
                few = await seed.Seed(conn, small, sizes.tenth).fill(db)
        finally:
            await conn.close()
    return Filled(large, small, many, few, seeded.texts)
