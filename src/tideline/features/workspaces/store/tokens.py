"""API tokens in the directory: from a keyed hash to a teammate of a workspace."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tideline.features.workspaces.model import TeammateId, WorkspaceId
from tideline.platform.db import Row, SystemTx, Tx


@dataclass(frozen=True, slots=True)
class Token:
    """A row of a token; the token itself is only in the ciphertext, which a revoked one has no more."""

    token_hash: bytes = field(repr=False)
    workspace_id: WorkspaceId
    teammate_id: TeammateId
    ciphertext: bytes | None = field(repr=False)
    key_id: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Recoded:
    """A token under a new key: which row it is, and what is stored of it from now on."""

    old_hash: bytes
    new_hash: bytes
    ciphertext: bytes


async def insert(tx: Tx, token: Token) -> None:
    await tx.execute(
        """
        INSERT INTO directory.token (token_hash, workspace, teammate_id, ciphertext, key_id, scopes, created_at,
                                     expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        token.token_hash,
        tx.workspace_id,
        token.teammate_id,
        token.ciphertext,
        token.key_id,
        list(token.scopes),
        token.created_at,
        token.expires_at,
    )


async def find_unrevoked(tx: Tx, teammate_id: TeammateId) -> Token | None:
    row = await tx.row(
        "SELECT * FROM directory.token WHERE workspace = $1 AND teammate_id = $2 AND revoked_at IS NULL",
        tx.workspace_id,
        teammate_id,
    )
    return _token(row) if row else None


async def revoke(tx: Tx, teammate_id: TeammateId) -> int:
    return await tx.execute(
        """
        UPDATE directory.token SET revoked_at = $3, ciphertext = NULL
        WHERE workspace = $1 AND teammate_id = $2 AND revoked_at IS NULL
        """,
        tx.workspace_id,
        teammate_id,
        tx.now,
    )


async def revoke_many(tx: Tx, ids: Collection[TeammateId]) -> None:
    await tx.execute(
        """
        UPDATE directory.token SET revoked_at = $3, ciphertext = NULL
        WHERE workspace = $1 AND teammate_id = ANY($2::int[]) AND revoked_at IS NULL
        """,
        tx.workspace_id,
        list(ids),
        tx.now,
    )


async def find(tx: SystemTx, hashes: Sequence[bytes]) -> Token | None:
    """A token by its hash under any valid key, revoked and expired ones too."""
    row = await tx.row("SELECT * FROM directory.token WHERE token_hash = ANY($1::bytea[])", hashes)
    return _token(row) if row else None


async def lock_under_other_keys(tx: SystemTx, key_id: str, *, after: bytes, limit: int) -> list[Token]:
    """The next tokens, by hash, that are not under that key."""
    rows = await tx.fetch(
        """
        SELECT * FROM directory.token
        WHERE revoked_at IS NULL AND key_id <> $1 AND token_hash > $2
        ORDER BY token_hash LIMIT $3 FOR UPDATE
        """,
        key_id,
        after,
        limit,
    )
    return [_token(row) for row in rows]


async def recode(tx: SystemTx, key_id: str, tokens: Sequence[Recoded]) -> None:
    await tx.execute(
        """
        UPDATE directory.token t SET token_hash = n.new_hash, ciphertext = n.ciphertext, key_id = $1
        FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) AS n(old_hash, new_hash, ciphertext)
        WHERE t.token_hash = n.old_hash
        """,
        key_id,
        [token.old_hash for token in tokens],
        [token.new_hash for token in tokens],
        [token.ciphertext for token in tokens],
    )


async def count_under_other_keys(tx: SystemTx, key_ids: Collection[str]) -> int:
    count: int = await tx.value(
        "SELECT count(*) FROM directory.token WHERE revoked_at IS NULL AND key_id <> ALL($1::text[])", list(key_ids)
    )
    return count


def _token(row: Row) -> Token:
    return Token(
        token_hash=row["token_hash"],
        workspace_id=WorkspaceId(row["workspace"]),
        teammate_id=TeammateId(row["teammate_id"]),
        ciphertext=row["ciphertext"],
        key_id=row["key_id"],
        scopes=tuple(row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
