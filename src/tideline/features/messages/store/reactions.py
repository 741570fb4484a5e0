"""The rows of reactions: one for each person and message, also after it was taken away."""

from dataclasses import dataclass
from uuid import UUID

from tideline.features.chats import ContactId
from tideline.features.messages.errors import MessageNotFound
from tideline.features.messages.model import MessageType, MessageUid
from tideline.features.messages.reactions import Standing
from tideline.features.numbers.port import MessageKey, Peer
from tideline.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Reactable:
    """What decides whether a message can be reacted to."""

    type: MessageType
    status: str
    is_on_whatsapp: bool
    is_revoked: bool


async def hold_message(tx: Tx, uid: UUID) -> Reactable:
    """Hold a message of a chat that is held, so that its reactions change one after another."""
    row = await tx.row(
        """
        SELECT m.type, m.status, m.external_id IS NOT NULL, m.revoked_at IS NOT NULL
        FROM tenant.message m WHERE m.workspace = $1 AND m.uid = $2 FOR NO KEY UPDATE
        """,
        tx.workspace_id,
        uid,
    )
    if row is None:
        raise MessageNotFound(uid)
    return Reactable(MessageType(row[0]), row[1], row[2], row[3])


async def lock(tx: Tx, uid: UUID, contact_id: ContactId | None) -> Standing | None:
    """One person's reaction, None for the number's own."""
    row = await tx.row(
        """
        SELECT r.emoji, r.reacted_at, r.is_waiting, r.on_whatsapp FROM tenant.reaction r
        WHERE r.workspace = $1 AND r.message_uid = $2 AND r.person = $3 FOR NO KEY UPDATE
        """,
        tx.workspace_id,
        uid,
        _person(contact_id),
    )
    return Standing(*row) if row else None


async def save(tx: Tx, uid: UUID, contact_id: ContactId | None, standing: Standing) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.reaction
            (workspace, message_uid, person, contact_id, emoji, reacted_at, is_waiting, on_whatsapp)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (workspace, message_uid, person) DO UPDATE
        SET emoji = $5, reacted_at = $6, is_waiting = $7, on_whatsapp = $8
        """,
        tx.workspace_id,
        uid,
        _person(contact_id),
        contact_id,
        standing.emoji,
        standing.at,
        standing.is_waiting,
        standing.on_whatsapp,
    )
    if standing.emoji is not None:
        await tx.execute(
            "UPDATE tenant.message SET has_reactions = true WHERE workspace = $1 AND uid = $2 AND NOT has_reactions",
            tx.workspace_id,
            uid,
        )


async def find_waiting(tx: Tx, uid: MessageUid) -> tuple[Standing, MessageKey] | None:
    """Our own reaction if WhatsApp lacks it, and the message as WhatsApp knows it."""
    row = await tx.row(
        """
        SELECT r.emoji, r.reacted_at, r.is_waiting, r.on_whatsapp, m.external_id, m.from_me, (
                   SELECT ROW(c.phone, c.lid, c.group_jid)
                   FROM tenant.chat c WHERE c.workspace = m.workspace AND c.id = m.chat_id
               ) AS peer, (
                   SELECT ROW(p.phone, p.lid)
                   FROM tenant.contact p WHERE p.workspace = m.workspace AND p.id = m.sender_id
               ) AS writer
        FROM tenant.reaction r
        JOIN tenant.message m ON m.workspace = r.workspace AND m.uid = r.message_uid
        WHERE r.workspace = $1 AND r.message_uid = $2 AND r.person = 'own' AND r.is_waiting
        """,
        tx.workspace_id,
        uid,
    )
    if row is None:
        return None
    phone, lid, group_jid = row["peer"]
    chat = Peer(group=group_jid) if group_jid else Peer(phone=phone, lid=lid)
    writer = Peer(*row["writer"]) if row["writer"] else None
    key = MessageKey(chat, row["external_id"], row["from_me"], writer)
    return Standing(row["emoji"], row["reacted_at"], row["is_waiting"], row["on_whatsapp"]), key


def _person(contact_id: ContactId | None) -> str:
    return "own" if contact_id is None else str(contact_id)
