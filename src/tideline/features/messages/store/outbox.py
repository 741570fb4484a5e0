"""The next message of a number's lane, with everything a connector has to know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tideline.features.messages.model import Status
from tideline.features.numbers.port import MessageKey, Peer
from tideline.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Checked:
    """What WhatsApp said when it was asked about a phone."""

    is_on_whatsapp: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message about to be sent. It `is_first` when it goes to the phone of somebody nothing was said with yet."""

    status: Status
    content: str
    to: Peer
    text: str | None
    data: dict[str, Any]
    file_uid: UUID | None
    reply_to: MessageKey | None
    is_first: bool = False
    checked: Checked | None = None


async def lock(tx: Tx, uid: UUID, number_id: int) -> Outbound | None:
    row = await tx.row(
        """
        SELECT m.status, m.content, m.text, m.data, m.file_uid, (
                   SELECT ROW(c.phone, c.lid, c.group_jid)
                   FROM tenant.chat c WHERE c.workspace = m.workspace AND c.id = m.chat_id
               ) AS peer, (
                   SELECT ROW(k.is_on_whatsapp, k.checked_at)
                   FROM tenant.chat c
                   JOIN tenant.number_check k
                       ON k.workspace = c.workspace AND k.number_id = c.number_id AND k.phone = c.phone
                   WHERE c.workspace = m.workspace AND c.id = m.chat_id
               ) AS checked, NOT EXISTS (
                   SELECT 1 FROM tenant.message t
                   WHERE t.workspace = m.workspace AND t.chat_id = m.chat_id AND t.type <> 'note'
                     AND (NOT t.from_me OR t.external_id IS NOT NULL)
               ) AS is_first, (
                   SELECT ROW(q.external_id, q.from_me, (
                       SELECT ROW(p.phone, p.lid)
                       FROM tenant.contact p WHERE p.workspace = q.workspace AND p.id = q.sender_id
                   ))
                   FROM tenant.message q
                   WHERE q.workspace = m.workspace AND q.uid = m.reply_to AND q.external_id IS NOT NULL
               ) AS quoted
        FROM tenant.message m
        WHERE m.workspace = $1 AND m.uid = $2 AND m.number_id = $3
        FOR NO KEY UPDATE OF m
        """,
        tx.workspace_id,
        uid,
        number_id,
    )
    if row is None:
        return None
    phone, lid, group_jid = row["peer"]
    to = Peer(group=group_jid) if group_jid else Peer(phone=phone, lid=lid)
    quoted = None
    if row["quoted"]:
        external_id, from_me, writer = row["quoted"]
        quoted = MessageKey(to, external_id, from_me, Peer(*writer) if writer else None)
    return Outbound(
        Status(row["status"]),
        row["content"],
        to,
        row["text"],
        row["data"],
        row["file_uid"],
        quoted,
        is_first=row["is_first"] and phone is not None,
        checked=Checked(*row["checked"]) if row["checked"] else None,
    )
