"""What the Business Platform told and nobody will ask for goes after a while."""

from datetime import timedelta
from typing import Final

import structlog

from tideline.connectors.cloud import store
from tideline.platform.db import Database
from tideline.platform.timers import Every, Timer

log = structlog.get_logger(__name__)

KEPT: Final = timedelta(days=30)


def sweeping(db: Database) -> Timer:
    """Deletes strays after a month, and everything of workspaces that are gone."""

    async def sweep() -> None:
        async with db.system() as tx:
            dropped = await store.drop_strays(tx, tx.now - KEPT) + await store.drop_of_nobody(tx)
        if dropped:
            log.info("cloud.swept", dropped=dropped)

    return Timer("webhooks of nobody", Every(timedelta(hours=1)), sweep)
