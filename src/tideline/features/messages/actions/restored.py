"""After a restore: what waited to be sent when the backup was made may have been sent since."""

from typing import Final

from tideline.features import numbers
from tideline.features.messages.actions.progress import renewed, save
from tideline.features.messages.model import Failure, Status
from tideline.features.messages.store import restored as store
from tideline.features.messages.store import states
from tideline.platform.db import Tx

DROPPED: Final = Failure("dropped_after_restore", "Not sent: it waited when the backup was made.")


async def mark_restored(tx: Tx) -> int:
    """Mark every message that was on its way out, so that people can look at them before the release."""
    return await store.mark(tx)


async def count_restored(tx: Tx) -> int:
    """How many marked messages still wait."""
    return sum(len(uids) for uids in (await store.list_waiting(tx)).values())


async def drop_restored(tx: Tx) -> int:
    """Let the marked messages that still wait fail, and give back what they cost."""
    dropped = 0
    for number_id, uids in (await store.list_waiting(tx)).items():
        number = await numbers.lock(tx, number_id)
        held = (await states.lock(tx, uids, number_id)).values()
        waiting = [sent for sent in held if sent.progress.status is Status.PENDING]
        await save(tx, number, [(sent, renewed(sent, sent.progress.failed(DROPPED, tx.now))) for sent in waiting])
        dropped += len(waiting)
    return dropped
