"""Phones, and everybody who has a part in a step, loaded in one statement."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from tideline.connectors.simulator.model import Addressing, Business, Known, Link, LinkId, Phone, PhoneId
from tideline.platform.db import Connection, Row, SystemTx

COLUMNS = """p.id, p.phone, p.lid, p.name, p.online, p.read_receipts, p.on_whatsapp, p.restricted, p.banned,
             p.addressing, p.delay_ms, p.fail_next, p.picture,
             (SELECT jsonb_build_array(b.phone_number_id, b.waba_id) FROM simulator.business b WHERE b.phone = p.id)
             AS business"""


@dataclass(frozen=True, slots=True)
class Present:
    """A phone in a step: its linked devices, who knows it, and until when earlier messages to it are on their way."""

    phone: Phone
    links: list[Link]
    known: dict[LinkId, Known]
    busy_until: datetime | None


def to_phone(row: Row) -> Phone:
    return Phone(
        id=PhoneId(row["id"]),
        phone=row["phone"],
        lid=row["lid"],
        name=row["name"],
        online=row["online"],
        read_receipts=row["read_receipts"],
        on_whatsapp=row["on_whatsapp"],
        restricted=row["restricted"],
        banned=row["banned"],
        addressing=Addressing(row["addressing"]),
        delay_ms=row["delay_ms"],
        fail_next=row["fail_next"],
        picture=row["picture"],
        business=Business(*row["business"]) if row["business"] else None,
    )


async def present(
    conn: Connection,
    *,
    phones: Collection[str] = (),
    lids: Collection[str] = (),
    groups: Collection[str] = (),
    numbers: Collection[int] = (),
    ids: Collection[PhoneId] = (),
) -> list[Present]:
    """Phones by digits, LID, group (all members), linked number or id."""
    rows = await conn.fetch(
        f"""
        WITH who AS (
            SELECT id FROM simulator.phone WHERE phone = ANY($1::text[])
            UNION SELECT id FROM simulator.phone WHERE lid = ANY($2::text[])
            UNION SELECT m.phone FROM simulator.member m JOIN simulator.chat_group g ON g.id = m.chat_group
                  WHERE g.jid = ANY($3::text[])
            UNION SELECT phone FROM simulator.link WHERE number_id = ANY($4::int[])
            UNION SELECT unnest($5::bigint[])
        )
        SELECT {COLUMNS},
               (SELECT max(c.due_at) FROM simulator.copy c
                WHERE c.phone = p.id AND c.delivered_at IS NULL AND c.due_at IS NOT NULL) AS busy_until,
               (SELECT jsonb_agg(jsonb_build_array(l.id, l.number_id, l.epoch, l.opened_at IS NOT NULL) ORDER BY l.id)
                FROM simulator.link l WHERE l.phone = p.id AND l.ended_at IS NULL) AS links,
               (SELECT jsonb_agg(jsonb_build_array(a.link, a.by_phone, a.by_lid, a.mapped))
                FROM simulator.acquaintance a WHERE a.phone = p.id) AS known
        FROM who JOIN simulator.phone p USING (id)
        ORDER BY p.id
        """,
        list(phones),
        list(lids),
        list(groups),
        list(numbers),
        list(ids),
    )
    return [_to_present(row) for row in rows]


def _to_present(row: Row) -> Present:
    phone = to_phone(row)
    return Present(
        phone=phone,
        links=[
            Link(LinkId(link), phone.id, number, epoch, opened) for link, number, epoch, opened in row["links"] or ()
        ],
        known={LinkId(link): Known(by_phone, by_lid, mapped) for link, by_phone, by_lid, mapped in row["known"] or ()},
        busy_until=row["busy_until"],
    )


async def list_phones(conn: Connection) -> list[Phone]:
    return [to_phone(row) for row in await conn.fetch(f"SELECT {COLUMNS} FROM simulator.phone p ORDER BY p.id")]


async def find_phone(conn: Connection, phone: str) -> Phone | None:
    row = await conn.row(f"SELECT {COLUMNS} FROM simulator.phone p WHERE p.phone = $1", phone)
    return to_phone(row) if row else None


async def find_phones(conn: Connection, phones: Collection[str]) -> list[Phone]:
    rows = await conn.fetch(f"SELECT {COLUMNS} FROM simulator.phone p WHERE p.phone = ANY($1::text[])", list(phones))
    return [to_phone(row) for row in rows]


async def insert_phone(tx: SystemTx, phone: Phone, at: datetime) -> None:
    await tx.execute(
        "INSERT INTO simulator.phone (id, phone, lid, name, created_at) VALUES ($1, $2, $3, $4, $5)",
        phone.id,
        phone.phone,
        phone.lid,
        phone.name,
        at,
    )


async def save_phone(tx: SystemTx, phone: Phone) -> None:
    await tx.execute(
        """
        UPDATE simulator.phone
        SET name = $2, online = $3, read_receipts = $4, on_whatsapp = $5, restricted = $6, banned = $7,
            addressing = $8, delay_ms = $9, fail_next = $10
        WHERE id = $1
        """,
        phone.id,
        phone.name,
        phone.online,
        phone.read_receipts,
        phone.on_whatsapp,
        phone.restricted,
        phone.banned,
        phone.addressing,
        phone.delay_ms,
        phone.fail_next,
    )


async def clear_fail_next(tx: SystemTx, phones: Iterable[PhoneId]) -> None:
    await tx.execute("UPDATE simulator.phone SET fail_next = NULL WHERE id = ANY($1::bigint[])", list(phones))
