"""What others do with lanes: put work on them, set up their groups, pause, hold and clear them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from tideline.platform.db import Connection, SystemTx, Tx
from tideline.platform.lanes import store
from tideline.platform.lanes.model import GroupState, Lane, Limits, NewItem

SWEPT_AT_ONCE = 1_000


def topic(kind: str) -> str:
    """The topic that wakes the workers of a kind."""
    return f"lanes:{kind}"


async def enqueue(tx: Tx | SystemTx, workspace_id: int, items: Sequence[NewItem]) -> None:
    """Put items on their lanes, in the order given. One statement for any number of items and lanes.

    It locks the lanes until the end of the transaction, so call it last (`tx.before_commit`), and once: several
    calls in one transaction can deadlock with each other's lanes. Groups that nobody set up get the limits of
    `Limits()`. Workers wake up after the commit.
    """
    await enqueue_all(tx, [(workspace_id, item) for item in items])


async def enqueue_all(tx: Tx | SystemTx, items: Sequence[tuple[int, NewItem]]) -> None:
    """The same for items of several workspaces, each with its workspace's id."""
    if not items:
        return
    lanes: dict[Lane, store.LaneWork] = {}
    for workspace_id, item in items:
        lanes[item.lane] = _one_more(lanes.get(item.lane), workspace_id, item, item.due_at or tx.now)
    position = {lane: n for n, lane in enumerate(lanes, start=1)}
    rows = [store.NewRow(position[item.lane], item.due_at or store.FRESH, item.payload) for _, item in items]
    for kind in await store.add(tx, list(lanes.values()), rows):
        tx.wake(topic(kind))


def _one_more(so_far: store.LaneWork | None, workspace_id: int, item: NewItem, due_at: datetime) -> store.LaneWork:
    if so_far is None:
        lane = item.lane
        return store.LaneWork(workspace_id, lane.kind, lane.group, lane.sub, items=1, next_at=due_at)
    return replace(so_far, items=so_far.items + 1, next_at=min(so_far.next_at, due_at))


async def set_group(
    tx: Tx | SystemTx,
    workspace_id: int,
    kind: str,
    group: int,
    *,
    width: int,
    gap: tuple[float, float] = (0.0, 0.0),
    rate: float | None = None,
    burst: int = 1,
    paused: bool | None = None,
) -> None:
    """Say how a group may be worked on (`Limits`). A group that is there already stays paused, or not, unless told."""
    limits = Limits(width, gap, rate, burst)
    await store.save_group(
        tx,
        workspace_id,
        kind,
        group,
        width=limits.width,
        gap=limits.gap,
        rate=limits.rate,
        burst=limits.burst,
        paused=paused,
    )
    tx.wake(topic(kind))


async def pause(tx: Tx, kind: str, *groups: int) -> None:
    """Give out no lane of these groups until `resume`; what is in somebody's hands is finished."""
    await store.set_paused(tx, tx.workspace_id, kind, groups, True)


async def resume(tx: Tx, kind: str, *groups: int) -> None:
    """Go on with paused groups, at once."""
    await store.set_paused(tx, tx.workspace_id, kind, groups, False)
    tx.wake(topic(kind))


async def remove_group(tx: Tx, kind: str, group: int) -> None:
    """Forget a group, its lanes and all their items. Whoever holds one of them finds it lost."""
    await store.delete_group(tx, tx.workspace_id, kind, group)


async def count_waiting(tx: Connection, workspace_id: int, kind: str, groups: Sequence[int]) -> dict[int, int]:
    """How much waits in these groups of a workspace; those in which nothing does are left out."""
    rows = await store.count_waiting(tx, workspace_id, kind, groups)
    return {row["grp"]: row["waiting"] for row in rows}


async def list_groups(tx: Connection, kind: str | None = None) -> list[GroupState]:
    """Every group with what it does and what waits, for metrics and pages."""
    return [
        GroupState(
            kind=row["kind"],
            group=row["grp"],
            workspace_id=row["workspace"],
            width=row["width"],
            running=row["running"],
            waiting=row["waiting"],
            paused=row["paused"],
        )
        for row in await store.list_groups(tx, kind)
    ]


async def sweep(tx: SystemTx, *, idle: timedelta = timedelta(days=1)) -> int:
    """Delete rows of lanes that have been empty for a while; call it again while it returns `SWEPT_AT_ONCE`."""
    return await store.delete_idle_lanes(tx, tx.now - idle, SWEPT_AT_ONCE)


async def hold_all(tx: SystemTx) -> None:
    """Give out no lane of any kind until `release_all`: after a restore a person decides first."""
    await store.hold(tx, uuid4())


async def release_all(tx: SystemTx, kinds: Sequence[str] = ()) -> None:
    """End what `hold_all` began. Workers of the kinds named wake up at once, the others look by themselves."""
    await store.let_go(tx)
    for kind in kinds:
        tx.wake(topic(kind))


async def is_held(tx: Connection) -> bool:
    """Whether everything is held after a restore."""
    return await store.is_held(tx)
