"""What has to move when two chats become one."""

from tideline.features.chats import names
from tideline.features.chats.merging import Combined
from tideline.features.chats.model import ChatId, ContactId
from tideline.platform.db import Tx


async def move_messages(tx: Tx, stays: ChatId, goes: ChatId) -> None:
    await tx.execute(
        "UPDATE tenant.message SET chat_id = $2 WHERE workspace = $1 AND chat_id = $3", tx.workspace_id, stays, goes
    )


async def move_labels(tx: Tx, stays: ChatId, goes: ChatId) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.chat_label (workspace, chat_id, label_id, added_at)
        SELECT $1, $2, l.label_id, l.added_at FROM tenant.chat_label l WHERE l.workspace = $1 AND l.chat_id = $3
        ON CONFLICT (workspace, chat_id, label_id) DO NOTHING
        """,
        tx.workspace_id,
        stays,
        goes,
    )


async def move_mentions(tx: Tx, stays: ChatId, goes: ChatId) -> None:
    """Who was mentioned in either chat sees the one that stays, since the first time."""
    await tx.execute(
        """
        INSERT INTO tenant.chat_mention AS m (workspace, chat_id, teammate_id, first_at)
        SELECT $1, $2, o.teammate_id, o.first_at FROM tenant.chat_mention o WHERE o.workspace = $1 AND o.chat_id = $3
        ON CONFLICT (workspace, chat_id, teammate_id) DO UPDATE SET first_at = LEAST(m.first_at, excluded.first_at)
        """,
        tx.workspace_id,
        stays,
        goes,
    )


async def move_reactions(tx: Tx, stays: ContactId, goes: ContactId) -> None:
    """Reactions of a person known twice; where both rows reacted, the later reaction is left."""
    await tx.execute(
        """
        DELETE FROM tenant.reaction r USING tenant.reaction o
        WHERE r.workspace = $1 AND o.workspace = $1 AND o.message_uid = r.message_uid
          AND ((r.contact_id = $3 AND o.contact_id = $2 AND o.reacted_at >= r.reacted_at)
            OR (r.contact_id = $2 AND o.contact_id = $3 AND o.reacted_at > r.reacted_at))
        """,
        tx.workspace_id,
        stays,
        goes,
    )
    await tx.execute(
        "UPDATE tenant.reaction SET contact_id = $2, person = $4 WHERE workspace = $1 AND contact_id = $3",
        tx.workspace_id,
        stays,
        goes,
        str(stays),
    )


async def leave_alias(tx: Tx, stays: ChatId, goes: ChatId) -> None:
    """The id that goes, and those that had led to it, answer with the chat that stays."""
    await tx.execute(
        "UPDATE tenant.chat_alias SET chat_id = $2 WHERE workspace = $1 AND chat_id = $3", tx.workspace_id, stays, goes
    )
    await tx.execute(
        "INSERT INTO tenant.chat_alias (workspace, old_id, chat_id, created_at) VALUES ($1, $3, $2, $4)",
        tx.workspace_id,
        stays,
        goes,
        tx.now,
    )


async def delete(tx: Tx, goes: ChatId) -> None:
    await tx.execute("DELETE FROM tenant.chat WHERE workspace = $1 AND id = $2", tx.workspace_id, goes)


async def save(tx: Tx, stays: ChatId, contact_id: ContactId, combined: Combined) -> None:
    """The chat that stays, as both of them together."""
    await tx.execute(
        """
        UPDATE tenant.chat
        SET contact_id = $3, name = $4, name_key = $5, is_renamed = $6, is_read = $7, closed_at = $8,
            responsible_id = $9, autoresponse = $10, autoresponse_locked = $11, unattended = $12, photo_uid = $13,
            labels = $14, last_message_uid = $15, last_message_at = $16, read_until = $17,
            metadata = $18, window_until = $19, waiting_since = $20, updated_at = GREATEST(updated_at, $21)
        WHERE workspace = $1 AND id = $2
        """,
        tx.workspace_id,
        stays,
        contact_id,
        combined.name,
        names.key(combined.name),
        combined.is_renamed,
        combined.is_read,
        combined.closed_at,
        combined.responsible_id,
        combined.autoresponse,
        combined.autoresponse_locked,
        combined.unattended,
        combined.photo_uid,
        combined.labels,
        combined.last_message_uid,
        combined.last_message_at,
        combined.read_until,
        combined.metadata,
        combined.window_until,
        combined.waiting_since,
        tx.now,
    )
    await tx.execute(
        "UPDATE tenant.chat_search SET name_key = $3 WHERE workspace = $1 AND chat_id = $2",
        tx.workspace_id,
        stays,
        names.key(combined.name),
    )
