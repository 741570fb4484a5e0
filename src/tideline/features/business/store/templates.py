"""The rows of templates, and when they were asked for."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tideline.features.business.templates import APPROVED, DELETED, BusinessTemplateId, Template
from tideline.features.numbers.port import BusinessTemplate
from tideline.platform.db import Row, SystemTx, Tx

_SELECT: Final = """
    SELECT b.workspace, b.id, b.waba_id, b.external_id, b.name, b.language, b.status, b.category, b.parameter_format,
           b.components, b.created_at, b.updated_at, b.rejected_reason, b.quality
    FROM tenant.business_template b
"""


async def find(tx: Tx, template_id: int) -> Template | None:
    row = await tx.row(
        _SELECT + "WHERE b.workspace = $1 AND b.id = $2 AND b.status <> $3", tx.workspace_id, template_id, DELETED
    )
    return _read(row) if row else None


async def list_page(tx: Tx, *, offset: int, limit: int, waba_id: str | None = None, named: str = "") -> list[Template]:
    """Those of all accounts or of one, with a part of the name."""
    rows = await tx.fetch(
        _SELECT
        + """
        WHERE b.workspace = $1 AND b.status <> $2 AND ($5::text IS NULL OR b.waba_id = $5) AND strpos(b.name, $6) > 0
        ORDER BY b.created_at DESC, b.id DESC LIMIT $3 OFFSET $4
        """,
        tx.workspace_id,
        DELETED,
        limit,
        offset,
        waba_id,
        named,
    )
    return [_read(row) for row in rows]


async def list_approved(
    tx: Tx, waba_id: str, *, words: str, language: str | None, offset: int, limit: int
) -> list[Template]:
    """Those of one account that can be sent, with these words in their name or their text, by name."""
    rows = await tx.fetch(
        _SELECT
        + """
        WHERE b.workspace = $1 AND b.waba_id = $2 AND b.status = $3 AND ($4::text IS NULL OR b.language = $4)
          AND (strpos(lower(b.name), $5) > 0 OR EXISTS (
              SELECT FROM jsonb_array_elements(b.components) AS part WHERE strpos(lower(part ->> 'text'), $5) > 0))
        ORDER BY b.name, b.language, b.id LIMIT $6 OFFSET $7
        """,
        tx.workspace_id,
        waba_id,
        APPROVED,
        language,
        words,
        limit,
        offset,
    )
    return [_read(row) for row in rows]


async def list_languages(tx: Tx, waba_id: str) -> list[str]:
    rows = await tx.fetch(
        """
        SELECT DISTINCT b.language FROM tenant.business_template b
        WHERE b.workspace = $1 AND b.waba_id = $2 AND b.status = $3 ORDER BY b.language
        """,
        tx.workspace_id,
        waba_id,
        APPROVED,
    )
    return [row["language"] for row in rows]


async def find_named(tx: Tx, names: Collection[str]) -> list[Template]:
    """The templates with these names, in every language and account."""
    rows = await tx.fetch(
        _SELECT + "WHERE b.workspace = $1 AND b.name = ANY ($2::text[]) AND b.status <> $3 ORDER BY b.id",
        tx.workspace_id,
        list(names),
        DELETED,
    )
    return [_read(row) for row in rows]


async def lock_all(tx: Tx, waba_id: str) -> dict[str, Template]:
    """Hold the templates of an account, by WhatsApp's ids."""
    rows = await tx.fetch(
        _SELECT + "WHERE b.workspace = $1 AND b.waba_id = $2 ORDER BY b.id FOR NO KEY UPDATE OF b",
        tx.workspace_id,
        waba_id,
    )
    return {row["external_id"]: _read(row) for row in rows}


async def lock(tx: Tx, waba_id: str, external_id: str) -> Template | None:
    row = await tx.row(
        _SELECT + "WHERE b.workspace = $1 AND b.waba_id = $2 AND b.external_id = $3 FOR NO KEY UPDATE OF b",
        tx.workspace_id,
        waba_id,
        external_id,
    )
    return _read(row) if row else None


async def put(tx: Tx, waba_id: str, found: Sequence[BusinessTemplate]) -> list[Template]:
    """Write these templates, new ones too, and say how they are now."""
    rows = await tx.fetch(
        """
        INSERT INTO tenant.business_template AS b
            (workspace, waba_id, created_at, updated_at, external_id, name, language, status, category,
             parameter_format, components, rejected_reason, quality)
        SELECT $1, $2, $3, $3, new.external_id, new.name, new.language, new.status, new.category,
               new.parameter_format, new.components::jsonb, new.rejected_reason, new.quality
        FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                    $12::text[])
             AS new (external_id, name, language, status, category, parameter_format, components, rejected_reason,
                     quality)
        ON CONFLICT (workspace, waba_id, external_id) DO UPDATE
        SET name = excluded.name, language = excluded.language, status = excluded.status,
            category = excluded.category, parameter_format = excluded.parameter_format,
            components = excluded.components, rejected_reason = excluded.rejected_reason,
            quality = excluded.quality, updated_at = excluded.updated_at
        RETURNING b.workspace, b.id, b.waba_id, b.external_id, b.name, b.language, b.status, b.category,
                  b.parameter_format, b.components, b.created_at, b.updated_at, b.rejected_reason, b.quality
        """,
        tx.workspace_id,
        waba_id,
        tx.now,
        [one.external_id for one in found],
        [one.name for one in found],
        [one.language for one in found],
        [one.status for one in found],
        [one.category for one in found],
        [one.parameter_format for one in found],
        [msgspec.json.encode(one.components).decode() for one in found],
        [one.rejected_reason for one in found],
        [one.quality for one in found],
    )
    return [_read(row) for row in rows]


async def set_status(tx: Tx, template_ids: Collection[int], status: str, reason: str = "") -> None:
    await tx.execute(
        """
        UPDATE tenant.business_template SET status = $3, updated_at = $4, rejected_reason = $5
        WHERE workspace = $1 AND id = ANY ($2::int[])
        """,
        tx.workspace_id,
        list(template_ids),
        status,
        tx.now,
        reason,
    )


# When they were asked for -------------------------------------------------------------------------------------


async def set_asked(tx: Tx, waba_id: str) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.business_template_sync AS s (workspace, waba_id, asked_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace, waba_id) DO UPDATE SET asked_at = excluded.asked_at
        """,
        tx.workspace_id,
        waba_id,
        tx.now,
    )


async def find_came(tx: Tx, waba_id: str) -> datetime | None:
    came_at: datetime | None = await tx.value(
        "SELECT s.came_at FROM tenant.business_template_sync s WHERE s.workspace = $1 AND s.waba_id = $2",
        tx.workspace_id,
        waba_id,
    )
    return came_at


async def set_came(tx: Tx, waba_id: str, as_of: datetime) -> bool:
    """They came as they were at that moment; was it for the first time?"""
    before = await find_came(tx, waba_id)
    await tx.execute(
        """
        INSERT INTO tenant.business_template_sync AS s (workspace, waba_id, asked_at, came_at) VALUES ($1, $2, $3, $3)
        ON CONFLICT (workspace, waba_id) DO UPDATE SET came_at = excluded.came_at
        """,
        tx.workspace_id,
        waba_id,
        as_of,
    )
    return before is None


async def list_due(tx: SystemTx, asked_before: datetime) -> list[tuple[int, int]]:
    """Workspaces and, of each account whose templates were not asked for since then, one number that is connected."""
    rows = await tx.fetch(
        """
        SELECT a.workspace, min(a.number_id) AS number_id
        FROM tenant.business_account a
        JOIN tenant.number n ON n.workspace = a.workspace AND n.id = a.number_id
        LEFT JOIN tenant.business_template_sync s ON s.workspace = a.workspace AND s.waba_id = a.waba_id
        WHERE a.secrets IS NOT NULL AND n.state = 'active' AND (s.asked_at IS NULL OR s.asked_at < $1)
        GROUP BY a.workspace, a.waba_id
        """,
        asked_before,
    )
    return [(row["workspace"], row["number_id"]) for row in rows]


def _read(row: Row) -> Template:
    values = dict(row)
    return Template(workspace_id=values.pop("workspace"), id=BusinessTemplateId(values.pop("id")), **values)
