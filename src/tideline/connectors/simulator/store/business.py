"""Business numbers of the world, their templates, and what they have sent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tideline.connectors.simulator.model import PhoneId
from tideline.connectors.simulator.templates import Template
from tideline.platform.db import Connection, Row, SystemTx

_TEMPLATE: Final = """
    SELECT t.external_id, t.waba_id, t.name, t.language, t.status, t.category, t.parameter_format, t.components
    FROM simulator.template t
"""


async def insert(tx: SystemTx, phone: PhoneId, phone_number_id: str, waba_id: str) -> None:
    await tx.execute(
        "INSERT INTO simulator.business (phone, phone_number_id, waba_id) VALUES ($1, $2, $3)",
        phone,
        phone_number_id,
        waba_id,
    )


async def phones_of(conn: Connection, waba_id: str) -> list[PhoneId]:
    rows = await conn.fetch("SELECT b.phone FROM simulator.business b WHERE b.waba_id = $1 ORDER BY b.phone", waba_id)
    return [PhoneId(row["phone"]) for row in rows]


async def templates(conn: Connection, waba_ids: Collection[str]) -> list[Template]:
    rows = await conn.fetch(_TEMPLATE + "WHERE t.waba_id = ANY ($1::text[]) ORDER BY t.id", list(waba_ids))
    return [Template(**row) for row in rows]


async def find_template(conn: Connection, waba_id: str, name: str, language: str | None) -> Template | None:
    row = await conn.row(
        _TEMPLATE + "WHERE t.waba_id = $1 AND t.name = $2 AND ($3::text IS NULL OR t.language = $3) ORDER BY t.id",
        waba_id,
        name,
        language,
    )
    return Template(**row) if row else None


async def save_template(tx: SystemTx, number: int, template: Template) -> None:
    await tx.execute(
        """
        INSERT INTO simulator.template
            (id, external_id, waba_id, name, language, status, category, parameter_format, components)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb)
        ON CONFLICT (waba_id, name, language) DO UPDATE
        SET status = excluded.status, category = excluded.category, parameter_format = excluded.parameter_format,
            components = excluded.components
        """,
        number,
        template.external_id,
        template.waba_id,
        template.name,
        template.language,
        template.status,
        template.category,
        template.parameter_format,
        msgspec.json.encode(template.components).decode(),
    )


async def last_contacts(conn: Connection, phones: Collection[str]) -> dict[tuple[PhoneId, str], datetime]:
    """When each customer wrote to or called these numbers last: by the customer and the digits of the number."""
    rows = await conn.fetch(
        """
        SELECT m.author AS customer, m.chat AS number, max(m.at) AS at FROM simulator.message m
        WHERE m.chat = ANY ($1::text[]) AND m.chat_group IS NULL GROUP BY m.author, m.chat
        UNION ALL
        SELECT c.caller, p.phone, max(c.at) FROM simulator.call c JOIN simulator.phone p ON p.id = c.callee
        WHERE p.phone = ANY ($1::text[]) GROUP BY c.caller, p.phone
        """,
        list(phones),
    )
    latest: dict[tuple[PhoneId, str], datetime] = {}
    for row in rows:
        key = PhoneId(row["customer"]), row["number"]
        latest[key] = max(row["at"], latest.get(key, row["at"]))
    return latest


async def sent_by(conn: Connection, phone: PhoneId, start: datetime, end: datetime) -> Sequence[Row]:
    """What a number sent, by day, customer and category, and how much of it arrived."""
    return await conn.fetch(
        """
        SELECT date_trunc('day', m.at AT TIME ZONE 'UTC') AS day, m.chat AS customer, m.category,
               count(*) AS sent, count(c.delivered_at) AS delivered
        FROM simulator.message m LEFT JOIN simulator.copy c ON c.message = m.id
        WHERE m.author = $1 AND m.at >= $2 AND m.at < $3
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        phone,
        start,
        end,
    )
