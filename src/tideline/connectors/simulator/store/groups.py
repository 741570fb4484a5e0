"""Groups and their members."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tideline.connectors.simulator.model import Group, GroupId, PhoneId, Role
from tideline.platform.db import Connection, SystemTx


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group whose members are still ids."""

    id: GroupId
    jid: str
    subject: str
    members: Sequence[tuple[PhoneId, Role]]


SELECT = """
    SELECT g.id, g.jid, g.subject, array_agg(m.phone ORDER BY m.position) AS phones,
           array_agg(m.role ORDER BY m.position) AS roles
    FROM simulator.chat_group g JOIN simulator.member m ON m.chat_group = g.id
"""


async def by_jid(conn: Connection, jids: Collection[str]) -> list[GroupRow]:
    return await _rows(conn, f"{SELECT} WHERE g.jid = ANY($1::text[]) GROUP BY g.id ORDER BY g.id", list(jids))


async def by_id(conn: Connection, ids: Collection[GroupId]) -> list[GroupRow]:
    return await _rows(conn, f"{SELECT} WHERE g.id = ANY($1::bigint[]) GROUP BY g.id ORDER BY g.id", list(ids))


async def of_phone(conn: Connection, phone: PhoneId) -> list[GroupRow]:
    mine = "SELECT chat_group FROM simulator.member WHERE phone = $1"
    return await _rows(conn, f"{SELECT} WHERE g.id IN ({mine}) GROUP BY g.id ORDER BY g.id", phone)


async def _rows(conn: Connection, sql: str, argument: object) -> list[GroupRow]:
    return [
        GroupRow(
            GroupId(row["id"]),
            row["jid"],
            row["subject"],
            [(PhoneId(phone), Role(role)) for phone, role in zip(row["phones"], row["roles"], strict=True)],
        )
        for row in await conn.fetch(sql, argument)
    ]


async def insert_group(tx: SystemTx, group: Group, at: datetime) -> None:
    await tx.execute(
        "INSERT INTO simulator.chat_group (id, jid, subject, created_at) VALUES ($1, $2, $3, $4)",
        group.id,
        group.jid,
        group.subject,
        at,
    )
    await _insert_members(tx, group)


async def save_group(tx: SystemTx, group: Group) -> None:
    await tx.execute("UPDATE simulator.chat_group SET subject = $2 WHERE id = $1", group.id, group.subject)
    await tx.execute("DELETE FROM simulator.member WHERE chat_group = $1", group.id)
    await _insert_members(tx, group)


async def _insert_members(tx: SystemTx, group: Group) -> None:
    await tx.execute(
        """
        INSERT INTO simulator.member (chat_group, phone, role, position)
        SELECT $1, m.phone, m.role, m.n FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS m(phone, role, n)
        """,
        group.id,
        [member.phone.id for member in group.members],
        [member.role for member in group.members],
    )
