"""Waiting for a fact, for as long as it takes and no longer."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from tideline.platform.db import Database

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.005


async def until(fact: Callable[[], Any], what: str = "it") -> Any:
    """What `fact` says (or gives when awaited), as soon as that is something; all else goes on meanwhile."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = fact()
                if inspect.isawaitable(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"{what} did not happen") from None


async def somebody_waits_for_a_lock(db: Database) -> bool:
    """Does any transaction of this database wait for another one?"""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with db.system_read() as tx:
        return bool(await tx.value(waiting))
