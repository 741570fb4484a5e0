"""The rows of group members, and the roster: all of them as JSON, ready for lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tideline.features.chats.model import ChatId, ContactId
from tideline.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in a group; the number itself has no contact."""

    contact_id: ContactId | None
    role: str


async def list_places(tx: Tx, chat_id: ChatId) -> list[Place]:
    rows = await tx.fetch(
        """
        SELECT m.contact_id, m.role FROM tenant.chat_member m
        WHERE m.workspace = $1 AND m.chat_id = $2 ORDER BY m.position
        """,
        tx.workspace_id,
        chat_id,
    )
    return [Place(row["contact_id"], row["role"]) for row in rows]


async def replace(tx: Tx, chat_id: ChatId, places: Sequence[Place]) -> None:
    await tx.execute(
        "DELETE FROM tenant.chat_member m WHERE m.workspace = $1 AND m.chat_id = $2", tx.workspace_id, chat_id
    )
    await tx.execute(
        """
        INSERT INTO tenant.chat_member (workspace, chat_id, contact_id, is_own, role, position)
        SELECT $1, $2, new.contact_id, new.contact_id IS NULL, new.role, new.position
        FROM unnest($3::int[], $4::text[]) WITH ORDINALITY AS new (contact_id, role, position)
        """,
        tx.workspace_id,
        chat_id,
        [place.contact_id for place in places],
        [place.role for place in places],
    )


async def leads(tx: Tx, chat_id: ChatId, contact_id: ContactId | None) -> bool:
    """Does this person, or the number itself, own or administrate the group?"""
    found = await tx.value(
        """
        SELECT 1 FROM tenant.chat_member m
        WHERE m.workspace = $1 AND m.chat_id = $2 AND m.contact_id IS NOT DISTINCT FROM $3
          AND m.role IN ('owner', 'admin')
        """,
        tx.workspace_id,
        chat_id,
        contact_id,
    )
    return found is not None


async def groups_of(tx: Tx, contacts: Collection[int]) -> set[int]:
    """The groups these people are in."""
    rows = await tx.fetch(
        "SELECT DISTINCT m.chat_id FROM tenant.chat_member m WHERE m.workspace = $1 AND m.contact_id = ANY ($2::int[])",
        tx.workspace_id,
        list(contacts),
    )
    return {row["chat_id"] for row in rows}


async def move_places(tx: Tx, stays: ContactId, goes: ContactId) -> None:
    """Two members are one person; where both were in a group, one place is left."""
    await tx.execute(
        """
        DELETE FROM tenant.chat_member m
        WHERE m.workspace = $1 AND m.contact_id = $3 AND EXISTS (
            SELECT 1 FROM tenant.chat_member o
            WHERE o.workspace = $1 AND o.chat_id = m.chat_id AND o.contact_id = $2
        )
        """,
        tx.workspace_id,
        stays,
        goes,
    )
    await tx.execute(
        "UPDATE tenant.chat_member m SET contact_id = $2 WHERE m.workspace = $1 AND m.contact_id = $3",
        tx.workspace_id,
        stays,
        goes,
    )


async def write_rosters(tx: Tx, groups: Collection[int]) -> None:
    """Write the rosters of these groups anew.

    The first statement takes the rows, the second reads the members: of two transactions that change two
    members of a group, the later one then sees what the other did.
    """
    await tx.execute(
        """
        INSERT INTO tenant.chat_roster (workspace, chat_id, members)
        SELECT $1, g.id, '[]' FROM unnest($2::int[]) AS g (id) ORDER BY g.id
        ON CONFLICT (workspace, chat_id) DO UPDATE SET members = EXCLUDED.members
        """,
        tx.workspace_id,
        list(groups),
    )
    await tx.execute(
        """
        UPDATE tenant.chat_roster r SET members = fresh.members
        FROM (
            SELECT m.chat_id, json_agg(CASE WHEN m.is_own THEN (
                       SELECT json_build_object('name', NULLIF(n.account_name, ''), 'phone', '+' || n.phone,
                                                'role', initcap(m.role), 'chat_id', NULL)
                       FROM tenant.number n WHERE n.workspace = m.workspace AND n.id = (
                           SELECT c.number_id FROM tenant.chat c WHERE c.workspace = m.workspace AND c.id = m.chat_id
                       )
                   ) ELSE (
                       SELECT json_build_object('name', COALESCE(d.name, p.name), 'phone', '+' || p.phone,
                                                'role', initcap(m.role), 'chat_id', d.id)
                       FROM tenant.contact p
                       LEFT JOIN tenant.chat d ON d.workspace = p.workspace AND d.contact_id = m.contact_id
                       WHERE p.workspace = m.workspace AND p.id = m.contact_id
                   ) END ORDER BY m.position)::text AS members
            FROM tenant.chat_member m
            WHERE m.workspace = $1 AND m.chat_id = ANY ($2::int[])
            GROUP BY m.chat_id
        ) AS fresh
        WHERE r.workspace = $1 AND r.chat_id = ANY ($2::int[]) AND r.chat_id = fresh.chat_id
        """,
        tx.workspace_id,
        list(groups),
    )
