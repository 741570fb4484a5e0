"""Stored messages as what they are found by."""

from collections.abc import Collection
from uuid import UUID

from tideline.features import search
from tideline.features.search import Entry
from tideline.platform.db import Row, Tx


async def list_entries(tx: Tx, uids: Collection[UUID]) -> list[Entry]:
    """Of these messages those in which there is something to find."""
    rows = await tx.fetch(
        """
        SELECT m.uid, m.at, m.chat_id, m.number_id, m.from_me, m.type, m.sender_id, m.created_by, m.text, (
            SELECT f.filename FROM tenant.file f WHERE f.workspace = m.workspace AND f.uid = m.file_uid
        ) AS filename
        FROM tenant.message m
        WHERE m.workspace = $1 AND m.uid = ANY ($2::uuid[])
        """,
        tx.workspace_id,
        list(uids),
    )
    return [entry for entry in map(_read, rows) if entry.words]


def _read(row: Row) -> Entry:
    return Entry(
        row["uid"],
        row["at"],
        row["chat_id"],
        row["number_id"],
        row["from_me"],
        row["type"],
        row["sender_id"],
        row["created_by"],
        search.stored_words(row["text"], row["filename"]),
    )


async def hold_older(tx: Tx, before: UUID, limit: int) -> list[UUID]:
    """The newest messages before this one, which nobody can change until the transaction ends."""
    rows = await tx.fetch(
        """
        SELECT m.uid FROM tenant.message m WHERE m.workspace = $1 AND m.uid < $2
        ORDER BY m.uid DESC LIMIT $3 FOR SHARE OF m
        """,
        tx.workspace_id,
        before,
        limit,
    )
    return [row["uid"] for row in rows]
