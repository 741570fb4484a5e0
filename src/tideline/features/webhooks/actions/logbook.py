"""The log of attempts: what happened to deliveries, for as long as it is kept."""

from datetime import timedelta

from tideline.features.webhooks.store import attempts as store
from tideline.platform.db import SystemTx
from tideline.platform.partitions import maintain_partitions


async def keep_log(tx: SystemTx, kept: timedelta) -> None:
    """Make the partitions of the next days and drop those whose time is over. To be called once a day."""
    await maintain_partitions(tx, store.LOG, keep=kept)
