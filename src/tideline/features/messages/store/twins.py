"""Messages of ours that came back from WhatsApp before we knew what it calls them."""

from collections import defaultdict
from collections.abc import Mapping

from tideline.features import search
from tideline.features.messages.model import MessageUid, Status
from tideline.features.messages.statuses import Receipt
from tideline.platform.db import Row, Tx


async def dissolve(tx: Tx, number_id: int, names: Mapping[str, MessageUid]) -> dict[str, list[Receipt]]:
    """Where another row has one of these outside ids, it goes away; what receipts had told about it is the answer."""
    rows = await tx.fetch(
        """
        SELECT m.external_id, m.uid, m.chat_id, m.delivered_at, m.read_at FROM tenant.message m
        WHERE m.workspace = $1 AND m.number_id = $2 AND m.external_id = ANY ($3::text[]) AND m.from_me
        """,
        tx.workspace_id,
        number_id,
        list(names),
    )
    told: dict[str, list[Receipt]] = defaultdict(list)
    for row in rows:
        ours = names[row["external_id"]]
        if row["uid"] != ours:
            await _give_way(tx, row, ours)
            for status, at in ((Status.DELIVERED, row["delivered_at"]), (Status.READ, row["read_at"])):
                if at is not None:
                    told[row["external_id"]].append(Receipt(status, at))
    return told


async def _give_way(tx: Tx, twin: Row, ours: MessageUid) -> None:
    moved = await tx.execute(
        "UPDATE tenant.reaction SET message_uid = $3 WHERE workspace = $1 AND message_uid = $2",
        tx.workspace_id,
        twin["uid"],
        ours,
    )
    if moved:
        await tx.execute(
            "UPDATE tenant.message SET has_reactions = true WHERE workspace = $1 AND uid = $2", tx.workspace_id, ours
        )
    await tx.execute(
        """
        UPDATE tenant.chat SET last_message_uid = $4, updated_at = GREATEST(updated_at, $5)
        WHERE workspace = $1 AND id = $2 AND last_message_uid = $3
        """,
        tx.workspace_id,
        twin["chat_id"],
        twin["uid"],
        ours,
        tx.now,
    )
    await search.remove(tx, twin["uid"])
    await tx.execute("DELETE FROM tenant.message WHERE workspace = $1 AND uid = $2", tx.workspace_id, twin["uid"])
