"""The rows of contacts: who is who on a number."""

from collections.abc import Collection, Sequence

from tideline.features.chats.model import ChatId, ContactId
from tideline.features.chats.people import Person
from tideline.platform.db import Tx


async def find(tx: Tx, number_id: int, phones: Collection[str], lids: Collection[str]) -> list[Person]:
    """The people under these addresses, with the chats they have."""
    rows = await tx.fetch(
        """
        SELECT p.id, p.phone, p.lid, p.name, (
            SELECT c.id FROM tenant.chat c WHERE c.workspace = p.workspace AND c.contact_id = p.id
        ) AS chat_id
        FROM tenant.contact p
        WHERE p.workspace = $1 AND p.number_id = $2 AND p.merged_into IS NULL
          AND (p.phone = ANY ($3::text[]) OR p.lid = ANY ($4::text[]))
        """,
        tx.workspace_id,
        number_id,
        list(phones),
        list(lids),
    )
    return [
        Person(ContactId(row["id"]), row["phone"], row["lid"], row["name"], _chat_id(row["chat_id"])) for row in rows
    ]


async def find_name(tx: Tx, contact_id: ContactId) -> str | None:
    """What WhatsApp calls somebody."""
    name: str | None = await tx.value(
        "SELECT p.name FROM tenant.contact p WHERE p.workspace = $1 AND p.id = $2", tx.workspace_id, contact_id
    )
    return name


async def find_everywhere(tx: Tx, phones: Collection[str]) -> tuple[list[ChatId], list[ContactId]]:
    """The chats that any number has with these people, by all ids they have had, and every row that means them."""
    row = await tx.row(
        """
        WITH met AS (
            SELECT p.id FROM tenant.contact p
            WHERE p.workspace = $1 AND p.merged_into IS NULL
              AND (p.phone = ANY ($2::text[]) OR p.lid = ANY ($2::text[]))
              AND p.number_id = ANY (ARRAY(SELECT n.id FROM tenant.number n WHERE n.workspace = $1))
        ), people AS (
            SELECT met.id FROM met UNION ALL
            SELECT p.id FROM tenant.contact p
            WHERE p.workspace = $1 AND p.merged_into = ANY (ARRAY(SELECT met.id FROM met))
        ), direct AS (
            SELECT c.id FROM tenant.chat c
            WHERE c.workspace = $1 AND c.contact_id = ANY (ARRAY(SELECT people.id FROM people))
        )
        SELECT ARRAY(SELECT people.id FROM people) AS people, ARRAY(
            SELECT direct.id FROM direct UNION ALL
            SELECT a.old_id FROM tenant.chat_alias a
            WHERE a.workspace = $1 AND a.chat_id = ANY (ARRAY(SELECT direct.id FROM direct))
        ) AS chats
        """,
        tx.workspace_id,
        list(phones),
    )
    assert row is not None
    return row["chats"], row["people"]


async def insert(tx: Tx, number_id: int, people: Sequence[Person]) -> None:
    """Store new people and give them their ids. The caller holds the number's row, so nobody else adds any."""
    rows = await tx.fetch(
        """
        INSERT INTO tenant.contact (workspace, number_id, phone, lid, name, created_at)
        SELECT $1, $2, new.phone, new.lid, new.name, $3
        FROM unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS new (phone, lid, name, n)
        ORDER BY new.n
        RETURNING id, phone, lid
        """,
        tx.workspace_id,
        number_id,
        tx.now,
        [person.phone for person in people],
        [person.lid for person in people],
        [person.name for person in people],
    )
    ids = {(row["phone"], row["lid"]): ContactId(row["id"]) for row in rows}
    for person in people:
        person.id = ids[person.phone, person.lid]


async def absorb(tx: Tx, merges: Sequence[tuple[Person, Person]]) -> None:
    """Let rows point to the person they turned out to be; those that already pointed to them go along."""
    await tx.execute(
        """
        UPDATE tenant.contact p SET merged_into = new.stays
        FROM unnest($2::int[], $3::int[]) AS new (stays, goes)
        WHERE p.workspace = $1 AND (p.id = ANY ($3::int[]) OR p.merged_into = ANY ($3::int[]))
          AND (p.id = new.goes OR p.merged_into = new.goes)
        """,
        tx.workspace_id,
        [stays.id for stays, _ in merges],
        [goes.id for _, goes in merges],
    )


async def take_phones(tx: Tx, people: Sequence[Person]) -> None:
    """Free phones that belong to somebody else now, before that one gets them."""
    await tx.execute(
        """
        UPDATE tenant.contact p SET phone = NULL
        WHERE p.workspace = $1 AND (p.id = ANY ($2::int[]) OR p.merged_into = ANY ($2::int[]))
        """,
        tx.workspace_id,
        [person.id for person in people],
    )


async def update(tx: Tx, people: Sequence[Person]) -> None:
    """New phones, LIDs and names, also on the rows that were merged into these people."""
    await tx.execute(
        """
        UPDATE tenant.contact p SET phone = new.phone, lid = new.lid, name = new.name
        FROM unnest($2::int[], $3::text[], $4::text[], $5::text[]) AS new (id, phone, lid, name)
        WHERE p.workspace = $1 AND (p.id = ANY ($2::int[]) OR p.merged_into = ANY ($2::int[]))
          AND (p.id = new.id OR p.merged_into = new.id)
        """,
        tx.workspace_id,
        [person.id for person in people],
        [person.phone for person in people],
        [person.lid for person in people],
        [person.name for person in people],
    )


def _chat_id(value: int | None) -> ChatId | None:
    return None if value is None else ChatId(value)
