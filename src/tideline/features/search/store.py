"""What messages are found by, and finding them: the newest that meet a question, whatever the question is.

A word may be in every other message or in one of a million, and nothing cheap knows which. So a search looks at the
newest messages as they are, then at fortnight after fortnight by the index of words, at more of them the fewer it
finds. Where a fortnight alone has very many, its newest are near and are found by reading it as it is. Statements
repeat the condition of the index they are for (`words <> ''`, `type <> ''`): the migration explains why.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from tideline.features.search.conditions import FORTNIGHT, Conditions, fortnight_of
from tideline.features.search.model import Candidate, Entry, Narrowing
from tideline.platform.db import Row, SystemTx, Tx

CHARACTERS_RANKED: Final = 2000
_PLANS: Final = ("enable_bitmapscan", "enable_seqscan", "enable_sort")
_IN_ORDER: Final = "; ".join(f"SET LOCAL {plan} = off" for plan in _PLANS)
_AS_USUAL: Final = "; ".join(f"SET LOCAL {plan} TO DEFAULT" for plan in _PLANS)
TERMS: Final = (
    "tenant.search_terms(s.workspace, s.fortnight, s.words, s.chat_id, s.number_id, s.sender_id, s.created_by, s.type)"
)


# Keeping -----------------------------------------------------------------------------------------------------


async def put(tx: Tx, entries: Sequence[Entry]) -> None:
    """Keep what these messages are found by from now on."""
    await tx.execute(
        """
        INSERT INTO tenant.message_search
            (workspace, uid, at, fortnight, chat_id, number_id, sender_id, created_by, from_me, type, words)
        SELECT $1, new.*
        FROM unnest($2::uuid[], $3::timestamptz[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::bool[],
                    $10::text[], $11::text[]) AS new
        ON CONFLICT (uid, workspace) WHERE type <> '' DO UPDATE SET words = excluded.words
        """,
        tx.workspace_id,
        [entry.uid for entry in entries],
        [entry.at for entry in entries],
        [fortnight_of(entry.at) for entry in entries],
        [entry.chat_id for entry in entries],
        [entry.number_id for entry in entries],
        [entry.sender_id for entry in entries],
        [entry.created_by for entry in entries],
        [entry.from_me for entry in entries],
        [entry.type for entry in entries],
        [entry.words for entry in entries],
    )


async def remove(tx: Tx, uid: UUID) -> None:
    """Nothing of this message is found any more."""
    await tx.execute(
        "DELETE FROM tenant.message_search WHERE workspace = $1 AND type <> '' AND uid = $2", tx.workspace_id, uid
    )


# Messages from before there was a search -----------------------------------------------------------------------


async def workspaces_behind(tx: SystemTx) -> list[int]:
    """Workspaces with messages that are still to be read."""
    rows = await tx.fetch("SELECT workspace FROM tenant.search_backlog ORDER BY workspace")
    return [row["workspace"] for row in rows]


async def take_backlog(tx: Tx) -> UUID | None:
    """The message before which all are still to be read. Who has it is alone at it."""
    before: UUID | None = await tx.value(
        "SELECT b.next_uid FROM tenant.search_backlog b WHERE b.workspace = $1 FOR UPDATE SKIP LOCKED", tx.workspace_id
    )
    return before


async def leave_backlog(tx: Tx, before: UUID | None) -> None:
    """Go on before this message another time, or be done."""
    if before is None:
        await tx.execute("DELETE FROM tenant.search_backlog WHERE workspace = $1", tx.workspace_id)
    else:
        await tx.execute("UPDATE tenant.search_backlog SET next_uid = $2 WHERE workspace = $1", tx.workspace_id, before)


# Finding -----------------------------------------------------------------------------------------------------


async def newest(tx: Tx, wanted: Conditions, window: int, limit: int) -> list[Candidate]:
    """The newest that are wanted among so many of the newest at all."""
    sql = f"""
        SELECT s.uid, s.at FROM (
            SELECT * FROM tenant.message_search o WHERE o.workspace = $1 AND o.words <> '' AND {wanted.times("o")}
            ORDER BY o.at DESC, o.uid DESC LIMIT {window}
        ) AS s
        WHERE s.workspace = $1 AND {wanted.columns("s")}
        ORDER BY s.at DESC, s.uid DESC LIMIT ${len(wanted.args) + 1}
    """
    return _read(await _in_order(tx, sql, *wanted.args, limit))


async def by_words(
    tx: Tx, wanted: Conditions, fortnights: Sequence[int], most: int, limit: int
) -> list[Candidate] | None:
    """The newest that are wanted of these fortnights, found by the index; None when there are `most` or more."""
    asked = [wanted.asked_of(tx.workspace_id, fortnight) for fortnight in fortnights]
    n = len(wanted.args)
    rows = await tx.fetch(
        f"""
        SELECT f.uid, f.at, count(*) OVER () FROM (
            SELECT s.uid, s.at FROM tenant.message_search s
            WHERE s.workspace = $1 AND {TERMS} @@ ANY (${n + 1}::text[]::tsquery[])
              AND {wanted.times("s")} AND {wanted.columns("s")}
            LIMIT ${n + 2}
        ) AS f
        ORDER BY f.at DESC, f.uid DESC LIMIT ${n + 3}
        """,
        *wanted.args,
        asked,
        most,
        limit,
    )
    return None if rows and rows[0]["count"] >= most else _read(rows)


async def by_reading(tx: Tx, wanted: Conditions, fortnight: int, limit: int) -> list[Candidate]:
    """The newest that are wanted of one fortnight, found by looking at one message after the other."""
    n = len(wanted.args)
    sql = f"""
        SELECT s.uid, s.at FROM tenant.message_search s
        WHERE s.workspace = $1 AND s.words <> '' AND s.at >= to_timestamp(${n + 1}) AND s.at < to_timestamp(${n + 2})
          AND {wanted.times("s")} AND {wanted.columns("s")}
        ORDER BY s.at DESC, s.uid DESC LIMIT ${n + 3}
    """
    bounds = (fortnight * FORTNIGHT, (fortnight + 1) * FORTNIGHT)
    return _read(await _in_order(tx, sql, *wanted.args, *bounds, limit))


async def _in_order(tx: Tx, sql: str, *args: Any) -> list[Row]:
    """Read along the index until there is enough, also where the planner expects so little that it would rather read
    all there is and sort it. The settings end with the transaction, but there may be one around this one."""
    async with tx.savepoint():
        await tx.execute(_IN_ORDER)
        rows = await tx.fetch(sql, *args)
        await tx.execute(_AS_USUAL)
    return rows


async def list_fortnights(tx: Tx, wanted: Narrowing, below: int | None, limit: int) -> list[int]:
    """The fortnights of which there are messages, newest first, all of them or those before one. Each is found from
    the one before, so that it does not matter how far apart they are."""
    rows = await tx.fetch(
        f"""
        WITH RECURSIVE f (fortnight) AS (
            (
                SELECT s.fortnight FROM tenant.message_search s
                WHERE s.workspace = $1 AND s.words <> '' AND s.at <= COALESCE($2::timestamptz, 'infinity')
                  AND s.at < COALESCE(to_timestamp($4::int * {FORTNIGHT}::float8), 'infinity')
                ORDER BY s.at DESC LIMIT 1
            )
            UNION ALL
            SELECT (
                SELECT s.fortnight FROM tenant.message_search s
                WHERE s.workspace = $1 AND s.words <> '' AND s.at < to_timestamp(f.fortnight * {FORTNIGHT}::float8)
                ORDER BY s.at DESC LIMIT 1
            )
            FROM f WHERE f.fortnight > COALESCE($3::int, f.fortnight - 1)
        )
        SELECT f.fortnight FROM f WHERE f.fortnight >= COALESCE($3::int, f.fortnight) LIMIT {limit}
        """,
        tx.workspace_id,
        wanted.before,
        None if wanted.after is None else fortnight_of(wanted.after),
        below,
    )
    return [row["fortnight"] for row in rows]


async def words_of(tx: Tx, uids: Collection[UUID]) -> dict[UUID, str]:
    """The words of these messages, of long ones the first."""
    rows = await tx.fetch(
        f"""
        SELECT s.uid, left(s.words, {CHARACTERS_RANKED}) AS words FROM tenant.message_search s
        WHERE s.workspace = $1 AND s.uid = ANY ($2::uuid[]) AND s.type <> ''
        """,
        tx.workspace_id,
        list(uids),
    )
    return {row["uid"]: row["words"] for row in rows}


def _read(rows: Sequence[Row]) -> list[Candidate]:
    return [Candidate(row["uid"], row["at"]) for row in rows]
