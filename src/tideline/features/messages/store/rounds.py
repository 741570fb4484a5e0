"""The rows of rounds."""

from collections.abc import Sequence
from uuid import UUID

from tideline.features import chats
from tideline.features.messages.model import Message
from tideline.features.messages.rounds import Place, Round
from tideline.features.messages.store import views
from tideline.features.numbers import NumberId
from tideline.features.workspaces import TeammateId
from tideline.platform.db import Row, Tx


async def insert(tx: Tx, new: Round) -> bool:
    """False when there is one under this uid."""
    made = await tx.execute(
        """
        INSERT INTO tenant.round (workspace, uid, teammate_id, number_id, text, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace, uid) DO NOTHING
        """,
        tx.workspace_id,
        new.uid,
        new.teammate_id,
        new.number_id,
        new.text,
        new.created_at,
    )
    return made == 1


async def insert_places(tx: Tx, uid: UUID, places: Sequence[tuple[str, UUID | None, str | None]]) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.round_place (workspace, round_uid, position, typed, message_uid, refusal)
        SELECT $1, $2, new.position, new.typed, new.message_uid, new.refusal
        FROM unnest($3::text[], $4::uuid[], $5::text[]) WITH ORDINALITY AS new (typed, message_uid, refusal, position)
        """,
        tx.workspace_id,
        uid,
        [typed for typed, _, _ in places],
        [message for _, message, _ in places],
        [refusal for _, _, refusal in places],
    )


async def find(tx: Tx, uid: UUID) -> Round | None:
    row = await tx.row(
        """
        SELECT r.uid, r.teammate_id, r.number_id, r.text, r.created_at FROM tenant.round r
        WHERE r.workspace = $1 AND r.uid = $2
        """,
        tx.workspace_id,
        uid,
    )
    return _round(row) if row else None


async def list_newest(tx: Tx, teammate_id: int, limit: int) -> list[Round]:
    rows = await tx.fetch(
        """
        SELECT r.uid, r.teammate_id, r.number_id, r.text, r.created_at FROM tenant.round r
        WHERE r.workspace = $1 AND r.teammate_id = $2 ORDER BY r.created_at DESC LIMIT $3
        """,
        tx.workspace_id,
        teammate_id,
        limit,
    )
    return [_round(row) for row in rows]


async def list_places(tx: Tx, uid: UUID) -> list[Place]:
    """In the order in which they were named, each with its message as it is now."""
    rows = await tx.fetch(
        """
        SELECT p.typed, p.message_uid, p.refusal FROM tenant.round_place p
        WHERE p.workspace = $1 AND p.round_uid = $2 ORDER BY p.position
        """,
        tx.workspace_id,
        uid,
    )
    stored = await views.find_rows(tx, [row["message_uid"] for row in rows if row["message_uid"]])
    known = await chats.get_many(tx, {row["chat_id"] for row in stored})
    messages = views.read_of_chats(stored, known)
    return [_place(row, messages.get(row["message_uid"]), known) for row in rows]


def _place(row: Row, message: Message | None, known: dict[chats.ChatId, chats.Chat]) -> Place:
    return Place(row["typed"], message, known.get(message.chat_id) if message else None, row["refusal"])


def _round(row: Row) -> Round:
    return Round(row["uid"], TeammateId(row["teammate_id"]), NumberId(row["number_id"]), row["text"], row["created_at"])
