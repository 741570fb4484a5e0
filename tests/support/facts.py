"""A stage for tests of the log of facts: workspaces, what happens in them, and a reader that testifies."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from tideline.platform.db import Database, SystemTx
from tideline.platform.facts import Fact, NewFact


async def add_workspaces(db: Database, *workspace_ids: int) -> None:
    """The rows that a log needs; what else a workspace has does not matter here."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    async with db.system() as tx:
        for id_ in workspace_ids:
            await tx.execute(
                "INSERT INTO directory.workspace (id, slug, created_at) VALUES ($1, $2, $3)", id_, f"w{id_}", since
            )
            await tx.execute(
                """
                INSERT INTO tenant.workspace (workspace, display_name, plan, zone, seats, messages_quota,
                                              api_calls_quota, billing_anchor, created_at)
                VALUES ($1, 'Someone', 'free', 'UTC', 1, 1, 1, $2, $3)
                """,
                id_,
                date(2026, 1, 1),
                since,
            )


async def happen(db: Database, workspace_id: int, *names: str, chat_id: int | None = None) -> None:
    """Record named facts in one transaction."""
    async with db.tx(workspace_id) as tx:
        for name in names:
            tx.record(NewFact("Happened", {"name": name}, chat_id))


def names(facts: Sequence[Fact]) -> list[str]:
    return [fact.payload["name"] for fact in facts]


class Witness:
    """A reader that writes down what it is shown, in the transaction in which it is shown it."""

    TABLE = "CREATE TABLE IF NOT EXISTS seen (workspace int, seq bigint, name text, PRIMARY KEY (workspace, seq))"

    def __init__(self) -> None:
        self.refuses: set[str] = set()

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if fact.payload["name"] in self.refuses:
                raise ValueError(fact.payload["name"])
        await tx.fetch(
            "INSERT INTO seen SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[])",
            [fact.workspace_id for fact in facts],
            [fact.seq for fact in facts],
            names(facts),
        )


async def seen(db: Database) -> list[tuple[int, int, str]]:
    """What the witness wrote: (workspace, seq, name)."""
    async with db.system_read() as tx:
        rows = await tx.fetch("SELECT workspace, seq, name FROM seen ORDER BY workspace, seq")
    return [(row["workspace"], row["seq"], row["name"]) for row in rows]
