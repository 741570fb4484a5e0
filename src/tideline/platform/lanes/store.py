"""Every SQL statement of the lanes. Whoever waits for locks takes lanes by id first, then groups by key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tideline.platform.db import Connection, Row

FRESH = datetime(1970, 1, 1, tzinfo=UTC)  # `due_at` of an item that only waits for its turn

_OPEN = """
    g.kind = $1 AND g.next_at <= $2 AND NOT g.paused AND g.running < g.width
    AND NOT EXISTS (SELECT FROM directory.installation WHERE held_at IS NOT NULL)
"""


class Parting(StrEnum):
    """How a lane is let go."""

    SETTLED = "settled"
    HANDED_BACK = "handed_back"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class LaneWork:
    """What `add` puts on one lane: how many items, and the earliest time at which one of them can go."""

    kind: str
    group: int
    sub: str
    items: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class NewRow:
    """An item for the lane at position `lane` (from 1) of the same call."""

    lane: int
    due_at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """How many lanes a locked group gives out, with how many items each."""

    group: int
    lanes: int
    heads: int
    rate_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one leased lane. `settled` None means all that is still held."""

    lane_id: int
    done: int
    settled: int | None
    rest_until: datetime


async def add(tx: Connection, workspace_id: int, lanes: Sequence[LaneWork], items: Sequence[NewRow]) -> set[str]:
    """Put items on lanes and return the kinds that have something to do earlier than they knew.

    The lane rows are locked before the item ids are taken: so ids follow the order of the commits within a lane,
    and nobody who holds a lane decides that it is empty while an item is on its way.
    """
    rows = await tx.fetch(
        """
        WITH wanted AS MATERIALIZED (
            SELECT * FROM unnest($3::text[], $4::bigint[], $5::text[], $6::int[], $7::timestamptz[])
                          WITH ORDINALITY AS w(kind, grp, sub, items, next_at, n)
        ), lane AS (
            INSERT INTO lanes.lane AS l (workspace, kind, grp, sub, waiting, next_at, rest_until)
            SELECT $1, w.kind, w.grp, w.sub, w.items, w.next_at, $11 FROM wanted w ORDER BY w.kind, w.grp, w.sub
            ON CONFLICT (kind, grp, sub) DO UPDATE
            SET waiting = l.waiting + excluded.waiting,
                next_at = CASE WHEN l.token IS NULL
                               THEN least(l.next_at, greatest(l.rest_until, excluded.next_at))
                               ELSE l.next_at END
            RETURNING l.id, l.kind, l.grp, l.sub, l.next_at, l.rest_until, l.token
        ), item AS (
            INSERT INTO lanes.item (lane_id, due_at, enqueued_at, payload)
            SELECT lane.id, i.due_at, $2, i.payload
            FROM unnest($8::int[], $9::timestamptz[], $10::jsonb[]) WITH ORDINALITY AS i(lane, due_at, payload, n)
            JOIN wanted w ON w.n = i.lane
            JOIN lane ON lane.kind = w.kind AND lane.grp = w.grp AND lane.sub = w.sub
            ORDER BY i.n
        ), earlier AS (
            SELECT lane.kind, lane.grp, min(lane.next_at) AS next_at
            FROM lane JOIN wanted w ON lane.kind = w.kind AND lane.grp = w.grp AND lane.sub = w.sub
            WHERE lane.token IS NULL AND lane.next_at = greatest(lane.rest_until, w.next_at)
            GROUP BY lane.kind, lane.grp
        )
        INSERT INTO lanes.lane_group AS g (workspace, kind, grp, width, gap_min, gap_max, burst, next_at)
        SELECT $1, e.kind, e.grp, 1, 0, 0, 1, e.next_at FROM earlier e ORDER BY e.kind, e.grp
        ON CONFLICT (kind, grp) DO UPDATE SET next_at = greatest(g.rate_at, excluded.next_at)
        WHERE g.next_at > greatest(g.rate_at, excluded.next_at)
        RETURNING g.kind
        """,
        workspace_id,
        tx.now,
        [lane.kind for lane in lanes],
        [lane.group for lane in lanes],
        [lane.sub for lane in lanes],
        [lane.items for lane in lanes],
        [lane.next_at for lane in lanes],
        [item.lane for item in items],
        [item.due_at for item in items],
        [item.payload for item in items],
        FRESH,
    )
    return {row["kind"] for row in rows}


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
    await tx.execute("SET LOCAL lock_timeout = '500ms'")
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
        "SELECT FROM lanes.lane WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
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


async def settle_items(
    tx: Connection,
    leases: Sequence[tuple[int, int]],
    done: Sequence[tuple[int, datetime, int]],
    late: Sequence[tuple[int, datetime, int, datetime]],
) -> set[tuple[int, int]]:
    """Lock the lanes whose tokens are still right; delete what is done in them, put off what is late.

    Returns (lane, item) of what was found.
    """
    rows = await tx.fetch(
        """
        WITH mine AS MATERIALIZED (
            SELECT l.id FROM lanes.lane l
            JOIN unnest($1::bigint[], $2::bigint[]) AS h(id, token) ON l.id = h.id AND l.token = h.token
            ORDER BY l.id FOR UPDATE OF l
        ), done AS (
            DELETE FROM lanes.item i
            USING unnest($3::bigint[], $4::timestamptz[], $5::bigint[]) AS d(lane_id, due_at, id)
            WHERE i.lane_id = d.lane_id AND i.due_at = d.due_at AND i.id = d.id AND d.lane_id IN (SELECT id FROM mine)
            RETURNING i.lane_id, i.id
        ), late AS (
            UPDATE lanes.item i SET due_at = r.again_at, attempt = i.attempt + 1
            FROM unnest($6::bigint[], $7::timestamptz[], $8::bigint[], $9::timestamptz[])
                 AS r(lane_id, due_at, id, again_at)
            WHERE i.lane_id = r.lane_id AND i.due_at = r.due_at AND i.id = r.id AND r.lane_id IN (SELECT id FROM mine)
            RETURNING i.lane_id, i.id
        )
        SELECT lane_id, id FROM done UNION ALL SELECT lane_id, id FROM late
        """,
        [lane_id for lane_id, _ in leases],
        [token for _, token in leases],
        [lane_id for lane_id, _, _ in done],
        [due_at for _, due_at, _ in done],
        [id_ for _, _, id_ in done],
        [lane_id for lane_id, _, _, _ in late],
        [due_at for _, due_at, _, _ in late],
        [id_ for _, _, id_, _ in late],
        [again_at for _, _, _, again_at in late],
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
        ORDER BY l.id FOR UPDATE OF l
        """,
        [lane_id for lane_id, _ in leases],
        [token for _, token in leases],
    )
    return {(row["id"], row["token"]) for row in rows}


async def lock_left(tx: Connection, node: str, limit: int) -> list[Row]:
    """Lock the lanes that this node holds, with the end of the rest that it may have owed."""
    return await tx.fetch(
        """
        SELECT l.id, l.kind, $1::timestamptz + make_interval(secs => g.gap_max) AS rest_until
        FROM lanes.lane l JOIN lanes.lane_group g ON g.kind = l.kind AND g.grp = l.grp
        WHERE l.leased_until IS NOT NULL AND l.node = $2
        ORDER BY l.id LIMIT $3 FOR UPDATE OF l
        """,
        tx.now,
        node,
        limit,
    )


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


async def extend(tx: Connection, lane_ids: Collection[int], leased_until: datetime) -> None:
    """Renew the leases of lanes that this transaction has locked."""
    await tx.execute(
        "UPDATE lanes.lane SET leased_until = $2 WHERE id = ANY($1::bigint[])", sorted(lane_ids), leased_until
    )


async def save_group(
    tx: Connection,
    workspace_id: int,
    kind: str,
    group: int,
    *,
    width: int,
    gap: tuple[float, float],
    rate: float | None,
    burst: int,
    paused: bool | None,
) -> None:
    await tx.execute(
        """
        INSERT INTO lanes.lane_group AS g (workspace, kind, grp, width, gap_min, gap_max, rate, burst, paused)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9::bool, false))
        ON CONFLICT (kind, grp) DO UPDATE
        SET width = excluded.width, gap_min = excluded.gap_min, gap_max = excluded.gap_max,
            rate = excluded.rate, burst = excluded.burst, paused = coalesce($9::bool, g.paused)
        WHERE g.workspace = $1
        """,
        workspace_id,
        kind,
        group,
        width,
        gap[0],
        gap[1],
        rate,
        burst,
        paused,
    )


async def set_paused(tx: Connection, workspace_id: int, kind: str, group: int, paused: bool) -> None:
    await tx.execute(
        """
        INSERT INTO lanes.lane_group AS g (workspace, kind, grp, width, gap_min, gap_max, burst, paused)
        VALUES ($1, $2, $3, 1, 0, 0, 1, $4)
        ON CONFLICT (kind, grp) DO UPDATE SET paused = excluded.paused WHERE g.workspace = $1
        """,
        workspace_id,
        kind,
        group,
        paused,
    )


async def delete_group(tx: Connection, workspace_id: int, kind: str, group: int) -> None:
    lanes = await tx.fetch(
        "SELECT id FROM lanes.lane WHERE workspace = $1 AND kind = $2 AND grp = $3 ORDER BY id FOR UPDATE",
        workspace_id,
        kind,
        group,
    )
    lane_ids = [lane["id"] for lane in lanes]
    await tx.execute("DELETE FROM lanes.item WHERE lane_id = ANY($1::bigint[])", lane_ids)
    await tx.execute("DELETE FROM lanes.lane WHERE id = ANY($1::bigint[])", lane_ids)
    await tx.execute(
        "DELETE FROM lanes.lane_group WHERE workspace = $1 AND kind = $2 AND grp = $3", workspace_id, kind, group
    )


async def list_groups(tx: Connection, kind: str | None) -> list[Row]:
    return await tx.fetch(
        """
        SELECT g.workspace, g.kind, g.grp, g.width, g.running, g.paused, coalesce(w.waiting, 0) AS waiting
        FROM lanes.lane_group g LEFT JOIN (
            SELECT l.kind, l.grp, sum(l.waiting) AS waiting FROM lanes.lane l GROUP BY l.kind, l.grp
        ) w ON w.kind = g.kind AND w.grp = g.grp
        WHERE $1::text IS NULL OR g.kind = $1
        ORDER BY g.kind, g.grp
        """,
        kind,
    )


async def delete_idle_lanes(tx: Connection, before: datetime, limit: int) -> int:
    return await tx.execute(
        """
        DELETE FROM lanes.lane WHERE id IN (
            SELECT id FROM lanes.lane WHERE waiting = 0 AND token IS NULL AND rest_until < $1
            LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        """,
        before,
        limit,
    )


async def hold(tx: Connection, epoch: Any) -> None:
    await tx.execute(
        """
        INSERT INTO directory.installation AS i (epoch, held_at, created_at) VALUES ($1, $2, $2)
        ON CONFLICT (id) DO UPDATE SET held_at = coalesce(i.held_at, excluded.held_at)
        """,
        epoch,
        tx.now,
    )


async def let_go(tx: Connection) -> None:
    await tx.execute("UPDATE directory.installation SET held_at = NULL")


async def is_held(tx: Connection) -> bool:
    found: bool = await tx.value("SELECT EXISTS (SELECT FROM directory.installation WHERE held_at IS NOT NULL)")
    return found
