"""Lanes: durable work in many rows, each with its own next time, at least once (docs/decisions/0003-lanes.md).

Put work on lanes with `enqueue`, last in the transaction that decides it. A `Worker` takes lanes and calls
`act(held)`; `act` does its work outside any transaction and settles each item inside a transaction of its own:

    async def act(held: Held) -> None:
        for item in held.items:
            outcome = await connector.send(item.payload)
            async with db.tx(held.workspace_id) as tx:
                await store.save_outcome(tx, outcome)
                tx.before_commit(lambda tx: held.done(tx, item))

A stale holder gets `LaneLost` and its transaction rolls back. An `act` that raises is a bug: it is logged and its
items are tried again later.
"""

from tideline.platform.lanes.actions import (
    count_waiting,
    enqueue,
    enqueue_all,
    hold_all,
    is_held,
    list_groups,
    pause,
    release_all,
    remove_group,
    resume,
    set_group,
    sweep,
    topic,
)
from tideline.platform.lanes.claiming import LAPSED_AT_ONCE, LEASE, claim, expire, next_at, reclaim
from tideline.platform.lanes.errors import LaneLost
from tideline.platform.lanes.holding import Done, Held, Retry, Settled, acknowledge, release, renew
from tideline.platform.lanes.model import GroupState, Item, Lane, Limits, NewItem
from tideline.platform.lanes.worker import Worker

__all__ = [
    "LAPSED_AT_ONCE",
    "LEASE",
    "Done",
    "GroupState",
    "Held",
    "Item",
    "Lane",
    "LaneLost",
    "Limits",
    "NewItem",
    "Retry",
    "Settled",
    "Worker",
    "acknowledge",
    "claim",
    "count_waiting",
    "enqueue",
    "enqueue_all",
    "expire",
    "hold_all",
    "is_held",
    "list_groups",
    "next_at",
    "pause",
    "reclaim",
    "release",
    "release_all",
    "remove_group",
    "renew",
    "resume",
    "set_group",
    "sweep",
    "topic",
]
