"""Teammates: people in their places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tideline.features.workspaces.model import PersonId, Role, Status, TeamId, Teammate, TeammateId
from tideline.platform.db import Row, Tx

_SELECT = """
    SELECT t.id, t.person, t.email, t.display_name, t.role, t.status, t.team_id, g.title AS team, t.invited_until,
           t.created_at
    FROM tenant.teammate t JOIN tenant.team g ON g.workspace = t.workspace AND g.id = t.team_id
    WHERE t.workspace = $1
"""
_CALLER = """
    SELECT t.id, t.person, t.email, t.display_name, t.role, t.status, t.team_id, g.title AS team, t.invited_until,
           t.created_at, w.suspended_at IS NOT NULL AS is_suspended
    FROM tenant.teammate t
    JOIN tenant.team g ON g.workspace = t.workspace AND g.id = t.team_id
    JOIN tenant.workspace w ON w.workspace = t.workspace
    WHERE t.workspace = $1
"""


async def put(
    tx: Tx,
    person: PersonId,
    *,
    email: str,
    display_name: str,
    role: Role,
    team_id: TeamId,
    invited_until: datetime | None,
) -> TeammateId:
    """Give somebody a place: active, or invited until then. Who was here before and left gets the old id back."""
    found: int = await tx.value(
        """
        INSERT INTO tenant.teammate (workspace, person, team_id, email, display_name, role, status, invited_until,
                                     created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (workspace, person) DO UPDATE
        SET team_id = $3, email = $4, display_name = $5, role = $6, status = $7, invited_until = $8
        RETURNING id
        """,
        tx.workspace_id,
        person,
        team_id,
        email,
        display_name,
        role.value,
        Status.INVITED.value if invited_until else Status.ACTIVE.value,
        invited_until,
        tx.now,
    )
    return TeammateId(found)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place for nobody in particular."""

    id: int
    email: str
    display_name: str


async def reserve_ids(tx: Tx, count: int) -> list[int]:
    rows = await tx.fetch("SELECT nextval('tenant.teammate_id')::int AS id FROM generate_series(1, $1::int)", count)
    return sorted(row["id"] for row in rows)


async def insert_placeholders(
    tx: Tx, places: Sequence[Placeholder], persons: Sequence[PersonId], *, role: Role, team_id: TeamId
) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.teammate (workspace, id, person, team_id, email, display_name, role, status, created_at)
        SELECT $1, n.id, n.person, $2, n.email, n.display_name, $3, 'active', $4
        FROM unnest($5::int[], $6::int[], $7::text[], $8::text[]) AS n(id, person, email, display_name)
        """,
        tx.workspace_id,
        team_id,
        role.value,
        tx.now,
        [one.id for one in places],
        persons,
        [one.email for one in places],
        [one.display_name for one in places],
    )


async def find(tx: Tx, teammate_id: TeammateId) -> Teammate | None:
    row = await tx.row(_SELECT + "AND t.id = $2", tx.workspace_id, teammate_id)
    return _teammate(row) if row else None


async def find_caller(tx: Tx, teammate_id: TeammateId) -> tuple[Teammate | None, bool]:
    """A teammate, and whether the whole workspace is suspended."""
    row = await tx.row(_CALLER + "AND t.id = $2", tx.workspace_id, teammate_id)
    return (_teammate(row), row["is_suspended"]) if row else (None, False)


async def lock(tx: Tx, teammate_id: TeammateId) -> Teammate | None:
    row = await tx.row(_SELECT + "AND t.id = $2 FOR NO KEY UPDATE OF t", tx.workspace_id, teammate_id)
    return _teammate(row) if row else None


async def find_person(tx: Tx, person: PersonId) -> tuple[Teammate | None, bool]:
    """The same for somebody who is signed in."""
    row = await tx.row(_CALLER + "AND t.person = $2", tx.workspace_id, person)
    return (_teammate(row), row["is_suspended"]) if row else (None, False)


async def find_by_email(tx: Tx, email: str) -> Teammate | None:
    row = await tx.row(_SELECT + "AND lower(t.email) = $2 AND t.status <> 'removed'", tx.workspace_id, email)
    return _teammate(row) if row else None


async def find_by_emails(tx: Tx, emails: Collection[str]) -> list[Teammate]:
    rows = await tx.fetch(
        _SELECT + "AND lower(t.email) = ANY($2::text[]) AND t.status IN ('active', 'invited') ORDER BY t.id",
        tx.workspace_id,
        list(emails),
    )
    return [_teammate(row) for row in rows]


async def find_owner(tx: Tx) -> Teammate | None:
    row = await tx.row(_SELECT + "AND t.role = 'owner' AND t.status <> 'removed'", tx.workspace_id)
    return _teammate(row) if row else None


async def lock_many(tx: Tx, ids: Collection[TeammateId]) -> list[Teammate]:
    """In the order of their ids, as everybody locks them."""
    rows = await tx.fetch(
        _SELECT + "AND t.id = ANY($2::int[]) ORDER BY t.id FOR NO KEY UPDATE OF t", tx.workspace_id, list(ids)
    )
    return [_teammate(row) for row in rows]


async def suspend_many(tx: Tx, ids: Collection[TeammateId]) -> None:
    await tx.execute(
        """
        UPDATE tenant.teammate SET status = 'suspended', invited_until = NULL
        WHERE workspace = $1 AND id = ANY($2::int[])
        """,
        tx.workspace_id,
        list(ids),
    )


async def find_many(tx: Tx, ids: Collection[TeammateId]) -> list[Teammate]:
    rows = await tx.fetch(_SELECT + "AND t.id = ANY($2::int[])", tx.workspace_id, list(ids))
    return [_teammate(row) for row in rows]


async def list_present(tx: Tx) -> list[Teammate]:
    rows = await tx.fetch(_SELECT + "AND t.status <> 'removed' ORDER BY t.id", tx.workspace_id)
    return [_teammate(row) for row in rows]


async def count_seated(tx: Tx) -> int:
    seated: int = await tx.value(
        "SELECT count(*) FROM tenant.teammate WHERE workspace = $1 AND status IN ('active', 'invited')",
        tx.workspace_id,
    )
    return seated


async def set_place(tx: Tx, teammate_id: TeammateId, role: Role, team_id: TeamId) -> None:
    await tx.execute(
        "UPDATE tenant.teammate SET role = $3, team_id = $4 WHERE workspace = $1 AND id = $2",
        tx.workspace_id,
        teammate_id,
        role.value,
        team_id,
    )


async def set_name(tx: Tx, teammate_id: TeammateId, display_name: str) -> None:
    await tx.execute(
        "UPDATE tenant.teammate SET display_name = $3 WHERE workspace = $1 AND id = $2",
        tx.workspace_id,
        teammate_id,
        display_name,
    )


async def set_status(tx: Tx, teammate_id: TeammateId, status: Status, *, invited_until: datetime | None = None) -> None:
    await tx.execute(
        "UPDATE tenant.teammate SET status = $3, invited_until = $4 WHERE workspace = $1 AND id = $2",
        tx.workspace_id,
        teammate_id,
        status.value,
        invited_until,
    )


def _teammate(row: Row) -> Teammate:
    return Teammate(
        id=TeammateId(row["id"]),
        person_id=PersonId(row["person"]),
        email=row["email"],
        display_name=row["display_name"],
        role=Role(row["role"]),
        status=Status(row["status"]),
        team_id=TeamId(row["team_id"]),
        team=row["team"],
        invited_until=row["invited_until"],
        created_at=row["created_at"],
    )
