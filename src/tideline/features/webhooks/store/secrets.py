"""The sealed secrets of all webhooks, for a change of keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tideline.platform.db import SystemTx


@dataclass(frozen=True, slots=True)
class Sealed:
    workspace_id: int
    webhook_id: int
    secret: bytes | None = field(repr=False)
    former_secret: bytes | None = field(repr=False)


async def list_sealed(tx: SystemTx, *, after: int, limit: int | None) -> list[Sealed]:
    """Webhooks with secrets, deleted ones too, by id."""
    rows = await tx.fetch(
        """
        SELECT w.workspace, w.id, w.secret, w.former_secret FROM tenant.webhook w
        WHERE w.id > $1 AND w.secret IS NOT NULL ORDER BY w.id LIMIT $2
        """,
        after,
        limit,
    )
    return [Sealed(*row) for row in rows]


async def recode(tx: SystemTx, some: Sequence[tuple[Sealed, Sealed]]) -> int:
    """Exchange what is still as it was read: who was rotated meanwhile is under the new key already."""
    return await tx.execute(
        """
        UPDATE tenant.webhook w SET secret = n.secret, former_secret = n.former_secret
        FROM unnest($1::int[], $2::int[], $3::bytea[], $4::bytea[], $5::bytea[])
             AS n(workspace, id, known, secret, former_secret)
        WHERE w.workspace = n.workspace AND w.id = n.id AND w.secret = n.known
        """,
        [new.workspace_id for _, new in some],
        [new.webhook_id for _, new in some],
        [known.secret for known, _ in some],
        [new.secret for _, new in some],
        [new.former_secret for _, new in some],
    )
