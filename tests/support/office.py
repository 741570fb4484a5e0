"""A workspace with linked numbers, for tests of numbers, files and the gateway; and a clock that tests move."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from tideline.features import numbers, workspaces
from tideline.features.numbers import Linked, NumberKind, Pairing
from tideline.features.numbers.port import Paired, PairingRef
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.facts import SYSTEM, Actor
from tideline.platform.wake import Wakes

T = TypeVar("T")

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TTL = timedelta(seconds=20)
NODE = UUID(int=1)
OTHER_NODE = UUID(int=2)


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.time = at

    def now(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


@dataclass(frozen=True)
class Office:
    """One workspace with its owner."""

    db: Database
    id: int
    owner_id: int

    @classmethod
    async def open(cls, db: Database, wakes: Wakes, email: str = "tomas@harbour.example") -> "Office":
        access = workspaces.Access(db, Keyring(["a key for tests, long enough"]), wakes)
        async with db.system() as tx:
            created = await workspaces.create(
                tx, access, display_name=f"Office {uuid4().hex[:8]}", owner_email=email, zone="Europe/Athens"
            )
        return cls(db, created.workspace_id, created.owner_id)

    async def run(self, action: Callable[..., Awaitable[T]], *args: Any, actor: Actor = SYSTEM, **named: Any) -> T:
        """Call an action in a transaction of this workspace."""
        return await self.db.run(self.id, lambda tx: action(tx, *args, **named), actor=actor)

    async def begin_link(self, kind: NumberKind = NumberKind.SIMULATOR, **named: Any) -> Pairing:
        return await self.run(numbers.begin_link, self.owner_id, kind, **named)

    async def link(
        self, phone: str = "15550001001", node: UUID = NODE, *, name: str = "Harbour", lid: str | None = None
    ) -> Linked:
        """A phone that scanned a code."""
        pairing = await self.begin_link()
        await self.run(numbers.take_pairing, pairing.id, node)
        paired = Paired(PairingRef(pairing.id, self.id), phone, lid, name)
        return await self.run(numbers.link, paired, node, TTL)

    async def facts(self) -> list[tuple[str, dict[str, Any]]]:
        """Kinds and payloads, in the order in which they were recorded, without those of the workspace's beginning."""

        async def read(tx: Tx) -> list[tuple[str, dict[str, Any]]]:
            rows = await tx.fetch(
                "SELECT kind, payload FROM tenant.fact WHERE workspace = $1 AND kind LIKE 'Number%' ORDER BY id",
                self.id,
            )
            return [(row["kind"], row["payload"]) for row in rows]

        return await self.run(read)

    async def fact_kinds(self) -> list[str]:
        return [kind for kind, _ in await self.facts()]

    async def rows(self, *tables: str) -> dict[str, list[dict[str, Any]]]:
        """Everything stored of this workspace in these tables, to show that nothing has changed."""
        async with self.db.system_read() as tx:
            found = {name: await tx.fetch(f"SELECT * FROM {name} WHERE workspace = $1", self.id) for name in tables}
        return {name: sorted((dict(row) for row in rows), key=repr) for name, rows in found.items()}
