"""The one row about this installation: its name, the epoch of its log, and whether all is held after a restore."""

from datetime import datetime
from uuid import UUID, uuid4

from tideline.platform.db import Connection


async def introduce(tx: Connection) -> None:
    """Give a new installation its first epoch."""
    await tx.execute(
        "INSERT INTO directory.installation (epoch, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        uuid4(),
        tx.now,
    )


async def begin_again(tx: Connection) -> None:
    """After a restore: readers of the log must notice the gap, and nothing is sent or delivered until a release."""
    await tx.execute(
        """
        INSERT INTO directory.installation (epoch, held_at, created_at) VALUES ($1, $2, $2)
        ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, held_at = excluded.held_at
        """,
        uuid4(),
        tx.now,
    )


async def epoch(tx: Connection) -> UUID:
    """What every cursor into the event log carries."""
    found = await tx.value("SELECT epoch FROM directory.installation")
    return UUID(bytes=found.bytes)


async def name(tx: Connection) -> UUID:
    """What tells this installation from others for ever, also when it was moved or restored."""
    found = await tx.value("SELECT name FROM directory.installation")
    return UUID(bytes=found.bytes)


async def held_at(tx: Connection) -> datetime | None:
    """Since when everything is held; None when it is not."""
    found: datetime | None = await tx.value("SELECT held_at FROM directory.installation")
    return found
