"""Connections that wait to be used again: nobody is kept from one, and none in doubt is given out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest

from tests.support.postgres import PostgresForTests
from tideline.platform.errors import Problem
from tideline.platform.spares import Spares

MOST = 2


@pytest.fixture
async def pool(postgres: PostgresForTests) -> "AsyncIterator[asyncpg.Pool[Any]]":
    dsn = postgres.new_empty_database()
    async with asyncpg.create_pool(dsn, min_size=0, max_size=MOST) as pool:
        yield pool
    postgres.drop(dsn)


@pytest.fixture
async def spares(pool: "asyncpg.Pool[Any]") -> AsyncIterator[Spares]:
    spares = Spares(pool)
    yield spares
    await spares.close()


async def pid_of_use(spares: Spares, *, error: Exception | None = None, leaves_traces: bool = False) -> int:
    pid = 0
    with suppress(Problem, ValueError):
        async with spares.connection(leaves_traces=leaves_traces) as conn:
            pid = conn.get_server_pid()
            if error:
                raise error
    return pid


async def test_what_comes_back_is_taken_again(spares: Spares, pool: "asyncpg.Pool[Any]") -> None:
    assert await pid_of_use(spares) == await pid_of_use(spares)
    assert pool.get_idle_size() == 0


async def test_a_problem_leaves_nothing_in_doubt(spares: Spares, pool: "asyncpg.Pool[Any]") -> None:
    await pid_of_use(spares, error=Problem())
    assert pool.get_idle_size() == 0


@pytest.mark.parametrize("use", [{"error": ValueError()}, {"leaves_traces": True}], ids=["an error", "traces"])
async def test_the_pool_looks_after_the_rest(spares: Spares, pool: "asyncpg.Pool[Any]", use: dict[str, Any]) -> None:
    await pid_of_use(spares, **use)
    assert pool.get_idle_size() == 1


async def test_who_waits_gets_the_next_one(spares: Spares) -> None:
    async with spares.connection(), spares.connection():
        waiting = [asyncio.create_task(pid_of_use(spares)) for _ in range(5)]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)
    async with asyncio.timeout(10):
        await asyncio.gather(*waiting)


async def test_who_gave_up_waiting_takes_none_along(spares: Spares) -> None:
    async with spares.connection(), spares.connection():
        waiting = asyncio.create_task(pid_of_use(spares))
        await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(10), spares.connection(), spares.connection():
        assert waiting.done()


async def test_one_that_died_while_it_waited_is_not_given_out(spares: Spares) -> None:
    dead = await pid_of_use(spares)
    async with spares.connection() as conn:
        conn.terminate()
    async with asyncio.timeout(10), spares.connection() as one, spares.connection() as other:
        assert dead not in {one.get_server_pid(), other.get_server_pid()}
        assert await one.fetchval("SELECT 1") == 1


async def test_one_that_the_server_ended_is_not_given_out(spares: Spares) -> None:
    async with spares.connection() as one:
        async with spares.connection() as other:
            ended = other
            gone = asyncio.Event()
            ended.add_termination_listener(lambda _: gone.set())
        await one.execute("SELECT pg_terminate_backend($1)", ended.get_server_pid())
        await gone.wait()
        async with spares.connection() as fresh:
            assert await fresh.fetchval("SELECT 1") == 1


async def test_those_that_nobody_needed_go_back_to_the_pool(pool: "asyncpg.Pool[Any]") -> None:
    spares = Spares(pool, look_every=0)
    async with spares.connection(), spares.connection():
        pass
    while not pool.get_idle_size():
        await pid_of_use(spares)
    assert pool.get_idle_size() == 1
    await spares.close()


async def test_after_the_end_all_are_back(spares: Spares, pool: "asyncpg.Pool[Any]") -> None:
    async with spares.connection():
        await pid_of_use(spares)
        await spares.close()
    assert pool.get_idle_size() == MOST
