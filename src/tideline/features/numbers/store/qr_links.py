"""The rows of links with which somebody outside links a phone for a teammate."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tideline.features.numbers.qr_links import QrLink
from tideline.platform.db import Row, SystemTx, Tx

_COLUMNS = "workspace, uid, teammate_id, created_at, expires_at, used_at, revoked_at"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A link as it is stored to be shown again."""

    link: QrLink
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recoded:
    """A link under a new key: which one it is, and what is stored of it from now on."""

    uid: UUID
    token_hash: bytes
    ciphertext: bytes


async def insert(
    tx: Tx, uid: UUID, teammate_id: int, expires_at: datetime, *, token_hash: bytes, ciphertext: bytes, key_id: str
) -> bool:
    """False when the teammate has a link that was neither used nor revoked."""
    done = await tx.execute(
        """
        INSERT INTO directory.qr_link (uid, token_hash, workspace, teammate_id, ciphertext, key_id, created_at,
                                       expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (workspace, teammate_id) WHERE used_at IS NULL AND revoked_at IS NULL DO NOTHING
        """,
        uid,
        token_hash,
        tx.workspace_id,
        teammate_id,
        ciphertext,
        key_id,
        tx.now,
        expires_at,
    )
    return done == 1


async def revoke(tx: Tx, teammate_id: int) -> QrLink | None:
    """The link that is revoked now, as it was before."""
    row = await tx.row(
        """
        UPDATE directory.qr_link SET revoked_at = $3
        WHERE workspace = $1 AND teammate_id = $2 AND used_at IS NULL AND revoked_at IS NULL
        RETURNING workspace, uid, teammate_id, created_at, expires_at, used_at, NULL::timestamptz AS revoked_at
        """,
        tx.workspace_id,
        teammate_id,
        tx.now,
    )
    return _read(row) if row else None


async def use(tx: Tx, pairing_id: int) -> None:
    """A phone was linked through the link of this attempt, if it has one."""
    await tx.execute(
        """
        UPDATE directory.qr_link l SET used_at = $3
        FROM tenant.pairing p
        WHERE p.workspace = $1 AND p.id = $2 AND l.workspace = $1 AND l.uid = p.link_uid
          AND l.used_at IS NULL AND l.revoked_at IS NULL
        """,
        tx.workspace_id,
        pairing_id,
        tx.now,
    )


async def lock(tx: Tx, uid: UUID) -> QrLink | None:
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM directory.qr_link WHERE workspace = $1 AND uid = $2 FOR NO KEY UPDATE",
        tx.workspace_id,
        uid,
    )
    return _read(row) if row else None


async def find_by_uid(tx: Tx, uid: UUID) -> QrLink | None:
    row = await tx.row(
        f"SELECT {_COLUMNS} FROM directory.qr_link WHERE workspace = $1 AND uid = $2", tx.workspace_id, uid
    )
    return _read(row) if row else None


async def find(tx: SystemTx, token_hashes: list[bytes]) -> QrLink | None:
    row = await tx.row(f"SELECT {_COLUMNS} FROM directory.qr_link WHERE token_hash = ANY ($1)", token_hashes)
    return _read(row) if row else None


async def list_usable(tx: Tx) -> list[Sealed]:
    """Oldest first."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS}, ciphertext FROM directory.qr_link
        WHERE workspace = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
        ORDER BY created_at, uid
        """,
        tx.workspace_id,
        tx.now,
    )
    return [Sealed(_read(row), row["ciphertext"]) for row in rows]


async def delete_old(tx: SystemTx, before: datetime) -> int:
    return await tx.execute("DELETE FROM directory.qr_link WHERE expires_at < $1", before)


async def lock_under_other_keys(tx: SystemTx, key_id: str, *, after: UUID, limit: int) -> list[Sealed]:
    """The next links that are not over and not under that key, by their uid."""
    rows = await tx.fetch(
        f"""
        SELECT {_COLUMNS}, ciphertext FROM directory.qr_link
        WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > $4 AND key_id <> $1 AND uid > $2
        ORDER BY uid LIMIT $3 FOR UPDATE
        """,
        key_id,
        after,
        limit,
        tx.now,
    )
    return [Sealed(_read(row), row["ciphertext"]) for row in rows]


async def recode(tx: SystemTx, key_id: str, links: Sequence[Recoded]) -> None:
    await tx.execute(
        """
        UPDATE directory.qr_link l SET token_hash = n.token_hash, ciphertext = n.ciphertext, key_id = $1
        FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n(uid, token_hash, ciphertext)
        WHERE l.uid = n.uid
        """,
        key_id,
        [link.uid for link in links],
        [link.token_hash for link in links],
        [link.ciphertext for link in links],
    )


def _read(row: Row) -> QrLink:
    return QrLink(
        workspace_id=row["workspace"],
        uid=UUID(bytes=row["uid"].bytes),
        teammate_id=row["teammate_id"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )
