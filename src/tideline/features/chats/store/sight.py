"""Who sees which chats, in SQL. `teammate` is always the argument with the id of the one who looks.

Lists, pages of them and single chats all ask `seen_by`, so that they cannot disagree.
"""

from collections.abc import Sequence
from typing import Final

from tideline.features.chats.sight import Sight
from tideline.features.workspaces import View

ORDER: Final = "c.last_message_at DESC NULLS LAST, c.name_key"


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


def all_seen(sight: Sight, teammate: str, most: int) -> str:
    """The ids of the chats in sight, in any order, so many by each way at most."""
    return f"SELECT c.id FROM ({_union(_ways(sight, teammate, 'true', f'LIMIT {most}'))}) AS c"


def _union(ways: Sequence[str]) -> str:
    return " UNION ".join(f"({way})" for way in ways)


def _ways(sight: Sight, teammate: str, conditions: str, end: str) -> Sequence[str]:
    columns = "c.id, c.last_message_at, c.name_key"
    ways = [
        f"""
        SELECT {columns} FROM tenant.chat c
        WHERE c.workspace = $1 AND c.responsible_id = {teammate} AND {conditions} {end}
        """,
        f"""
        SELECT {columns} FROM tenant.chat_mention m
        JOIN tenant.chat c ON c.workspace = m.workspace AND c.id = m.chat_id
        WHERE m.workspace = $1 AND m.teammate_id = {teammate} AND {conditions} {end}
        """,
    ]
    if numbers := _numbers(sight, teammate):
        ways.append(
            f"""
            SELECT newest.id, newest.last_message_at, newest.name_key
            FROM ({numbers}) AS own CROSS JOIN LATERAL (
                SELECT {columns} FROM tenant.chat c
                WHERE c.workspace = $1 AND c.number_id = own.id AND {conditions} {end}
            ) AS newest
            """
        )
    return ways


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
