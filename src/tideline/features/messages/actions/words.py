"""Keeping what messages are found by: after an edit, and for messages from before there was a search."""

from uuid import UUID

from tideline.features import search
from tideline.features.messages.store import words
from tideline.platform.db import SystemTx, Tx

BATCH = 500


async def renew(tx: Tx, uid: UUID) -> None:
    """The message has other words now, or none."""
    if entries := await words.list_entries(tx, [uid]):
        await search.put(tx, entries)
    else:
        await search.remove(tx, uid)


async def workspaces_to_read(tx: SystemTx) -> list[int]:
    """Where `read_older` has something to do."""
    return await search.workspaces_behind(tx)


async def read_older(tx: Tx) -> bool:
    """Read the newest of the messages that were there before the search, and say whether there are more.

    They are held meanwhile, so that what is taken back in this moment is not kept.
    """
    before = await search.take_backlog(tx)
    if before is None:
        return False
    held = await words.hold_older(tx, before, BATCH)
    if entries := await words.list_entries(tx, held):
        await search.put(tx, entries)
    await search.leave_backlog(tx, held[-1] if len(held) == BATCH else None)
    return len(held) == BATCH
