"""Webhooks that belong to nobody go after a while."""

from datetime import timedelta
from typing import Final

from tideline.connectors.cloud import store
from tideline.platform.db import Database
from tideline.platform.timers import Every, Timer

KEPT: Final = timedelta(days=30)


def old_strays(db: Database) -> Timer:
    """Deletes what nobody has asked for in a month."""

    async def drop() -> None:
        async with db.system() as tx:
            await store.drop_strays(tx, tx.now - KEPT)

    return Timer("stray webhooks", Every(timedelta(hours=6)), drop)
