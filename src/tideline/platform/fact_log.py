"""The log of facts in SQL: giving numbers to what was committed, and reading what has one."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from tideline.platform.db import Row, SystemTx, Tx
from tideline.platform.facts import Actor, Fact, Way


async def list_unnumbered(
    tx: SystemTx, limit: int, *, only: int | None = None, without: Collection[int] = ()
) -> list[Row]:
    """Committed facts that have no number yet, in the order of their ids.

    Facts of one chat are recorded under the chat's row lock, so their ids follow the order of their commits: one of
    them is never seen before its predecessor.
    """
    return await tx.fetch(
        """
        SELECT workspace, id, at, kind, version, actor_kind, actor_id, chat_id, payload,
               via, address, via_key
        FROM tenant.fact
        WHERE seq IS NULL AND ($2::int IS NULL OR workspace = $2) AND workspace <> ALL($3::int[])
        ORDER BY id LIMIT $1
        """,
        limit,
        only,
        list(without),
    )


async def give_numbers(tx: SystemTx, rows: Sequence[Row]) -> list[Fact]:
    """Give each fact its workspace's next number. Only the one who holds the dispatcher's lock may do this."""
    last = await _count_up(tx, Counter(row["workspace"] for row in rows))
    facts = []
    for row in reversed(rows):
        facts.append(_fact(row, last[row["workspace"]]))
        last[row["workspace"]] -= 1
    facts.reverse()
    await _save_numbers(tx, facts)
    return facts


async def facts_after(tx: Tx, seq: int, limit: int) -> list[Fact]:
    """The workspace's numbered facts behind `seq`, in order.

    Numbers have no gaps: when the first one is not `seq + 1`, those between are older than the log is kept.
    """
    rows = await tx.fetch(
        """
        SELECT workspace, seq, id, at, kind, version, actor_kind, actor_id, chat_id, payload,
               via, address, via_key
        FROM tenant.fact WHERE workspace = $1 AND seq > $2 ORDER BY seq LIMIT $3
        """,
        tx.workspace_id,
        seq,
        limit,
    )
    return [_fact(row, row["seq"]) for row in rows]


async def find_facts(tx: SystemTx, keys: Sequence[tuple[int, int, datetime]]) -> dict[tuple[int, int], Fact]:
    """Numbered facts of any workspaces, by (workspace, seq, at); those that are no longer kept are missing."""
    rows = await tx.fetch(
        """
        SELECT f.workspace, f.seq, f.id, f.at, f.kind, f.version, f.actor_kind, f.actor_id, f.chat_id, f.payload,
               f.via, f.address, f.via_key
        FROM unnest($1::int[], $2::bigint[], $3::timestamptz[]) AS k(workspace, seq, at)
        JOIN tenant.fact f ON f.workspace = k.workspace AND f.seq = k.seq AND f.at = k.at
        WHERE f.at >= $4 AND f.at <= $5
        """,
        [workspace_id for workspace_id, _, _ in keys],
        [seq for _, seq, _ in keys],
        [at for _, _, at in keys],
        min(at for _, _, at in keys),
        max(at for _, _, at in keys),
    )
    return {(row["workspace"], row["seq"]): _fact(row, row["seq"]) for row in rows}


async def last_seq(tx: Tx) -> int:
    """The number of the workspace's newest fact, 0 before the first."""
    found: int | None = await tx.value("SELECT last_seq FROM tenant.fact_counter WHERE workspace = $1", tx.workspace_id)
    return found or 0


async def last_seqs(tx: SystemTx, workspaces: Collection[int]) -> dict[int, int]:
    """The same for many workspaces; those without facts are missing."""
    rows = await tx.fetch(
        "SELECT c.workspace, c.last_seq FROM tenant.fact_counter c WHERE c.workspace = ANY ($1::int[])",
        list(workspaces),
    )
    return {row["workspace"]: row["last_seq"] for row in rows}


async def _count_up(tx: SystemTx, wanted: Counter[int]) -> dict[int, int]:
    rows = await tx.fetch(
        """
        INSERT INTO tenant.fact_counter AS c (workspace, last_seq)
        SELECT w.workspace, w.facts FROM unnest($1::int[], $2::bigint[]) AS w(workspace, facts) ORDER BY w.workspace
        ON CONFLICT (workspace) DO UPDATE SET last_seq = c.last_seq + excluded.last_seq
        RETURNING workspace, last_seq
        """,
        list(wanted.keys()),
        list(wanted.values()),
    )
    return {row["workspace"]: row["last_seq"] for row in rows}


async def _save_numbers(tx: SystemTx, facts: Sequence[Fact]) -> None:
    """The first and last time are named besides, so that PostgreSQL looks into their partitions only."""
    await tx.execute(
        """
        UPDATE tenant.fact f SET seq = n.seq
        FROM unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::bigint[]) AS n(workspace, id, at, seq)
        WHERE f.workspace = n.workspace AND f.id = n.id AND f.at = n.at AND f.at >= $5 AND f.at <= $6
        """,
        [fact.workspace_id for fact in facts],
        [fact.id for fact in facts],
        [fact.at for fact in facts],
        [fact.seq for fact in facts],
        min(fact.at for fact in facts),
        max(fact.at for fact in facts),
    )


def _fact(row: Row, seq: int) -> Fact:
    return Fact(
        workspace_id=row["workspace"],
        seq=seq,
        id=row["id"],
        kind=row["kind"],
        version=row["version"],
        at=row["at"],
        actor=Actor(row["actor_kind"], row["actor_id"], _way(row)),
        chat_id=row["chat_id"],
        payload=row["payload"],
    )


def _way(row: Row) -> Way | None:
    return Way(row["via"], row["address"], row["via_key"]) if row["via"] else None
