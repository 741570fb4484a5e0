"""What is asked for again under one key is done once, whoever is faster and whatever goes wrong."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.two_workspaces import clock, db, shared_dsn
from tests.support.world import HandClock
from tideline.platform import once
from tideline.platform.db import Database, Tx
from tideline.platform.once import AnsweredBefore, IdempotencyConflict, Once, do_once

__all__ = ["clock", "db", "shared_dsn"]

WORKSPACE, NEIGHBOUR = 4001, 4002


@pytest.fixture(autouse=True)
async def _nothing_is_done_yet(db: Database) -> None:
    async with db.system() as tx:
        await tx.execute("CREATE TABLE IF NOT EXISTS public.deed (workspace int, what text)")
        await tx.execute("TRUNCATE public.deed, tenant.idempotency_key")


def asked(key: str = "key", body: bytes = b"body", *, teammate_id: int = 1) -> Once:
    return Once(teammate_id, key, body, timedelta(hours=24), lambda done: f"answer {done}".encode())


class Deed:
    """Something that must not be done twice. The gate holds it in the middle of its transaction."""

    def __init__(self, what: str = "deed") -> None:
        self.what = what
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False

    async def __call__(self, tx: Tx) -> str:
        await tx.execute("INSERT INTO public.deed VALUES ($1, $2)", tx.workspace_id, self.what)
        self.begun.set()
        await self.gate.wait()
        if self.fails:
            raise ZeroDivisionError
        return self.what


async def do(db: Database, key: Once | None, deed: Deed, workspace_id: int = WORKSPACE) -> str:
    return await db.run(workspace_id, lambda tx: do_once(tx, key, deed))


async def done(db: Database) -> list[str]:
    async with db.system_read() as tx:
        return [row["what"] for row in await tx.fetch("SELECT what FROM public.deed ORDER BY what")]


async def test_the_second_time_gets_the_first_answer(db: Database) -> None:
    assert await do(db, asked(), Deed()) == "deed"
    with pytest.raises(AnsweredBefore) as before:
        await do(db, asked(), Deed("again"))
    assert before.value.answer == b"answer deed"
    assert await done(db) == ["deed"]


async def test_another_request_under_the_key_is_refused(db: Database) -> None:
    await do(db, asked(), Deed())
    with pytest.raises(IdempotencyConflict):
        await do(db, asked(body=b"other"), Deed("other"))
    assert await done(db) == ["deed"]


async def test_without_a_key_it_is_done_each_time(db: Database) -> None:
    await do(db, None, Deed())
    await do(db, None, Deed())
    assert await done(db) == ["deed", "deed"]


APART = {
    "another key": (asked("other key"), WORKSPACE),
    "another teammate": (asked(teammate_id=2), WORKSPACE),
    "another workspace": (asked(), NEIGHBOUR),
}


@pytest.mark.parametrize(("key", "workspace_id"), APART.values(), ids=APART)
async def test_keys_of_others_are_other_keys(db: Database, key: Once, workspace_id: int) -> None:
    await do(db, asked(), Deed("mine"))
    assert await do(db, key, Deed("theirs"), workspace_id) == "theirs"


async def test_what_failed_may_be_tried_again(db: Database) -> None:
    failing = Deed()
    failing.fails = True
    with pytest.raises(ZeroDivisionError):
        await do(db, asked(), failing)
    assert await do(db, asked(body=b"mended"), Deed("mended")) == "mended"
    assert await done(db) == ["mended"]


async def both(db: Database, first: Deed, second: Deed) -> list[str | BaseException]:
    """What becomes of two that are in the middle of it at the same time."""
    for deed in (first, second):
        deed.gate.clear()
    tasks = [asyncio.create_task(do(db, asked(), deed)) for deed in (first, second)]
    for deed in (first, second):
        await deed.begun.wait()
    for deed in (first, second):
        deed.gate.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_of_two_at_once_one_counts_and_the_other_gets_its_answer(db: Database) -> None:
    results = await both(db, Deed("one"), Deed("other"))
    [before] = [one for one in results if isinstance(one, AnsweredBefore)]
    [counts] = [one for one in results if isinstance(one, str)]
    assert before.answer == f"answer {counts}".encode()
    assert await done(db) == [counts]


async def test_of_two_at_once_the_one_that_fails_is_not_in_the_way(db: Database) -> None:
    failing = Deed("failing")
    failing.fails = True
    failed, counts = await both(db, failing, Deed("other"))
    assert isinstance(failed, ZeroDivisionError)
    assert counts == "other"
    assert await done(db) == ["other"]


async def test_many_at_once_do_it_once(db: Database) -> None:
    results = await asyncio.gather(*(do(db, asked(), Deed()) for _ in range(30)), return_exceptions=True)
    answers = [one.answer if isinstance(one, AnsweredBefore) else one for one in results]
    assert answers.count("deed") == 1
    assert answers.count(b"answer deed") == 29
    assert await done(db) == ["deed"]


async def test_in_one_batch_the_second_of_a_key_has_to_come_again(db: Database) -> None:
    keys = [asked("a"), asked("b"), asked("a"), asked("a", b"other")]
    async with db.tx(WORKSPACE) as tx:
        assert [type(found).__name__ for found in await once.look(tx, keys)] == ["NoneType", "NoneType"] + [
            "RunAgain"
        ] * 2
        await once.remember(tx, [(keys[0], "a"), (keys[1], "b")])
    async with db.tx(WORKSPACE) as tx:
        found = await once.look(tx, keys)
    assert [type(one).__name__ for one in found] == ["AnsweredBefore"] * 3 + ["IdempotencyConflict"]


async def test_a_day_later_the_key_is_free_again(db: Database, clock: HandClock) -> None:
    await do(db, asked(), Deed("today"))
    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    with pytest.raises(IdempotencyConflict):
        await do(db, asked(body=b"other"), Deed("too early"))
    clock.advance(timedelta(seconds=1))
    assert await do(db, asked(body=b"other"), Deed("tomorrow")) == "tomorrow"
    with pytest.raises(AnsweredBefore):
        await do(db, asked(body=b"other"), Deed())


async def test_what_is_over_is_forgotten_and_nothing_else(db: Database, clock: HandClock) -> None:
    for key in ("a", "b"):
        await do(db, asked(key), Deed())
    clock.advance(timedelta(hours=1))
    await do(db, asked("c"), Deed())
    clock.advance(timedelta(hours=23))
    assert [await forget(db), await forget(db)] == [2, 0]
    with pytest.raises(AnsweredBefore):
        await do(db, asked("c"), Deed())
    assert await do(db, asked("a"), Deed()) == "deed"


async def test_a_long_backlog_is_forgotten_piece_by_piece(db: Database, clock: HandClock) -> None:
    for n in range(5):
        await do(db, asked(str(n)), Deed())
        clock.advance(timedelta(minutes=5))
    clock.advance(timedelta(days=2))
    assert [await forget(db) for _ in range(6)] == [1, 1, 1, 1, 1, 0]


async def forget(db: Database) -> int:
    async with db.system() as tx:
        return await once.forget(tx)
