"""New rows of messages, and finding messages by what WhatsApp calls them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from tideline.features import search
from tideline.features.messages.drafts import Draft, entry
from tideline.features.messages.model import MessageUid, Quotable
from tideline.platform.db import Tx


async def insert(tx: Tx, drafts: Sequence[Draft]) -> set[MessageUid]:
    """Store new messages, with what they are found by, and say which ones were stored: those that are known already
    change nothing."""
    charges = [draft.charge for draft in drafts]
    rows = await tx.fetch(
        """
        INSERT INTO tenant.message
            (workspace, received_at, uid, chat_id, number_id, external_id, from_me, type, content, text, status,
             origin, at, sender_id, sender_name, created_by, reply_to, file_uid, sent_at, data,
             credits_period, credits_balance, charged_period, is_private, metadata, raw)
        SELECT $1, $2, new.*
        FROM unnest($3::uuid[], $4::int[], $5::int[], $6::text[], $7::bool[], $8::text[], $9::text[], $10::text[],
                    $11::text[], $12::text[], $13::timestamptz[], $14::int[], $15::text[], $16::int[], $17::uuid[],
                    $18::uuid[], $19::timestamptz[], $20::jsonb[], $21::smallint[], $22::smallint[],
                    $23::timestamptz[], $24::bool[], $25::jsonb[], $26::jsonb[]) AS new
        ON CONFLICT (workspace, number_id, external_id) WHERE external_id IS NOT NULL DO NOTHING
        RETURNING uid
        """,
        tx.workspace_id,
        tx.now,
        [draft.uid for draft in drafts],
        [draft.chat_id for draft in drafts],
        [draft.number_id for draft in drafts],
        [draft.external_id for draft in drafts],
        [draft.from_me for draft in drafts],
        [draft.type for draft in drafts],
        [draft.content for draft in drafts],
        [draft.text for draft in drafts],
        [draft.status for draft in drafts],
        [draft.origin for draft in drafts],
        [draft.at for draft in drafts],
        [draft.sender_id for draft in drafts],
        [draft.sender_name for draft in drafts],
        [draft.created_by for draft in drafts],
        [draft.reply_to for draft in drafts],
        [draft.attachment.uid if draft.attachment else None for draft in drafts],
        [draft.sent_at for draft in drafts],
        [draft.data for draft in drafts],
        [charge.from_period if charge else 0 for charge in charges],
        [charge.from_balance if charge else 0 for charge in charges],
        [charge.period_start if charge else None for charge in charges],
        [draft.is_private for draft in drafts],
        [draft.metadata for draft in drafts],
        [draft.raw for draft in drafts],
    )
    stored = {MessageUid(row["uid"]) for row in rows}
    entries = [found for draft in drafts if draft.uid in stored and (found := entry(draft))]
    if entries:
        await search.put(tx, entries)
    return stored


async def find_external(tx: Tx, number_id: int, external_ids: Collection[str]) -> dict[str, MessageUid]:
    """The messages behind WhatsApp's ids, as far as they are known."""
    rows = await tx.fetch(
        """
        SELECT m.external_id, m.uid FROM tenant.message m
        WHERE m.workspace = $1 AND m.number_id = $2 AND m.external_id = ANY ($3::text[])
        """,
        tx.workspace_id,
        number_id,
        list(external_ids),
    )
    return {row["external_id"]: MessageUid(row["uid"]) for row in rows}


async def find_quotable(tx: Tx, uids: Collection[UUID]) -> dict[UUID, Quotable]:
    """Those of these messages that are on WhatsApp: a note would be quoted to whom it is not for."""
    rows = await tx.fetch(
        """
        SELECT m.uid, m.chat_id, m.number_id FROM tenant.message m
        WHERE m.workspace = $1 AND m.uid = ANY ($2::uuid[]) AND m.type = 'whatsapp'
        """,
        tx.workspace_id,
        list(uids),
    )
    return {row["uid"]: Quotable(row["uid"], row["chat_id"], row["number_id"]) for row in rows}
