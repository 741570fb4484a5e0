"""How far sent messages are: their states, their names at WhatsApp, and receipts that came too early."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tideline.features.chats import ChatId
from tideline.features.messages.model import Failure, MessageUid, Status
from tideline.features.messages.statuses import Progress, Receipt
from tideline.features.numbers.port import FailureReason
from tideline.features.workspaces import Charge
from tideline.platform.db import Row, SystemTx, Tx

_COLUMNS: Final = """
    m.uid, m.chat_id, m.number_id, m.external_id, m.from_me, m.status, m.sent_at, m.delivered_at, m.read_at,
    m.failed_at, m.failure, m.credits_period, m.credits_balance, m.charged_period, m.data
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of ours with its progress; `charge` is what it cost, None if nothing or given back."""

    uid: MessageUid
    chat_id: ChatId
    external_id: str | None
    progress: Progress
    charge: Charge | None
    data: dict[str, Any]


def _read(row: Row) -> Sent:
    progress = Progress(
        Status(row["status"]), row["sent_at"], row["delivered_at"], row["read_at"], row["failed_at"], _failure(row)
    )
    cost = row["credits_period"] + row["credits_balance"]
    charge = Charge(row["credits_period"], row["credits_balance"], row["charged_period"]) if cost else None
    return Sent(row["uid"], row["chat_id"], row["external_id"], progress, charge, row["data"])


def _failure(row: Row) -> Failure | None:
    return msgspec.convert(row["failure"], Failure) if row["failure"] else None


async def find_reached(tx: Tx, uid: UUID) -> tuple[Progress, bool] | None:
    """When a message got where, whatever kind of message it is, and whether its number is a business number."""
    row = await tx.row(
        """
        SELECT m.sent_at, m.delivered_at, m.read_at, m.failed_at, m.failure, n.is_business
        FROM tenant.message m
        JOIN tenant.number n ON n.workspace = m.workspace AND n.id = m.number_id
        WHERE m.workspace = $1 AND m.uid = $2
        """,
        tx.workspace_id,
        uid,
    )
    if row is None:
        return None
    return Progress(Status.PENDING, row[0], row[1], row[2], row[3], _failure(row)), row["is_business"]


async def lock(tx: Tx, uids: Collection[UUID], number_id: int) -> dict[MessageUid, Sent]:
    """Hold messages that this number sent."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM tenant.message m
        WHERE m.workspace = $1 AND m.uid = ANY ($2::uuid[]) AND m.number_id = $3 AND m.from_me AND m.type = 'whatsapp'
        ORDER BY m.uid FOR NO KEY UPDATE OF m
        """,
        tx.workspace_id,
        list(uids),
        number_id,
    )
    return {row["uid"]: _read(row) for row in rows}


async def lock_external(tx: Tx, number_id: int, external_ids: Collection[str]) -> dict[str, Sent]:
    """Hold messages that this number sent, by WhatsApp's ids."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM tenant.message m
        WHERE m.workspace = $1 AND m.number_id = $2 AND m.external_id = ANY ($3::text[])
          AND m.from_me AND m.type = 'whatsapp'
        ORDER BY m.uid FOR NO KEY UPDATE OF m
        """,
        tx.workspace_id,
        number_id,
        list(external_ids),
    )
    return {row["external_id"]: _read(row) for row in rows}


async def lock_in_doubt(tx: Tx, number_id: int) -> set[int]:
    """Wait for sends of this number that are being recorded, hold those still open, and say in which chats they are."""
    rows = await tx.fetch(
        """
        SELECT m.chat_id FROM tenant.message m
        WHERE m.workspace = $1 AND m.number_id = $2 AND m.status = 'Sending'
        ORDER BY m.uid FOR NO KEY UPDATE OF m
        """,
        tx.workspace_id,
        number_id,
    )
    return {row["chat_id"] for row in rows}


async def list_workspaces_in_doubt(tx: SystemTx, sent_before: datetime, received_before: datetime) -> list[int]:
    """Workspaces with messages in doubt since the one time, or with early receipts of before the other."""
    rows = await tx.fetch(
        """
        SELECT workspace FROM tenant.message WHERE status = 'Sending' AND sending_at < $1
        UNION
        SELECT workspace FROM tenant.early_receipt WHERE received_at < $2
        """,
        sent_before,
        received_before,
    )
    return sorted(row["workspace"] for row in rows)


@dataclass(frozen=True, slots=True)
class Doubted:
    """A message that was handed to WhatsApp, of which nothing is known since."""

    uid: MessageUid
    chat_id: ChatId
    content: str
    text: str | None


async def list_doubted(tx: Tx, number_id: int) -> list[Doubted]:
    """What this number has handed to WhatsApp and heard nothing of."""
    rows = await tx.fetch(
        """
        SELECT m.uid, m.chat_id, m.content, m.text FROM tenant.message m
        WHERE m.workspace = $1 AND m.number_id = $2 AND m.status = 'Sending' AND m.external_id IS NULL
        ORDER BY m.uid
        """,
        tx.workspace_id,
        number_id,
    )
    return [Doubted(row["uid"], row["chat_id"], row["content"], row["text"]) for row in rows]


async def list_early(tx: Tx, number_id: int) -> dict[str, datetime]:
    """Names of messages that have arrived somewhere before we knew them, and when they did. That something was read
    may be said of what is from before the link."""
    rows = await tx.fetch(
        """
        SELECT e.external_id, min(e.at) AS at FROM tenant.early_receipt e
        WHERE e.workspace = $1 AND e.number_id = $2 AND e.status IN ('Sent', 'Delivered') GROUP BY e.external_id
        """,
        tx.workspace_id,
        number_id,
    )
    return {row["external_id"]: row["at"] for row in rows}


async def list_in_doubt(tx: Tx, before: datetime) -> list[tuple[MessageUid, int]]:
    """Messages (and their numbers) that were handed to WhatsApp before this time and of which nothing was heard."""
    rows = await tx.fetch(
        """
        SELECT m.uid, m.number_id FROM tenant.message m
        WHERE m.workspace = $1 AND m.status = 'Sending' AND m.sending_at < $2
        ORDER BY m.sending_at LIMIT 500
        """,
        tx.workspace_id,
        before,
    )
    return [(MessageUid(row["uid"]), row["number_id"]) for row in rows]


async def save(tx: Tx, changed: Sequence[Sent]) -> None:
    """Write what is known of these messages now. Credits that were given back are no longer on them."""
    now = [sent.progress for sent in changed]
    await tx.execute(
        """
        UPDATE tenant.message m
        SET external_id = new.external_id, status = new.status, sent_at = new.sent_at,
            delivered_at = new.delivered_at, read_at = new.read_at, failed_at = new.failed_at, failure = new.failure,
            data = new.data,
            credits_period = CASE WHEN new.is_charged THEN m.credits_period ELSE 0 END,
            credits_balance = CASE WHEN new.is_charged THEN m.credits_balance ELSE 0 END
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
                    $8::timestamptz[], $9::jsonb[], $10::jsonb[], $11::bool[])
             AS new (uid, external_id, status, sent_at, delivered_at, read_at, failed_at, failure, data, is_charged)
        WHERE m.workspace = $1 AND m.uid = ANY ($2::uuid[]) AND m.uid = new.uid
        """,
        tx.workspace_id,
        [sent.uid for sent in changed],
        [sent.external_id for sent in changed],
        [progress.status for progress in now],
        [progress.sent_at for progress in now],
        [progress.delivered_at for progress in now],
        [progress.read_at for progress in now],
        [progress.failed_at for progress in now],
        [progress.failure for progress in now],
        [sent.data for sent in changed],
        [sent.charge is not None for sent in changed],
    )


async def set_sending(tx: Tx, uid: UUID) -> None:
    """It is being handed to WhatsApp from this moment."""
    await tx.execute(
        "UPDATE tenant.message SET status = 'Sending', sending_at = $3 WHERE workspace = $1 AND uid = $2",
        tx.workspace_id,
        uid,
        tx.now,
    )


async def take_back(tx: Tx, uid: UUID) -> None:
    """WhatsApp did not take it: it waits again."""
    await tx.execute(
        """
        UPDATE tenant.message SET status = 'Pending', sending_at = NULL
        WHERE workspace = $1 AND uid = $2 AND status = 'Sending'
        """,
        tx.workspace_id,
        uid,
    )


# Receipts that came before the send was recorded -----------------------------------------------------------


async def keep_early(tx: Tx, number_id: int, receipts: Mapping[str, Sequence[Receipt]]) -> None:
    flat = [(external_id, receipt) for external_id, some in receipts.items() for receipt in some]
    await tx.execute(
        """
        INSERT INTO tenant.early_receipt
            (workspace, number_id, received_at, external_id, status, at, error, failure, pricing)
        SELECT $1, $2, $3, new.*
        FROM unnest($4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::jsonb[], $9::jsonb[]) AS new
        ON CONFLICT (workspace, number_id, external_id, status) DO NOTHING
        """,
        tx.workspace_id,
        number_id,
        tx.now,
        [external_id for external_id, _ in flat],
        [receipt.status for _, receipt in flat],
        [receipt.at for _, receipt in flat],
        [receipt.error for _, receipt in flat],
        [asdict(receipt.reason) if receipt.reason else None for _, receipt in flat],
        [dict(receipt.pricing) if receipt.pricing else None for _, receipt in flat],
    )


async def take_early(tx: Tx, number_id: int, external_ids: Collection[str]) -> dict[str, list[Receipt]]:
    rows = await tx.fetch(
        """
        DELETE FROM tenant.early_receipt e
        WHERE e.workspace = $1 AND e.number_id = $2 AND e.external_id = ANY ($3::text[])
        RETURNING e.external_id, e.status, e.at, e.error, e.failure, e.pricing
        """,
        tx.workspace_id,
        number_id,
        list(external_ids),
    )
    taken: dict[str, list[Receipt]] = defaultdict(list)
    for row in rows:
        reason = FailureReason(**row["failure"]) if row["failure"] else None
        receipt = Receipt(Status(row["status"]), row["at"], row["error"], reason, row["pricing"])
        taken[row["external_id"]].append(receipt)
    return taken


async def drop_early(tx: Tx, before: datetime) -> int:
    """Forget early receipts whose send was never recorded."""
    return await tx.execute(
        "DELETE FROM tenant.early_receipt e WHERE e.workspace = $1 AND e.received_at < $2", tx.workspace_id, before
    )
