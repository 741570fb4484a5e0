"""The leases of numbers. Their table is local to the coordinator, so that locked rows may be skipped."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from tideline.features.numbers.model import Lease, NumberId, NumberKind
from tideline.platform.db import Row, SystemTx, Tx


async def claim(
    tx: SystemTx,
    node: UUID,
    kinds: Collection[str],
    *,
    held: Collection[int],
    limit: int,
    expired_before: datetime,
    until: datetime,
) -> list[Lease]:
    """Take free numbers, also those that this node held before it was started again.

    FOR UPDATE waits for (here: skips) transactions that hold the row by `hold`, so whoever is just storing
    something under the old epoch finishes first.
    """
    rows = await tx.fetch(
        """
        WITH free AS (
            SELECT number_id FROM directory.number_lease
            WHERE kind = ANY ($2::text[]) AND NOT number_id = ANY ($3::int[])
              AND (node IS NULL OR node = $1 OR expires_at < $4)
            ORDER BY number_id
            LIMIT $5
            FOR UPDATE SKIP LOCKED
        )
        UPDATE directory.number_lease l
        SET node = $1, epoch = l.epoch + 1, expires_at = $6
        FROM free WHERE l.number_id = free.number_id
        RETURNING l.workspace, l.number_id, l.kind, l.node, l.epoch
        """,
        node,
        list(kinds),
        list(held),
        expired_before,
        limit,
        until,
    )
    return [_read(row) for row in rows]


async def renew(tx: SystemTx, node: UUID, leases: Sequence[Lease], until: datetime) -> set[NumberId]:
    """Prolong what is still ours, and say which numbers those are."""
    rows = await tx.fetch(
        """
        UPDATE directory.number_lease l
        SET expires_at = $4
        FROM unnest($2::int[], $3::bigint[]) AS mine (number_id, epoch)
        WHERE l.number_id = mine.number_id AND l.epoch = mine.epoch AND l.node = $1
        RETURNING l.number_id
        """,
        node,
        [lease.number_id for lease in leases],
        [lease.epoch for lease in leases],
        until,
    )
    return {NumberId(row["number_id"]) for row in rows}


async def release(tx: SystemTx, lease: Lease) -> None:
    await tx.execute(
        """
        UPDATE directory.number_lease SET node = NULL, expires_at = NULL
        WHERE number_id = $1 AND node = $2 AND epoch = $3
        """,
        lease.number_id,
        lease.node,
        lease.epoch,
    )


async def release_all(tx: SystemTx) -> None:
    await tx.execute("UPDATE directory.number_lease SET node = NULL, expires_at = NULL, epoch = epoch + 1")


async def hold(tx: Tx, lease: Lease) -> bool:
    """Is the lease still good? If so, nobody can take it over before this transaction ends.

    KEY SHARE lets renewals pass (they change no key) and makes a take-over wait, which locks FOR UPDATE.
    """
    found = await tx.value(
        """
        SELECT 1 FROM directory.number_lease
        WHERE workspace = $1 AND number_id = $2 AND node = $3 AND epoch = $4
        FOR KEY SHARE
        """,
        tx.workspace_id,
        lease.number_id,
        lease.node,
        lease.epoch,
    )
    return found is not None


async def insert(tx: Tx, number_id: int, kind: str, node: UUID, until: datetime) -> Lease:
    row = await tx.row(
        """
        INSERT INTO directory.number_lease (number_id, workspace, kind, node, epoch, expires_at)
        VALUES ($1, $2, $3, $4, 1, $5)
        RETURNING workspace, number_id, kind, node, epoch
        """,
        number_id,
        tx.workspace_id,
        kind,
        node,
        until,
    )
    assert row
    return _read(row)


async def insert_free(tx: Tx, number_id: int, kind: str) -> None:
    """A number that nobody holds yet."""
    await tx.execute(
        "INSERT INTO directory.number_lease (number_id, workspace, kind) VALUES ($1, $2, $3)",
        number_id,
        tx.workspace_id,
        kind,
    )


async def set_free(tx: Tx, number_id: int, kind: str) -> None:
    """Take a number from whoever holds it; the row is locked already."""
    await tx.execute(
        """
        UPDATE directory.number_lease SET kind = $3, node = NULL, expires_at = NULL, epoch = epoch + 1
        WHERE workspace = $1 AND number_id = $2
        """,
        tx.workspace_id,
        number_id,
        kind,
    )


async def lock(tx: Tx, number_id: int) -> None:
    await tx.execute(
        "SELECT 1 FROM directory.number_lease WHERE workspace = $1 AND number_id = $2 FOR UPDATE",
        tx.workspace_id,
        number_id,
    )


async def take(tx: Tx, number_id: int, kind: str, node: UUID, until: datetime) -> Lease:
    """Give the number to this node, whoever held it; the row is locked already."""
    row = await tx.row(
        """
        UPDATE directory.number_lease SET kind = $3, node = $4, epoch = epoch + 1, expires_at = $5
        WHERE workspace = $1 AND number_id = $2
        RETURNING workspace, number_id, kind, node, epoch
        """,
        tx.workspace_id,
        number_id,
        kind,
        node,
        until,
    )
    assert row
    return _read(row)


def _read(row: Row) -> Lease:
    return Lease(
        workspace_id=row["workspace"],
        number_id=NumberId(row["number_id"]),
        kind=NumberKind(row["kind"]),
        node=UUID(bytes=row["node"].bytes),
        epoch=row["epoch"],
    )
