"""Counts the chats of the views: up to a limit and along an index each, however many chats there are."""

from typing import Final

from tideline.features.chats.model import Tally
from tideline.features.chats.sight import Sight
from tideline.features.chats.store.sight import all_seen
from tideline.features.workspaces import TeammateId
from tideline.platform.db import Tx

_MINE: Final = "c.responsible_id = $2 AND c.closed_at IS NULL"
_UNASSIGNED: Final = "c.responsible_id IS NULL AND c.closed_at IS NULL"
_WAITING: Final = "c.waiting_since IS NOT NULL"


async def tally(tx: Tx, teammate_id: TeammateId, sight: Sight | None, most: int) -> Tally:
    row = await tx.row(
        f"""
        SELECT {_up_to(most, _all(_MINE, most))} AS mine,
               {_up_to(most, _seen(_UNASSIGNED, sight, most))} AS unassigned,
               {_up_to(most, _seen(_WAITING, sight, most))} AS waiting
        """,
        tx.workspace_id,
        teammate_id,
    )
    assert row is not None
    return Tally(row["mine"], row["unassigned"], row["waiting"])


def _up_to(most: int, source: str) -> str:
    return f"(SELECT LEAST(count(*), {most})::int FROM ({source}) AS c)"


def _all(condition: str, most: int) -> str:
    return f"SELECT c.id FROM tenant.chat c WHERE c.workspace = $1 AND {condition} LIMIT {most}"


def _seen(condition: str, sight: Sight | None, most: int) -> str:
    return _all(condition, most) if sight is None else all_seen(sight, "$2::int", most, condition)
