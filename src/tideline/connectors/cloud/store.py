"""Every SQL statement about what the Business Platform has told us."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tideline.platform.db import Connection, Row

LARGEST_READ = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook body for one number, or a state of it that we tell ourselves."""

    workspace_id: int
    number_id: int
    body: bytes = field(repr=False)
    kind: str = "webhook"
    speaks_for_account: bool = True


@dataclass(frozen=True, slots=True)
class Stray:
    """A body that belongs to no number here; `number_id` is whose address was called."""

    workspace_id: int
    number_id: int
    reason: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a session has read its mailbox."""

    workspace_id: int
    number_id: int
    epoch: int
    after: int


async def put(tx: Connection, notices: Sequence[Notice]) -> None:
    """Add notices at the end of their mailboxes. The mailbox rows are locked first, in their order, so that ids follow
    the commits and no reader ever passes one by that comes later."""
    await tx.execute(
        """
        WITH given AS MATERIALIZED (
            SELECT g.*, row_number() OVER (PARTITION BY g.workspace, g.number_id ORDER BY g.n) AS place
            FROM unnest($1::int[], $2::int[], $3::text[], $4::bool[], $5::bytea[])
                 WITH ORDINALITY AS g(workspace, number_id, kind, speaks, body, n)
        ), box AS (
            INSERT INTO cloud.mailbox AS m (workspace, number_id, last_id)
            SELECT workspace, number_id, count(*) FROM given GROUP BY workspace, number_id ORDER BY workspace, number_id
            ON CONFLICT (workspace, number_id) DO UPDATE SET last_id = m.last_id + excluded.last_id
            RETURNING m.workspace, m.number_id, m.last_id
        )
        INSERT INTO cloud.notice (workspace, number_id, id, kind, speaks_for_account, received_at, body)
        SELECT given.workspace, given.number_id,
               box.last_id - max(given.place) OVER (PARTITION BY given.workspace, given.number_id) + given.place,
               given.kind, given.speaks, $6, given.body
        FROM given JOIN box ON box.workspace = given.workspace AND box.number_id = given.number_id
        """,
        [notice.workspace_id for notice in notices],
        [notice.number_id for notice in notices],
        [notice.kind for notice in notices],
        [notice.speaks_for_account for notice in notices],
        [notice.body for notice in notices],
        tx.now,
    )


async def keep_strays(tx: Connection, strays: Sequence[Stray]) -> None:
    await tx.execute(
        """
        INSERT INTO cloud.stray (workspace, number_id, reason, received_at, body)
        SELECT s.workspace, s.number_id, s.reason, $5, s.body
        FROM unnest($1::int[], $2::int[], $3::text[], $4::bytea[]) AS s(workspace, number_id, reason, body)
        """,
        [stray.workspace_id for stray in strays],
        [stray.number_id for stray in strays],
        [stray.reason for stray in strays],
        [stray.body for stray in strays],
        tx.now,
    )


async def drop_strays(tx: Connection, before: datetime) -> int:
    return await tx.execute("DELETE FROM cloud.stray WHERE received_at < $1", before)


async def drop_of_nobody(tx: Connection) -> int:
    """What belongs to workspaces that were removed."""
    dropped = 0
    for table in ("stray", "notice", "mailbox"):
        dropped += await tx.execute(
            f"""
            DELETE FROM cloud.{table} c
            WHERE NOT EXISTS (SELECT FROM directory.workspace w WHERE w.id = c.workspace)
            """
        )
    return dropped


async def open_session(tx: Connection, workspace_id: int, number_id: int, epoch: int) -> bool:
    """Take the mailbox over; False when a younger owner has it."""
    touched = await tx.execute(
        """
        INSERT INTO cloud.mailbox AS m (workspace, number_id, epoch) VALUES ($1, $2, $3)
        ON CONFLICT (workspace, number_id) DO UPDATE SET epoch = excluded.epoch WHERE m.epoch <= excluded.epoch
        """,
        workspace_id,
        number_id,
        epoch,
    )
    return touched == 1


async def epoch_of(conn: Connection, workspace_id: int, number_id: int) -> int | None:
    found: int | None = await conn.value(
        "SELECT epoch FROM cloud.mailbox WHERE workspace = $1 AND number_id = $2", workspace_id, number_id
    )
    return found


async def read(conn: Connection, sessions: Sequence[Reading], limit: int) -> list[Row]:
    """The next notices of each session, in their order, no more than fit in memory; of a mailbox that somebody else
    took over, none."""
    return await conn.fetch(
        """
        SELECT s.workspace, s.number_id, n.id, n.kind, n.speaks_for_account, n.done, n.received_at, n.body
        FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[]) AS s(workspace, number_id, epoch, after)
        JOIN cloud.mailbox m ON m.workspace = s.workspace AND m.number_id = s.number_id AND m.epoch = s.epoch
        CROSS JOIN LATERAL (
            SELECT * FROM (
                SELECT few.*, sum(octet_length(few.body)) OVER (ORDER BY few.id) - octet_length(few.body) AS before
                FROM (
                    SELECT * FROM cloud.notice n
                    WHERE n.workspace = s.workspace AND n.number_id = s.number_id AND n.id > s.after
                    ORDER BY n.id LIMIT $5
                ) few
            ) sized WHERE sized.before < $6
        ) n
        ORDER BY s.number_id, n.id
        """,
        [session.workspace_id for session in sessions],
        [session.number_id for session in sessions],
        [session.epoch for session in sessions],
        [session.after for session in sessions],
        limit,
        LARGEST_READ,
    )


async def drop(conn: Connection, session: Reading, before: int, *, part: tuple[int, int] | None = None) -> None:
    """Everything before a notice is stored; of `part`, a notice, so many events are as well."""
    await conn.execute(
        """
        DELETE FROM cloud.notice n USING cloud.mailbox m
        WHERE m.workspace = $1 AND m.number_id = $2 AND m.epoch = $3
              AND n.workspace = m.workspace AND n.number_id = m.number_id AND n.id < $4
        """,
        session.workspace_id,
        session.number_id,
        session.epoch,
        before,
    )
    if part:
        await conn.execute(
            """
            UPDATE cloud.notice n SET done = $5 FROM cloud.mailbox m
            WHERE m.workspace = $1 AND m.number_id = $2 AND m.epoch = $3
                  AND n.workspace = m.workspace AND n.number_id = m.number_id AND n.id = $4
            """,
            session.workspace_id,
            session.number_id,
            session.epoch,
            *part,
        )


async def drop_some(conn: Connection, notices: Sequence[tuple[Reading, int]]) -> None:
    """Notices in which there is nothing for us."""
    await conn.execute(
        """
        DELETE FROM cloud.notice n USING unnest($1::int[], $2::int[], $3::bigint[]) AS d(workspace, number_id, id)
        WHERE n.workspace = d.workspace AND n.number_id = d.number_id AND n.id = d.id
        """,
        [session.workspace_id for session, _ in notices],
        [session.number_id for session, _ in notices],
        [notice_id for _, notice_id in notices],
    )


async def forget(tx: Connection, workspace_id: int, number_id: int) -> None:
    """The number was taken out. Its mailbox keeps counting, so that no order is given twice."""
    await tx.execute("DELETE FROM cloud.notice WHERE workspace = $1 AND number_id = $2", workspace_id, number_id)
