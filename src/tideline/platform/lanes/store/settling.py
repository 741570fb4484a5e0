"""Settling items and letting lanes go, in SQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from tideline.platform.db import Connection, Row
from tideline.platform.lanes.store.rows import Change, Parting


async def settle_items(
    tx: Connection,
    leases: Sequence[tuple[int, int]],
    done: Sequence[tuple[int, datetime, int, int]],
    late: Sequence[tuple[int, datetime, int, int, datetime]],
) -> set[tuple[int, int]]:
    """Lock the lanes whose tokens are still right; delete what is done in them, put off what is late.

    Items are named by lane, time, id and attempt: one that was put off to the very time it had is another attempt, so
    that nobody settles it a second time. Returns (lane, item) of what was found.
    """
    rows = await tx.fetch(
        """
        WITH mine AS MATERIALIZED (
            SELECT l.id FROM lanes.lane l
            JOIN unnest($1::bigint[], $2::bigint[]) AS h(id, token) ON l.id = h.id AND l.token = h.token
            ORDER BY l.kind, l.grp, l.sub FOR UPDATE OF l
        ), done AS (
            DELETE FROM lanes.item i
            USING unnest($3::bigint[], $4::timestamptz[], $5::bigint[], $6::int[]) AS d(lane_id, due_at, id, attempt)
            WHERE i.lane_id = d.lane_id AND i.due_at = d.due_at AND i.id = d.id AND i.attempt = d.attempt
              AND d.lane_id IN (SELECT id FROM mine)
            RETURNING i.lane_id, i.id
        ), late AS (
            UPDATE lanes.item i SET due_at = r.again_at, attempt = i.attempt + 1
            FROM unnest($7::bigint[], $8::timestamptz[], $9::bigint[], $10::int[], $11::timestamptz[])
                 AS r(lane_id, due_at, id, attempt, again_at)
            WHERE i.lane_id = r.lane_id AND i.due_at = r.due_at AND i.id = r.id AND i.attempt = r.attempt
              AND r.lane_id IN (SELECT id FROM mine)
            RETURNING i.lane_id, i.id
        )
        SELECT lane_id, id FROM done UNION ALL SELECT lane_id, id FROM late
        """,
        [lane_id for lane_id, _ in leases],
        [token for _, token in leases],
        [lane_id for lane_id, _, _, _ in done],
        [due_at for _, due_at, _, _ in done],
        [id_ for _, _, id_, _ in done],
        [attempt for _, _, _, attempt in done],
        [lane_id for lane_id, _, _, _, _ in late],
        [due_at for _, due_at, _, _, _ in late],
        [id_ for _, _, id_, _, _ in late],
        [attempt for _, _, _, attempt, _ in late],
        [again_at for _, _, _, _, again_at in late],
    )
    return {(row["lane_id"], row["id"]) for row in rows}


async def change_lanes(tx: Connection, changes: Sequence[Change], how: Parting) -> None:
    """Count what was settled in lanes that this transaction has locked, and let go those of which nothing is held.

    A statement of its own, after the one that locked them: its snapshot holds every item that they count.
    """
    await tx.execute(
        """
        WITH change AS MATERIALIZED (
            SELECT * FROM unnest($2::bigint[], $3::int[], $4::int[], $5::timestamptz[])
                          AS c(id, done, settled, rest_until)
        ), changed AS (
            UPDATE lanes.lane l
            SET waiting = l.waiting - c.done,
                held = l.held - coalesce(c.settled, l.held),
                lapses = CASE $6 WHEN 'settled' THEN 0 WHEN 'lapsed' THEN l.lapses + 1 ELSE l.lapses END,
                rest_until = greatest(l.rest_until, c.rest_until),
                token = CASE WHEN l.held > c.settled THEN l.token END,
                node = CASE WHEN l.held > c.settled THEN l.node END,
                leased_until = CASE WHEN l.held > c.settled THEN l.leased_until END,
                next_at = CASE WHEN l.held > c.settled OR l.waiting = c.done THEN 'infinity'
                               ELSE greatest($1, l.rest_until, c.rest_until, (
                                   SELECT i.due_at FROM lanes.item i WHERE i.lane_id = l.id ORDER BY i.due_at LIMIT 1
                               )) END
            FROM change c WHERE l.id = c.id
            RETURNING l.kind, l.grp, l.next_at, l.token IS NULL AS is_free
        ), freed AS MATERIALIZED (
            SELECT kind, grp, count(*) AS lanes, min(next_at) AS next_at FROM changed WHERE is_free GROUP BY kind, grp
        ), locked AS MATERIALIZED (
            SELECT g.kind, g.grp FROM lanes.lane_group g JOIN freed ON freed.kind = g.kind AND freed.grp = g.grp
            ORDER BY g.kind, g.grp FOR UPDATE OF g
        )
        UPDATE lanes.lane_group g
        SET running = g.running - freed.lanes, next_at = least(g.next_at, greatest(g.rate_at, freed.next_at))
        FROM freed JOIN locked ON locked.kind = freed.kind AND locked.grp = freed.grp
        WHERE g.kind = freed.kind AND g.grp = freed.grp
        """,
        tx.now,
        [change.lane_id for change in changes],
        [change.done for change in changes],
        [change.settled for change in changes],
        [change.rest_until for change in changes],
        how,
    )


async def lock_leased(tx: Connection, leases: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Lock lanes in order and return those (lane, token) that are still right."""
    rows = await tx.fetch(
        """
        SELECT l.id, l.token FROM lanes.lane l
        JOIN unnest($1::bigint[], $2::bigint[]) AS h(id, token) ON l.id = h.id AND l.token = h.token
        ORDER BY l.kind, l.grp, l.sub FOR UPDATE OF l
        """,
        [lane_id for lane_id, _ in leases],
        [token for _, token in leases],
    )
    return {(row["id"], row["token"]) for row in rows}


async def lock_lapsed(tx: Connection, limit: int) -> list[Row]:
    """Lock leased lanes whose lease is over, with the end of the rest that their last holder may have owed."""
    return await tx.fetch(
        """
        SELECT l.id, l.kind, l.leased_until + make_interval(secs => g.gap_max) AS rest_until
        FROM lanes.lane l JOIN lanes.lane_group g ON g.kind = l.kind AND g.grp = l.grp
        WHERE l.leased_until <= $1
        ORDER BY l.leased_until LIMIT $2 FOR UPDATE OF l SKIP LOCKED
        """,
        tx.now,
        limit,
    )


async def lock_left(tx: Connection, node: str, limit: int) -> list[Row]:
    """Lock the lanes that this node holds, with the end of the rest that it may have owed."""
    return await tx.fetch(
        """
        SELECT l.id, l.kind, $1::timestamptz + make_interval(secs => g.gap_max) AS rest_until
        FROM lanes.lane l JOIN lanes.lane_group g ON g.kind = l.kind AND g.grp = l.grp
        WHERE l.leased_until IS NOT NULL AND l.node = $2
        ORDER BY l.kind, l.grp, l.sub LIMIT $3 FOR UPDATE OF l
        """,
        tx.now,
        node,
        limit,
    )


async def extend(tx: Connection, lane_ids: Collection[int], leased_until: datetime) -> None:
    """Renew the leases of lanes that this transaction has locked."""
    await tx.execute(
        "UPDATE lanes.lane SET leased_until = $2 WHERE id = ANY($1::bigint[])", sorted(lane_ids), leased_until
    )
