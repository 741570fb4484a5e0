"""API calls are counted in memory, added up now and then, and refused when the quota is used up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from tests.features.workspaces.conftest import HandClock, Office, until
from tideline.features import workspaces
from tideline.features.workspaces import ApiCalls, WorkspaceId
from tideline.features.workspaces.api_calls import IDLE_FLUSHES
from tideline.platform.db import Database

NEXT_PERIOD = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)


@pytest.fixture
def calls(db: Database) -> ApiCalls:
    return ApiCalls(db)


async def stored(office: Office) -> int:
    return (await office.run(workspaces.quotas)).api_calls.used


async def spend(calls: ApiCalls, office: Office, number: int) -> int:
    """Spend so many at once; says how many were let through."""
    results = await asyncio.gather(*(calls.spend(office.id) for _ in range(number)), return_exceptions=True)
    assert all(result is None or isinstance(result, workspaces.ApiCallsUsedUp) for result in results)
    return results.count(None)


async def allow(office: Office, total: int) -> None:
    async with office.db.system() as tx:
        await tx.execute("UPDATE tenant.workspace SET api_calls_quota = $1 WHERE workspace = $2", total, office.id)


async def test_calls_are_pending_until_they_are_added_up(office: Office, neighbour: Office, calls: ApiCalls) -> None:
    await spend(calls, office, 3)
    await spend(calls, neighbour, 2)
    assert (calls.pending(office.id), await stored(office)) == (3, 0)
    await calls.flush()
    assert (calls.pending(office.id), await stored(office)) == (0, 3)
    assert (calls.pending(neighbour.id), await stored(neighbour)) == (0, 2)
    await calls.flush()
    assert await stored(office) == 3


async def test_calls_are_counted_for_their_day_in_the_workspaces_own_time(
    office: Office, neighbour: Office, calls: ApiCalls, clock: HandClock
) -> None:
    """Athens is two hours ahead."""
    for at, number in ((21, 2), (22, 3), (23, 4)):
        clock.time = datetime(2026, 11, 24, at, 30, tzinfo=UTC)
        await spend(calls, office, number)
        await spend(calls, neighbour, 1)
        await calls.flush()
    found = await office.run(workspaces.api_calls_by_day, date(2026, 11, 24), date(2026, 11, 30))
    assert found == {date(2026, 11, 24): 2, date(2026, 11, 25): 7}


async def test_exactly_the_quota_is_let_through(office: Office, neighbour: Office, calls: ApiCalls) -> None:
    assert await spend(calls, office, 70) == 70
    await calls.flush()
    assert await spend(calls, office, 70) == 30
    await calls.flush()
    assert await spend(calls, office, 5) == 0
    assert await stored(office) == 100
    assert await spend(calls, neighbour, 1) == 1


async def test_what_was_used_before_the_start_counts(office: Office, calls: ApiCalls, db: Database) -> None:
    await spend(calls, office, 95)
    await calls.stop()
    assert await spend(ApiCalls(db), office, 10) == 5


async def test_two_nodes_know_of_each_other_from_the_next_flush_on(
    office: Office, calls: ApiCalls, db: Database
) -> None:
    elsewhere = ApiCalls(db)
    assert await spend(calls, office, 60) == 60
    assert await spend(elsewhere, office, 60) == 60
    await asyncio.gather(calls.flush(), elsewhere.flush())
    await asyncio.gather(*(spend(one, office, 1) for one in (calls, elsewhere)))
    await asyncio.gather(calls.flush(), elsewhere.flush())
    assert await spend(calls, office, 1) == 0
    assert await spend(elsewhere, office, 1) == 0
    assert 120 <= await stored(office) <= 122


async def test_a_larger_quota_is_noticed_after_a_refusal(office: Office, calls: ApiCalls) -> None:
    await spend(calls, office, 100)
    await calls.flush()
    assert await spend(calls, office, 1) == 0
    await allow(office, 102)
    assert await spend(calls, office, 1) == 0
    await calls.flush()
    assert await spend(calls, office, 5) == 2


async def test_a_new_period_begins_at_zero_and_the_former_gets_its_calls(
    office: Office, calls: ApiCalls, clock: HandClock, db: Database
) -> None:
    await spend(calls, office, 100)
    clock.time = NEXT_PERIOD
    assert await spend(calls, office, 7) == 7
    await calls.flush()
    async with db.system_read() as tx:
        rows = await tx.fetch("SELECT used FROM tenant.usage WHERE kind = 'api_calls' ORDER BY period_start")
    assert [row["used"] for row in rows] == [100, 7]
    assert calls._former == []


async def test_a_quota_of_nothing_lets_nothing_through(office: Office, calls: ApiCalls) -> None:
    await allow(office, 0)
    assert await spend(calls, office, 3) == 0


async def test_a_workspace_that_is_not_there_is_a_problem(office: Office, calls: ApiCalls) -> None:
    with pytest.raises(workspaces.WorkspaceNotFound):
        await calls.spend(WorkspaceId(999))


async def test_a_workspace_that_is_removed_meanwhile_stops_nobody(
    office: Office, neighbour: Office, calls: ApiCalls, db: Database
) -> None:
    await spend(calls, office, 3)
    await spend(calls, neighbour, 3)
    async with db.system() as tx:
        await tx.execute("DELETE FROM tenant.fact WHERE workspace = $1", office.id)
        await tx.execute("DELETE FROM tenant.teammate WHERE workspace = $1", office.id)
        await tx.execute("DELETE FROM tenant.workspace WHERE workspace = $1", office.id)
    await calls.flush()
    assert await stored(neighbour) == 3
    assert calls.pending(office.id) == 0


async def test_a_flush_that_fails_keeps_the_calls(office: Office, calls: ApiCalls, db: Database) -> None:
    await spend(calls, office, 3)
    async with db.system() as tx:
        await tx.execute("ALTER TABLE tenant.usage RENAME TO away")
    with pytest.raises(asyncpg.UndefinedTableError):
        await calls.flush()
    assert calls.pending(office.id) == 3
    async with db.system() as tx:
        await tx.execute("ALTER TABLE tenant.away RENAME TO usage")
    await calls.flush()
    assert await stored(office) == 3


async def test_calls_that_come_during_a_flush_are_not_lost(office: Office, calls: ApiCalls) -> None:
    await spend(calls, office, 10)
    flushing = asyncio.create_task(calls.flush())
    while not flushing.done():
        await asyncio.sleep(0)
        if calls.pending(office.id) < 20:
            await calls.spend(office.id)
    await calls.flush()
    total = await stored(office)
    assert total > 10
    assert calls.pending(office.id) == 0


async def test_idle_workspaces_leave_the_memory(office: Office, calls: ApiCalls) -> None:
    await spend(calls, office, 1)
    for _ in range(IDLE_FLUSHES + 1):
        await calls.flush()
    assert calls._counters == {}
    assert await spend(calls, office, 1) == 1


@pytest.fixture
async def running(db: Database) -> AsyncIterator[ApiCalls]:
    counting = ApiCalls(db, every=0.01)
    task = asyncio.create_task(counting.run())
    yield counting
    await counting.stop()
    await task


async def test_it_adds_up_by_itself_and_survives_a_database_that_is_away(
    office: Office, running: ApiCalls, db: Database
) -> None:
    async def is_added_up() -> bool:
        return running.pending(office.id) == 0

    async def has_failed_twice() -> bool:
        return len(failures) >= 2

    await spend(running, office, 3)
    await until(is_added_up)
    async with db.system() as tx:
        await tx.execute("ALTER TABLE tenant.usage RENAME TO away")
    with capture_logs() as failures:
        await spend(running, office, 2)
        await until(has_failed_twice)
    assert {line["event"] for line in failures} == {"api_calls.not_added_up"}
    assert running.pending(office.id) == 2
    async with db.system() as tx:
        await tx.execute("ALTER TABLE tenant.away RENAME TO usage")
    await until(is_added_up)
    assert await stored(office) == 5


async def test_what_is_left_is_added_up_at_the_end(office: Office, db: Database, clock: HandClock) -> None:
    counting = ApiCalls(db, every=3600)
    task = asyncio.create_task(counting.run())
    await spend(counting, office, 4)
    clock.advance(timedelta(seconds=1))
    await counting.stop()
    async with asyncio.timeout(10):
        await task
    assert await stored(office) == 4
