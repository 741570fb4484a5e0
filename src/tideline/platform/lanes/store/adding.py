"""Putting items on lanes, in SQL."""

from collections.abc import Sequence

from tideline.platform.db import Connection
from tideline.platform.lanes.store.rows import FRESH, LaneWork, NewRow


async def add(tx: Connection, lanes: Sequence[LaneWork], items: Sequence[NewRow]) -> set[str]:
    """Put items on lanes and return the kinds that have something to do earlier than they knew.

    The lane rows are locked before the item ids are taken: so ids follow the order of the commits within a lane,
    and nobody who holds a lane decides that it is empty while an item is on its way.
    """
    rows = await tx.fetch(
        """
        WITH wanted AS MATERIALIZED (
            SELECT * FROM unnest($1::int[], $3::text[], $4::bigint[], $5::text[], $6::int[], $7::timestamptz[])
                          WITH ORDINALITY AS w(workspace, kind, grp, sub, items, next_at, n)
        ), lane AS (
            INSERT INTO lanes.lane AS l (workspace, kind, grp, sub, waiting, next_at, rest_until)
            SELECT w.workspace, w.kind, w.grp, w.sub, w.items, w.next_at, $11
            FROM wanted w ORDER BY w.kind, w.grp, w.sub
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
            SELECT w.workspace, lane.kind, lane.grp, min(lane.next_at) AS next_at
            FROM lane JOIN wanted w ON lane.kind = w.kind AND lane.grp = w.grp AND lane.sub = w.sub
            WHERE lane.token IS NULL AND lane.next_at = greatest(lane.rest_until, w.next_at)
            GROUP BY w.workspace, lane.kind, lane.grp
        )
        INSERT INTO lanes.lane_group AS g (workspace, kind, grp, width, gap_min, gap_max, burst, next_at)
        SELECT e.workspace, e.kind, e.grp, 1, 0, 0, 1, e.next_at FROM earlier e ORDER BY e.kind, e.grp
        ON CONFLICT (kind, grp) DO UPDATE SET next_at = greatest(g.rate_at, excluded.next_at)
        WHERE g.next_at > greatest(g.rate_at, excluded.next_at)
        RETURNING g.kind
        """,
        [lane.workspace for lane in lanes],
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
