"""Claiming lanes, in SQL: groups that have room, their ready lanes, the heads of these."""

from collections.abc import Collection, Sequence
from datetime import datetime

from tideline.platform.db import Connection, Row
from tideline.platform.lanes.store.rows import FRESH, Share

_OPEN = """
    g.kind = $1 AND g.next_at <= $2 AND NOT g.paused AND g.running < g.width
    AND NOT EXISTS (SELECT FROM directory.installation WHERE held_at IS NOT NULL)
"""


async def lock_open_groups(tx: Connection, kind: str, groups: Collection[int] | None, limit: int) -> list[Row]:
    """Lock groups that have something to do and room for it, those that waited longest first. Never waits."""
    columns = "g.grp, g.width, g.running, g.gap_min, g.gap_max, g.rate, g.burst, g.rate_at"
    if groups is None:
        return await tx.fetch(
            f"""
            SELECT {columns} FROM lanes.lane_group g WHERE {_OPEN}
            ORDER BY g.next_at LIMIT $3 FOR UPDATE OF g SKIP LOCKED
            """,
            kind,
            tx.now,
            limit,
        )
    return await tx.fetch(
        f"""
        SELECT {columns} FROM unnest($4::bigint[]) AS own(grp)
        JOIN lanes.lane_group g ON g.kind = $1 AND g.grp = own.grp
        WHERE {_OPEN}
        ORDER BY g.next_at LIMIT $3 FOR UPDATE OF g SKIP LOCKED
        """,
        kind,
        tx.now,
        limit,
        sorted(groups),
    )


async def take(
    tx: Connection, kind: str, shares: Sequence[Share], *, token: int, node: str, leased_until: datetime
) -> list[Row]:
    """Lease the ready lanes of locked groups, read their heads, and correct when each group has to do something again.

    A statement of its own, after the one that locked the groups: its snapshot holds every lane that was announced
    to them. The order of `next_at` is also the turn among groups, hence never earlier than now.
    """
    return await tx.fetch(
        """
        WITH share AS MATERIALIZED (
            SELECT * FROM unnest($3::bigint[], $4::int[], $5::int[], $6::timestamptz[]) AS s(grp, lanes, heads, rate_at)
        ), ready AS MATERIALIZED (
            SELECT l.id, share.heads FROM share, LATERAL (
                SELECT l.id FROM lanes.lane l
                WHERE l.kind = $1 AND l.grp = share.grp AND l.next_at <= $2 AND l.next_at < 'infinity'
                ORDER BY l.next_at LIMIT share.lanes FOR UPDATE SKIP LOCKED
            ) l
        ), head AS MATERIALIZED (
            SELECT ready.id AS lane_id, i.* FROM ready, LATERAL (
                SELECT * FROM (
                    (SELECT i.id, i.due_at, i.attempt, i.enqueued_at, i.payload FROM lanes.item i
                     WHERE i.lane_id = ready.id AND i.due_at = $10 ORDER BY i.id LIMIT ready.heads)
                    UNION ALL
                    (SELECT i.id, i.due_at, i.attempt, i.enqueued_at, i.payload FROM lanes.item i
                     WHERE i.lane_id = ready.id AND i.due_at > $10 AND i.due_at <= $2
                     ORDER BY i.due_at, i.id LIMIT ready.heads)
                ) due ORDER BY due.id LIMIT ready.heads
            ) i
        ), taken AS (
            UPDATE lanes.lane l
            SET token = $7, node = $8, leased_until = $9, next_at = 'infinity',
                held = (SELECT count(*) FROM head WHERE head.lane_id = l.id)
            WHERE l.id = ANY(ARRAY(SELECT lane_id FROM head))  -- by index, however many the planner expects
            RETURNING l.id, l.workspace, l.grp, l.sub, l.lapses
        ), served AS (
            UPDATE lanes.lane_group g
            SET running = g.running + (SELECT count(*) FROM taken WHERE taken.grp = g.grp),
                rate_at = share.rate_at,
                next_at = greatest($2, share.rate_at, coalesce((
                    SELECT l.next_at FROM lanes.lane l
                    WHERE l.kind = $1 AND l.grp = g.grp AND l.next_at < 'infinity'
                          AND l.id NOT IN (SELECT id FROM ready)
                    ORDER BY l.next_at LIMIT 1
                ), 'infinity'))
            FROM share WHERE g.kind = $1 AND g.grp = share.grp
        )
        SELECT taken.id AS lane_id, taken.workspace, taken.grp, taken.sub, taken.lapses,
               head.id, head.due_at, head.attempt, head.enqueued_at, head.payload
        FROM taken JOIN head ON head.lane_id = taken.id
        ORDER BY taken.id, head.id
        """,
        kind,
        tx.now,
        [share.group for share in shares],
        [share.lanes for share in shares],
        [share.heads for share in shares],
        [share.rate_at for share in shares],
        token,
        node,
        leased_until,
        FRESH,
    )


async def line_up(tx: Connection, kind: str, groups: Collection[int] | None, limit: int) -> None:
    """Wait for the locks that `lock_open_groups` and `take` skipped, in the order in which everybody takes them."""
    await tx.execute("SET LOCAL lock_timeout = '100ms'")
    rows = await tx.fetch(
        f"""
        SELECT open.grp, l.id FROM (
            SELECT g.grp FROM lanes.lane_group g WHERE {_OPEN} AND ($3::bigint[] IS NULL OR g.grp = ANY($3))
            ORDER BY g.next_at LIMIT $4
        ) open LEFT JOIN LATERAL (
            SELECT l.id FROM lanes.lane l
            WHERE l.kind = $1 AND l.grp = open.grp AND l.next_at <= $2 AND l.next_at < 'infinity'
            ORDER BY l.next_at LIMIT $4
        ) l ON true
        """,
        kind,
        tx.now,
        None if groups is None else sorted(groups),
        limit,
    )
    await tx.fetch(
        "SELECT FROM lanes.lane WHERE id = ANY($1::bigint[]) ORDER BY kind, grp, sub FOR UPDATE",
        [row["id"] for row in rows if row["id"] is not None],
    )
    await tx.fetch(
        "SELECT FROM lanes.lane_group WHERE kind = $1 AND grp = ANY($2::bigint[]) ORDER BY grp FOR UPDATE",
        kind,
        list({row["grp"] for row in rows}),
    )


async def next_at(tx: Connection, kind: str, groups: Collection[int] | None) -> datetime | None:
    """When the first group with room has something to do; may be past, and is never too late."""
    found: datetime | None = await tx.value(
        """
        SELECT g.next_at FROM lanes.lane_group g
        WHERE g.kind = $1 AND g.next_at < 'infinity' AND NOT g.paused AND g.running < g.width
              AND ($2::bigint[] IS NULL OR g.grp = ANY($2))
              AND NOT EXISTS (SELECT FROM directory.installation WHERE held_at IS NOT NULL)
        ORDER BY g.next_at LIMIT 1
        """,
        kind,
        None if groups is None else sorted(groups),
    )
    return found
