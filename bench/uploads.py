"""The list of uploads: whole, and by parts of names that many, some or none of them have."""

import itertools
import random

from bench import http_load
from bench.http_load import Request
from bench.report import Row
from bench.server import DemoServer
from bench.workspace import Bench, database
from tideline.platform.db import Database
from tideline.platform.ids import uuid7

LIST = "/integrations/api/files"
WORDS = [
    "invoice",
    "offer",
    "photo",
    "scan",
    "price",
    "list",
    "contract",
    "report",
    "menu",
    "draft",
    "final",
    "copy",
    "quote",
    "letter",
    "order",
]
ENDS = ["pdf"] * 5 + ["jpg"] * 3 + ["docx", "xlsx", "png", "txt"]
FEW = ["1234", "invoice-offer%2012", "menu-menu%201", "99.docx", "zz%20none"]
MANY = ["pdf", "invoice", "99", "docx"]
AT_ONCE = 10_000


async def rows(server: DemoServer, bench: Bench, count: int) -> list[Row]:
    async with database(server.data_dir) as db:
        await fill(db, bench, count)
    result = []
    for name, parts in (("few", FEW), ("up to a thousand", MANY)):
        requests: list[Request] = [("GET", f"{LIST}?filename={part}", None) for part in parts]
        load = await http_load.run(server.port, itertools.cycle(requests), token=bench.token, connections=1, seconds=4)
        assert load.failures == 0
        p95 = load.quantile(0.95) * 1000
        result.append(Row(f"files by name, {name} found, p95", p95, "ms", 50, more_is_better=False))
    return result


async def fill(db: Database, bench: Bench, count: int) -> None:
    """So many uploads, one a second."""
    chosen = random.Random(count)
    for start in range(0, count, AT_ONCE):
        names = [_name(chosen) for _ in range(min(AT_ONCE, count - start))]
        async with db.tx(bench.id) as tx:
            await tx.execute(
                """
                INSERT INTO tenant.file (workspace, uid, filename, mimetype, size, purpose, state, uploaded_by,
                                         created_at, stored_at, name_key)
                SELECT $1, f.uid, f.name, 'application/pdf', 48211, 'upload', 'stored', $2,
                       $5::timestamptz - make_interval(secs => $6 - f.n), $5, f.name
                FROM unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS f (uid, name, n)
                """,
                tx.workspace_id,
                bench.owner_id,
                [uuid7() for _ in names],
                names,
                tx.now,
                float(count - start),
            )


def _name(chosen: random.Random) -> str:
    first, second = chosen.choices(WORDS, k=2)
    return f"{first}-{second} {chosen.randrange(1_000_000)}.{chosen.choice(ENDS)}"
