"""Who holds a number's session. One gateway at a time; the epoch grows with each new owner and fences the old one."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from tideline.features.numbers.errors import LeaseLost
from tideline.features.numbers.model import Lease, Number, NumberId
from tideline.features.numbers.store import leases as store
from tideline.features.numbers.store import numbers
from tideline.platform.db import SystemTx, Tx


async def claim_leases(
    tx: SystemTx,
    node: UUID,
    kinds: Collection[str],
    *,
    held: Collection[int],
    limit: int,
    ttl: timedelta,
    grace: timedelta,
) -> list[Lease]:
    """Take numbers that nobody holds, or whose holder has been silent for the lease and the grace behind it.

    Clocks of two machines differ a little; the grace covers that. A node that was started again takes back
    what it held at once: it is the same data folder, and only one program runs on it.
    """
    return await store.claim(tx, node, kinds, held=held, limit=limit, expired_before=tx.now - grace, until=tx.now + ttl)


async def renew_leases(tx: SystemTx, node: UUID, leases: Sequence[Lease], ttl: timedelta) -> set[NumberId]:
    """Prolong the leases, and say which are still held."""
    return await store.renew(tx, node, leases, tx.now + ttl)


async def release_lease(tx: SystemTx, lease: Lease) -> None:
    """Hand a number back, so that somebody else can take it at once."""
    await store.release(tx, lease)


async def release_all_leases(tx: SystemTx) -> None:
    """After a restore nobody holds a session: those who did so held them in another life of this database."""
    await store.release_all(tx)


async def numbers_of(tx: SystemTx, leases: Sequence[Lease]) -> dict[NumberId, Number]:
    """The numbers behind these leases as they are now."""
    found = await numbers.list_of_leases(tx, [(lease.workspace_id, lease.number_id) for lease in leases])
    return {number.id: number for number in found}


async def fence(tx: Tx, lease: Lease) -> None:
    """Let only the present owner store what a session brought or did. Comes first in the transaction."""
    if not await store.hold(tx, lease):
        raise LeaseLost
