"""Who looks after the installation, and whether anybody has begun to use it."""

from dataclasses import dataclass
from datetime import datetime

from tideline.features.workspaces.model import PersonId
from tideline.platform.db import Connection, SystemTx


@dataclass(frozen=True, slots=True)
class Operator:
    person_id: PersonId
    email: str
    since: datetime


async def insert(tx: SystemTx, person: PersonId) -> bool:
    """False for somebody who is one already."""
    added = await tx.execute(
        "INSERT INTO directory.operator (person, since) VALUES ($1, $2) ON CONFLICT DO NOTHING", person, tx.now
    )
    return added == 1


async def delete(tx: SystemTx, person: PersonId) -> bool:
    return await tx.execute("DELETE FROM directory.operator WHERE person = $1", person) == 1


async def hold(tx: SystemTx, person: PersonId) -> bool:
    """Is this person one, until the end of this transaction?"""
    found = await tx.value("SELECT 1 FROM directory.operator WHERE person = $1 FOR SHARE", person)
    return found is not None


async def list_all(tx: Connection) -> list[Operator]:
    rows = await tx.fetch(
        """
        SELECT o.person, p.email, o.since FROM directory.operator o JOIN directory.person p ON p.id = o.person
        ORDER BY p.email
        """
    )
    return [Operator(PersonId(row["person"]), row["email"], row["since"]) for row in rows]


async def is_untouched(tx: Connection) -> bool:
    """Nobody has made a workspace, or looks after this installation."""
    found: bool = await tx.value(
        """
        SELECT NOT EXISTS (SELECT FROM directory.workspace) AND NOT EXISTS (SELECT FROM directory.operator)
        """
    )
    return found


async def hold_untouched(tx: SystemTx) -> bool:
    """The same, and nobody else makes a workspace until the end of this transaction: of two who begin at once, one
    waits here and finds that the other was faster."""
    await tx.execute("LOCK TABLE directory.workspace IN SHARE ROW EXCLUSIVE MODE")
    return await is_untouched(tx)
