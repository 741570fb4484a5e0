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
    to: Peer
    text: str | None
    file_uid: UUID | None
    reply_to: MessageKey | None


async def lock(tx: Tx, uid: UUID, number_id: int) -> Outbound | None:
    row = await tx.row(
        """
        SELECT m.status, m.text, m.file_uid, c.phone, c.lid, c.group_jid,
               q.external_id AS quoted, q.from_me AS quoted_from_me, p.phone AS quoted_phone, p.lid AS quoted_lid
        FROM tenant.message m
        JOIN tenant.chat c ON c.workspace = m.workspace AND c.id = m.chat_id
        LEFT JOIN tenant.message q ON q.workspace = m.workspace AND q.uid = m.reply_to
        LEFT JOIN tenant.contact p ON p.workspace = q.workspace AND p.id = q.sender_id
        WHERE m.workspace = $1 AND m.uid = $2 AND m.number_id = $3
        FOR NO KEY UPDATE OF m
        """,
        tx.workspace_id,
        uid,
        number_id,
    )
    if row is None:
        return None
    to = Peer(group=row["group_jid"]) if row["group_jid"] else Peer(phone=row["phone"], lid=row["lid"])
    quoted = None
    if row["quoted"]:
        has_writer = row["quoted_phone"] or row["quoted_lid"]
        writer = Peer(phone=row["quoted_phone"], lid=row["quoted_lid"]) if has_writer else None
        quoted = MessageKey(to, row["quoted"], row["quoted_from_me"], writer)
    return Outbound(Status(row["status"]), to, row["text"], row["file_uid"], quoted)
