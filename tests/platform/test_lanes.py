"""What lanes promise to those who put work on them and to those who take it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.lanes import NOON, WORKSPACE, HandClock, Stage, names
from tests.support.postgres import PostgresForTests
from tideline.platform import lanes
from tideline.platform.db import Database
from tideline.platform.lanes import Done, LaneLost, NewItem, Retry


@pytest.fixture(scope="module")
async def db(postgres: PostgresForTests) -> AsyncIterator[Database]:
    dsn = postgres.new_database()
    db = await Database.connect(dsn, HandClock(), max_size=4)
    yield db
    await db.close()
    postgres.drop(dsn)


@pytest.fixture
async def stage(db: Database) -> Stage:
    clock = db.clock
    assert isinstance(clock, HandClock)
    clock.at = NOON
    async with db.system() as tx:
        await tx.execute("TRUNCATE lanes.lane_group, lanes.lane, lanes.item")
    return Stage(db, clock)


async def test_items_of_a_lane_come_in_the_order_in_which_they_were_put_there(stage: Stage) -> None:
    await stage.put("a", "b")
    await stage.put("c")
    assert await stage.work_off() == ["a", "b", "c"]


async def test_a_lane_is_in_one_pair_of_hands(stage: Stage) -> None:
    await stage.group(width=5)
    await stage.put("a", "b")
    assert names(await stage.claim()) == ["a"]
    assert await stage.claim() == []


async def test_a_claim_takes_several_heads_and_lets_the_lane_go_after_the_last(stage: Stage) -> None:
    await stage.put("a", "b", "c")
    [held] = await stage.claim(heads=2)
    assert names([held]) == ["a", "b"]
    async with stage.db.system() as tx:
        await held.done(tx, held.items[0])
    assert await stage.claim() == []
    async with stage.db.system() as tx:
        await held.done(tx, held.items[1])
    assert held.is_settled
    assert names(await stage.claim()) == ["c"]


async def test_a_group_gives_out_no_more_lanes_than_its_width(stage: Stage) -> None:
    await stage.group(width=2)
    for sub in "abcde":
        await stage.put(sub, sub=sub)
    first = await stage.claim()
    assert len(first) == 2
    assert await stage.claim() == []
    await stage.done(first[0])
    assert len(await stage.claim()) == 1


async def test_a_narrower_width_holds_from_the_next_claim_on(stage: Stage) -> None:
    await stage.group(width=3)
    for sub in "abcd":
        await stage.put(sub, sub=sub)
    helds = await stage.claim()
    await stage.group(width=1)
    await stage.done(helds[0])
    await stage.done(helds[1])
    assert await stage.claim() == []
    await stage.done(helds[2])
    assert len(await stage.claim()) == 1


async def test_groups_take_turns_however_much_waits_in_one_of_them(stage: Stage) -> None:
    await stage.group(1, width=50)
    for n in range(20):
        await stage.put(f"many-{n}", sub=str(n), group=1)
    stage.clock.forward(1)
    await stage.put("single", group=2)
    taken = []
    for _ in range(3):
        taken += names(await stage.claim(limit=1))
        stage.clock.forward(1)
    assert "single" in taken


async def test_a_worker_of_certain_groups_gets_those_only(stage: Stage) -> None:
    await stage.put("mine", group=1)
    await stage.put("theirs", group=2)
    assert await stage.next_at([3]) is None
    assert names(await stage.claim(groups=[1, 3])) == ["mine"]
    assert names(await stage.claim(groups=[2])) == ["theirs"]


async def test_an_item_put_on_a_held_lane_is_not_forgotten(stage: Stage) -> None:
    await stage.put("a")
    [held] = await stage.claim()
    await stage.put("b")
    await stage.done(held)
    assert names(await stage.claim()) == ["b"]


async def test_an_item_with_a_time_waits_for_it_and_lets_others_pass(stage: Stage) -> None:
    await stage.put("later", due_in=60)
    await stage.put("now")
    assert await stage.work_off() == ["now"]
    assert await stage.next_at() == NOON + timedelta(seconds=60)
    stage.clock.forward(60)
    assert await stage.work_off() == ["later"]


async def test_a_fresh_item_wakes_a_lane_that_waits_for_a_late_one(stage: Stage) -> None:
    await stage.put("later", due_in=3600)
    assert await stage.claim() == []
    await stage.put("now")
    assert names(await stage.claim()) == ["now"]


async def test_a_failed_item_comes_again_on_its_own_clock(stage: Stage) -> None:
    await stage.put("a", "b", "c")
    [held] = await stage.claim()
    await stage.retry(held, 5)
    assert await stage.work_off() == ["b", "c"]
    stage.clock.forward(5)
    [again] = await stage.claim()
    assert names([again]) == ["a"]
    assert (held.items[0].attempt, again.items[0].attempt) == (1, 2)


async def test_a_failed_item_can_hold_its_lane(stage: Stage) -> None:
    await stage.put("a", "b")
    await stage.put("other", sub="other")
    [held] = await stage.claim(limit=1)
    await stage.retry(held, 5, hold_lane=True)
    assert await stage.work_off() == ["other"]
    stage.clock.forward(5)
    assert await stage.work_off() == ["a", "b"]


async def test_a_lane_rests_after_each_item_for_a_time_within_the_gap(stage: Stage) -> None:
    await stage.group(gap=(1.5, 2.5))
    await stage.put("a", "b")
    [held] = await stage.claim(heads=5)
    assert names([held]) == ["a"]
    assert 1.5 <= held.rest <= 2.5
    stage.clock.forward(10)
    await stage.done(held)
    assert await stage.next_at() == stage.clock.at + timedelta(seconds=held.rest)
    stage.clock.forward(1.4)
    assert await stage.claim() == []
    stage.clock.forward(1.1)
    assert names(await stage.claim()) == ["b"]


async def test_a_lane_rests_also_when_it_was_empty_meanwhile(stage: Stage) -> None:
    await stage.group(gap=(2, 2))
    await stage.put("a")
    assert await stage.work_off() == ["a"]
    await stage.put("b")
    assert await stage.claim() == []
    stage.clock.forward(2)
    assert names(await stage.claim()) == ["b"]


async def test_a_lane_that_was_handed_back_goes_on_at_once(stage: Stage) -> None:
    await stage.group(gap=(2, 2))
    await stage.put("a", "b")
    [held] = await stage.claim()
    await stage.release(held)
    [again] = await stage.claim()
    assert names([again]) == ["a"]
    assert again.items[0].attempt == 1
    with pytest.raises(LaneLost):
        await stage.done(held)


async def test_a_lane_whose_holder_vanished_rests_behind_the_end_of_the_lease(stage: Stage) -> None:
    await stage.group(gap=(2, 3))
    await stage.put("a")
    await stage.claim()
    stage.clock.forward(30)
    assert await stage.expire() == 1
    assert await stage.claim() == []
    stage.clock.forward(3)
    assert names(await stage.claim()) == ["a"]


async def test_the_rate_of_a_group_holds_over_all_its_lanes(stage: Stage) -> None:
    await stage.group(width=100, rate=2.0, burst=3)
    for n in range(8):
        await stage.put(str(n), sub=str(n))
    assert len(await stage.claim()) == 3
    assert await stage.claim() == []
    assert await stage.next_at() == NOON + timedelta(seconds=0.5)
    stage.clock.forward(0.5)
    assert len(await stage.claim()) == 1
    stage.clock.forward(60)
    assert len(await stage.claim()) == 3


async def test_new_work_does_not_bring_a_group_with_a_rate_forward(stage: Stage) -> None:
    await stage.group(width=100, rate=1.0)
    await stage.put("a", sub="a")
    [held] = await stage.claim()
    await stage.put("b", sub="b")
    await stage.done(held)
    assert await stage.next_at() == NOON + timedelta(seconds=1)


async def test_a_paused_group_gives_nothing_and_goes_on_where_it_was(stage: Stage) -> None:
    await stage.put("a", "b")
    [held] = await stage.claim()
    async with stage.db.tx(WORKSPACE) as tx:
        await lanes.pause(tx, stage.kind, 1)
    await stage.done(held)
    await stage.put("c")
    assert await stage.claim() == []
    assert await stage.next_at() is None
    async with stage.db.tx(WORKSPACE) as tx:
        await lanes.resume(tx, stage.kind, 1)
    assert await stage.work_off() == ["b", "c"]


async def test_a_group_can_be_paused_before_it_has_work_and_setting_it_up_leaves_it_paused(stage: Stage) -> None:
    async with stage.db.tx(WORKSPACE) as tx:
        await lanes.pause(tx, stage.kind, 1)
    await stage.put("a")
    await stage.group(width=3)
    assert await stage.claim() == []
    await stage.group(width=3, paused=False)
    assert await stage.work_off() == ["a"]


async def test_another_workspace_cannot_touch_a_group(stage: Stage) -> None:
    await stage.put("a")
    async with stage.db.tx(WORKSPACE + 1) as tx:
        await lanes.pause(tx, stage.kind, 1)
        await lanes.set_group(tx, WORKSPACE + 1, stage.kind, 1, width=9)
        await lanes.remove_group(tx, stage.kind, 1)
    async with stage.db.system_read() as tx:
        [group] = await lanes.list_groups(tx, stage.kind)
    assert (group.workspace_id, group.width, group.waiting, group.paused) == (WORKSPACE, 1, 1, False)


async def test_while_everything_is_held_nothing_is_given_out(stage: Stage) -> None:
    await stage.put("a")
    async with stage.db.system() as tx:
        await lanes.hold_all(tx)
        assert await lanes.is_held(tx)
    assert await stage.claim() == []
    assert await stage.next_at() is None
    async with stage.db.system() as tx:
        await lanes.release_all(tx, [stage.kind])
        assert not await lanes.is_held(tx)
    assert names(await stage.claim()) == ["a"]


async def test_whoever_lost_the_lease_cannot_acknowledge(stage: Stage) -> None:
    await stage.put("a", "b")
    [slow] = await stage.claim()
    stage.clock.forward(30)
    await stage.expire()
    [quick] = await stage.claim()
    assert names([quick]) == ["a"]
    assert quick.lapses == 1
    with pytest.raises(LaneLost) as lost:
        await stage.done(slow)
    assert lost.value.lanes == {slow.lane_id}
    await stage.done(quick)
    assert not slow.is_settled
    assert names(await stage.claim()) == ["b"]


async def test_a_late_holder_may_acknowledge_while_nobody_else_came(stage: Stage) -> None:
    await stage.put("a")
    [held] = await stage.claim()
    stage.clock.forward(300)
    await stage.done(held)
    assert await stage.expire() == 0
    assert await stage.claim() == []


async def test_what_is_written_beside_a_refused_acknowledgement_is_undone(stage: Stage) -> None:
    await stage.put("a")
    [held] = await stage.claim()
    await stage.release(held)

    async def write_and_acknowledge() -> None:
        async with stage.db.system() as tx:
            await lanes.enqueue(tx, WORKSPACE, [NewItem(stage.lane("written"), {"name": "written"})])
            await held.done(tx, held.items[0])

    with pytest.raises(LaneLost):
        await write_and_acknowledge()
    assert await stage.work_off() == ["a"]


async def test_an_item_is_acknowledged_once(stage: Stage) -> None:
    await stage.put("a", "b", "c")
    [held] = await stage.claim(heads=2)
    first = held.items[0]
    async with stage.db.system() as tx:
        await held.done(tx, first)
        with pytest.raises(LaneLost):
            await held.done(tx, first)
    with pytest.raises(LaneLost):
        async with stage.db.system() as tx:
            await held.retry(tx, first, NOON)
    with pytest.raises(LaneLost):
        async with stage.db.system() as tx:
            await lanes.acknowledge(tx, [Done(held, held.items[1]), Retry(held, held.items[1], NOON)])
    async with stage.db.system() as tx:
        await held.done(tx, held.items[1])
    assert await stage.work_off() == ["c"]


async def test_an_acknowledgement_that_rolls_back_has_not_happened(stage: Stage) -> None:
    await stage.put("a")
    [held] = await stage.claim()

    async def acknowledge_and_fail() -> None:
        async with stage.db.system() as tx:
            await held.done(tx, held.items[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await acknowledge_and_fail()
    assert not held.is_settled
    await stage.done(held)


async def test_what_was_put_off_to_the_time_it_had_is_not_settled_again(stage: Stage) -> None:
    """Whoever cannot know whether a commit went through settles once more, and must not count the item twice."""
    await stage.put("a", "b", due_in=0.0)
    [held] = await stage.claim(heads=2)
    first, second = held.items
    async with stage.db.system() as tx:
        await held.retry(tx, first, first.key)
    with pytest.raises(LaneLost):
        async with stage.db.system() as tx:
            await held.retry(tx, first, first.key)
    async with stage.db.system() as tx:
        await held.done(tx, second)
    assert await stage.work_off() == ["a"]


async def test_many_lanes_are_acknowledged_in_one_transaction(stage: Stage) -> None:
    await stage.group(width=10)
    for sub in "abc":
        await stage.put(f"{sub}1", f"{sub}2", sub=sub)
    a, b, c = await stage.claim(heads=2)
    async with stage.db.system() as tx:
        await lanes.acknowledge(
            tx,
            [
                *(Done(a, item) for item in a.items),
                Retry(b, b.items[0], NOON + timedelta(seconds=9)),
                Done(b, b.items[1]),
                Done(c, c.items[0]),
            ],
        )
    assert (a.is_settled, b.is_settled, c.is_settled) == (True, True, False)
    assert await stage.next_at() == NOON + timedelta(seconds=9)


async def test_one_lost_lane_in_a_batch_is_named_and_the_rest_can_go_again(stage: Stage) -> None:
    await stage.group(width=10)
    await stage.put("a", sub="a")
    await stage.put("b", sub="b")
    a, b = await stage.claim()
    await stage.release(a)
    with pytest.raises(LaneLost) as lost:
        async with stage.db.system() as tx:
            await lanes.acknowledge(tx, [Done(a, a.items[0]), Done(b, b.items[0])])
    assert lost.value.lanes == {a.lane_id}
    await stage.done(b)
    assert await stage.work_off() == ["a"]


async def test_a_lane_acknowledged_under_two_tokens_at_once_is_refused(stage: Stage) -> None:
    await stage.put("a", "b")
    [old] = await stage.claim()
    await stage.release(old)
    [new] = await stage.claim(heads=2)
    with pytest.raises(LaneLost):
        async with stage.db.system() as tx:
            await lanes.acknowledge(tx, [Done(old, old.items[0]), Done(new, new.items[1])])


async def test_a_renewed_lease_lasts_longer_and_a_lost_one_is_reported(stage: Stage) -> None:
    await stage.group(width=2)
    await stage.put("a", sub="a")
    await stage.put("b", sub="b")
    a, b = await stage.claim()
    await stage.release(b)
    stage.clock.forward(20)
    async with stage.db.system() as tx:
        assert await lanes.renew(tx, [a, b], timedelta(seconds=30)) == [b]
    stage.clock.forward(20)
    assert await stage.expire() == 0
    stage.clock.forward(10)
    assert await stage.expire() == 1


async def test_settling_an_item_ends_the_count_of_vanished_holders(stage: Stage) -> None:
    await stage.put("a", "b")
    lapses = []
    for _ in range(2):
        [held] = await stage.claim()
        lapses.append(held.lapses)
        stage.clock.forward(30)
        await stage.expire()
    [held] = await stage.claim()
    await stage.done(held)
    [after] = await stage.claim()
    assert [*lapses, held.lapses, after.lapses] == [0, 1, 2, 0]


async def test_a_removed_group_is_gone_with_its_items_and_its_holder_finds_out(stage: Stage) -> None:
    await stage.put("a", "b")
    await stage.put("other", group=2)
    [held] = await stage.claim(groups=[1])
    async with stage.db.tx(WORKSPACE) as tx:
        await lanes.remove_group(tx, stage.kind, 1)
    with pytest.raises(LaneLost):
        await stage.done(held)
    await stage.put("new")
    assert sorted(await stage.work_off()) == ["new", "other"]


async def test_lanes_that_were_long_empty_are_swept_and_come_back_when_needed(stage: Stage) -> None:
    await stage.put("a", sub="a")
    await stage.work_off()
    stage.clock.forward(3600)
    await stage.put("b", sub="b")
    await stage.work_off()
    await stage.put("c", sub="c")
    await stage.claim()
    stage.clock.forward(23.5 * 3600)
    async with stage.db.system() as tx:
        while await lanes.sweep(tx):
            pass
        subs = await tx.fetch("SELECT sub FROM lanes.lane WHERE kind = $1 ORDER BY sub", stage.kind)
    assert [row["sub"] for row in subs] == ["b", "c"]
    await stage.expire()
    await stage.put("again", sub="a")
    assert sorted(await stage.work_off()) == ["again", "c"]


async def test_one_call_fills_many_lanes_in_the_order_given(stage: Stage) -> None:
    await stage.group(1, width=9)
    await stage.enqueue(
        [NewItem(stage.lane(str(n % 3), group=1 + n % 2), {"name": f"{n % 3}-{n % 2}-{n:02}"}) for n in range(60)]
    )
    seen = await stage.work_off()
    assert len(seen) == 60
    for lane in {name[:3] for name in seen}:
        of_lane = [name for name in seen if name.startswith(lane)]
        assert of_lane == sorted(of_lane)


async def test_nothing_to_put_on_lanes_is_fine(stage: Stage) -> None:
    await stage.enqueue([])
    assert await stage.claim() == []


async def test_the_kinds_with_new_work_are_woken_after_the_commit(stage: Stage) -> None:
    async with stage.db.system() as tx:
        await lanes.enqueue(tx, WORKSPACE, [NewItem(stage.lane(), {"name": "a"})])
        first = set(tx.topics)
    async with stage.db.system() as tx:
        await lanes.enqueue(tx, WORKSPACE, [NewItem(stage.lane(), {"name": "b"})])
        second = set(tx.topics)
    assert (first, second) == ({lanes.topic(stage.kind)}, set())


async def test_order_within_a_lane_is_the_order_of_the_commits(stage: Stage) -> None:
    """Whoever comes second waits for the lane before it takes its item ids."""
    async with stage.db.system() as tx:
        await lanes.enqueue(tx, WORKSPACE, [NewItem(stage.lane(), {"name": "first"})])
        second = asyncio.create_task(stage.put("second"))
        await _until_somebody_waits_for_a_lock(stage.db)
        await lanes.enqueue(tx, WORKSPACE, [NewItem(stage.lane(), {"name": "first, again"})])
    await second
    assert await stage.work_off() == ["first", "first, again", "second"]


async def test_an_acknowledgement_counts_the_item_that_it_waited_for(stage: Stage) -> None:
    await stage.put("a")
    [held] = await stage.claim()
    async with stage.db.system() as tx:
        await lanes.enqueue(tx, WORKSPACE, [NewItem(stage.lane(), {"name": "b"}, NOON + timedelta(seconds=5))])
        acknowledging = asyncio.create_task(stage.done(held))
        await _until_somebody_waits_for_a_lock(stage.db)
    await acknowledging
    assert await stage.next_at() == NOON + timedelta(seconds=5)
    stage.clock.forward(5)
    assert await stage.work_off() == ["b"]


async def test_a_claim_passes_over_a_locked_lane_and_a_patient_one_waits_for_it(stage: Stage) -> None:
    await stage.put("a")
    async with stage.db.system() as tx:
        await lanes.enqueue(tx, WORKSPACE, [NewItem(stage.lane(), {"name": "b"})])
        assert await stage.claim() == []
        assert (await stage.next_at() or stage.clock.at) <= stage.clock.at
        patient = asyncio.create_task(stage.claim(heads=2, patient=True))
        await _until_somebody_waits_for_a_lock(stage.db)
    assert names(await patient) == ["a", "b"]


async def test_work_announced_while_a_claim_was_deciding_is_not_lost(stage: Stage) -> None:
    """The claim has the group's lock and finds no lane; the enqueue that waits for that lock has the last word."""
    await stage.put("a")
    async with stage.db.system() as claiming:
        [held] = await lanes.claim(claiming, stage.kind)
        announcing = asyncio.create_task(stage.put("b", sub="b"))
        await _until_somebody_waits_for_a_lock(stage.db)
    await announcing
    await stage.done(held)
    assert names(await stage.claim()) == ["b"]


async def _until_somebody_waits_for_a_lock(db: Database) -> None:
    async with asyncio.timeout(10):
        while True:
            async with db.system_read() as tx:
                if await tx.value("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                    return
