"""Every SQL statement of files."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tideline.features.files.model import File, FileState, FileUid, Measures, Purpose, Upload
from tideline.platform.db import Connection, Row, SystemTx, Tx
from tideline.platform.substrings import folded, grams

_NAMES = (
    "workspace", "uid", "filename", "mimetype", "size", "purpose", "state", "uploaded_by", "created_at", "stored_at",
    "width", "height", "seconds", "waveform", "thumbnail_uid",
)  # fmt: skip
_COLUMNS = ", ".join(_NAMES)
_UPLOAD = f"""
    SELECT {", ".join(f"f.{name}" for name in _NAMES)}, (
        SELECT t.email FROM tenant.teammate t
        WHERE t.workspace = f.workspace AND t.id = f.uploaded_by AND t.status <> 'removed'
    ) AS email
"""
_IS_UPLOAD = "f.workspace = $1 AND f.state = 'stored' AND f.purpose = 'upload'"
_NEWEST = "ORDER BY f.created_at DESC, f.uid DESC"
MANY = 4_000


async def insert(tx: Tx, files: Sequence[File]) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.file (workspace, uid, filename, mimetype, size, purpose, state, uploaded_by, created_at,
                                 name_key, width, height, seconds, waveform)
        SELECT $1, f.uid, f.filename, f.mimetype, f.size, f.purpose, 'pending', f.uploaded_by, $8,
               f.name_key, f.width, f.height, f.seconds, f.waveform
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::int[],
                    $9::text[], $10::int[], $11::int[], $12::float8[], $13::bytea[])
             AS f (uid, filename, mimetype, size, purpose, uploaded_by, name_key, width, height, seconds, waveform)
        """,
        tx.workspace_id,
        [file.uid for file in files],
        [file.filename for file in files],
        [file.mimetype for file in files],
        [file.size for file in files],
        [file.purpose for file in files],
        [file.uploaded_by for file in files],
        tx.now,
        [folded(file.filename) if file.purpose is Purpose.UPLOAD else None for file in files],
        [file.measures.width for file in files],
        [file.measures.height for file in files],
        [file.measures.seconds for file in files],
        [file.measures.waveform for file in files],
    )


async def find_many(tx: Tx, uids: Sequence[UUID]) -> list[File]:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM tenant.file WHERE workspace = $1 AND uid = ANY ($2::uuid[])",
        tx.workspace_id,
        list(uids),
    )
    return [_read(row) for row in rows]


async def find_upload(tx: Tx, uid: UUID) -> Upload | None:
    row = await tx.row(f"{_UPLOAD} FROM tenant.file f WHERE {_IS_UPLOAD} AND f.uid = $2", tx.workspace_id, uid)
    return _read_upload(row) if row else None


async def list_uploads(tx: Tx, limit: int) -> list[Upload]:
    sql = f"{_UPLOAD} FROM tenant.file f WHERE {_IS_UPLOAD} {_NEWEST} LIMIT $2"
    return [_read_upload(row) for row in await tx.fetch(sql, tx.workspace_id, limit)]


async def list_uploads_named(tx: Tx, part: str, limit: int) -> list[Upload]:
    """Those with this part in their names. Nobody's text becomes a pattern: %, _ and backslash are characters.

    What few names have, the index of substrings finds. What many have is found sooner among the newest; which of the
    two it is shows when the index has found that many.
    """
    key = folded(part)
    found = await tx.row(
        f"""
        WITH found AS MATERIALIZED (
            SELECT f.uid, f.created_at FROM tenant.file f
            WHERE f.workspace = $1 AND f.name_key IS NOT NULL AND f.state = 'stored'
              AND tenant.grams(f.workspace, 'f', f.name_key) @> $2::text[] AND strpos(f.name_key, $3) > 0
            LIMIT {MANY}
        )
        SELECT (SELECT count(*) FROM found) AS count,
               ARRAY(SELECT f.uid FROM found f {_NEWEST} LIMIT $4) AS uids
        """,
        tx.workspace_id,
        grams(tx.workspace_id, "f", key),
        key,
        limit,
    )
    if found is None or found["count"] < MANY:
        # OFFSET 0: first these by their keys, then their order; never along the order with a look at the list each time
        these = "(SELECT * FROM tenant.file f WHERE f.workspace = $1 AND f.uid = ANY ($2::uuid[]) OFFSET 0)"
        sql = f"{_UPLOAD} FROM {these} AS f WHERE f.workspace = $1 {_NEWEST}"
        rows = await tx.fetch(sql, tx.workspace_id, found["uids"] if found else [])
    else:
        sql = f"{_UPLOAD} FROM tenant.file f WHERE {_IS_UPLOAD} AND strpos(f.name_key, $2) > 0 {_NEWEST} LIMIT $3"
        rows = await tx.fetch(sql, tx.workspace_id, key, limit)
    return [_read_upload(row) for row in rows]


async def mark_stored(tx: Tx, uid: UUID, size: int) -> File | None:
    """The file as it is now, or None when it was given up in the meantime."""
    row = await tx.row(
        f"""
        UPDATE tenant.file SET state = 'stored', size = $3, stored_at = coalesce(stored_at, $4), problem = NULL
        WHERE workspace = $1 AND uid = $2 AND state <> 'deleted'
        RETURNING {_COLUMNS}
        """,
        tx.workspace_id,
        uid,
        size,
        tx.now,
    )
    return _read(row) if row else None


async def set_problem(tx: Tx, uid: UUID, problem: str) -> None:
    await tx.execute(
        """
        UPDATE tenant.file SET problem = $3
        WHERE workspace = $1 AND uid = $2 AND state = 'pending' AND problem IS DISTINCT FROM $3
        """,
        tx.workspace_id,
        uid,
        problem,
    )


async def measure(tx: Tx, uid: UUID, measures: Measures, thumbnail_uid: UUID | None) -> bool:
    """What was said about a sound by its sender stays; false when the file is gone or has a thumbnail."""
    changed = await tx.execute(
        """
        UPDATE tenant.file
        SET width = $3, height = $4, seconds = coalesce(seconds, $5), thumbnail_uid = $6
        WHERE workspace = $1 AND uid = $2 AND state = 'stored' AND thumbnail_uid IS NULL
        """,
        tx.workspace_id,
        uid,
        measures.width,
        measures.height,
        measures.seconds,
        thumbnail_uid,
    )
    return changed > 0


async def mark_deleted(tx: Tx, uids: Sequence[UUID]) -> int:
    """Forget files, and say how many there were. Their thumbnails, as they are once the files are locked, go too."""
    rows = await tx.fetch(
        """
        UPDATE tenant.file SET state = 'deleted', deleted_at = $3, name_key = NULL
        WHERE workspace = $1 AND uid = ANY ($2::uuid[]) AND state <> 'deleted'
        RETURNING thumbnail_uid
        """,
        tx.workspace_id,
        list(uids),
        tx.now,
    )
    if thumbnails := [row["thumbnail_uid"] for row in rows if row["thumbnail_uid"]]:
        await mark_deleted(tx, thumbnails)
    return len(rows)


async def give_up(tx: Tx, uids: Sequence[UUID]) -> set[UUID]:
    """Those that nothing will come of any more; what was stored after all stays."""
    rows = await tx.fetch(
        """
        UPDATE tenant.file SET state = 'deleted', deleted_at = $3, name_key = NULL
        WHERE workspace = $1 AND uid = ANY ($2::uuid[]) AND state = 'pending'
        RETURNING uid
        """,
        tx.workspace_id,
        list(uids),
        tx.now,
    )
    return {UUID(bytes=row["uid"].bytes) for row in rows}


async def mark_swept(tx: Tx, uids: Sequence[UUID]) -> None:
    await tx.execute(
        """
        UPDATE tenant.file SET swept_at = $3
        WHERE workspace = $1 AND uid = ANY ($2::uuid[]) AND state = 'deleted'
        """,
        tx.workspace_id,
        list(uids),
        tx.now,
    )


async def bytes_used(tx: Connection, workspace_id: int) -> int:
    used: int = await tx.value(
        "SELECT coalesce(sum(size), 0)::bigint FROM tenant.file WHERE workspace = $1 AND state <> 'deleted'",
        workspace_id,
    )
    return used


async def list_unfinished(tx: SystemTx, created_before: datetime, limit: int) -> list[File]:
    """Rows that still wait for their bytes, and deleted ones whose bytes are still there, oldest first."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM tenant.file
        WHERE state <> 'stored' AND swept_at IS NULL AND (state = 'deleted' OR created_at < $1)
        ORDER BY created_at
        LIMIT $2
        """,
        created_before,
        limit,
    )
    return [_read(row) for row in rows]


async def list_stored(tx: SystemTx, after: tuple[int, UUID], limit: int) -> list[File]:
    """Stored files of all workspaces in the order of their keys."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM tenant.file
        WHERE (workspace, uid) > ($1, $2) AND state = 'stored'
        ORDER BY workspace, uid
        LIMIT $3
        """,
        *after,
        limit,
    )
    return [_read(row) for row in rows]


async def list_known(tx: SystemTx, keys: Sequence[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
    """Those of the (workspace, uid) pairs that have a row."""
    rows = await tx.fetch(
        """
        SELECT f.workspace, f.uid FROM tenant.file f
        JOIN unnest($1::int[], $2::uuid[]) AS seen (workspace, uid)
          ON seen.workspace = f.workspace AND seen.uid = f.uid
        """,
        [workspace for workspace, _ in keys],
        [uid for _, uid in keys],
    )
    return {(row["workspace"], UUID(bytes=row["uid"].bytes)) for row in rows}


def _read(row: Row) -> File:
    return File(
        workspace_id=row["workspace"],
        uid=FileUid(UUID(bytes=row["uid"].bytes)),
        filename=row["filename"],
        mimetype=row["mimetype"],
        size=row["size"],
        purpose=Purpose(row["purpose"]),
        state=FileState(row["state"]),
        uploaded_by=row["uploaded_by"],
        created_at=row["created_at"],
        stored_at=row["stored_at"],
        measures=Measures(row["width"], row["height"], row["seconds"], row["waveform"]),
        thumbnail_uid=FileUid(UUID(bytes=row["thumbnail_uid"].bytes)) if row["thumbnail_uid"] else None,
    )


def _read_upload(row: Row) -> Upload:
    return Upload(_read(row), row["email"])
