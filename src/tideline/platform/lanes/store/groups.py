"""Groups as such, in SQL: set up, pause, hold, show, remove and sweep."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tideline.platform.db import Connection, Row


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


async def set_paused(tx: Connection, workspace_id: int, kind: str, groups: Sequence[int], paused: bool) -> None:
    await tx.execute(
        """
        INSERT INTO lanes.lane_group AS g (workspace, kind, grp, width, gap_min, gap_max, burst, paused)
        SELECT $1, $2, n.grp, 1, 0, 0, 1, $4 FROM unnest($3::int[]) AS n(grp) ORDER BY n.grp
        ON CONFLICT (kind, grp) DO UPDATE SET paused = excluded.paused WHERE g.workspace = $1
        """,
        workspace_id,
        kind,
        list(groups),
        paused,
    )


async def delete_group(tx: Connection, workspace_id: int, kind: str, group: int) -> None:
    lanes = await tx.fetch(
        "SELECT id FROM lanes.lane WHERE workspace = $1 AND kind = $2 AND grp = $3 ORDER BY sub FOR UPDATE",
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


async def count_waiting(tx: Connection, workspace_id: int, kind: str, groups: Sequence[int]) -> list[Row]:
    return await tx.fetch(
        """
        SELECT l.grp, sum(l.waiting)::bigint AS waiting FROM lanes.lane l
        WHERE l.kind = $2 AND l.grp = ANY ($3::bigint[]) AND l.workspace = $1 AND l.waiting > 0 GROUP BY l.grp
        """,
        workspace_id,
        kind,
        list(groups),
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
