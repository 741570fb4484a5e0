"""A lane in somebody's hands, and how its items are settled inside the transaction that writes the outcome."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tideline.platform.db import SystemTx, Tx
from tideline.platform.lanes import store
from tideline.platform.lanes.actions import topic
from tideline.platform.lanes.errors import LaneLost
from tideline.platform.lanes.model import Item, Lane
from tideline.platform.lanes.store import FRESH, Change, Parting


@dataclass(slots=True, eq=False)
class Held:
    """A leased lane with its head items. It is let go when each of them is settled, one way or the other.

    `rest` is how long the lane rests after an item, in seconds, drawn from the gap of its group when it was taken.
    `lapses` says how many holders in a row let their lease run out: work that kills its worker is known by it.
    """

    lane: Lane
    workspace_id: int
    lane_id: int
    token: int = field(repr=False)
    items: tuple[Item, ...]
    rest: float = 0.0
    lapses: int = 0
    unsettled: set[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.unsettled = {item.id for item in self.items}

    @property
    def is_settled(self) -> bool:
        """Whether every item was settled by a transaction that is committed."""
        return not self.unsettled

    async def done(self, tx: Tx | SystemTx, item: Item) -> None:
        """The item is finished, well or for ever: it leaves the lane if this transaction commits."""
        await acknowledge(tx, [Done(self, item)])

    async def retry(self, tx: Tx | SystemTx, item: Item, at: datetime, hold_lane: bool = False) -> None:
        """Try the item again at its own time. Later items of the lane go on, unless `hold_lane` makes them wait."""
        await acknowledge(tx, [Retry(self, item, at, hold_lane)])


@dataclass(frozen=True, slots=True)
class Done:
    """An item that is finished, well or for ever."""

    held: Held
    item: Item


@dataclass(frozen=True, slots=True)
class Retry:
    """An item to try again at its own time."""

    held: Held
    item: Item
    at: datetime
    hold_lane: bool = False


Settled = Done | Retry


async def acknowledge(tx: Tx | SystemTx, settled: Sequence[Settled]) -> None:
    """Settle any number of items of any number of held lanes inside the caller's transaction.

    Raises LaneLost when one of them is not ours any more, so that the caller's writes roll back with it; nothing
    of this call has happened then. It locks lanes and groups until the end of the transaction: call it late.
    """
    by_lane: defaultdict[int, list[Settled]] = defaultdict(list)
    for outcome in settled:
        by_lane[outcome.held.lane_id].append(outcome)
    await _settle_items(tx, settled, by_lane)
    changes = [_change(tx.now, outcomes) for _, outcomes in sorted(by_lane.items())]
    await store.change_lanes(tx, changes, Parting.SETTLED)
    tx.after_commit.append(lambda: _forget(settled))


async def _settle_items(
    tx: Tx | SystemTx, settled: Sequence[Settled], by_lane: Mapping[int, Sequence[Settled]]
) -> None:
    leases = {(outcome.held.lane_id, outcome.held.token) for outcome in settled}
    twice = {lane_id for lane_id, n in Counter(lane_id for lane_id, _ in leases).items() if n > 1}
    if twice:
        raise LaneLost(frozenset(twice))  # one lane under two tokens: at least one of them is stale
    found = await store.settle_items(
        tx,
        sorted(leases),
        [(*_name(o), o.item.attempt) for o in settled if isinstance(o, Done)],
        [(*_name(o), o.item.attempt, max(o.at, _LATE)) for o in settled if isinstance(o, Retry)],
    )
    lost = {
        lane_id
        for lane_id, outcomes in by_lane.items()
        if len({(lane_id, outcome.item.id) for outcome in outcomes} & found) < len(outcomes)
    }
    if lost:
        raise LaneLost(frozenset(lost))


def _name(outcome: Settled) -> tuple[int, datetime, int]:
    return outcome.held.lane_id, outcome.item.key, outcome.item.id


async def release(tx: SystemTx, helds: Sequence[Held]) -> None:
    """Hand back what is not settled, as if it had never been taken. Lanes that were lost are passed over."""
    mine = await store.lock_leased(tx, [(held.lane_id, held.token) for held in helds])
    changes = [Change(lane_id, 0, None, FRESH) for lane_id, _ in sorted(mine)]
    await store.change_lanes(tx, changes, Parting.HANDED_BACK)
    tx.after_commit.extend(held.unsettled.clear for held in helds)
    for kind in {held.lane.kind for held in helds}:
        tx.wake(topic(kind))


async def renew(tx: SystemTx, helds: Sequence[Held], lease: timedelta) -> list[Held]:
    """Hold for longer; returns those that were lost meanwhile."""
    mine = await store.lock_leased(tx, [(held.lane_id, held.token) for held in helds])
    await store.extend(tx, [lane_id for lane_id, _ in mine], tx.now + lease)
    return [held for held in helds if (held.lane_id, held.token) not in mine]


_LATE = FRESH + timedelta(seconds=1)  # the earliest time that does not mean "fresh"


def _change(now: datetime, outcomes: Sequence[Settled]) -> Change:
    held = outcomes[0].held
    waits = [outcome.at for outcome in outcomes if isinstance(outcome, Retry) and outcome.hold_lane]
    rest_until = max([now + timedelta(seconds=held.rest), *waits])
    return Change(held.lane_id, sum(isinstance(outcome, Done) for outcome in outcomes), len(outcomes), rest_until)


def _forget(settled: Sequence[Settled]) -> None:
    for outcome in settled:
        outcome.held.unsettled.discard(outcome.item.id)
