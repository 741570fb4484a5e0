"""Numbers for facts: gapless, in order, exactly once, whoever dies meanwhile."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.crashes import Crash, DoomedTx
from tests.support.facts import Witness, add_workspaces, happen, names, seen
from tests.support.fuzz import FUZZ
from tests.support.lanes import HandClock
from tests.support.postgres import PostgresForTests
from tests.support.waiting import until
from tideline.platform.db import Database, Session, SystemTx
from tideline.platform.dispatcher import LOCK, TOPIC, Dispatcher, ReaderFailed, facts_after, last_seq
from tideline.platform.facts import Fact, NewFact
from tideline.platform.wake import Wakes

LONG = 20.0
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
async def database(postgres: PostgresForTests) -> AsyncIterator[Database]:
    dsn = postgres.new_database()
    db = await Database.connect(dsn, HandClock(), max_size=8)
    await add_workspaces(db, 1, 2, 3)
    async with db.system() as tx:
        await tx.execute(Witness.TABLE)
    yield db
    await db.close()
    postgres.drop(dsn)


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.system() as tx:
        await tx.execute("TRUNCATE tenant.fact, tenant.fact_counter, seen")
    database.wake = Wakes().wake
    return database


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def dispatcher(db: Database, witness: Witness) -> Dispatcher:
    wakes = Wakes()
    db.wake = wakes.wake
    return Dispatcher(db, wakes, [witness], poll=0.05)


async def dispatch(db: Database, dispatcher: Dispatcher) -> int:
    async with db.session() as session:
        return await dispatcher.dispatch(session)


@asynccontextmanager
async def running(*dispatchers: Dispatcher) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(dispatcher.run()) for dispatcher in dispatchers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until_seen(db: Database, count: int) -> list[tuple[int, int, str]]:
    async with asyncio.timeout(LONG):
        while len(found := await seen(db)) < count:
            pass
    return found


async def test_each_workspace_counts_for_itself_in_the_order_of_its_facts(db: Database, dispatcher: Dispatcher) -> None:
    await happen(db, 1, "a", "b")
    await happen(db, 2, "x")
    await happen(db, 1, "c")
    assert await dispatch(db, dispatcher) == 4
    await happen(db, 2, "y", "z")
    assert await dispatch(db, dispatcher) == 2
    assert await dispatch(db, dispatcher) == 0
    assert await seen(db) == [(1, 1, "a"), (1, 2, "b"), (1, 3, "c"), (2, 1, "x"), (2, 2, "y"), (2, 3, "z")]


async def test_the_log_is_read_from_any_number_on(db: Database, dispatcher: Dispatcher) -> None:
    async with db.read(1) as tx:
        assert await last_seq(tx) == 0
    await happen(db, 1, *"abcde", chat_id=7)
    await happen(db, 2, "other")
    await dispatch(db, dispatcher)
    await happen(db, 1, "not numbered yet")
    async with db.read(1) as tx:
        assert await last_seq(tx) == 5
        found = await facts_after(tx, 2, 2)
        rest = await facts_after(tx, 4, 100)
    assert names(found) == ["c", "d"]
    assert [fact.seq for fact in found] == [3, 4]
    assert (found[0].workspace_id, found[0].chat_id, found[0].kind, found[0].actor.kind) == (1, 7, "Happened", "system")
    assert names(rest) == ["e"]


async def test_a_full_batch_leaves_the_rest_for_the_next(db: Database, witness: Witness) -> None:
    dispatcher = Dispatcher(db, Wakes(), [witness], batch=3)
    await happen(db, 1, *"abcde")
    assert [await dispatch(db, dispatcher) for _ in range(3)] == [3, 2, 0]
    assert [name for _, _, name in await seen(db)] == list("abcde")


async def test_facts_that_commit_late_get_later_numbers(db: Database, dispatcher: Dispatcher) -> None:
    async with db.tx(1) as slow:
        await slow.value("SELECT nextval('tenant.fact_id')")
        await happen(db, 1, "quick")
        await dispatch(db, dispatcher)
    await happen(db, 1, "late")
    await dispatch(db, dispatcher)
    assert await seen(db) == [(1, 1, "quick"), (1, 2, "late")]


async def test_whoever_follows_is_told_after_the_commit(db: Database, dispatcher: Dispatcher) -> None:
    wakes = Wakes()
    db.wake = wakes.wake
    told: list[Fact] = []

    def fail(_: Sequence[Fact]) -> None:
        raise ZeroDivisionError

    dispatcher.on_facts(fail)
    dispatcher.on_facts(told.extend)
    await happen(db, 1, "a")
    assert await dispatch(db, dispatcher) == 1
    assert names(told) == ["a"]
    assert wakes.count(TOPIC) == 1
    await dispatch(db, dispatcher)
    assert wakes.count(TOPIC) == 1


async def test_a_workspace_whose_facts_are_refused_waits_alone_and_loses_nothing(
    db: Database, dispatcher: Dispatcher, witness: Witness
) -> None:
    clock = db.clock
    assert isinstance(clock, HandClock)
    witness.refuses = {"bad"}
    await happen(db, 1, "a", "bad", "b")
    await happen(db, 2, "x")
    assert await dispatch(db, dispatcher) == 1
    await happen(db, 2, "y")
    await happen(db, 1, "c")
    assert await dispatch(db, dispatcher) == 1
    assert await seen(db) == [(2, 1, "x"), (2, 2, "y")]
    clock.forward(1)
    assert await dispatch(db, dispatcher) == 0
    witness.refuses = set()
    assert await dispatch(db, dispatcher) == 0
    clock.forward(1)
    assert await dispatch(db, dispatcher) == 4
    assert await seen(db) == [(1, 1, "a"), (1, 2, "bad"), (1, 3, "b"), (1, 4, "c"), (2, 1, "x"), (2, 2, "y")]


async def test_a_reader_that_breaks_its_transaction_is_a_reader_that_failed(db: Database) -> None:
    class Broken:
        async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
            await tx.execute("SELECT 1 / 0")

    await happen(db, 1, "a")
    assert await dispatch(db, Dispatcher(db, Wakes(), [Broken()])) == 0
    assert await dispatch(db, Dispatcher(db, Wakes(), [Witness()])) == 1


class DoomedSession(Session):
    """Its next transaction dies at a statement; those after it live."""

    def __init__(self, session: Session, at: int, after: bool) -> None:
        super().__init__(session._conn, session._db)
        self._doom: tuple[int, bool] | None = (at, after)

    @asynccontextmanager
    async def system(self) -> AsyncIterator[SystemTx]:
        doom, self._doom = self._doom, None
        async with super().system() as tx:
            yield DoomedTx(tx, *doom) if doom else tx


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_dying_at_any_step_numbers_nothing_twice_and_skips_nothing(
    db: Database, dispatcher: Dispatcher, at: int, after: bool
) -> None:
    """The steps: list what is new, count up, save the numbers, let the reader write."""
    await happen(db, 1, "a", "b")
    await happen(db, 2, "x")
    async with db.session() as session:
        with pytest.raises((Crash, ReaderFailed)):
            await dispatcher._number(DoomedSession(session, at, after))
        assert await seen(db) == []
        await happen(db, 1, "c")
        assert await dispatcher.dispatch(session) == 4
    assert await seen(db) == [(1, 1, "a"), (1, 2, "b"), (1, 3, "c"), (2, 1, "x")]


events = st.one_of(
    st.tuples(st.just("happen"), st.integers(1, 3), st.integers(1, 4)),
    st.tuples(st.just("dispatch"), st.integers(1, 6), st.booleans()),
)


def test_whatever_happens_and_whoever_dies_the_numbers_are_gapless_and_given_once(postgres: PostgresForTests) -> None:
    loop = asyncio.new_event_loop()
    dsn = postgres.new_database()
    db = loop.run_until_complete(Database.connect(dsn, HandClock(), max_size=3))

    async def begin() -> None:
        await add_workspaces(db, 1, 2, 3)
        async with db.system() as tx:
            await tx.execute(Witness.TABLE)

    async def live(history: list[tuple[str, int, int]]) -> None:
        async with db.system() as tx:
            await tx.execute("TRUNCATE tenant.fact, tenant.fact_counter, seen")
        dispatcher = Dispatcher(db, Wakes(), [Witness()], batch=5)
        wanted: dict[int, list[str]] = {1: [], 2: [], 3: []}
        async with db.session() as session:
            for n, (what, first, second) in enumerate(history):
                if what == "happen":
                    new = [f"{n}-{m}" for m in range(second)]
                    await happen(db, first, *new)
                    wanted[first] += new
                else:
                    with suppress(Crash):
                        await dispatcher.dispatch(DoomedSession(session, first, bool(second)))
            while await dispatcher.dispatch(session):
                pass
        assert await seen(db) == [
            (workspace, n, name) for workspace in wanted for n, name in enumerate(wanted[workspace], start=1)
        ]

    @settings(max_examples=25 * FUZZ, deadline=None, derandomize=FUZZ == 1, suppress_health_check=list(HealthCheck))
    @given(st.lists(events, min_size=1, max_size=12))
    def check(history: list[tuple[str, int, int]]) -> None:
        loop.run_until_complete(live(history))

    try:
        loop.run_until_complete(begin())
        check()
    finally:
        loop.run_until_complete(db.close())
        loop.close()
        postgres.drop(dsn)


async def test_facts_of_one_chat_are_numbered_in_their_order_while_many_write(
    db: Database, dispatcher: Dispatcher
) -> None:
    """Who writes about a chat holds its lock until the commit; here an advisory lock stands for the chat's row."""
    counts = {1: 0, 2: 0}

    async def write(writer: int) -> None:
        for n in range(15):
            chat = 1 + (writer + n) % 2
            async with db.tx(1) as tx:
                await tx.fetch("SELECT pg_advisory_xact_lock($1)", chat)
                counts[chat] += 1
                tx.record(NewFact("Happened", {"name": f"{chat}-{counts[chat]:03}"}, chat))

    async with running(dispatcher):
        await asyncio.gather(*(write(writer) for writer in range(4)))
        found = await until_seen(db, 60)
    assert [seq for _, seq, _ in found] == list(range(1, 61))
    for chat in ("1-", "2-"):
        of_chat = [name for _, _, name in found if name.startswith(chat)]
        assert of_chat == sorted(of_chat)


async def test_facts_are_numbered_as_they_come(db: Database, dispatcher: Dispatcher) -> None:
    async with running(dispatcher):
        for n in range(20):
            await happen(db, 1 + n % 2, f"{n:02}")
        found = await until_seen(db, 20)
    assert [seq for workspace, seq, _ in found if workspace == 1] == list(range(1, 11))
    assert [name for workspace, _, name in found if workspace == 2] == [f"{n:02}" for n in range(1, 20, 2)]


async def test_one_leads_and_another_takes_over_when_it_stops(db: Database, witness: Witness) -> None:
    wakes = Wakes()
    db.wake = wakes.wake
    first, second = (Dispatcher(db, wakes, [witness], poll=0.05) for _ in range(2))
    async with running(second):
        async with asyncio.timeout(LONG):
            await second.is_leading.wait()
        async with running(first):
            await happen(db, 1, "a")
            await until_seen(db, 1)
            assert not first.is_leading.is_set()
    async with running(first):
        async with asyncio.timeout(LONG):
            await first.is_leading.wait()
        await happen(db, 1, "b")
        assert await until_seen(db, 2) == [(1, 1, "a"), (1, 2, "b")]


async def test_a_killed_connection_ends_the_lead_and_the_work_goes_on(db: Database, dispatcher: Dispatcher) -> None:
    async with running(dispatcher):
        for n in range(30):
            await happen(db, 1, f"{n:02}")
            if n % 10 == 5:
                # Who was killed before may not have noticed, and still believes to lead.
                await until(lambda: _kill_the_leader(db), "the end of a leader")
        found = await until_seen(db, 30)
    assert found == [(1, n + 1, f"{n:02}") for n in range(30)]


async def _kill_the_leader(db: Database) -> bool:
    async with db.system_read() as tx:
        found = await tx.value(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32 | objid::bigint) = $1
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            LOCK,
        )
    return bool(found)


NODE = """
import asyncio, sys
from tests.support.facts import Witness
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.wake import Wakes

async def main() -> None:
    db = await Database.connect(sys.argv[1], SystemClock(), max_size=2)
    dispatcher = Dispatcher(db, Wakes(), [Witness()], batch=7, poll=0.01)
    dispatcher.on_facts(lambda facts: print(len(facts), flush=True))
    await dispatcher.run()

asyncio.run(main())
"""


async def test_kill_9_in_the_middle_of_the_work_doubles_and_skips_nothing(postgres: PostgresForTests, dsn: str) -> None:
    db = await Database.connect(dsn, HandClock(), max_size=4)
    await add_workspaces(db, 1, 2)
    async with db.system() as tx:
        await tx.execute(Witness.TABLE)
    wanted = 0
    for _ in range(3):
        node = await asyncio.create_subprocess_exec(sys.executable, "-c", NODE, dsn, cwd=ROOT, stdout=subprocess.PIPE)
        assert node.stdout
        for n in range(150):
            await happen(db, 1 + n % 2, f"{wanted + n:04}")
        wanted += 150
        await node.stdout.readline()
        node.kill()
        await node.communicate()
    dispatcher = Dispatcher(db, Wakes(), [Witness()], poll=0.02)
    async with running(dispatcher):
        found = await until_seen(db, wanted)
    await db.close()
    for workspace in (1, 2):
        of_it = [(seq, name) for found_in, seq, name in found if found_in == workspace]
        assert of_it == [(n + 1, f"{2 * n + workspace - 1:04}") for n in range(wanted // 2)]


async def test_the_leader_keeps_the_partitions(db: Database, dispatcher: Dispatcher) -> None:
    clock = db.clock
    assert isinstance(clock, HandClock)

    async def partitions() -> int:
        async with db.system_read() as tx:
            found: int = await tx.value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'tenant.fact'::regclass")
            return found

    async with running(dispatcher):
        await happen(db, 1, "a")
        await until_seen(db, 1)
        before = await partitions()
        clock.forward(timedelta(days=2).total_seconds())
        await happen(db, 1, "b")
        async with asyncio.timeout(LONG):
            while await partitions() != before + 2:
                pass
