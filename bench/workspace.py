"""Workspaces for measurements: made by the same actions as any other, with a number that nobody connects."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tideline.features import workspaces
from tideline.platform import crypto, launcher
from tideline.platform.clock import SystemClock
from tideline.platform.db import Database, Tx
from tideline.platform.wake import Wakes


@dataclass(frozen=True)
class Sizes:
    """How much data the read rows look at; the small workspace has a tenth of the large one."""

    chats: int = 100_000
    messages: int = 1_000_000
    groups: int = 200
    waiting: int = 1_000_000

    @classmethod
    def quick(cls) -> "Sizes":
        return cls(chats=10_000, messages=100_000, groups=20, waiting=100_000)

    @property
    def tenth(self) -> "Sizes":
        return Sizes(self.chats // 10, self.messages // 10, self.groups // 10)


@dataclass(frozen=True)
class Bench:
    """A workspace to measure in. Its number counts as connected and no gateway holds it."""

    id: int
    slug: str
    token: str
    owner_id: int
    number_id: int
    number_phone: str


@asynccontextmanager
async def database(data_dir: Path) -> AsyncIterator[Database]:
    """The database of a running server, for seeding."""
    db = await Database.connect(launcher.running_dsn(data_dir), SystemClock(), max_size=4)
    try:
        yield db
    finally:
        await db.close()


async def open_workspace(db: Database, data_dir: Path, name: str) -> Bench:
    access = workspaces.Access(db, crypto.Keyring.open(data_dir), Wakes())
    async with db.system() as tx:
        made = await workspaces.create(
            tx, access, display_name=name, owner_email=f"owner@{name}.example", zone="Europe/Berlin"
        )
    phone = f"1555{made.workspace_id:07d}"
    async with db.tx(made.workspace_id) as own:
        number_id = await link_number(own, phone, made.owner_id)
    return Bench(made.workspace_id, name, made.api_token, made.owner_id, number_id, phone)


async def link_number(tx: Tx, phone: str, owner_id: int) -> int:
    number_id: int = await tx.value(
        """
        INSERT INTO tenant.number
            (workspace, kind, phone, jid, account_name, owner_id, state, state_at, connected_at, created_at)
        VALUES ($1, 'simulator', $2, $2 || '@s.whatsapp.net', 'Bench', $3, 'active', $4, $4, $4) RETURNING id
        """,
        tx.workspace_id,
        phone,
        owner_id,
        tx.now,
    )
    return number_id
