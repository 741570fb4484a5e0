"""The rows of partners."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tideline.features.partners.model import Grants, Partner
from tideline.platform.db import Connection, Row, SystemTx

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)
COLUMNS = """p.id, p.name, p.webhook_id, p.webhook_url, p.signs_bodies, p.errors_counter, p.origins, p.is_active,
             p.plan_id, p.plan, p.messages_quota, p.api_calls_quota, p.transactions_quota, p.created_at, p.secret,
             p.called_at"""


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


async def insert(tx: SystemTx, partner_id: str, name: str, secret: bytes, grants: Grants) -> Partner | None:
    """The new partner, or None when the id is taken."""
    row = await tx.row(
        f"""
        INSERT INTO directory.partner AS p (id, name, secret, webhook_id, plan_id, plan, messages_quota,
                                            api_calls_quota, transactions_quota, created_at)
        SELECT $1, $2, $3, nextval('tenant.webhook_id')::int, $4, $5, $6, $7, $8, $9
        ON CONFLICT (id) DO NOTHING RETURNING {COLUMNS}
        """,
        partner_id,
        name,
        secret,
        grants.plan_id,
        grants.plan,
        grants.messages_quota,
        grants.api_calls_quota,
        grants.transactions_quota,
        tx.now,
    )
    return read(row) if row else None


async def find(tx: Connection, partner_id: str) -> Partner | None:
    row = await tx.row(f"SELECT {COLUMNS} FROM directory.partner p WHERE p.id = $1", partner_id)
    return read(row) if row else None


async def lock(tx: Connection, partner_id: str) -> Partner | None:
    row = await tx.row(f"SELECT {COLUMNS} FROM directory.partner p WHERE p.id = $1 FOR NO KEY UPDATE OF p", partner_id)
    return read(row) if row else None


async def list_all(tx: Connection) -> list[Partner]:
    return [read(row) for row in await tx.fetch(f"SELECT {COLUMNS} FROM directory.partner p ORDER BY p.id")]


async def save(tx: Connection, partner: Partner) -> None:
    await tx.execute(
        """
        UPDATE directory.partner
        SET name = $2, secret = $3, webhook_url = $4, signs_bodies = $5, errors_counter = $6, origins = $7,
            is_active = $8, plan_id = $9, plan = $10, messages_quota = $11, api_calls_quota = $12,
            transactions_quota = $13
        WHERE id = $1
        """,
        partner.id,
        partner.name,
        partner.secret,
        partner.webhook_url,
        partner.signs_bodies,
        partner.errors_counter,
        list(partner.origins),
        partner.is_active,
        partner.grants.plan_id,
        partner.grants.plan,
        partner.grants.messages_quota,
        partner.grants.api_calls_quota,
        partner.grants.transactions_quota,
    )


async def note_call(tx: SystemTx, partner_id: str, before: datetime) -> None:
    """That a partner was let in now, unless that was noted since `before`."""
    await tx.execute(
        "UPDATE directory.partner SET called_at = $2 WHERE id = $1 AND (called_at IS NULL OR called_at < $3)",
        partner_id,
        tx.now,
        before,
    )


async def recode(tx: SystemTx, known: Partner, secret: bytes) -> int:
    """Exchange the sealed secret, if it is still the one that was read."""
    return await tx.execute(
        "UPDATE directory.partner SET secret = $3 WHERE id = $1 AND secret = $2", known.id, known.secret, secret
    )


async def count_failures(tx: SystemTx, changes: Sequence[tuple[int, bool, int]]) -> Mapping[int, int]:
    """Keep the count of events that failed in a row: (webhook, from nothing, failed since)."""
    rows = await tx.fetch(
        """
        UPDATE directory.partner p
        SET errors_counter = CASE WHEN c.from_nothing THEN 0 ELSE p.errors_counter END + c.failed
        FROM unnest($1::int[], $2::bool[], $3::int[]) AS c(webhook_id, from_nothing, failed)
        WHERE p.webhook_id = c.webhook_id RETURNING p.webhook_id, p.errors_counter
        """,
        [webhook_id for webhook_id, _, _ in changes],
        [from_nothing for _, from_nothing, _ in changes],
        [failed for _, _, failed in changes],
    )
    return {row["webhook_id"]: row["errors_counter"] for row in rows}


def read(row: Row) -> Partner:
    values: dict[str, Any] = dict(row)
    names = ("plan_id", "plan", "messages_quota", "api_calls_quota", "transactions_quota")
    grants = Grants(**{name: values[name] for name in names})
    return Partner(
        id=row["id"],
        name=row["name"],
        webhook_id=row["webhook_id"],
        webhook_url=row["webhook_url"],
        signs_bodies=row["signs_bodies"],
        errors_counter=row["errors_counter"],
        origins=tuple(row["origins"]),
        is_active=row["is_active"],
        grants=grants,
        created_at=row["created_at"],
        secret=row["secret"],
        called_at=row["called_at"],
    )
