"""Stored messages that somebody edits, takes back or reacts to; reactions themselves are in `reactions`."""

from datetime import datetime

from tideline.features.messages.model import MessageUid
from tideline.features.messages.people import Target
from tideline.platform.db import Tx


async def lock(tx: Tx, number_id: int, external_id: str) -> Target | None:
    row = await tx.row(
        """
        SELECT m.uid, m.chat_id, m.from_me, COALESCE((
                   SELECT p.merged_into FROM tenant.contact p WHERE p.workspace = m.workspace AND p.id = m.sender_id
               ), m.sender_id), m.edited_at, m.revoked_at, (
                   SELECT f.uid FROM tenant.file f
                   WHERE f.workspace = m.workspace AND f.uid = m.file_uid AND f.purpose = 'media'
               )
        FROM tenant.message m
        WHERE m.workspace = $1 AND m.number_id = $2 AND m.external_id = $3 AND m.type = 'whatsapp'
        FOR NO KEY UPDATE OF m
        """,
        tx.workspace_id,
        number_id,
        external_id,
    )
    return Target(*row) if row else None


async def edit(tx: Tx, uid: MessageUid, text: str | None, at: datetime) -> None:
    await tx.execute(
        "UPDATE tenant.message SET text = $3, edited_at = $4 WHERE workspace = $1 AND uid = $2",
        tx.workspace_id,
        uid,
        text,
        at,
    )


async def revoke(tx: Tx, uid: MessageUid, at: datetime) -> None:
    await tx.execute(
        """
        UPDATE tenant.message SET text = NULL, file_uid = NULL, revoked_at = $3, data = '{"revoked": true}',
                                  raw = NULL
        WHERE workspace = $1 AND uid = $2
        """,
        tx.workspace_id,
        uid,
        at,
    )


async def has_incoming_after(tx: Tx, chat_id: int, at: datetime) -> bool:
    found = await tx.value(
        """
        SELECT 1 FROM tenant.message m
        WHERE m.workspace = $1 AND m.chat_id = $2 AND NOT m.from_me AND m.at > $3 LIMIT 1
        """,
        tx.workspace_id,
        chat_id,
        at,
    )
    return found is not None
