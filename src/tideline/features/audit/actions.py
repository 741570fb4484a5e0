"""Look at the log, take a copy of it, and forget what is older than it is kept."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Final

from tideline.features.audit import events, store
from tideline.features.audit.model import Cursor, Entry, Filter, Page
from tideline.platform.db import Database, Tx

BITE: Final = 2_000
EXPORTED_AT_ONCE: Final = 1_000


async def list_entries(tx: Tx, wanted: Filter, *, before: Cursor | None = None, size: int = 50) -> Page:
    """A page of entries, the newest first, and where the next one begins."""
    found = await store.list_before(tx, wanted, before, size + 1)
    shown = found[:size]
    return Page(shown, Cursor(shown[-1].at, shown[-1].seq) if len(found) > size else None)


async def export(db: Database, workspace_id: int, wanted: Filter) -> AsyncIterator[Sequence[Entry]]:
    """All entries that are wanted, in portions. No connection is held between two of them, however slowly somebody
    reads."""
    before: Cursor | None = None
    while True:
        async with db.read(workspace_id) as tx:
            page = await list_entries(tx, wanted, before=before, size=EXPORTED_AT_ONCE)
        if page.entries:
            yield page.entries
        if page.next is None:
            return
        before = page.next


async def tell_exported(tx: Tx) -> None:
    tx.record(events.exported())


async def forget(db: Database, kept: timedelta) -> int:
    """Remove what is older, a bite at a time, and say how much went."""
    removed = 0
    async with db.system_read() as system:
        before = system.now - kept
        outdated = await store.list_outdated(system, before)
    for workspace_id in outdated:
        bite = BITE
        while bite == BITE:
            bite = await db.run(workspace_id, lambda tx: store.delete_some(tx, before, BITE))
            removed += bite
    return removed
