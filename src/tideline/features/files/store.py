"""Every SQL statement of files."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tideline.features.files.model import File, FileState, FileUid, Measures, Purpose
from tideline.platform.db import Connection, Row, SystemTx, Tx

_COLUMNS = (
    "workspace, uid, filename, mimetype, size, purpose, state, uploaded_by, created_at, stored_at, "
    "width, height, seconds, waveform, thumbnail_uid"
)


async def insert(tx: Tx, files: Sequence[File]) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.file (workspace, uid, filename, mimetype, size, purpose, state, uploaded_by, created_at,
                                 width, height, seconds, waveform)
        SELECT $1, f.uid, f.filename, f.mimetype, f.size, f.purpose, 'pending', f.uploaded_by, $8,
               f.width, f.height, f.seconds, f.waveform
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::int[],
                    $9::int[], $10::int[], $11::float8[], $12::bytea[])
             AS f (uid, filename, mimetype, size, purpose, uploaded_by, width, height, seconds, waveform)
        """,
        tx.workspace_id,
        [file.uid for file in files],
        [file.filename for file in files],
        [file.mimetype for file in files],
        [file.size for file in files],
        [file.purpose for file in files],
        [file.uploaded_by for file in files],
        tx.now,
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


async def list_uploads(tx: Tx, name_like: str, limit: int) -> list[File]:
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM tenant.file
        WHERE workspace = $1 AND state = 'stored' AND purpose = 'upload' AND filename ILIKE $2
        ORDER BY created_at DESC, uid DESC
        LIMIT $3
        """,
        tx.workspace_id,
        name_like,
        limit,
    )
    return [_read(row) for row in rows]


async def mark_stored(tx: Tx, uid: UUID, size: int) -> File | None:
    """The file as it is now, or None when it was given up in the meantime."""
    row = await tx.row(
        f"""
        UPDATE tenant.file SET state = 'stored', size = $3, stored_at = coalesce(stored_at, $4)
        WHERE workspace = $1 AND uid = $2 AND state <> 'deleted'
        RETURNING {_COLUMNS}
        """,
        tx.workspace_id,
        uid,
        size,
        tx.now,
    )
    return _read(row) if row else None


async def mark_deleted(tx: Tx, uids: Sequence[UUID]) -> int:
    return await tx.execute(
        """
        UPDATE tenant.file SET state = 'deleted', deleted_at = $3
        WHERE workspace = $1 AND uid = ANY ($2::uuid[]) AND state <> 'deleted'
        """,
        tx.workspace_id,
        list(uids),
        tx.now,
    )


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
