"""The rows about pictures of chats."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tideline.features.chats.model import ChatId
from tideline.features.chats.sight import Sight
from tideline.features.chats.store.sight import seen_by
from tideline.features.numbers.port import Peer
from tideline.platform.db import SystemTx, Tx


@dataclass(frozen=True, slots=True)
class Looked:
    """Whose picture it is, and what we saw last."""

    peer: Peer
    picture_id: str | None
    looked_at: datetime | None


async def find(tx: Tx, chat_id: int) -> Looked | None:
    row = await tx.row(
        """
        SELECT c.phone, c.lid, c.group_jid, p.picture_id, p.looked_at
        FROM tenant.chat c LEFT JOIN tenant.chat_photo p ON p.workspace = c.workspace AND p.chat_id = c.id
        WHERE c.workspace = $1 AND c.id = $2
        """,
        tx.workspace_id,
        chat_id,
    )
    if row is None:
        return None
    group = row["group_jid"]
    peer = Peer(group=group) if group else Peer(phone=row["phone"], lid=row["lid"])
    return Looked(peer, row["picture_id"], row["looked_at"])


async def save(tx: Tx, chat_id: int, picture_id: str | None, due_at: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.chat_photo (workspace, chat_id, picture_id, looked_at, due_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace, chat_id) DO UPDATE SET picture_id = $3, looked_at = $4, due_at = $5
        """,
        tx.workspace_id,
        chat_id,
        picture_id,
        tx.now,
        due_at,
    )


async def put_off(tx: Tx, chat_id: int, due_at: datetime) -> None:
    """It could not be looked at. What we know of it stays."""
    await tx.execute(
        """
        INSERT INTO tenant.chat_photo (workspace, chat_id, looked_at, due_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, chat_id) DO UPDATE SET due_at = $4
        """,
        tx.workspace_id,
        chat_id,
        tx.now,
        due_at,
    )


async def lock(tx: Tx, chat_id: int) -> UUID | None:
    """Hold a chat, and say which file it shows."""
    uid: UUID | None = await tx.value(
        "SELECT c.photo_uid FROM tenant.chat c WHERE c.workspace = $1 AND c.id = $2 FOR NO KEY UPDATE",
        tx.workspace_id,
        chat_id,
    )
    return uid


async def show(tx: Tx, chat_id: int, uid: UUID | None) -> bool:
    """False when the chat is not there any more."""
    changed = await tx.execute(
        """
        UPDATE tenant.chat SET photo_uid = $3, updated_at = GREATEST(updated_at, $4) WHERE workspace = $1 AND id = $2
        """,
        tx.workspace_id,
        chat_id,
        uid,
        tx.now,
    )
    return changed == 1


async def list_shown(tx: Tx, chats: Collection[int], sight: Sight | None) -> dict[ChatId, UUID]:
    """The files that these chats show; with a sight, those of chats in it."""
    seen = "true" if sight is None else seen_by(sight, "$3::int")
    rows = await tx.fetch(
        f"""
        SELECT c.id, c.photo_uid FROM tenant.chat c
        WHERE c.workspace = $1 AND c.id = ANY ($2::int[]) AND c.photo_uid IS NOT NULL AND {seen}
        """,
        tx.workspace_id,
        list(chats),
        *([] if sight is None else [sight.teammate_id]),
    )
    return {ChatId(row["id"]): row["photo_uid"] for row in rows}


async def list_workspaces_due(tx: SystemTx, at: datetime) -> list[int]:
    rows = await tx.fetch("SELECT DISTINCT p.workspace FROM tenant.chat_photo p WHERE p.due_at <= $1", at)
    return [row["workspace"] for row in rows]


async def take_due(tx: Tx, until: datetime, limit: int) -> dict[ChatId, int]:
    """Chats whose picture is due, with their numbers, if there was talk since we looked. All of them are due later."""
    rows = await tx.fetch(
        """
        SELECT p.chat_id FROM tenant.chat_photo p
        WHERE p.workspace = $1 AND p.due_at <= $2 ORDER BY p.due_at LIMIT $3 FOR UPDATE
        """,
        tx.workspace_id,
        tx.now,
        limit,
    )
    rows = await tx.fetch(
        """
        UPDATE tenant.chat_photo p SET due_at = $3 FROM tenant.chat c
        WHERE p.workspace = $1 AND p.chat_id = ANY ($2::int[]) AND c.workspace = p.workspace AND c.id = p.chat_id
        RETURNING c.id, c.number_id, c.last_message_at > p.looked_at AS has_talked
        """,
        tx.workspace_id,
        [row["chat_id"] for row in rows],
        until,
    )
    return {ChatId(row["id"]): row["number_id"] for row in rows if row["has_talked"]}
