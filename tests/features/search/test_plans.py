"""Which index each statement of a search reads, whatever the planner believes about a workspace."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.world import World
from tideline.features import search
from tideline.features.search import Entry, actions, read_question
from tideline.platform.db import Row, Tx

ENTRIES = 3000
READS = {
    "WITH RECURSIVE": "message_search_newest",
    "SELECT s.uid, s.at FROM (": "message_search_newest",
    "SELECT f.uid, f.at": "message_search_terms",
    "SELECT s.uid, s.at FROM tenant": "message_search_newest",
    "SELECT s.uid, left": "message_search_uid",
}
RANKED, UIDS = "SELECT s.uid, left", {"message_search_uid"}
SCANS = """
    SELECT c.relname AS name, pg_stat_get_xact_numscans(c.oid) AS scans FROM pg_class c
    WHERE c.relnamespace = 'tenant'::regnamespace AND c.relname LIKE 'message\\_search%'
"""


@pytest.mark.parametrize("statistics", ["older than the workspace", "of today"])
@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_each_statement_reads_its_index(
    world: World, monkeypatch: pytest.MonkeyPatch, statistics: str, mode: str
) -> None:
    monkeypatch.setattr(actions, "most_of", lambda limit: 100)
    if statistics == "older than the workspace":
        await analyze(world)
    await world.run(search.put, [entry(world, n) for n in range(ENTRIES)])
    if statistics == "of today":
        await analyze(world)
    async with world.db.tx(world.id) as tx:
        await tx.execute(f"SET LOCAL plan_cache_mode = {mode}")
        reads: dict[str, set[str]] = {}
        monkeypatch.setattr(tx, "fetch", watched(tx, reads))
        found = await search.find(tx, read_question("beans often"))
    assert len(found.uids) == 50
    # so small a table may be read as a whole for two hundred of its rows
    reads[RANKED].discard("message_search")
    assert reads == {beginning: {index} for beginning, index in READS.items()} | {RANKED: reads[RANKED] & UIDS}


def entry(world: World, n: int) -> Entry:
    """Months of messages; nothing of what is searched is among the newest."""
    at = world.clock.now() - timedelta(hours=n)
    words = " tea " if n < 2100 else " beans often "
    return Entry(uuid4(), at, n % 20, 1, False, "whatsapp", None, None, words)


async def analyze(world: World) -> None:
    async with world.db.system() as tx:
        await tx.execute("ANALYZE tenant.message_search")


def watched(tx: Tx, reads: dict[str, set[str]]) -> Callable[..., Awaitable[list[Row]]]:
    """Fetches, and notes under the beginning of each statement what was scanned for it."""
    fetch = tx.fetch

    async def scans() -> dict[str, int]:
        return {row["name"]: row["scans"] for row in await fetch(SCANS)}

    async def watch(sql: str, *args: Any) -> list[Row]:
        before = await scans()
        rows = await fetch(sql, *args)
        beginning = next(one for one in READS if " ".join(sql.split()).startswith(one))
        reads.setdefault(beginning, set()).update(
            name for name, count in (await scans()).items() if count > before[name]
        )
        return rows

    return watch
