"""Wake-ups inside a process and between nodes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.support.postgres import PostgresForTests
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database
from tideline.platform.wake import CHANNEL, Wakes

LONG = 10.0
SHORT = 0.02


@pytest.fixture(scope="module")
async def databases(postgres: PostgresForTests) -> AsyncIterator[tuple[Database, Database]]:
    """Two nodes of one database."""
    dsn = postgres.new_database()
    first, second = [await Database.connect(dsn, SystemClock(), max_size=3) for _ in range(2)]
    yield first, second
    await first.close()
    await second.close()
    postgres.drop(dsn)


@pytest.fixture
async def nodes(databases: tuple[Database, Database]) -> AsyncIterator[tuple[Wakes, Wakes]]:
    """Two nodes that hear each other."""
    first, second = Wakes(databases[0]), Wakes(databases[1])
    tasks = [asyncio.create_task(wakes.run()) for wakes in (first, second)]
    async with asyncio.timeout(LONG):
        await asyncio.gather(first.is_listening.wait(), second.is_listening.wait())
    yield first, second
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, first.flush(), second.flush(), return_exceptions=True)


async def test_a_waiting_bell_rings_at_once() -> None:
    wakes = Wakes()
    bell = wakes.bell("facts")
    waiting = asyncio.create_task(bell.wait(LONG))
    await asyncio.sleep(0)
    wakes.wake("facts")
    assert await waiting


async def test_a_wake_up_between_two_waits_is_not_lost_and_counts_once() -> None:
    wakes = Wakes()
    bell = wakes.bell("facts")
    wakes.wake("facts")
    wakes.wake("facts")
    assert await bell.wait(LONG)
    assert not await bell.wait(SHORT)


async def test_a_bell_hears_its_own_topic_only() -> None:
    wakes = Wakes()
    bell = wakes.bell("facts")
    wakes.wake("tokens")
    assert not await bell.wait(SHORT)


async def test_each_listener_hears_each_wake_up() -> None:
    wakes = Wakes()
    bells = [wakes.bell("facts") for _ in range(3)]
    waiting = [asyncio.create_task(bell.wait(LONG)) for bell in bells[:2]]
    await asyncio.sleep(0)
    wakes.wake("facts")
    assert await asyncio.gather(*waiting, bells[2].wait(LONG)) == [True, True, True]


async def test_a_task_that_waits_without_a_bell_misses_nothing_either() -> None:
    wakes = Wakes()
    wakes.wake("facts")
    assert await wakes.wait("facts", LONG)
    assert not await wakes.wait("facts", SHORT)
    wakes.wake("facts")
    assert await wakes.wait("facts", LONG)


async def test_a_plain_function_is_called_while_it_is_asked_for() -> None:
    wakes = Wakes()
    calls: list[int] = []
    with wakes.calling("facts", lambda: calls.append(1)):
        wakes.wake("facts")
        wakes.wake("facts")
    wakes.wake("facts")
    assert calls == [1, 1]


async def test_nobody_is_remembered_after_waiting() -> None:
    wakes = Wakes()
    await wakes.bell("facts").wait(SHORT)
    waiting = asyncio.create_task(wakes.bell("facts").wait(LONG))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not wakes._waiting


async def test_without_a_database_there_is_nothing_to_run() -> None:
    async with asyncio.timeout(LONG):
        await Wakes().run()


async def test_another_node_is_woken(nodes: tuple[Wakes, Wakes]) -> None:
    here, there = nodes
    bell = there.bell("lanes:send")
    here.wake("lanes:send")
    assert await bell.wait(LONG)


async def test_many_wake_ups_reach_the_other_node_bundled(nodes: tuple[Wakes, Wakes]) -> None:
    here, there = nodes
    last = there.bell("~last")  # topics travel in their order
    for n in range(1000):
        here.wake(f"topic-{n}")
        here.wake("same")
    here.wake("~last")
    before = there.count("same")
    assert await last.wait(LONG)
    await here.flush()
    assert there.count("same") - before == 1
    assert all(there.count(f"topic-{n}") for n in range(1000))


async def test_a_node_does_not_hear_itself_twice(nodes: tuple[Wakes, Wakes]) -> None:
    here, there = nodes
    answer = here.bell("answer")
    before = here.count("question")
    here.wake("question")
    assert await there.bell("question").wait(LONG) or there.count("question")
    there.wake("answer")
    assert await answer.wait(LONG)
    assert here.count("question") == before + 1


async def test_a_transaction_wakes_after_its_commit_and_not_at_all_when_it_rolls_back(
    databases: tuple[Database, Database],
) -> None:
    wakes = Wakes()
    databases[0].wake = wakes.wake
    async with databases[0].system() as tx:
        tx.wake("tokens")
        assert wakes.count("tokens") == 0
    assert wakes.count("tokens") == 1

    async def roll_back() -> None:
        async with databases[0].tx(1) as tx:
            tx.wake("tokens")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await roll_back()
    assert wakes.count("tokens") == 1


async def test_a_lost_connection_is_made_anew_and_everybody_looks_again(
    databases: tuple[Database, Database], nodes: tuple[Wakes, Wakes]
) -> None:
    here, there = nodes
    bell = there.bell("facts")
    async with databases[0].system_read() as tx:
        killed = await tx.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ '^LISTEN'")
    assert killed
    assert await bell.wait(LONG)
    async with asyncio.timeout(LONG):
        await there.is_listening.wait()
    here.wake("facts")
    assert await bell.wait(LONG)


async def test_what_others_put_on_the_channel_is_heard_as_it_is(
    databases: tuple[Database, Database], nodes: tuple[Wakes, Wakes]
) -> None:
    here, _ = nodes
    bell = here.bell("known")
    async with databases[1].system_read() as tx:
        await tx.execute("SELECT pg_notify($1, '')", CHANNEL)
        await tx.execute("SELECT pg_notify($1, $2)", CHANNEL, "another-node\nknown")
    assert await bell.wait(LONG)


async def test_stopping_while_listening_leaves_a_usable_connection(databases: tuple[Database, Database]) -> None:
    async with AsyncExitStack():
        wakes = Wakes(databases[0])
        task = asyncio.create_task(wakes.run())
        await wakes.is_listening.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with databases[0].system() as tx:
        assert await tx.value("SELECT 1") == 1


async def test_what_is_said_is_heard_once_everywhere_in_its_order(nodes: tuple[Wakes, Wakes]) -> None:
    first, second = nodes
    heard: list[tuple[str, str]] = []
    first.hear("presence", lambda words: heard.append(("here", words)))
    second.hear("presence", lambda words: heard.append(("there", words)))
    bell = second.bell("facts")
    for words in ("writing\tnow", "reading", "writing\tnow"):
        first.say("presence", words)
    first.say("something else", "not for them")
    first.wake("facts")
    assert await bell.wait(LONG)
    assert [words for where, words in heard if where == "here"] == ["writing\tnow", "reading", "writing\tnow"]
    assert [words for where, words in heard if where == "there"] == ["reading", "writing\tnow"]


async def test_words_that_nobody_understands_keep_nobody_from_the_rest(
    databases: tuple[Database, Database], nodes: tuple[Wakes, Wakes]
) -> None:
    here, _ = nodes

    def understand(words: str) -> None:
        assert words == "of today"

    here.hear("presence", understand)
    bell = here.bell("facts")
    async with databases[1].system_read() as tx:
        await tx.execute("SELECT pg_notify($1, $2)", CHANNEL, "another-node\npresence\tof tomorrow\nfacts")
    assert await bell.wait(LONG)
    here.say("presence", "of tomorrow")


@pytest.mark.parametrize("words", ["two\nlines", "x" * 5_000], ids=["two lines", "too long"])
async def test_only_short_lines_are_said(words: str) -> None:
    with pytest.raises(ValueError, match="short line"):
        Wakes().say("presence", words)
