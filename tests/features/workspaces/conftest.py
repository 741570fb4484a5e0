"""A database with two workspaces that both have people, tokens and credits, and a clock that tests drive."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self, TypeVar

import pytest
from argon2 import PasswordHasher

from tideline.features import workspaces
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.facts import SYSTEM, Actor
from tideline.platform.mail import Mail
from tideline.platform.passwords import Passwords
from tideline.platform.wake import Wakes

T = TypeVar("T")

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


async def until(fact: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a fact."""
    async with asyncio.timeout(20):
        while True:
            if await fact():
                return
            await asyncio.sleep(0.005)


class Traffic:
    """Callers that call again and again while a test does something else; what they find wrong ends the test."""

    def __init__(self, calls: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._calls = calls
        self._done = [0] * len(calls)
        self._is_over = False

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._repeat(number)) for number in range(len(self._calls))]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over = True
        await asyncio.gather(*self._tasks)

    async def goes_on(self) -> None:
        """Wait until everybody has begun and finished another call."""
        before = [done + 1 for done in self._done]

        async def has_gone_on() -> bool:
            return any(task.done() for task in self._tasks) or all(
                done > earlier for done, earlier in zip(self._done, before, strict=True)
            )

        await until(has_gone_on)

    async def _repeat(self, number: int) -> None:
        while not self._is_over:
            await self._calls[number]()
            self._done[number] += 1
            await asyncio.sleep(0)


@dataclass
class Office:
    """One workspace under test."""

    db: Database
    access: workspaces.Access
    created: workspaces.Created

    @property
    def id(self) -> workspaces.WorkspaceId:
        return self.created.workspace_id

    async def run(self, action: Callable[..., Awaitable[T]], *args: Any, actor: Actor = SYSTEM, **named: Any) -> T:
        """Call an action in a transaction of this workspace."""
        return await self.db.run(self.id, lambda tx: action(tx, *args, **named), actor=actor)

    async def invite(self, email: str, **named: Any) -> workspaces.Invited:
        return await self.run(workspaces.invite, self.access, email=email, **named)

    async def mails(self) -> list[tuple[Mail, str]]:
        """What is in the outbox about this workspace, the newest first, with its text."""
        async with self.db.system_read() as tx:
            found = await self.access.outbox.newest(tx, limit=100, workspace_id=self.id)
        return [(mail, self.access.outbox.read(mail)) for mail in found]

    async def facts(self) -> list[tuple[str, dict[str, Any]]]:
        async def read(tx: Tx) -> list[tuple[str, dict[str, Any]]]:
            rows = await tx.fetch("SELECT kind, payload FROM tenant.fact WHERE workspace = $1 ORDER BY id", self.id)
            return [(row["kind"], row["payload"]) for row in rows]

        return await self.run(read)

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that is stored of this workspace, to show that nothing has changed."""
        names = [f"tenant.{name}" for name in ("workspace", "usage", "balance", "team", "teammate", "fact")]
        names += [f"directory.{name}" for name in ("token", "membership", "one_time_link", "mail")]
        async with self.db.system_read() as tx:
            found = {name: await tx.fetch(f"SELECT * FROM {name} WHERE workspace = $1", self.id) for name in names}
        return {name: sorted((dict(row) for row in rows), key=repr) for name, rows in found.items()}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock)
    yield opened
    await opened.close()


@pytest.fixture
def wakes(db: Database) -> Wakes:
    made = Wakes()
    db.wake = made.wake
    return made


@pytest.fixture
def keyring(tmp_path: Any) -> Keyring:
    return Keyring.open(tmp_path)


@pytest.fixture
def access(db: Database, keyring: Keyring, wakes: Wakes) -> workspaces.Access:
    return workspaces.Access(db, keyring, wakes, public_url="https://inbox.example.com")


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield made
    made.close()


@pytest.fixture
def sign_in(db: Database, access: workspaces.Access, passwords: Passwords) -> workspaces.SignIn:
    return workspaces.SignIn(db, access, passwords)


MakeOffice = Callable[..., Awaitable[Office]]


@pytest.fixture
def make_office(db: Database, access: workspaces.Access) -> MakeOffice:
    async def make(display_name: str = "Harbour Coffee", **named: Any) -> Office:
        values: dict[str, Any] = {
            "owner_email": "tomas@harbour.example",
            "zone": "Europe/Athens",
            "billing_anchor": date(2026, 1, 1),
            "seats": 5,
            "messages_quota": 10,
            "api_calls_quota": 100,
        }
        async with db.system() as tx:
            created = await workspaces.create(tx, access, display_name=display_name, **(values | named))
        return Office(db, access, created)

    return make


@pytest.fixture
async def office(make_office: MakeOffice) -> Office:
    return await make_office()


@pytest.fixture
async def neighbour(make_office: MakeOffice) -> Office:
    """The second workspace, and it is not empty."""
    other = await make_office("Blue Lagoon", owner_email="lena@lagoon.example")
    await other.invite("ines@lagoon.example", role=workspaces.Role.AGENT)
    await other.run(workspaces.create_team, "Sales Team")
    await other.run(workspaces.charge, [1, 2])
    await other.run(workspaces.top_up, 7)
    return other
