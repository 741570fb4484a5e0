"""The next message of a number's lane, with everything a connector has to know."""

from dataclasses import dataclass
from uuid import UUID

from tideline.features.messages.model import Status
from tideline.features.numbers.port import MessageKey, Peer
from tideline.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message about to be sent."""

    status: Status
    content: str
    to: Peer
    text: str | None
    file_uid: UUID | None
    reply_to: MessageKey | None


async def lock(tx: Tx, uid: UUID, number_id: int) -> Outbound | None:
    row = await tx.row(
        """
        SELECT m.status, m.content, m.text, m.file_uid, (
                   SELECT ROW(c.phone, c.lid, c.group_jid)
                   FROM tenant.chat c WHERE c.workspace = m.workspace AND c.id = m.chat_id
               ) AS peer, (
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
    return Outbound(Status(row["status"]), row["content"], to, row["text"], row["file_uid"], quoted)
