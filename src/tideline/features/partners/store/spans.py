"""For how long numbers of partners were linked. The rows outlive numbers and workspaces: they are what is billed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tideline.features.partners.model import Span
from tideline.platform.db import Connection, SystemTx, Tx


@dataclass(frozen=True, slots=True)
class Turn:
    """A number was linked, or its link ended."""

    partner_id: str
    workspace_id: int
    slug: str
    number_id: int
    phone: str
    at: datetime
    is_linked: bool


async def add(tx: SystemTx, turns: Sequence[Turn]) -> None:
    """In the order in which it happened; a number that is linked already goes on as it is. Two statements for any
    number of numbers, and two more for each further turn of the same one."""
    left = list(turns)
    while left:
        first = {turn.number_id: turn for turn in reversed(left)}
        left = [turn for turn in left if turn is not first[turn.number_id]]
        await _end(tx, [turn for turn in first.values() if not turn.is_linked])
        await _begin(tx, [turn for turn in first.values() if turn.is_linked])


async def _begin(tx: SystemTx, turns: Sequence[Turn]) -> None:
    if not turns:
        return
    await tx.execute(
        """
        INSERT INTO directory.partner_number (partner, workspace, slug, number_id, phone, since)
        SELECT n.* FROM unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::text[], $6::timestamptz[])
                        AS n(partner, workspace, slug, number_id, phone, since)
        WHERE NOT EXISTS (
            SELECT FROM directory.partner_number k
            WHERE k.workspace = n.workspace AND k.number_id = n.number_id AND k.until IS NULL
        ) ON CONFLICT DO NOTHING
        """,
        [turn.partner_id for turn in turns],
        [turn.workspace_id for turn in turns],
        [turn.slug for turn in turns],
        [turn.number_id for turn in turns],
        [turn.phone for turn in turns],
        [turn.at for turn in turns],
    )


async def _end(tx: SystemTx, turns: Sequence[Turn]) -> None:
    if not turns:
        return
    await tx.execute(
        """
        UPDATE directory.partner_number k SET until = n.at
        FROM unnest($1::int[], $2::int[], $3::timestamptz[]) AS n(workspace, number_id, at)
        WHERE k.workspace = n.workspace AND k.number_id = n.number_id AND k.until IS NULL
        """,
        [turn.workspace_id for turn in turns],
        [turn.number_id for turn in turns],
        [turn.at for turn in turns],
    )


async def end_all(tx: Tx) -> None:
    """Those of the whole workspace that still run."""
    await tx.execute(
        "UPDATE directory.partner_number SET until = $2 WHERE workspace = $1 AND until IS NULL",
        tx.workspace_id,
        tx.now,
    )


async def list_between(tx: Connection, partner_id: str, start: datetime, end: datetime) -> list[Span]:
    rows = await tx.fetch(
        """
        SELECT slug, number_id, phone, since, until FROM directory.partner_number
        WHERE partner = $1 AND since < $3 AND (until IS NULL OR until >= $2) ORDER BY slug, number_id, since
        """,
        partner_id,
        start,
        end,
    )
    return [Span(row["slug"], row["number_id"], row["phone"], row["since"], row["until"]) for row in rows]
