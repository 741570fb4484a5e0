"""The rows of business accounts, and of the addresses that the Business Platform calls."""

from collections.abc import Collection, Sequence

import asyncpg

from tideline.features.business.model import Account
from tideline.features.numbers import NumberId
from tideline.platform.db import Row, RunAgain, SystemTx, Tx

_SELECT = """
    SELECT a.workspace, a.number_id, a.phone_number_id, a.waba_id, a.display_phone, a.name, a.secrets, a.created_at,
           a.updated_at
    FROM tenant.business_account a
"""


async def find(tx: Tx, number_id: int) -> Account | None:
    row = await tx.row(_SELECT + "WHERE a.workspace = $1 AND a.number_id = $2", tx.workspace_id, number_id)
    return _read(row) if row else None


async def find_by_phone_number_id(tx: Tx, phone_number_id: str) -> Account | None:
    row = await tx.row(_SELECT + "WHERE a.workspace = $1 AND a.phone_number_id = $2", tx.workspace_id, phone_number_id)
    return _read(row) if row else None


async def list_all(tx: Tx) -> list[Account]:
    return [
        _read(row) for row in await tx.fetch(_SELECT + "WHERE a.workspace = $1 ORDER BY a.number_id", tx.workspace_id)
    ]


async def list_of_waba(tx: Tx, waba_id: str) -> list[NumberId]:
    """The numbers that a business account has here, without those that were removed."""
    rows = await tx.fetch(
        """
        SELECT a.number_id FROM tenant.business_account a
        WHERE a.workspace = $1 AND a.waba_id = $2 AND a.secrets IS NOT NULL ORDER BY a.number_id
        """,
        tx.workspace_id,
        waba_id,
    )
    return [NumberId(row["number_id"]) for row in rows]


async def save(tx: Tx, account: Account) -> None:
    """Write an account, also over what is left of an earlier one of the same number. Raises RunAgain when another
    number got the same id from Meta in this moment."""
    try:
        await _write(tx, account)
    except asyncpg.UniqueViolationError:
        raise RunAgain from None


async def _write(tx: Tx, account: Account) -> None:
    await tx.execute(
        """
        INSERT INTO tenant.business_account AS a
            (workspace, number_id, phone_number_id, waba_id, display_phone, name, secrets, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (workspace, number_id) DO UPDATE
        SET phone_number_id = $3, waba_id = $4, display_phone = $5, name = $6, secrets = $7, updated_at = $9
        """,
        tx.workspace_id,
        account.number_id,
        account.phone_number_id,
        account.waba_id,
        account.display_phone,
        account.name,
        account.secrets,
        account.created_at,
        account.updated_at,
    )


async def set_path(tx: Tx, number_id: int, key_hash: bytes) -> None:
    await delete_path(tx, number_id)
    await tx.execute(
        "INSERT INTO directory.business_path (key_hash, workspace, number_id) VALUES ($1, $2, $3)",
        key_hash,
        tx.workspace_id,
        number_id,
    )


async def delete_path(tx: Tx, number_id: int) -> None:
    await tx.execute(
        "DELETE FROM directory.business_path WHERE workspace = $1 AND number_id = $2", tx.workspace_id, number_id
    )


async def find_by_path(tx: SystemTx, key_hashes: Sequence[bytes]) -> Account | None:
    row = await tx.row(
        _SELECT
        + """
        JOIN directory.business_path p ON p.workspace = a.workspace AND p.number_id = a.number_id
        WHERE p.key_hash = ANY ($1::bytea[])
        """,
        list(key_hashes),
    )
    return _read(row) if row else None


async def list_sealed(tx: SystemTx) -> list[Account]:
    """Of all workspaces those that have secrets."""
    rows = await tx.fetch(_SELECT + "WHERE a.secrets IS NOT NULL ORDER BY a.workspace, a.number_id")
    return [_read(row) for row in rows]


async def recode(tx: SystemTx, some: Collection[tuple[Account, bytes, bytes]]) -> int:
    """Exchange secrets and hashes of paths; an account that was changed meanwhile is under the new key already."""
    moved = await tx.execute(
        """
        UPDATE tenant.business_account a SET secrets = n.secrets
        FROM unnest($1::int[], $2::int[], $3::bytea[], $4::bytea[]) AS n(workspace, number_id, known, secrets)
        WHERE a.workspace = n.workspace AND a.number_id = n.number_id AND a.secrets = n.known
        """,
        [account.workspace_id for account, _, _ in some],
        [account.number_id for account, _, _ in some],
        [account.secrets for account, _, _ in some],
        [sealed for _, sealed, _ in some],
    )
    await tx.execute(
        """
        UPDATE directory.business_path p SET key_hash = n.key_hash
        FROM unnest($1::int[], $2::int[], $3::bytea[]) AS n(workspace, number_id, key_hash)
        WHERE p.workspace = n.workspace AND p.number_id = n.number_id
        """,
        [account.workspace_id for account, _, _ in some],
        [account.number_id for account, _, _ in some],
        [key_hash for _, _, key_hash in some],
    )
    return moved


def _read(row: Row) -> Account:
    values = dict(row)
    return Account(workspace_id=values.pop("workspace"), number_id=NumberId(values.pop("number_id")), **values)
