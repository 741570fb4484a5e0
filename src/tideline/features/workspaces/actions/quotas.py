"""Credits are taken, given back and topped up; and what is left of everything."""

from collections.abc import Sequence
from datetime import date

from tideline.features.workspaces import events, names
from tideline.features.workspaces.errors import InvalidAmount, TransactionsUsedUp, WorkspaceNotFound
from tideline.features.workspaces.model import Workspace
from tideline.features.workspaces.periods import Balance, Charge, Kind, Period, Quota, Quotas, Taken, Threshold, allot
from tideline.features.workspaces.store import teammates, workspaces
from tideline.features.workspaces.store import usage as store
from tideline.platform.db import Tx

SEATS = "seats"


async def quotas(tx: Tx) -> Quotas:
    """What the workspace may use and has used. API calls of the last second may be missing."""
    totals = await _totals(tx)
    current = await store.find_current(tx, totals)
    return Quotas(
        seats=Quota(totals.seats, await teammates.count_seated(tx)),
        messages=current[Kind.MESSAGES],
        api_calls=current[Kind.API_CALLS],
        transactions=current[Kind.TRANSACTIONS],
        balance=await store.find_balance(tx),
    )


async def api_calls_by_day(tx: Tx, first: date, last: date) -> dict[date, int]:
    """Of the days from the first to the last, in the workspace's time; those without calls are left out."""
    return await store.calls_by_day(tx, first, last)


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
    taken = await store.take_from_period(tx, Kind.MESSAGES, sum(wanted))
    if taken is not None:
        await notice(tx, taken, taken.crossed())
        return [Charge(wish, 0, taken.period.start) for wish in wanted]
    return await _charge_what_fits(tx, wanted)


async def refund(tx: Tx, charges: Sequence[Charge]) -> None:
    """Give credits back to where they came from; those of a period that is over do not move into the next one."""
    for start in sorted({charge.period_start for charge in charges if charge.from_period}):
        given = sum(charge.from_period for charge in charges if charge.period_start == start)
        await store.add_used(tx, Kind.MESSAGES, start, -given)
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


async def spend_transaction(tx: Tx, amount: int = 1) -> None:
    """Take one transaction for an automated action, or raise `TransactionsUsedUp`.

    Holds the usage row until the commit, like `charge`.
    """
    names.clean_amount(amount, least=1)
    taken = await store.take_from_period(tx, Kind.TRANSACTIONS, amount)
    if taken is not None:
        await notice(tx, taken, taken.crossed())
        return
    period, total, used = await _lock(tx, Kind.TRANSACTIONS)
    if used + amount > total:
        raise TransactionsUsedUp
    await store.add_used(tx, Kind.TRANSACTIONS, period.start, amount)
    taken = Taken(Kind.TRANSACTIONS, amount, used + amount, total, period)
    await notice(tx, taken, taken.reached())


async def set_quotas(
    tx: Tx, *, messages: int | None = None, api_calls: int | None = None, transactions: int | None = None
) -> None:
    """Other quotas, also for the period that runs; what is None stays."""
    for amount in (messages, api_calls, transactions):
        if amount is not None:
            names.clean_amount(amount)
    before = await workspaces.find(tx)
    if before is None or not await workspaces.save_quotas(tx, messages, api_calls, transactions):
        raise WorkspaceNotFound
    after = await workspaces.find(tx)
    assert after is not None
    if _quotas_of(after) != _quotas_of(before):
        tx.record(events.quotas_changed(_quotas_of(before), _quotas_of(after)))


async def notice(tx: Tx, taken: Taken, reached: Sequence[Threshold]) -> None:
    """Tell of what was reached, each once in a period: only who crosses the line writes anything."""
    for threshold in reached:
        if await store.note(tx, taken.kind, threshold, taken.period.start):
            tx.record(events.quota_reached(taken, threshold))


async def notice_seats(tx: Tx) -> None:
    """Tell once in a period that the last seat is taken. To be asked after seats were taken or their number changed."""
    totals = await _totals(tx)
    seated = await teammates.count_seated(tx)
    if seated < totals.seats:
        return
    period = (await store.find_current(tx, totals))[Kind.MESSAGES].period or totals.period_at(tx.now)
    if await store.note(tx, SEATS, Threshold.FULL, period.start):
        tx.record(events.seats_full(totals.seats))


async def _charge_what_fits(tx: Tx, wanted: Sequence[int]) -> list[Charge | None]:
    period, total, used = await _lock(tx, Kind.MESSAGES)
    left = max(0, total - used)
    balance = await store.lock_balance(tx) if sum(wanted) > left else 0
    parts = allot(wanted, left, balance)
    served = [part for part in parts if part]
    from_period = sum(from_period for from_period, _ in served)
    if from_period:
        await store.add_used(tx, Kind.MESSAGES, period.start, from_period)
    if from_balance := sum(from_balance for _, from_balance in served):
        await store.add_balance(tx, -from_balance)
    taken = Taken(Kind.MESSAGES, from_period, used + from_period, total, period)
    await notice(tx, taken, taken.reached())
    return [Charge(*part, period.start) if part else None for part in parts]


async def _lock(tx: Tx, kind: Kind) -> tuple[Period, int, int]:
    """The period of now, what may be used in it and what is, held until the commit."""
    totals = await _totals(tx)
    current = (await store.find_current(tx, totals))[kind]
    period = current.period or totals.period_at(tx.now)
    return period, totals.of(kind), await store.lock_used(tx, kind, period)


async def _totals(tx: Tx) -> store.Totals:
    totals = await store.find_totals(tx)
    if totals is None:
        raise WorkspaceNotFound
    return totals


def _quotas_of(workspace: Workspace) -> dict[str, int]:
    return {
        "messages": workspace.messages_quota,
        "api_calls": workspace.api_calls_quota,
        "transactions": workspace.transactions_quota,
    }
