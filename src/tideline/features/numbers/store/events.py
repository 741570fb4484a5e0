"""Events of connectors that could not be stored."""

from uuid import UUID

from tideline.platform.db import Tx


async def set_aside(
    tx: Tx, number_id: int, *, uid: UUID, envelope_id: int, kind: str, event: bytes, error: str
) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.event_set_aside (workspace, number_id, uid, envelope_id, kind, event, error, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.workspace_id,
        number_id,
        uid,
        envelope_id,
        kind,
        event,
        error,
        tx.now,
    )
