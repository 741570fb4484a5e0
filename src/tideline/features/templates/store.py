"""Every SQL statement of templates."""

from collections.abc import Mapping, Sequence

from tideline.features.templates.model import NewTemplate, Template, TemplateFile, TemplateId, Viewer, Visibility
from tideline.features.workspaces import TeamId
from tideline.platform.db import Row, Tx

# A file that was deleted is no file any more.
_SELECT = """
    SELECT t.id, t.name, t.text, t.visibility, t.team_id, g.title, t.created_by, a.display_name, t.created_at,
           t.updated_by, e.display_name, t.updated_at, f.uid, f.filename, f.mimetype, f.size,
           COALESCE(u.used, 0)::bigint, u.last_used_at
    FROM tenant.template t
    JOIN tenant.teammate a ON a.workspace = t.workspace AND a.id = t.created_by
    JOIN tenant.teammate e ON e.workspace = t.workspace AND e.id = t.updated_by
    LEFT JOIN tenant.team g ON g.workspace = t.workspace AND g.id = t.team_id
    LEFT JOIN tenant.file f ON f.workspace = t.workspace AND f.uid = t.file_uid AND f.state <> 'deleted'
    LEFT JOIN LATERAL (
        SELECT sum(c.used) AS used, max(c.last_used_at) AS last_used_at
        FROM tenant.template_usage c WHERE c.workspace = t.workspace AND c.template_id = t.id
    ) u ON true
    WHERE t.workspace = $1
"""


async def insert(tx: Tx, new: NewTemplate, team_id: TeamId | None, viewer: Viewer) -> TemplateId:
    found: int = await tx.value(
        """
        INSERT INTO tenant.template (workspace, name, text, visibility, team_id, file_uid, created_by, created_at,
                                     updated_by, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8)
        RETURNING id
        """,
        tx.workspace_id,
        new.name,
        new.text,
        new.visibility,
        team_id,
        new.file_uid,
        viewer.id,
        tx.now,
    )
    return TemplateId(found)


async def count(tx: Tx) -> int:
    counted: int = await tx.value("SELECT count(*) FROM tenant.template WHERE workspace = $1", tx.workspace_id)
    return counted


async def find_many(tx: Tx, ids: Sequence[int]) -> list[Template]:
    rows = await tx.fetch(_SELECT + "AND t.id = ANY ($2::int[])", tx.workspace_id, list(ids))
    return [_template(row) for row in rows]


async def lock(tx: Tx, template_id: int) -> Template | None:
    """In two statements: one that waits for a row sees what was joined to it as it was before the wait."""
    await tx.execute(
        "SELECT FROM tenant.template WHERE workspace = $1 AND id = $2 FOR NO KEY UPDATE", tx.workspace_id, template_id
    )
    return next(iter(await find_many(tx, [template_id])), None)


async def list_seen(tx: Tx, viewer: Viewer) -> list[Template]:
    """What `Viewer.may_see` lets this one see, the latest change first."""
    rows = await tx.fetch(
        _SELECT
        + """
          AND ($2 OR t.created_by = $3
               OR t.visibility <> 'private' AND (t.team_id IS NULL OR t.team_id = $4))
        ORDER BY t.updated_at DESC, t.id DESC
        """,
        tx.workspace_id,
        viewer.is_keeper,
        viewer.id,
        viewer.team_id,
    )
    return [_template(row) for row in rows]


async def save(tx: Tx, template: Template) -> None:
    await tx.execute(
        """
        UPDATE tenant.template
        SET name = $3, text = $4, visibility = $5, team_id = $6, file_uid = $7, updated_by = $8, updated_at = $9
        WHERE workspace = $1 AND id = $2
        """,
        tx.workspace_id,
        template.id,
        template.name,
        template.text,
        template.visibility,
        template.team_id,
        None if template.file is None else template.file.uid,
        template.updated_by,
        template.updated_at,
    )


async def delete(tx: Tx, template_id: TemplateId) -> None:
    await tx.execute("DELETE FROM tenant.template WHERE workspace = $1 AND id = $2", tx.workspace_id, template_id)


async def add_uses(tx: Tx, uses: Mapping[TemplateId, int], slot: int) -> set[TemplateId]:
    """Count uses on one of the rows that each template has for it, and say which templates are still there."""
    ids = sorted(uses)
    rows = await tx.fetch(
        """
        INSERT INTO tenant.template_usage AS u (workspace, template_id, slot, used, last_used_at)
        SELECT $1, t.id, $2, new.used, $3
        FROM unnest($4::int[], $5::bigint[]) AS new (id, used)
        JOIN (
            SELECT k.workspace, k.id FROM tenant.template k
            WHERE k.workspace = $1 AND k.id = ANY ($4::int[]) ORDER BY k.id FOR KEY SHARE
        ) t ON t.workspace = $1 AND t.id = new.id
        ORDER BY t.id
        ON CONFLICT (workspace, template_id, slot) DO UPDATE
        SET used = u.used + excluded.used, last_used_at = GREATEST(u.last_used_at, excluded.last_used_at)
        RETURNING template_id
        """,
        tx.workspace_id,
        slot,
        tx.now,
        ids,
        [uses[one] for one in ids],
    )
    return {TemplateId(row["template_id"]) for row in rows}


def _template(row: Row) -> Template:
    *written, file_uid, filename, mimetype, size, used, last_used_at = row
    written[3] = Visibility(written[3])
    file = TemplateFile(file_uid, filename, mimetype, size) if file_uid else None
    return Template(*[*written, file, used, last_used_at])
