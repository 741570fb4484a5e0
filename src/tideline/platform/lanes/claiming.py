"""Taking lanes: groups that have room first, then their ready lanes, then the heads of these."""

import random
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from tideline.platform.db import Connection, Row, SystemTx
from tideline.platform.lanes import store
from tideline.platform.lanes.actions import topic
from tideline.platform.lanes.holding import Held
from tideline.platform.lanes.model import Item, Lane, share_out, turn
from tideline.platform.lanes.store import Change, Parting, Share

LEASE = timedelta(seconds=30)
GROUPS_AT_ONCE = 64
LINED_UP_AT_ONCE = 8
LAPSED_AT_ONCE = 500


async def claim(
    tx: SystemTx,
    kind: str,
    *,
    limit: int = 1,
    heads: int = 1,
    groups: Collection[int] | None = None,
    node: str = "",
    lease: timedelta = LEASE,
    patient: bool = False,
    rng: random.Random | None = None,
) -> list[Held]:
    """Lease up to `limit` ready lanes of a kind with up to `heads` items each.

    Groups take turns; each keeps its width, rate and pause. Lanes that rest after an item, and those of a group
    with a rate, come with one item. `groups` restricts the claim to these. The claim passes over whatever somebody
    has locked, so it waits for nobody and may find nothing although `next_at` is past; `patient` waits for it.
    """
    if patient:
        await store.line_up(tx, kind, groups, LINED_UP_AT_ONCE)
    open_groups = await store.lock_open_groups(tx, kind, groups, min(limit, GROUPS_AT_ONCE))
    if not open_groups:
        return []
    token = secrets.randbits(63)
    shares = _shares(tx.now, open_groups, limit, heads)
    rows = await store.take(tx, kind, shares, token=token, node=node, leased_until=tx.now + lease)
    gaps = {row["grp"]: (row["gap_min"], row["gap_max"]) for row in open_groups}
    return _helds(kind, token, rows, gaps, rng or random.Random())


async def next_at(tx: Connection, kind: str, groups: Collection[int] | None = None) -> datetime | None:
    """When to claim again: the first time at which a group with room may have a ready lane. Never too late."""
    return await store.next_at(tx, kind, groups)


async def expire(tx: SystemTx) -> int:
    """Free lanes of every kind whose holders let their lease run out, and say how many. Their items were not lost."""
    return await _free(tx, await store.lock_lapsed(tx, LAPSED_AT_ONCE))


async def reclaim(tx: SystemTx, node: str) -> int:
    """Free at once what an earlier life of this node held, and say how many lanes that were.

    For a node whose name no other program can have; it starts after a crash and need not wait for its own leases.
    Call it before the node's workers run, again while it returns `LAPSED_AT_ONCE`.
    """
    return await _free(tx, await store.lock_left(tx, node, LAPSED_AT_ONCE))


async def _free(tx: SystemTx, left: Sequence[Row]) -> int:
    if left:
        await store.change_lanes(tx, [Change(row["id"], 0, None, row["rest_until"]) for row in left], Parting.LAPSED)
        for kind in {row["kind"] for row in left}:
            tx.wake(topic(kind))
    return len(left)


def _shares(now: datetime, open_groups: Sequence[Row], limit: int, heads: int) -> list[Share]:
    rooms = [row["width"] - row["running"] for row in open_groups]
    shares = []
    for row, lanes in zip(open_groups, share_out(limit, rooms), strict=True):
        its_turn = turn(now, lanes, rate=row["rate"], burst=row["burst"], rate_at=row["rate_at"])
        one_by_one = row["rate"] is not None or row["gap_max"] > 0
        shares.append(Share(row["grp"], its_turn.lanes, 1 if one_by_one else heads, its_turn.rate_at))
    return shares


def _helds(
    kind: str, token: int, rows: Sequence[Row], gaps: Mapping[int, tuple[float, float]], rng: random.Random
) -> list[Held]:
    helds = []
    for lane_id, heads in groupby(rows, key=itemgetter("lane_id")):
        first, *others = heads
        helds.append(
            Held(
                lane=Lane(kind, first["grp"], first["sub"]),
                workspace_id=first["workspace"],
                lane_id=lane_id,
                token=token,
                items=tuple(_item(row) for row in (first, *others)),
                rest=rng.uniform(*gaps[first["grp"]]),
                lapses=first["lapses"],
            )
        )
    return helds


def _item(row: Row) -> Item:
    return Item(row["id"], row["attempt"], row["payload"], row["enqueued_at"], row["due_at"])
