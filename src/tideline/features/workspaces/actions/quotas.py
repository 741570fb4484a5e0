"""Credits are taken, given back and topped up; and what is left of everything."""

from collections.abc import Sequence

from tideline.features.workspaces import events, names
from tideline.features.workspaces.errors import InvalidAmount, WorkspaceNotFound
from tideline.features.workspaces.periods import Balance, Charge, Kind, Period, Quota, Quotas, allot
from tideline.features.workspaces.store import teammates
from tideline.features.workspaces.store import usage as store
from tideline.platform.db import Tx


async def quotas(tx: Tx) -> Quotas:
    """What the workspace may use and has used. API calls of the last second may be missing."""
    totals = await _totals(tx)
    current = await store.find_current(tx, totals)
    return Quotas(
        seats=Quota(totals.seats, await teammates.count_seated(tx)),
        messages=current[Kind.MESSAGES],
        api_calls=current[Kind.API_CALLS],
        balance=await store.find_balance(tx),
    )


async def charge(tx: Tx, wanted: Sequence[int]) -> list[Charge | None]:
    """Take credits for messages, in order: from the period first, then from the balance. None where neither is
    enough; a later, smaller wish may still be served.

    Holds the usage row (and the balance, when it is needed) until the commit, so it belongs at the end of a
    transaction.
    """
    if any(wish < 0 for wish in wanted):
        raise InvalidAmount
    if not wanted:
        return []
    start = await store.take_from_period(tx, sum(wanted))
    if start is not None:
        return [Charge(wish, 0, start) for wish in wanted]
    return await _charge_what_fits(tx, wanted)


async def refund(tx: Tx, charges: Sequence[Charge]) -> None:
    """Give credits back to where they came from; those of a period that is over do not move into the next one."""
    for start in sorted({charge.period_start for charge in charges if charge.from_period}):
        given = sum(charge.from_period for charge in charges if charge.period_start == start)
        await store.add_used(tx, start, -given)
    to_balance = sum(charge.from_balance for charge in charges)
    if to_balance:
        await store.add_balance(tx, to_balance)


async def top_up(tx: Tx, amount: int) -> Balance:
    """Add credits that do not expire."""
    names.clean_amount(amount, least=1)
    await _totals(tx)
    remaining = await store.top_up(tx, amount)
    if remaining is None:
        raise InvalidAmount("The balance would grow too large.")
    tx.record(events.balance_topped_up(amount, remaining))
    return Balance(remaining, tx.now)


async def _charge_what_fits(tx: Tx, wanted: Sequence[int]) -> list[Charge | None]:
    totals = await _totals(tx)
    period = await _period(tx, totals)
    left = max(0, totals.messages - await store.lock_used(tx, period))
    balance = await store.lock_balance(tx) if sum(wanted) > left else 0
    parts = allot(wanted, left, balance)
    taken = [part for part in parts if part]
    if from_period := sum(from_period for from_period, _ in taken):
        await store.add_used(tx, period.start, from_period)
    if from_balance := sum(from_balance for _, from_balance in taken):
        await store.add_balance(tx, -from_balance)
    return [Charge(*part, period.start) if part else None for part in parts]


async def _period(tx: Tx, totals: store.Totals) -> Period:
    current = (await store.find_current(tx, totals))[Kind.MESSAGES]
    return current.period or totals.period_at(tx.now)


async def _totals(tx: Tx) -> store.Totals:
    totals = await store.find_totals(tx)
    if totals is None:
        raise WorkspaceNotFound
    return totals
