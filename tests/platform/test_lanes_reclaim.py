"""A node that was killed takes back its lanes when it starts again, and only its own."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.support.lanes import HandClock, Stage, names
from tideline.platform import lanes
from tideline.platform.db import Database
from tideline.platform.lanes import Held, LaneLost


@pytest.fixture
async def stage(dsn: str) -> AsyncIterator[Stage]:
    clock = HandClock()
    db = await Database.connect(dsn, clock, max_size=2)
    yield Stage(db, clock)
    await db.close()


async def claim_as(stage: Stage, node: str, group: int) -> Held:
    async with stage.db.system() as tx:
        [held] = await lanes.claim(tx, stage.kind, groups=[group], node=node, lease=timedelta(seconds=30))
    return held


async def test_a_node_that_starts_again_need_not_wait_for_its_own_leases(stage: Stage) -> None:
    await stage.put("mine", group=1)
    await stage.put("theirs", group=2)
    mine, theirs = await claim_as(stage, "reclaim-a", 1), await claim_as(stage, "reclaim-b", 2)

    async with stage.db.system() as tx:
        assert await lanes.reclaim(tx, "reclaim-a") == 1

    assert names(await stage.claim(groups=[1, 2])) == ["mine"]
    await stage.done(theirs)
    with pytest.raises(LaneLost):
        await stage.done(mine)


async def test_a_reclaimed_lane_still_owes_its_rest(stage: Stage) -> None:
    await stage.group(3, gap=(5.0, 5.0))
    await stage.put("paced", group=3)
    await claim_as(stage, "reclaim-c", 3)

    async with stage.db.system() as tx:
        await lanes.reclaim(tx, "reclaim-c")

    assert await stage.claim(groups=[3]) == []
    stage.clock.forward(5)
    assert names(await stage.claim(groups=[3])) == ["paced"]
