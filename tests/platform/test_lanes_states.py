"""Lanes under any sequence of what can happen to them, vanished holders and transactions cut short included."""

import asyncio
import itertools
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.crashes import Crash, doomed
from tests.support.fuzz import FUZZ
from tests.support.lanes import WORKSPACE, HandClock, Stage
from tests.support.postgres import PostgresForTests
from tideline.platform import lanes
from tideline.platform.db import Database
from tideline.platform.lanes import Done, Held, Item, Lane, LaneLost, NewItem, Retry, Settled

LEASE = timedelta(seconds=30)
GROUPS = (1, 2)
SUBS = ("", "x", "y")

crashes = st.sampled_from([*[None] * 16, *((at, after) for at in (1, 2, 3, 5) for after in (False, True))])
waits = st.sampled_from([0.0, 5.0, 60.0])
Fate = tuple[str, float, bool]
settled = st.tuples(st.sampled_from(["done", "retry"]), waits, st.booleans())
fates = settled | settled | st.none()


@dataclass
class Work:
    """One item as it should be."""

    name: int
    lane: Lane
    due_at: datetime | None
    attempt: int = 1


@dataclass
class Group:
    """One group as it should be."""

    width: int = 1
    gap: float = 0.0
    paused: bool = False


@dataclass
class Lease:
    """One lease as it should be: which item ids are still to be settled under which token."""

    group: int
    token: int
    until: datetime
    items: set[int] = field(default_factory=set)


class LaneMachine(RuleBasedStateMachine):
    """What each rule does to the database it does to the fields here; the invariants compare the two."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    db: ClassVar[Database]
    clock: ClassVar[HandClock]

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(self.db, self.clock)
        self.names = 0
        self.work: dict[int, Work] = {}
        self.groups: dict[int, Group] = {}
        self.leases: dict[int, Lease] = {}
        self.hands: list[Held] = []  # all who got a lane, those who vanished and come back later too
        self.first_seen: dict[Lane, list[int]] = {}

    @initialize(width=st.integers(1, 3))
    def begin(self, width: int) -> None:
        self.set_up(1, width, 0.0)
        self.put([(group, sub, None) for group in GROUPS for sub in SUBS[:2]], None)

    # What happens -------------------------------------------------------------------------------------------

    @rule(
        wanted=st.lists(
            st.tuples(st.sampled_from(GROUPS), st.sampled_from(SUBS), st.none() | waits), min_size=1, max_size=6
        ),
        crash=crashes,
    )
    def put(self, wanted: list[tuple[int, str, float | None]], crash: tuple[int, bool] | None) -> None:
        new = [
            Work(self.names + n, Lane(self.stage.kind, group, sub), None if wait is None else self.after(wait))
            for n, (group, sub, wait) in enumerate(wanted)
        ]
        self.names += len(new)

        async def put() -> None:
            async with doomed(self.db, *at(crash)) as tx:
                rows = [NewItem(work.lane, {"name": work.name}, work.due_at) for work in new]
                await lanes.enqueue(tx, WORKSPACE, rows)

        if self.happens(put()):
            self.work |= {work.name: work for work in new}
            for work in new:
                self.groups.setdefault(work.lane.group, Group())

    @rule(
        limit=st.integers(1, 4),
        heads=st.integers(1, 3),
        groups=st.sampled_from([None, None, [1], [2, 3]]),
        patient=st.booleans(),
        crash=crashes,
        fates=st.lists(fates, min_size=5, max_size=5),
    )
    def work_on(
        self,
        limit: int,
        heads: int,
        groups: list[int] | None,
        patient: bool,
        crash: tuple[int, bool] | None,
        fates: list[Fate | None],
    ) -> None:
        """Somebody claims lanes and settles all, some or none of the items at once."""
        helds: list[Held] = []

        async def claim() -> None:
            async with doomed(self.db, *at(crash)) as tx:
                helds[:] = await lanes.claim(
                    tx,
                    self.stage.kind,
                    limit=limit,
                    heads=heads,
                    groups=groups,
                    lease=LEASE,
                    patient=patient,
                )

        if not self.happens(claim()):
            return
        assert len(helds) <= limit
        for held in helds:
            assert groups is None or held.lane.group in groups
            self.take(held, heads)
        self.hands += helds
        taken = ((held, item) for held in helds for item in held.items)
        self.settle(zip(taken, itertools.cycle(fates), strict=False), None)

    def take(self, held: Held, heads: int) -> None:
        group = self.groups[held.lane.group]
        assert not group.paused
        assert held.lane_id not in self.leases
        self.leases[held.lane_id] = Lease(held.lane.group, held.token, self.clock.at + LEASE, set(held.unsettled))
        assert self.running(held.lane.group) <= group.width
        assert 1 <= len(held.items) <= (1 if group.gap else heads)
        assert held.rest == group.gap
        for item in held.items:
            self.see(held.lane, item)

    def see(self, lane: Lane, item: Item) -> None:
        work = self.work[item.payload["name"]]
        seen = self.first_seen.setdefault(lane, [])
        assert (work.lane, work.attempt) == (lane, item.attempt)
        if work.due_at is not None:
            assert work.due_at <= self.clock.at
        elif work.name not in seen:
            assert not seen or seen[-1] < work.name, "first attempts go in the order of the lane"
            seen.append(work.name)

    @precondition(lambda self: self.hands)
    @rule(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), fates), min_size=1, max_size=4), crash=crashes)
    def come_back(self, pairs: list[tuple[int, int, Fate | None]], crash: tuple[int, bool] | None) -> None:
        """Somebody settles items of lanes that he holds, or only believes to hold."""
        chosen = {}
        for back, n, fate in pairs:
            held = self.hands[-1 - back % len(self.hands)]
            item = held.items[n % len(held.items)]
            chosen[id(held), item.id] = ((held, item), fate)
        self.settle(chosen.values(), crash)

    def settle(self, chosen: Iterable[tuple[tuple[Held, Item], Fate | None]], crash: tuple[int, bool] | None) -> None:
        settled = [self.outcome(held, item, fate) for (held, item), fate in chosen if fate is not None]
        stale = {outcome.held.lane_id for outcome in settled if not self.may_settle(outcome)}

        async def settle() -> None:
            async with doomed(self.db, *at(crash)) as tx:
                try:
                    await lanes.acknowledge(tx, settled)
                except LaneLost as problem:
                    lost.update(problem.lanes)
                    raise Crash from problem

        lost: set[int] = set()
        happened = self.happens(settle())
        assert lost <= stale
        if happened:
            assert not stale, "nobody settles what he does not hold, nor anything twice"
            for outcome in settled:
                self.note(outcome)
            for lane_id in {outcome.held.lane_id for outcome in settled}:
                if not self.leases[lane_id].items:
                    del self.leases[lane_id]

    def outcome(self, held: Held, item: Item, fate: Fate) -> Settled:
        kind, wait, hold_lane = fate
        return Done(held, item) if kind == "done" else Retry(held, item, self.after(wait), hold_lane)

    def may_settle(self, outcome: Settled) -> bool:
        lease = self.leases.get(outcome.held.lane_id)
        return lease is not None and lease.token == outcome.held.token and outcome.item.id in lease.items

    def note(self, outcome: Settled) -> None:
        name = outcome.item.payload["name"]
        self.leases[outcome.held.lane_id].items.remove(outcome.item.id)
        if isinstance(outcome, Done):
            del self.work[name]
        else:
            self.work[name].due_at = outcome.at
            self.work[name].attempt += 1

    @precondition(lambda self: self.hands)
    @rule(backs=st.lists(st.integers(0, 9), min_size=1, max_size=3), crash=crashes)
    def hand_back(self, backs: list[int], crash: tuple[int, bool] | None) -> None:
        helds = self.of_hands(backs)

        async def hand_back() -> None:
            async with doomed(self.db, *at(crash)) as tx:
                await lanes.release(tx, helds)

        if self.happens(hand_back()):
            for held in helds:
                if held.lane_id in self.leases and self.leases[held.lane_id].token == held.token:
                    del self.leases[held.lane_id]

    @precondition(lambda self: self.hands)
    @rule(backs=st.lists(st.integers(0, 9), min_size=1, max_size=3))
    def renew(self, backs: list[int]) -> None:
        helds = self.of_hands(backs)

        async def renew() -> list[Held]:
            async with self.db.system() as tx:
                return await lanes.renew(tx, helds, LEASE)

        lost = self.loop.run_until_complete(renew())
        for held in helds:
            lease = self.leases.get(held.lane_id)
            is_right = lease is not None and lease.token == held.token
            assert is_right == (held not in lost)
            if lease is not None and is_right:
                lease.until = self.clock.at + LEASE

    @rule(seconds=st.sampled_from([0.5, 5.0, 31.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.forward(seconds)

    @rule(seconds=st.sampled_from([0.0, 31.0]), crash=crashes)
    def leases_run_out(self, seconds: float, crash: tuple[int, bool] | None) -> None:
        self.clock.forward(seconds)

        async def expire() -> None:
            async with doomed(self.db, *at(crash)) as tx:
                await lanes.expire(tx)

        if self.happens(expire()):
            self.leases = {id_: lease for id_, lease in self.leases.items() if lease.until > self.clock.at}

    @rule(group=st.sampled_from(GROUPS), width=st.integers(1, 3), gap=st.sampled_from([0.0, 2.0]))
    def set_up(self, group: int, width: int, gap: float) -> None:
        self.loop.run_until_complete(self.stage.group(group, width=width, gap=(gap, gap)))
        known = self.groups.setdefault(group, Group())
        known.width, known.gap = width, gap

    @rule(group=st.sampled_from(GROUPS), paused=st.booleans())
    def pause_or_resume(self, group: int, paused: bool) -> None:
        async def change() -> None:
            async with self.db.tx(WORKSPACE) as tx:
                await (lanes.pause if paused else lanes.resume)(tx, self.stage.kind, group)

        self.loop.run_until_complete(change())
        self.groups.setdefault(group, Group()).paused = paused

    # What always holds --------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_and_nothing_comes_back(self) -> None:
        rows = self.rows(
            "SELECT payload, attempt FROM lanes.item WHERE lane_id IN (SELECT id FROM lanes.lane WHERE kind = $1)"
        )
        there = sorted((row["payload"]["name"], row["attempt"]) for row in rows)
        assert there == sorted((work.name, work.attempt) for work in self.work.values())

    @invariant()
    def counters_equal_the_rows(self) -> None:
        for lane in self.rows(
            """
            SELECT l.*, (SELECT count(*) FROM lanes.item i WHERE i.lane_id = l.id) AS items
            FROM lanes.lane l WHERE l.kind = $1
            """
        ):
            lease = self.leases.get(lane["id"])
            assert lane["waiting"] == lane["items"]
            assert lane["held"] == (len(lease.items) if lease else 0)
            assert lane["token"] == (lease.token if lease else None)
        for group in self.rows("SELECT grp, running FROM lanes.lane_group WHERE kind = $1"):
            assert group["running"] == self.running(group["grp"])

    @invariant()
    def a_lane_with_work_can_be_claimed_in_time(self) -> None:
        for lane in self.rows(
            """
            SELECT l.next_at, g.next_at AS group_next_at, greatest($2, l.rest_until, min(i.due_at)) AS ready_at
            FROM lanes.lane l JOIN lanes.lane_group g USING (kind, grp) JOIN lanes.item i ON i.lane_id = l.id
            WHERE l.kind = $1 AND l.token IS NULL
            GROUP BY l.id, g.kind, g.grp
            """,
            self.clock.at,
        ):
            assert max(lane["next_at"], self.clock.at) == lane["ready_at"]
            assert lane["group_next_at"] <= lane["ready_at"]

    def teardown(self) -> None:
        """Once everything is resumed and the holders are gone, all that waits is worked off."""
        for group in list(self.groups):
            self.pause_or_resume(group, False)
        for _ in range(10 * len(self.work) + 10):
            self.leases_run_out(LEASE.total_seconds(), None)
            for name in map(int, self.loop.run_until_complete(self.stage.work_off())):
                del self.work[name]
            if not self.work:
                break
        assert not self.work

    # How ----------------------------------------------------------------------------------------------------

    def happens(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether it was committed."""
        try:
            self.loop.run_until_complete(work)
        except Crash:
            return False
        return True

    def rows(self, sql: str, *args: Any) -> list[Any]:
        async def fetch() -> list[Any]:
            async with self.db.system_read() as tx:
                return await tx.fetch(sql, self.stage.kind, *args)

        return self.loop.run_until_complete(fetch())

    def of_hands(self, backs: list[int]) -> list[Held]:
        """Some of those who got a lane, the last first."""
        return list({id(held): held for held in (self.hands[-1 - back % len(self.hands)] for back in backs)}.values())

    def running(self, group: int) -> int:
        return sum(lease.group == group for lease in self.leases.values())

    def after(self, seconds: float) -> datetime:
        return self.clock.at + timedelta(seconds=seconds)


def at(crash: tuple[int, bool] | None) -> tuple[int | None, bool]:
    return crash or (None, False)


def test_lanes_keep_their_promises_whatever_happens(postgres: PostgresForTests) -> None:
    loop = asyncio.new_event_loop()
    dsn = postgres.new_database()
    clock = HandClock()
    db = loop.run_until_complete(Database.connect(dsn, clock, max_size=2))
    LaneMachine.loop, LaneMachine.db, LaneMachine.clock = loop, db, clock
    try:
        run_state_machine_as_test(
            LaneMachine,
            settings=settings(
                max_examples=80 * FUZZ,
                stateful_step_count=40,
                deadline=None,
                derandomize=FUZZ == 1,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.run_until_complete(db.close())
        loop.close()
        postgres.drop(dsn)
