"""The rows of figures by day, who waits for an answer, and messages from before they were counted."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from tideline.features.messages.figures import Cell, Chat, Clock, Sums, Tally, Way
from tideline.platform.db import Connection, Row, SystemTx, Tx

WHO = ("number_id", "teammate_id")
Part = tuple[datetime, int, int | None, bool, str, int]
"""A quarter of an hour, number, teammate, whether it is ours, origin, and how many."""


async def clocks(tx: SystemTx, workspaces: Collection[int]) -> dict[int, Clock]:
    rows = await tx.fetch(
        """
        SELECT w.workspace, w.zone, b.before FROM tenant.workspace w
        LEFT JOIN tenant.message_day_backlog b ON b.workspace = w.workspace
        WHERE w.workspace = ANY ($1::int[])
        """,
        list(workspaces),
    )
    return {row["workspace"]: Clock(ZoneInfo(row["zone"]), row["before"]) for row in rows}


async def add(tx: Connection, tally: Tally) -> None:
    await _add_messages(tx, tally.messages)
    await _add_answers(tx, tally.answers)


async def _add_messages(tx: Connection, counted: Mapping[tuple[Cell, Way], int]) -> None:
    cells = sorted({cell for cell, _ in counted})
    if not cells:
        return
    await tx.execute(
        """
        INSERT INTO tenant.message_day AS d
            (workspace, day, number_id, teammate_id, received, by_people, by_api, by_phone)
        SELECT n.workspace, n.day, n.number_id, n.teammate_id, n.received, n.by_people, n.by_api, n.by_phone
        FROM unnest($1::int[], $2::date[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[])
             AS n (workspace, day, number_id, teammate_id, received, by_people, by_api, by_phone)
        JOIN tenant.workspace w ON w.workspace = n.workspace
        ORDER BY n.workspace, n.day, n.number_id, n.teammate_id
        ON CONFLICT (workspace, day, number_id, teammate_id) DO UPDATE
        SET received = d.received + excluded.received, by_people = d.by_people + excluded.by_people,
            by_api = d.by_api + excluded.by_api, by_phone = d.by_phone + excluded.by_phone
        """,
        [cell.workspace_id for cell in cells],
        [cell.day for cell in cells],
        [cell.number_id for cell in cells],
        [cell.teammate_id for cell in cells],
        *([counted.get((cell, way), 0) for cell in cells] for way in Way),
    )


async def _add_answers(tx: Connection, counted: Mapping[tuple[Cell, int], int]) -> None:
    if not counted:
        return
    ordered = sorted(counted)
    await tx.execute(
        """
        INSERT INTO tenant.answer_day AS d (workspace, day, number_id, teammate_id, step, answers)
        SELECT n.workspace, n.day, n.number_id, n.teammate_id, n.step, n.answers
        FROM unnest($1::int[], $2::date[], $3::int[], $4::int[], $5::smallint[], $6::int[])
             AS n (workspace, day, number_id, teammate_id, step, answers)
        JOIN tenant.workspace w ON w.workspace = n.workspace
        ORDER BY n.workspace, n.day, n.number_id, n.teammate_id, n.step
        ON CONFLICT (workspace, day, number_id, teammate_id, step) DO UPDATE SET answers = d.answers + excluded.answers
        """,
        [cell.workspace_id for cell, _ in ordered],
        [cell.day for cell, _ in ordered],
        [cell.number_id for cell, _ in ordered],
        [cell.teammate_id for cell, _ in ordered],
        [step for _, step in ordered],
        [counted[one] for one in ordered],
    )


# Who waits ---------------------------------------------------------------------------------------------------


async def find_waiting(tx: SystemTx, chats: Collection[Chat]) -> dict[Chat, datetime]:
    rows = await tx.fetch(
        """
        SELECT w.workspace, w.chat_id, w.since FROM unnest($1::int[], $2::int[]) AS n (workspace, chat_id)
        JOIN tenant.waiting w ON w.workspace = n.workspace AND w.chat_id = n.chat_id
        """,
        [chat.workspace_id for chat in chats],
        [chat.chat_id for chat in chats],
    )
    return {Chat(row["workspace"], row["chat_id"]): row["since"] for row in rows}


async def begin_waiting(tx: SystemTx, since: Mapping[Chat, datetime]) -> None:
    ordered = sorted(since)
    await tx.execute(
        """
        INSERT INTO tenant.waiting AS t (workspace, chat_id, since)
        SELECT n.workspace, n.chat_id, n.since FROM unnest($1::int[], $2::int[], $3::timestamptz[])
             AS n (workspace, chat_id, since)
        JOIN tenant.workspace w ON w.workspace = n.workspace
        ON CONFLICT (workspace, chat_id) DO UPDATE SET since = excluded.since
        """,
        [chat.workspace_id for chat in ordered],
        [chat.chat_id for chat in ordered],
        [since[chat] for chat in ordered],
    )


async def end_waiting(tx: SystemTx, chats: Collection[Chat]) -> None:
    await tx.execute(
        """
        DELETE FROM tenant.waiting w USING unnest($1::int[], $2::int[]) AS n (workspace, chat_id)
        WHERE w.workspace = n.workspace AND w.chat_id = n.chat_id
        """,
        [chat.workspace_id for chat in chats],
        [chat.chat_id for chat in chats],
    )


# Messages from before ----------------------------------------------------------------------------------------


async def list_behind(tx: SystemTx) -> list[int]:
    rows = await tx.fetch(
        "SELECT b.workspace FROM tenant.message_day_backlog b WHERE b.next_uid IS NOT NULL AND b.ready_at <= $1", tx.now
    )
    return [row["workspace"] for row in rows]


async def lock_backlog(tx: Tx) -> tuple[UUID, UUID, ZoneInfo] | None:
    """The uids between which nothing is counted yet."""
    row = await tx.row(
        """
        SELECT b.next_uid, b.before, w.zone FROM tenant.message_day_backlog b
        JOIN tenant.workspace w ON w.workspace = b.workspace
        WHERE b.workspace = $1 AND b.next_uid IS NOT NULL AND b.ready_at <= $2 FOR UPDATE OF b
        """,
        tx.workspace_id,
        tx.now,
    )
    return (row["next_uid"], row["before"], ZoneInfo(row["zone"])) if row else None


async def find_end(tx: Tx, after: UUID, before: UUID, size: int) -> UUID | None:
    """The uid that so many messages lead to; None when there are fewer."""
    uid: UUID | None = await tx.value(
        """
        SELECT m.uid FROM tenant.message m WHERE m.workspace = $1 AND m.uid > $2 AND m.uid < $3
        ORDER BY m.uid OFFSET $4 LIMIT 1
        """,
        tx.workspace_id,
        after,
        before,
        size - 1,
    )
    return uid


async def count_between(tx: Tx, after: UUID, up_to: UUID) -> list[Part]:
    """Quarters of an hour begin and end with days in every zone there is."""
    rows = await tx.fetch(
        """
        SELECT date_bin('15 minutes', m.at, '2000-01-01Z') AS at, m.number_id, m.created_by, m.from_me, m.origin,
               count(*)::int AS messages
        FROM tenant.message m
        WHERE m.workspace = $1 AND m.uid > $2 AND m.uid <= $3 AND m.type = 'whatsapp'
        GROUP BY 1, 2, 3, 4, 5
        """,
        tx.workspace_id,
        after,
        up_to,
    )
    return [tuple(row) for row in rows]


async def leave_backlog(tx: Tx, next_uid: UUID | None) -> None:
    await tx.execute(
        "UPDATE tenant.message_day_backlog SET next_uid = $2 WHERE workspace = $1", tx.workspace_id, next_uid
    )


# Reading -----------------------------------------------------------------------------------------------------


async def sums(tx: Tx, first: date, last: date) -> tuple[dict[date, Sums], dict[int, Sums], dict[int, Sums]]:
    """By day, by number and by teammate, in one look: a row has the one of the three that it is about."""
    rows = await tx.fetch(
        """
        SELECT d.day, d.number_id, d.teammate_id, sum(d.received)::bigint AS received,
               sum(d.by_people)::bigint AS by_people, sum(d.by_api)::bigint AS by_api,
               sum(d.by_phone)::bigint AS by_phone
        FROM tenant.message_day d
        WHERE d.workspace = $1 AND d.day BETWEEN $2 AND $3
        GROUP BY GROUPING SETS ((d.day), (d.number_id), (d.teammate_id))
        """,
        tx.workspace_id,
        first,
        last,
    )
    found = [{row[name]: _sums(row) for row in rows if row[name] is not None} for name in ("day", *WHO)]
    return found[0], found[1], found[2]


async def answer_steps(tx: Tx, first: date, last: date) -> list[tuple[int | None, int | None, int, int]]:
    """A number or a teammate, a step, and how many first answers."""
    rows = await tx.fetch(
        """
        SELECT d.number_id, d.teammate_id, d.step, sum(d.answers)::int AS answers FROM tenant.answer_day d
        WHERE d.workspace = $1 AND d.day BETWEEN $2 AND $3
        GROUP BY GROUPING SETS ((d.number_id, d.step), (d.teammate_id, d.step))
        """,
        tx.workspace_id,
        first,
        last,
    )
    return [tuple(row) for row in rows]


async def list_cells(tx: Tx, first: Cell, last: date, limit: int) -> list[tuple[Cell, Sums]]:
    """Rows behind this one, in their order."""
    rows = await tx.fetch(
        """
        SELECT d.day, d.number_id, d.teammate_id, d.received, d.by_people, d.by_api, d.by_phone
        FROM tenant.message_day d
        WHERE d.workspace = $1 AND (d.day, d.number_id, d.teammate_id) > ($2, $3, $4) AND d.day <= $5
        ORDER BY d.day, d.number_id, d.teammate_id LIMIT $6
        """,
        tx.workspace_id,
        first.day,
        first.number_id,
        first.teammate_id,
        last,
        limit,
    )
    return [(Cell(tx.workspace_id, row["day"], row["number_id"], row["teammate_id"]), _sums(row)) for row in rows]


def _sums(row: Row) -> Sums:
    return Sums(row["received"], row["by_people"], row["by_api"], row["by_phone"])
