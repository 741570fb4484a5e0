"""Database access: a pool, transactions that belong to one workspace, and a re-run when PostgreSQL asks for it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
import msgspec

from tideline.platform import facts
from tideline.platform.clock import Clock
from tideline.platform.spares import Spares

T = TypeVar("T")

RUNS = 3
RUN_AGAIN_ON = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.exceptions.InvalidCachedStatementError,
)

Row = asyncpg.Record


class RunAgain(Exception):
    """An action raises this when somebody else was faster, so that everything has to be looked at anew."""


class Connection:
    """A thin view of one asyncpg connection; the base of `Tx` and `SystemTx`."""

    def __init__(self, conn: Any, now: datetime) -> None:
        self._conn = conn
        self.now = now
        self.after_commit: list[Callable[[], None]] = []
        self.topics: set[str] = set()

    def wake(self, topic: str) -> None:
        """Wake those who wait for a topic, once this transaction is committed."""
        self.topics.add(topic)

    async def fetch(self, sql: str, *args: Any) -> list[Row]:
        return await self._conn.fetch(sql, *args)  # type: ignore[no-any-return]

    async def row(self, sql: str, *args: Any) -> Row | None:
        return await self._conn.fetchrow(sql, *args)  # type: ignore[no-any-return]

    async def value(self, sql: str, *args: Any) -> Any:
        return await self._conn.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> int:
        """Run a statement and say how many rows it touched."""
        status: str = await self._conn.execute(sql, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def copy_in(
        self, table: str, *, schema: str, columns: Sequence[str], records: Sequence[Sequence[Any]]
    ) -> None:
        await self._conn.copy_records_to_table(table, schema_name=schema, columns=columns, records=records)


class SystemTx(Connection):
    """Work across workspaces (dispatcher, leases, directory). Rare on purpose, and easy to grep."""

    def __init__(self, conn: Any, now: datetime, actor: facts.Actor = facts.SYSTEM) -> None:
        super().__init__(conn, now)
        self.actor = actor

    @asynccontextmanager
    async def workspace(self, workspace_id: int, actor: facts.Actor | None = None) -> "AsyncIterator[Tx]":
        """Go on inside this transaction as that workspace: what is recorded is saved when the block ends."""
        tx = Tx(self._conn, self.now, workspace_id, actor or self.actor)
        yield tx
        await tx.settle()
        self.topics |= tx.topics
        self.after_commit.extend(tx.after_commit)


class Tx(Connection):
    """One workspace's transaction. Stores take it first and filter by `workspace_id`.

    `record` keeps a fact for the end of the transaction: facts are written in one INSERT just before
    COMMIT, so their ids are taken while all row locks are held and follow the order of the changes.
    """

    def __init__(self, conn: Any, now: datetime, workspace_id: int, actor: facts.Actor) -> None:
        super().__init__(conn, now)
        self.workspace_id = workspace_id
        self.actor = actor
        self._facts: list[facts.NewFact] = []
        self._last: list[Callable[[Tx], Awaitable[None]]] = []

    def record(self, fact: facts.NewFact) -> None:
        """Save what happened with the change itself; webhooks, screens and automation read it later."""
        self._facts.append(fact)

    def before_commit(self, action: "Callable[[Tx], Awaitable[None]]") -> None:
        """Run a statement last, because it takes a lock that many transactions want (credits, lanes)."""
        self._last.append(action)

    @property
    def recorded(self) -> Sequence[facts.NewFact]:
        return self._facts

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Whatever fails inside is undone, its facts too; the transaction around it goes on."""
        facts_before, last_before, after_before = len(self._facts), len(self._last), len(self.after_commit)
        try:
            async with self._conn.transaction():
                yield
        except BaseException:
            del self._facts[facts_before:]
            del self._last[last_before:]
            del self.after_commit[after_before:]
            raise

    async def settle(self) -> None:
        """Write what was kept for the end of the transaction: hot rows first asked for, then facts."""
        for action in self._last:
            await action(self)
        if self._facts:
            await facts.insert(self, self._facts)
            self.wake(facts.NEW)


class Database:
    """The pool and the ways to open a transaction on it. Where nobody is named, `acting` is who acts."""

    def __init__(self, pool: "asyncpg.Pool[Any]", clock: Clock) -> None:
        self.acting = facts.SYSTEM
        self._pool = pool
        self._spares = Spares(pool)
        self._clock = clock
        self.facts_committed: list[Callable[[], None]] = []
        self.wake: Callable[[str], None] = _nobody_waits

    @classmethod
    async def connect(cls, dsn: str, clock: Clock, *, min_size: int = 1, max_size: int = 12) -> "Database":
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            init=_prepare,
            reset=_tidy,
            command_timeout=60,
            server_settings={"timezone": "UTC"},
        )
        return cls(pool, clock)

    async def close(self) -> None:
        await self._spares.close()
        await self._pool.close()

    @property
    def clock(self) -> Clock:
        return self._clock

    @asynccontextmanager
    async def tx(self, workspace_id: int, actor: facts.Actor | None = None) -> AsyncIterator[Tx]:
        """A transaction of one workspace: commits when the block ends, rolls back when it raises."""
        async with self._spares.connection() as conn:
            async with conn.transaction():
                tx = Tx(conn, self._clock.now(), workspace_id, actor or self.acting)
                yield tx
                await tx.settle()
        self.tell(tx)

    @asynccontextmanager
    async def read(self, workspace_id: int, actor: facts.Actor | None = None) -> AsyncIterator[Tx]:
        """A connection without BEGIN for reads of one workspace: each statement sees what is committed."""
        async with self._spares.connection() as conn:
            yield Tx(conn, self._clock.now(), workspace_id, actor or self.acting)

    @asynccontextmanager
    async def system(self, actor: facts.Actor | None = None) -> AsyncIterator[SystemTx]:
        """A transaction across workspaces."""
        async with self._spares.connection() as conn:
            async with conn.transaction():
                tx = SystemTx(conn, self._clock.now(), actor or self.acting)
                yield tx
        self.tell(tx)

    @asynccontextmanager
    async def session(self) -> AsyncIterator["Session"]:
        """A connection of one's own for what outlives a transaction: advisory locks and LISTEN."""
        async with self._spares.connection(leaves_traces=True) as conn:
            _sessions.add(conn.get_server_pid())
            yield Session(conn, self)

    def tell(self, tx: Connection) -> None:
        """What happens after a commit: those who wait for its topics wake up, its callbacks run."""
        if facts.NEW in tx.topics:
            for notice in self.facts_committed:
                notice()
        for topic in tx.topics:
            self.wake(topic)
        for callback in tx.after_commit:
            callback()

    @asynccontextmanager
    async def system_read(self) -> AsyncIterator[SystemTx]:
        """A connection without BEGIN for work across workspaces: each statement stands alone."""
        async with self._spares.connection() as conn:
            yield SystemTx(conn, self._clock.now())

    async def run(
        self, workspace_id: int, action: "Callable[[Tx], Awaitable[T]]", *, actor: facts.Actor | None = None
    ) -> "T":
        """Run an action in a transaction, and again (three times in all) when PostgreSQL or the action asks for it.

        Actions do no I/O besides the database, so that running one again is always right.
        """
        for attempt in range(1, RUNS + 1):
            try:
                async with self.tx(workspace_id, actor) as tx:
                    return await action(tx)
            except (asyncpg.PostgresError, RunAgain) as error:
                if attempt == RUNS or not asks_for_another_run(error):
                    raise
                await asyncio.sleep(random.uniform(0.005, 0.02) * attempt)
        raise AssertionError("unreachable")


def asks_for_another_run(error: Exception) -> bool:
    """The errors that a second run mends. A row that was on its way into the default partition while another one
    took over its range meets a check without a name."""
    if isinstance(error, asyncpg.CheckViolationError):
        return not error.constraint_name
    return isinstance(error, (*RUN_AGAIN_ON, RunAgain))


IN_DOUBT = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.AdminShutdownError,
    asyncpg.exceptions.CrashShutdownError,
)


def is_in_doubt(error: Exception) -> bool:
    """The connection broke, and perhaps at the commit: nobody knows whether what was done stands."""
    return isinstance(error, IN_DOUBT)


class Session:
    """One connection, kept. What its lock protects runs on it too, so that both end together."""

    def __init__(self, conn: Any, db: Database) -> None:
        self._conn = conn
        self._db = db

    @asynccontextmanager
    async def system(self) -> AsyncIterator[SystemTx]:
        """A transaction across workspaces on this very connection."""
        async with self._conn.transaction():
            tx = SystemTx(self._conn, self._db.clock.now())
            yield tx
        self._db.tell(tx)

    async def try_lock(self, key: int) -> bool:
        """Take a lock that lasts as long as this connection; false while somebody else has it."""
        return await self._conn.fetchval("SELECT pg_try_advisory_lock($1)", key)  # type: ignore[no-any-return]

    @asynccontextmanager
    async def listening(self, channel: str, heard: Callable[[str], None]) -> AsyncIterator[None]:
        """Hand over the payload of every NOTIFY on a channel."""

        def hear(_conn: Any, _pid: int, _channel: str, payload: str) -> None:
            heard(payload)

        await self._conn.add_listener(channel, hear)
        try:
            yield
        finally:
            if self._is_open():
                await self._conn.remove_listener(channel, hear)

    async def watch(self, every: float) -> None:
        """Wait until the connection is gone: noticed at once when it was closed, by asking when it fell silent."""
        gone = asyncio.Event()

        def on_end(_conn: Any) -> None:
            gone.set()

        self._conn.add_termination_listener(on_end)
        try:
            while self._is_open() and not gone.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(gone.wait(), every)
                    return
                await self._conn.execute("SELECT 1", timeout=every)
        finally:
            if self._is_open():
                self._conn.remove_termination_listener(on_end)

    def _is_open(self) -> bool:
        try:
            return not self._conn.is_closed()
        except asyncpg.InterfaceError:  # the pool has taken the dead connection back
            return False


def _nobody_waits(_topic: str) -> None: ...


_sessions: set[int] = set()


async def _tidy(conn: Any) -> None:
    """Only a session leaves something on its connection: locks, LISTEN. asyncpg would ask the server to forget such
    things on every release, one more round trip each time."""
    pid = conn.get_server_pid()
    if pid in _sessions:
        await conn.execute(conn.get_reset_query())
        _sessions.discard(pid)


async def _prepare(conn: Any) -> None:
    await conn.set_type_codec("jsonb", encoder=_to_json, decoder=msgspec.json.decode, schema="pg_catalog")


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
