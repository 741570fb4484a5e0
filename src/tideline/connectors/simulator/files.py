"""Bytes into the world and out of it, chunk by chunk."""

from collections.abc import AsyncIterator
from datetime import timedelta

from tideline.connectors.simulator.errors import FileTooLarge
from tideline.connectors.simulator.model import CHUNK, FILE_LIMITS, File, FileId
from tideline.connectors.simulator.store import files as store
from tideline.features.numbers.port import MediaKind, Sound
from tideline.platform.db import Database

UNSENT_FOR = timedelta(hours=1)


async def keep(
    db: Database,
    kind: MediaKind,
    filename: str,
    mimetype: str,
    chunks: AsyncIterator[bytes],
    *,
    sound: Sound | None = None,
) -> File:
    """Store a file that a message is about to carry. Nothing is held open while the source is slow."""
    async with db.system_read() as conn:
        await store.drop_unsent(conn, conn.now - UNSENT_FOR)
        file = await store.insert_file(conn, kind, filename, mimetype, sound, conn.now)
    try:
        size = await _fill(db, file, chunks, FILE_LIMITS[kind])
    except BaseException:
        await drop(db, file)
        raise
    return File(file, kind, filename, mimetype, size, sound)


async def _fill(db: Database, file: FileId, chunks: AsyncIterator[bytes], limit: int) -> int:
    size = 0
    async for n, chunk in _evenly(chunks):
        size += len(chunk)
        if size > limit:
            raise FileTooLarge(f"WhatsApp takes at most {limit // 1024 // 1024} MB of this kind.", limit=limit)
        async with db.system_read() as conn:
            await store.add_chunk(conn, file, n, chunk)
    return size


async def _evenly(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    """The same bytes in numbered pieces of one size."""
    n, rest = 0, bytearray()
    async for chunk in chunks:
        rest += chunk
        while len(rest) >= CHUNK:
            yield n, bytes(rest[:CHUNK])
            del rest[:CHUNK]
            n += 1
    if rest:
        yield n, bytes(rest)


async def drop(db: Database, file: FileId) -> None:
    async with db.system_read() as conn:
        await store.drop_file(conn, file)


async def stream(db: Database, file: FileId) -> AsyncIterator[bytes]:
    n = 0
    while True:
        async with db.system_read() as conn:
            chunk = await store.read_chunk(conn, file, n)
        if chunk is None:
            return
        yield chunk
        n += 1


async def once(data: bytes) -> AsyncIterator[bytes]:
    """Bytes that are in memory already, as a source."""
    yield data
