"""The rows of the audit log."""

from collections.abc import Sequence
from datetime import datetime

from tideline.features.audit.model import About, Area, Cursor, Entry, Filter
from tideline.platform.db import Row, SystemTx, Tx
from tideline.platform.facts import Actor, Way

COLUMNS = """a.seq, a.at, a.kind, a.area, a.actor_kind, a.actor_id, a.via, a.address, a.via_key, a.about, a.about_id,
             a.about_name, a.changes"""


async def insert(tx: SystemTx, entries: Sequence[tuple[int, Entry]]) -> None:
    """A workspace that was removed meanwhile is left out."""
    ways = [one.actor.way or Way("") for _, one in entries]
    await tx.execute(
        """
        INSERT INTO tenant.audit (workspace, seq, at, kind, area, actor_kind, actor_id, via, address, via_key,
                                  about, about_id, about_name, changes)
        SELECT n.workspace, n.seq, n.at, n.kind, n.area, n.actor_kind, n.actor_id, nullif(n.via, ''), n.address,
               n.via_key, n.about, n.about_id, n.about_name, n.changes
        FROM unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::int[],
                    $8::text[], $9::text[], $10::text[], $11::text[], $12::int[], $13::text[], $14::jsonb[])
             AS n(workspace, seq, at, kind, area, actor_kind, actor_id, via, address, via_key,
                  about, about_id, about_name, changes)
        JOIN tenant.workspace w ON w.workspace = n.workspace
        ON CONFLICT DO NOTHING
        """,
        [workspace_id for workspace_id, _ in entries],
        [one.seq for _, one in entries],
        [one.at for _, one in entries],
        [one.kind for _, one in entries],
        [one.area.value for _, one in entries],
        [one.actor.kind for _, one in entries],
        [one.actor.id for _, one in entries],
        [way.name for way in ways],
        [way.address for way in ways],
        [way.key for way in ways],
        [one.about.what for _, one in entries],
        [one.about.id for _, one in entries],
        [one.about.name for _, one in entries],
        [dict(one.changes) for _, one in entries],
    )


async def list_before(tx: Tx, wanted: Filter, before: Cursor | None, limit: int) -> list[Entry]:
    """The newest first. Each condition is written only where it is asked for, so that its index is used."""
    conditions: list[str] = []
    values: list[object] = [tx.workspace_id, limit]

    def ask(condition: str, *asked: object) -> None:
        places = [f"${len(values) + n}" for n in range(1, len(asked) + 1)]
        conditions.append(condition.format(*places))
        values.extend(asked)

    if wanted.person is not None:
        ask("a.actor_kind IN ('teammate', 'token') AND a.actor_id = {}", wanted.person)
    if wanted.area is not None:
        ask("a.area = {}", wanted.area.value)
    if wanted.kind is not None:
        ask("a.kind = {}", wanted.kind)
    if wanted.about is not None:
        ask("a.about = {} AND a.about_id = {}", wanted.about.what, wanted.about.id)
    if wanted.since is not None:
        ask("a.at >= {}", wanted.since)
    if wanted.until is not None:
        ask("a.at < {}", wanted.until)
    if before is not None:
        ask("(a.at, a.seq) < ({}, {})", before.at, before.seq)
    rows = await tx.fetch(
        f"""
        SELECT {COLUMNS} FROM tenant.audit a WHERE a.workspace = $1 AND {" AND ".join(conditions) or "TRUE"}
        ORDER BY a.at DESC, a.seq DESC LIMIT $2
        """,
        *values,
    )
    return [_entry(row) for row in rows]


async def list_outdated(tx: SystemTx, before: datetime) -> list[int]:
    """The workspaces that have entries older than that."""
    rows = await tx.fetch(
        """
        SELECT w.workspace FROM tenant.workspace w
        WHERE EXISTS (SELECT FROM tenant.audit a WHERE a.workspace = w.workspace AND a.at < $1)
        """,
        before,
    )
    return [row["workspace"] for row in rows]


async def delete_some(tx: Tx, before: datetime, limit: int) -> int:
    return await tx.execute(
        """
        DELETE FROM tenant.audit a WHERE a.workspace = $1 AND a.seq IN (
            SELECT o.seq FROM tenant.audit o WHERE o.workspace = $1 AND o.at < $2 ORDER BY o.at, o.seq LIMIT $3
        )
        """,
        tx.workspace_id,
        before,
        limit,
    )


def _entry(row: Row) -> Entry:
    way = Way(row["via"], row["address"], row["via_key"]) if row["via"] else None
    return Entry(
        seq=row["seq"],
        at=row["at"],
        kind=row["kind"],
        area=Area(row["area"]),
        actor=Actor(row["actor_kind"], row["actor_id"], way),
        about=About(row["about"], row["about_id"], row["about_name"]),
        changes={name: (pair[0], pair[1]) for name, pair in row["changes"].items()},
    )
