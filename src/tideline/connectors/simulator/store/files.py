"""Files in the world: their bytes in chunks, so that neither side needs a whole file in memory."""

from datetime import datetime

from tideline.connectors.simulator.model import File, FileId, MessageId, PhoneId
from tideline.features.numbers.port import MediaKind, Sound
from tideline.platform.db import Connection, Row


def to_file(row: Row) -> File:
    sound = None if row["seconds"] is None else Sound(row["seconds"], row["waveform"])
    kind = MediaKind(row["kind"])
    return File(FileId(row["file_id"]), kind, row["filename"], row["mimetype"], row["size"], sound)


async def insert_file(
    conn: Connection, kind: MediaKind, filename: str, mimetype: str, sound: Sound | None, at: datetime
) -> FileId:
    return FileId(
        await conn.value(
            """
            INSERT INTO simulator.file (kind, filename, mimetype, size, created_at, seconds, waveform)
            VALUES ($1, $2, $3, 0, $4, $5, $6)
            RETURNING id
            """,
            kind,
            filename,
            mimetype,
            at,
            sound.seconds if sound else None,
            sound.waveform if sound else None,
        )
    )


async def add_chunk(conn: Connection, file: FileId, n: int, chunk: bytes) -> None:
    await conn.execute(
        """
        WITH grown AS (UPDATE simulator.file SET size = size + $4 WHERE id = $1 RETURNING id)
        INSERT INTO simulator.file_chunk (file, n, bytes) SELECT id, $2, $3 FROM grown
        """,
        file,
        n,
        chunk,
        len(chunk),
    )


async def read_chunk(conn: Connection, file: FileId, n: int) -> bytes | None:
    found = await conn.value("SELECT bytes FROM simulator.file_chunk WHERE file = $1 AND n = $2", file, n)
    return None if found is None else bytes(found)


async def mark_kept(conn: Connection, file: FileId) -> None:
    """Somebody shows it: it stays without a message."""
    await conn.execute("UPDATE simulator.file SET sent = true WHERE id = $1", file)


async def drop_file(conn: Connection, file: FileId) -> None:
    await conn.execute("DELETE FROM simulator.file WHERE id = $1 AND NOT sent", file)


async def drop_unsent(conn: Connection, before: datetime) -> None:
    """Files whose message was never sent because somebody died in between."""
    await conn.execute("DELETE FROM simulator.file WHERE NOT sent AND created_at < $1", before)


async def file_of(conn: Connection, message: MessageId) -> File | None:
    row = await conn.row(
        """
        SELECT f.id AS file_id, f.kind, f.filename, f.mimetype, f.size, f.seconds, f.waveform
        FROM simulator.message m JOIN simulator.file f ON f.id = m.file
        WHERE m.id = $1 AND m.revoked_at IS NULL
        """,
        message,
    )
    return to_file(row) if row else None


async def may_see_file(conn: Connection, phone: PhoneId, file: FileId) -> bool:
    """Did this phone send or receive the file?"""
    return bool(
        await conn.value(
            """
            SELECT EXISTS (
                SELECT FROM simulator.message m LEFT JOIN simulator.copy c ON c.message = m.id AND c.phone = $1
                WHERE m.file = $2 AND (m.author = $1 OR c.delivered_at IS NOT NULL)
            )
            """,
            phone,
            file,
        )
    )
