"""Stored messages that somebody edits, takes back or reacts to."""

from datetime import datetime

from tideline.features.chats import ContactId
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
        UPDATE tenant.message SET text = NULL, file_uid = NULL, revoked_at = $3, data = '{"revoked": true}'
        WHERE workspace = $1 AND uid = $2
        """,
        tx.workspace_id,
        uid,
        at,
    )


async def react(tx: Tx, uid: MessageUid, contact_id: ContactId | None, emoji: str, at: datetime) -> bool:
    """One reaction per person, the latest one; false when nothing changed."""
    changed = await tx.execute(
        """
        INSERT INTO tenant.reaction AS r (workspace, message_uid, person, contact_id, emoji, reacted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace, message_uid, person) DO UPDATE SET emoji = $5, reacted_at = $6
        WHERE r.reacted_at <= $6 AND r.emoji <> $5
        """,
        tx.workspace_id,
        uid,
        _person(contact_id),
        contact_id,
        emoji,
        at,
    )
    if changed:
        await tx.execute(
            "UPDATE tenant.message SET has_reactions = true WHERE workspace = $1 AND uid = $2 AND NOT has_reactions",
            tx.workspace_id,
            uid,
        )
    return changed > 0


async def unreact(tx: Tx, uid: MessageUid, contact_id: ContactId | None, at: datetime) -> bool:
    removed = await tx.execute(
        """
        DELETE FROM tenant.reaction r
        WHERE r.workspace = $1 AND r.message_uid = $2 AND r.person = $3 AND r.reacted_at <= $4
        """,
        tx.workspace_id,
        uid,
        _person(contact_id),
        at,
    )
    return removed > 0


def _person(contact_id: ContactId | None) -> str:
    return "own" if contact_id is None else str(contact_id)


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
