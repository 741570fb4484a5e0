"""The rows of numbers."""

from collections.abc import Sequence

from tideline.features.numbers.model import Number, NumberId, NumberKind, NumberState, Owner, Platform
from tideline.platform.db import Row, SystemTx, Tx

_SELECT = """
    SELECT n.workspace, n.id, n.kind, n.phone, n.jid, n.lid, n.account_name, n.state, n.state_reason, n.state_until,
           n.state_at, n.connected_at, n.created_at, n.is_business, n.no_new_chats_until,
           n.owner_id, t.display_name AS owner_name, t.email AS owner_email, t.team_id AS owner_team_id,
           a.phone_number_id, a.waba_id, a.display_phone, a.name AS platform_name
    FROM tenant.number n
    JOIN tenant.teammate t ON t.workspace = n.workspace AND t.id = n.owner_id
    LEFT JOIN tenant.business_account a ON a.workspace = n.workspace AND a.number_id = n.id AND n.is_business
"""


async def find(tx: Tx, number_id: int) -> Number | None:
    return _number(await tx.row(_SELECT + "WHERE n.workspace = $1 AND n.id = $2", tx.workspace_id, number_id))


async def find_many(tx: Tx, ids: Sequence[int]) -> list[Number]:
    rows = await tx.fetch(_SELECT + "WHERE n.workspace = $1 AND n.id = ANY ($2::int[])", tx.workspace_id, list(ids))
    return [_read(row) for row in rows]


async def lock(tx: Tx, number_id: int) -> Number | None:
    row = await tx.row(
        _SELECT + "WHERE n.workspace = $1 AND n.id = $2 FOR NO KEY UPDATE OF n", tx.workspace_id, number_id
    )
    # A row that had to be waited for is joined to what stood beside it before the wait, and another owner did not.
    return _number(row) or await find(tx, number_id)


async def lock_many(tx: Tx, ids: Sequence[int]) -> list[Number]:
    """In one order, so that two who do this wait for each other instead of deadlocking."""
    rows = await tx.fetch(
        _SELECT + "WHERE n.workspace = $1 AND n.id = ANY ($2::int[]) ORDER BY n.id FOR NO KEY UPDATE OF n",
        tx.workspace_id,
        list(ids),
    )
    found = [_read(row) for row in rows]
    missed = set(ids) - {number.id for number in found}
    return [*found, *(await find_many(tx, list(missed)) if missed else ())]  # as in `lock`


async def find_by_jid(tx: Tx, jid: str) -> Number | None:
    return _number(await tx.row(_SELECT + "WHERE n.workspace = $1 AND n.jid = $2", tx.workspace_id, jid))


async def find_default_sender(tx: Tx) -> Number | None:
    row = await tx.row(
        _SELECT
        + """
        WHERE n.workspace = $1 AND n.state = $2 AND NOT n.is_business
        ORDER BY n.connected_at DESC, n.id DESC LIMIT 1
        """,
        tx.workspace_id,
        NumberState.ACTIVE,
    )
    return _number(row)


async def list_all(tx: Tx) -> list[Number]:
    rows = await tx.fetch(_SELECT + "WHERE n.workspace = $1 ORDER BY n.connected_at DESC, n.id DESC", tx.workspace_id)
    return [_read(row) for row in rows]


async def list_of_leases(tx: SystemTx, keys: Sequence[tuple[int, int]]) -> list[Number]:
    """The numbers of many workspaces, read without a lock, for the gateway that holds their leases."""
    rows = await tx.fetch(
        _SELECT
        + """
        JOIN unnest($1::int[], $2::int[]) AS held (workspace, id) ON held.workspace = n.workspace AND held.id = n.id
        """,
        [workspace for workspace, _ in keys],
        [number_id for _, number_id in keys],
    )
    return [_read(row) for row in rows]


async def insert(
    tx: Tx,
    kind: str,
    phone: str,
    *,
    jid: str,
    lid: str | None,
    name: str,
    owner_id: int,
    is_business: bool = False,
) -> int | None:
    """The id of the new number, or None when somebody else made one for the same phone in this moment."""
    number_id: int | None = await tx.value(
        """
        INSERT INTO tenant.number (workspace, kind, phone, jid, lid, account_name, owner_id,
                                   state, state_at, connected_at, created_at, is_business)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9, $10)
        ON CONFLICT (workspace, jid) DO NOTHING
        RETURNING id
        """,
        tx.workspace_id,
        kind,
        phone,
        jid,
        lid,
        name,
        owner_id,
        NumberState.ACTIVE,
        tx.now,
        is_business,
    )
    return number_id


async def save(tx: Tx, number: Number) -> None:
    await tx.execute(
        """
        UPDATE tenant.number
        SET kind = $3, lid = $4, account_name = $5, owner_id = $6, state = $7, state_reason = $8, state_until = $9,
            state_at = $10, connected_at = $11, is_business = $12,
            no_new_chats_until = $13
        WHERE workspace = $1 AND id = $2
        """,
        tx.workspace_id,
        number.id,
        number.kind,
        number.lid,
        number.account_name,
        number.owner.id,
        number.state,
        number.state_reason,
        number.state_until,
        number.state_at,
        number.connected_at,
        number.is_business,
        number.no_new_chats_until,
    )


async def save_states(tx: Tx, numbers: Sequence[Number]) -> None:
    """Of those of which nothing else has changed."""
    await tx.execute(
        """
        UPDATE tenant.number k
        SET state = n.state, state_reason = n.state_reason, state_until = n.state_until, state_at = n.state_at
        FROM unnest($2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
             AS n(id, state, state_reason, state_until, state_at)
        WHERE k.workspace = $1 AND k.id = n.id
        """,
        tx.workspace_id,
        [number.id for number in numbers],
        [number.state for number in numbers],
        [number.state_reason for number in numbers],
        [number.state_until for number in numbers],
        [number.state_at for number in numbers],
    )


def _number(row: Row | None) -> Number | None:
    return _read(row) if row else None


def _read(row: Row) -> Number:
    return Number(
        workspace_id=row["workspace"],
        id=NumberId(row["id"]),
        kind=NumberKind(row["kind"]),
        phone=row["phone"],
        jid=row["jid"],
        lid=row["lid"],
        account_name=row["account_name"],
        owner=Owner(row["owner_id"], row["owner_name"], row["owner_email"], row["owner_team_id"]),
        state=NumberState(row["state"]),
        state_reason=row["state_reason"],
        state_until=row["state_until"],
        state_at=row["state_at"],
        connected_at=row["connected_at"],
        created_at=row["created_at"],
        is_business=row["is_business"],
        no_new_chats_until=row["no_new_chats_until"],
        platform=_platform(row),
    )


def _platform(row: Row) -> Platform | None:
    if row["phone_number_id"] is None:
        return None
    return Platform(row["phone_number_id"], row["waba_id"], row["display_phone"], row["platform_name"])
