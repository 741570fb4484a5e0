"""Connections at hand: asyncpg's pool starts a task and a timer for each one that is given back, which costs more
than a small query. Those that come back in order wait here instead and are taken again at once."""

import asyncio
from types import TracebackType
from typing import Any

import asyncpg

from tideline.platform.errors import Problem

LOOK_SECONDS = 60.0


class Spares:
    """A layer over a pool. The pool makes connections, counts them, and mends or drops the ones that come back in
    any doubt; so nothing changes about who waits for whom when all are in use."""

    def __init__(self, pool: "asyncpg.Pool[Any]", *, look_every: float = LOOK_SECONDS) -> None:
        self._pool = pool
        self._look_every = look_every
        self._spare: list[Any] = []
        self._in_line = 0
        self._is_closed = False
        self._unused = 0
        self._look_at = 0.0

    def connection(self, *, leaves_traces: bool = False) -> "_Taken":
        """Use as `async with`. What `leaves_traces` on a connection has it tidied by the pool afterwards."""
        return _Taken(self, leaves_traces)

    async def close(self) -> None:
        self._is_closed = True
        await self._hand_over(len(self._spare))

    async def take(self) -> Any:
        while self._spare:
            conn = self._spare.pop()
            self._unused = min(self._unused, len(self._spare))
            if not _is_dead(conn):
                return conn
            await self._pool.release(conn)
        self._in_line += 1
        try:
            return await self._pool.acquire()
        finally:
            self._in_line -= 1

    async def give_back(self, conn: Any, *, in_order: bool) -> None:
        if not in_order or self._in_line or self._is_closed or _is_dead(conn):
            await self._pool.release(conn)
            return
        self._spare.append(conn)
        if (now := asyncio.get_running_loop().time()) >= self._look_at:
            self._look_at = now + self._look_every
            await self._hand_over(self._unused)
            self._unused = len(self._spare)

    async def _hand_over(self, count: int) -> None:
        """Those that nobody needed lately go back to the pool, which closes what is idle for long."""
        idle, self._spare = self._spare[:count], self._spare[count:]
        for conn in idle:
            await self._pool.release(conn)


def _is_dead(conn: Any) -> bool:
    try:
        return bool(conn.is_closed())
    except asyncpg.InterfaceError:  # the pool has noticed and taken it back
        return True


class _Taken:
    """One use of a connection. A problem is an answer like others; any other error leaves the connection in doubt."""

    __slots__ = ("_conn", "_leaves_traces", "_spares")

    def __init__(self, spares: Spares, leaves_traces: bool) -> None:
        self._spares = spares
        self._leaves_traces = leaves_traces

    async def __aenter__(self) -> Any:
        self._conn = await self._spares.take()
        return self._conn

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        ended_well = kind is None or issubclass(kind, Problem)
        await self._spares.give_back(self._conn, in_order=ended_well and not self._leaves_traces)
