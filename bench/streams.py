"""What a thousand open pages cost of memory while nothing happens."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from argon2 import PasswordHasher

from bench.report import Row
from bench.server import DemoServer
from bench.standing import IDLE_SECONDS, pss_of_ours
from bench.workspace import Bench, database, open_workspace
from tideline.features import workspaces
from tideline.platform import crypto
from tideline.platform.db import Database
from tideline.platform.passwords import Passwords
from tideline.platform.wake import Wakes

PEOPLE, STREAMS_EACH = 50, 20
PASSWORD = "a password for measurements"
FROM = "192.0.2.1"


async def rows(server: DemoServer) -> list[Row]:
    async with database(server.data_dir) as db:
        bench = await open_workspace(db, server.data_dir, "bench-streams")
        tokens = await _seat(db, server.data_dir, bench)
    await asyncio.sleep(IDLE_SECONDS)
    before = pss_of_ours(server.pid)
    async with AsyncExitStack() as stack:
        for token in tokens:
            await asyncio.gather(*(_open(stack, server.port, bench, token) for _ in range(STREAMS_EACH)))
        await asyncio.sleep(IDLE_SECONDS)
        cost = pss_of_ours(server.pid) - before
    return [Row(f"{PEOPLE * STREAMS_EACH:,} idle streams, memory (PSS)", cost, "MB", 60, more_is_better=False)]


async def _open(stack: AsyncExitStack, port: int, bench: Bench, token: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stack.callback(writer.close)
    head = f"GET /stream?workspace={bench.slug} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: tideline_session={token}\r\n\r\n"
    writer.write(head.encode())
    answered = await reader.readuntil(b": welcome\n\n")
    assert answered.startswith(b"HTTP/1.1 200"), answered


async def _seat(db: Database, data_dir: Path, bench: Bench) -> list[str]:
    """So many teammates who are signed in."""
    access, sign_in = _doors(db, data_dir)
    tokens = []
    for n in range(PEOPLE):
        async with db.tx(bench.id) as tx:
            invited = await workspaces.invite(tx, access, email=f"reader{n}@{bench.slug}.example", is_mailed=False)
        assert invited.link_token
        session = await sign_in.use_link(invited.link_token, PASSWORD, address=FROM)
        tokens.append(session.token)
    return tokens


async def visitor_of(db: Database, data_dir: Path, bench: Bench) -> str:
    """What the browser of the owner keeps once they have signed in."""
    _, sign_in = _doors(db, data_dir)
    async with db.read(bench.id) as tx:
        owner = await workspaces.get_owner(tx)
    await sign_in.set_password(workspaces.WorkspaceId(bench.id), owner.id, PASSWORD)
    return (await sign_in.sign_in(owner.email, PASSWORD, address=FROM)).token


def _doors(db: Database, data_dir: Path) -> tuple[workspaces.Access, workspaces.SignIn]:
    """Passwords are hashed lightly: it is not they that are measured."""
    access = workspaces.Access(db, crypto.Keyring.open(data_dir), Wakes())
    light = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return access, workspaces.SignIn(db, access, light)
