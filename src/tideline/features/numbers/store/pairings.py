"""The rows of pairings, and of the links that lead to their page."""

from datetime import datetime
from uuid import UUID

from tideline.features.numbers.model import NumberId, NumberKind, Pairing, PairingId, PairingMethod, PairingState
from tideline.features.numbers.port import PairingRef
from tideline.platform.db import Row, SystemTx, Tx

_COLUMNS = """workspace, id, kind, teammate_id, method, phone, state, qr, code, code_until, error, number_id, node,
              created_at, updated_at, expires_at, tries, link_uid"""


async def insert(
    tx: Tx,
    kind: str,
    *,
    teammate_id: int,
    method: str,
    phone: str | None,
    expires_at: datetime,
    link_uid: UUID | None = None,
) -> Pairing:
    row = await tx.row(
        f"""
        INSERT INTO tenant.pairing (workspace, kind, teammate_id, method, phone, state,
                                    created_at, updated_at, expires_at, link_uid)
        VALUES ($1, $2, $3, $4, $5, 'requested', $6, $6, $7, $8)
        RETURNING {_COLUMNS}
        """,
        tx.workspace_id,
        kind,
        teammate_id,
        method,
        phone,
        tx.now,
        expires_at,
        link_uid,
    )
    assert row
    return _read(row)


async def begun_since(tx: Tx, since: datetime) -> list[datetime]:
    """When attempts to link real phones were begun, the oldest first. Who asks is alone in this until the transaction
    ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('linking'), $1)", tx.workspace_id)
    rows = await tx.fetch(
        """
        SELECT p.created_at FROM tenant.pairing p
        WHERE p.workspace = $1 AND p.created_at > $2 AND p.kind <> 'simulator' ORDER BY p.created_at
        """,
        tx.workspace_id,
        since,
    )
    return [row["created_at"] for row in rows]


async def list_open_of(tx: Tx, teammate_id: int) -> list[int]:
    """The attempts of a teammate to link a real phone that have not ended."""
    rows = await tx.fetch(
        """
        SELECT p.id FROM tenant.pairing p
        WHERE p.workspace = $1 AND p.state IN ('requested', 'waiting') AND p.teammate_id = $2 AND p.kind <> 'simulator'
        ORDER BY p.id
        """,
        tx.workspace_id,
        teammate_id,
    )
    return [row["id"] for row in rows]


async def find(tx: Tx, pairing_id: int) -> Pairing | None:
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM tenant.pairing WHERE workspace = $1 AND id = $2", tx.workspace_id, pairing_id
    )
    return _read(row) if row else None


async def lock(tx: Tx, pairing_id: int) -> Pairing | None:
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM tenant.pairing WHERE workspace = $1 AND id = $2 FOR NO KEY UPDATE",
        tx.workspace_id,
        pairing_id,
    )
    return _read(row) if row else None


async def save(tx: Tx, pairing: Pairing) -> None:
    await tx.execute(
        """
        UPDATE tenant.pairing
        SET state = $3, qr = $4, code = $5, code_until = $6, error = $7, number_id = $8, node = $9, updated_at = $10,
            tries = $11
        WHERE workspace = $1 AND id = $2
        """,
        tx.workspace_id,
        pairing.id,
        pairing.state,
        pairing.qr,
        pairing.code,
        pairing.code_until,
        pairing.error,
        pairing.number_id,
        pairing.node,
        pairing.updated_at,
        pairing.tries,
    )


async def list_open(tx: SystemTx, kinds: list[str]) -> list[Pairing]:
    """All attempts that are not finished, in all workspaces, read without a lock."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS} FROM tenant.pairing
        WHERE state IN ('requested', 'waiting') AND kind = ANY ($1::text[])
        ORDER BY created_at
        """,
        kinds,
    )
    return [_read(row) for row in rows]


async def find_newest_through(tx: Tx, link_uid: UUID) -> Pairing | None:
    """The attempt that was begun last through a link."""
    row = await tx.row(
        f"""
        SELECT {_COLUMNS} FROM tenant.pairing
        WHERE workspace = $1 AND link_uid = $2
        ORDER BY created_at DESC, id DESC LIMIT 1
        """,
        tx.workspace_id,
        link_uid,
    )
    return _read(row) if row else None


async def begun_through(tx: Tx, link_uid: UUID, *, since: datetime, most: int) -> list[datetime]:
    """When the last attempts through a link were begun, newest first."""
    rows = await tx.fetch(
        """
        SELECT created_at FROM tenant.pairing
        WHERE workspace = $1 AND link_uid = $2 AND created_at > $3
        ORDER BY created_at DESC, id DESC LIMIT $4
        """,
        tx.workspace_id,
        link_uid,
        since,
        most,
    )
    return [row["created_at"] for row in rows]


async def find_to_adopt(tx: Tx, number_id: int) -> int | None:
    """The attempt whose session has not been handed to its number yet, when there is one."""
    pairing_id: int | None = await tx.value(
        """
        SELECT id FROM tenant.pairing
        WHERE workspace = $1 AND number_id = $2 AND state = 'linked' AND adopted_at IS NULL
        ORDER BY id DESC LIMIT 1
        """,
        tx.workspace_id,
        number_id,
    )
    return pairing_id


async def mark_adopted(tx: Tx, number_id: int, up_to: int) -> None:
    await tx.execute(
        """
        UPDATE tenant.pairing SET adopted_at = $4
        WHERE workspace = $1 AND number_id = $2 AND id <= $3 AND adopted_at IS NULL
        """,
        tx.workspace_id,
        number_id,
        up_to,
        tx.now,
    )


async def insert_link(tx: Tx, token_hash: bytes, pairing_id: int, expires_at: datetime) -> None:
    await tx.execute(
        """
        INSERT INTO directory.pairing_link (token_hash, workspace, pairing_id, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        """,
        token_hash,
        tx.workspace_id,
        pairing_id,
        tx.now,
        expires_at,
    )


async def find_link(tx: SystemTx, token_hashes: list[bytes]) -> PairingRef | None:
    row = await tx.row(
        "SELECT workspace, pairing_id FROM directory.pairing_link WHERE token_hash = ANY ($1) AND expires_at > $2",
        token_hashes,
        tx.now,
    )
    return PairingRef(pairing_id=row["pairing_id"], workspace_id=row["workspace"]) if row else None


async def delete_expired_links(tx: SystemTx) -> int:
    return await tx.execute("DELETE FROM directory.pairing_link WHERE expires_at < $1", tx.now)


def _read(row: Row) -> Pairing:
    number_id, node, link_uid = row["number_id"], row["node"], row["link_uid"]
    return Pairing(
        workspace_id=row["workspace"],
        id=PairingId(row["id"]),
        kind=NumberKind(row["kind"]),
        teammate_id=row["teammate_id"],
        method=PairingMethod(row["method"]),
        phone=row["phone"],
        state=PairingState(row["state"]),
        qr=row["qr"],
        code=row["code"],
        code_until=row["code_until"],
        error=row["error"],
        number_id=None if number_id is None else NumberId(number_id),
        node=None if node is None else UUID(bytes=node.bytes),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        expires_at=row["expires_at"],
        tries=row["tries"],
        link_uid=None if link_uid is None else UUID(bytes=link_uid.bytes),
    )
