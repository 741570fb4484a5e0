"""Who sees which chats, in SQL. `teammate` is always the argument with the id of the one who looks.

Lists, pages of them and single chats all ask `seen_by`, so that they cannot disagree.
"""

from collections.abc import Collection, Sequence
from typing import Final

from tideline.features.chats.model import ChatId
from tideline.features.chats.sight import InSight, Sight
from tideline.features.workspaces import TeammateId, View
from tideline.platform.db import Tx

ORDER: Final = "c.last_message_at DESC NULLS LAST, c.name_key"
COLUMNS: Final = "c.id, c.last_message_at, c.name_key"
NO_NUMBERS: Final = "SELECT 0 WHERE false"


def seen_by(sight: Sight, teammate: str) -> str:
    """The condition on `c` under which it is in somebody's sight."""
    mention = f"m.workspace = c.workspace AND m.chat_id = c.id AND m.teammate_id = {teammate}"
    ways = [f"c.responsible_id = {teammate}", f"EXISTS (SELECT FROM tenant.chat_mention m WHERE {mention})"]
    if numbers := _numbers(sight, teammate):
        ways.append(f"c.number_id = ANY (ARRAY({numbers}))")
    return f"({' OR '.join(ways)})"


def newest_seen(sight: Sight, teammate: str, conditions: str, offset: int, limit: int) -> str:
    """The ids of a page of the chats in sight that meet the conditions. Each way in which a chat can be seen has an
    index in the order of the list, so none is read further than the page reaches."""
    ways = _ways(sight, teammate, conditions, f"ORDER BY {ORDER} LIMIT {offset + limit}")
    return f"SELECT c.id FROM ({_union(ways)}) AS c ORDER BY {ORDER} LIMIT {limit} OFFSET {offset}"


def newest_of_all(conditions: str, offset: int, limit: int) -> str:
    """The same for somebody who sees all numbers, along the index that each number has for a condition."""
    every = "SELECT o.id FROM tenant.number o WHERE o.workspace = $1"
    newest = _of_numbers(every, conditions, f"ORDER BY {ORDER} LIMIT {offset + limit}")
    return f"SELECT c.id FROM ({newest}) AS c ORDER BY {ORDER} LIMIT {limit} OFFSET {offset}"


def all_seen(sight: Sight, teammate: str, most: int, conditions: str = "true") -> str:
    """The ids of the chats in sight that meet the conditions, in any order, so many by each way at most."""
    return f"SELECT c.id FROM ({_union(_ways(sight, teammate, conditions, f'LIMIT {most}'))}) AS c"


async def find_in_sight(tx: Tx, sight: Sight, most: int) -> InSight | None:
    """The numbers in sight, and the chats of other numbers; None when those are more than `most`."""
    row = await tx.row(
        f"""
        WITH own AS (SELECT ARRAY({_numbers(sight, "$2") or NO_NUMBERS}) AS numbers), named AS (
            (
                SELECT c.id FROM tenant.chat c CROSS JOIN own
                WHERE c.workspace = $1 AND c.responsible_id = $2 AND c.number_id <> ALL (own.numbers)
                LIMIT {most + 1}
            )
            UNION
            (
                SELECT c.id FROM tenant.chat_mention m
                JOIN tenant.chat c ON c.workspace = m.workspace AND c.id = m.chat_id CROSS JOIN own
                WHERE m.workspace = $1 AND m.teammate_id = $2 AND c.number_id <> ALL (own.numbers)
                LIMIT {most + 1}
            )
        )
        SELECT own.numbers, ARRAY(SELECT id FROM named) AS chats, ARRAY(
            SELECT a.old_id FROM tenant.chat_alias a
            WHERE a.workspace = $1 AND a.chat_id = ANY (ARRAY(SELECT id FROM named))
        ) AS old_ids
        FROM own
        """,
        tx.workspace_id,
        sight.teammate_id,
    )
    assert row is not None
    if len(row["chats"]) > most:
        return None
    return InSight(row["numbers"], [*row["chats"], *row["old_ids"]])


async def list_seers(tx: Tx, sights: Sequence[Sight], chat_ids: Collection[int]) -> list[tuple[ChatId, TeammateId]]:
    """Which of these people see which of these chats; those of one view share one condition."""
    by_view: dict[View, list[TeammateId]] = {}
    for sight in sights:
        by_view.setdefault(sight.view, []).append(sight.teammate_id)
    sample = {sight.view: sight for sight in sights}
    ways = [f"(t.id = ANY (${n}::int[]) AND {seen_by(sample[view], 't.id')})" for n, view in enumerate(by_view, 3)]
    rows = await tx.fetch(
        f"""
        SELECT c.id, t.id AS teammate_id
        FROM tenant.chat c JOIN tenant.teammate t ON t.workspace = c.workspace
        WHERE c.workspace = $1 AND c.id = ANY ($2::int[]) AND ({" OR ".join(ways)})
        """,
        tx.workspace_id,
        sorted(set(chat_ids)),
        *by_view.values(),
    )
    return [(row["id"], row["teammate_id"]) for row in rows]


def _union(ways: Sequence[str]) -> str:
    return " UNION ".join(f"({way})" for way in ways)


def _ways(sight: Sight, teammate: str, conditions: str, end: str) -> Sequence[str]:
    ways = [
        f"""
        SELECT {COLUMNS} FROM tenant.chat c
        WHERE c.workspace = $1 AND c.responsible_id = {teammate} AND {conditions} {end}
        """,
        f"""
        SELECT {COLUMNS} FROM tenant.chat_mention m
        JOIN tenant.chat c ON c.workspace = m.workspace AND c.id = m.chat_id
        WHERE m.workspace = $1 AND m.teammate_id = {teammate} AND {conditions} {end}
        """,
    ]
    if numbers := _numbers(sight, teammate):
        ways.append(_of_numbers(numbers, conditions, end))
    return ways


def _of_numbers(numbers: str, conditions: str, end: str) -> str:
    return f"""
        SELECT newest.id, newest.last_message_at, newest.name_key
        FROM ({numbers}) AS own CROSS JOIN LATERAL (
            SELECT {COLUMNS} FROM tenant.chat c
            WHERE c.workspace = $1 AND c.number_id = own.id AND {conditions} {end}
        ) AS newest
    """


def _numbers(sight: Sight, teammate: str) -> str:
    """The numbers all of whose chats are in sight."""
    match sight.view:
        case View.TEAM:
            return f"""
                SELECT o.id FROM tenant.number o
                JOIN tenant.teammate w ON w.workspace = o.workspace AND w.id = o.owner_id
                JOIN tenant.teammate me ON me.workspace = w.workspace AND me.team_id = w.team_id
                WHERE o.workspace = $1 AND me.id = {teammate}
            """
        case View.OWN:
            return f"SELECT o.id FROM tenant.number o WHERE o.workspace = $1 AND o.owner_id = {teammate}"
        case _:
            return ""
