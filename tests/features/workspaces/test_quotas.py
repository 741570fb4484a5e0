"""Credits are taken in order, never twice and never more than there are."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.features.workspaces.conftest import START, HandClock, MakeOffice, Office, until
from tests.support.waiting import somebody_waits_for_a_lock
from tideline.features import workspaces
from tideline.features.workspaces import Balance, Charge, Period
from tideline.platform.db import Tx

NOVEMBER = Period(datetime(2026, 10, 31, 22, 0, tzinfo=UTC), datetime(2026, 11, 30, 22, 0, tzinfo=UTC))


async def used(office: Office) -> tuple[int, int]:
    """Messages used of the period, and what is left of the balance."""
    quotas = await office.run(workspaces.quotas)
    return quotas.messages.used, quotas.balance.remaining


# What is left ------------------------------------------------------------------------------------------------


async def test_a_new_workspace_has_used_nothing_but_its_owners_seat(office: Office) -> None:
    quotas = await office.run(workspaces.quotas)
    assert (quotas.seats.total, quotas.seats.used, quotas.seats.period) == (5, 1, None)
    assert (quotas.messages.total, quotas.messages.used, quotas.messages.period) == (10, 0, NOVEMBER)
    assert (quotas.api_calls.total, quotas.api_calls.used, quotas.api_calls.period) == (100, 0, NOVEMBER)
    assert quotas.balance == Balance(0, None)


async def test_each_workspace_has_its_own(office: Office, neighbour: Office) -> None:
    before = await neighbour.rows()
    await office.run(workspaces.charge, [1] * 10)
    await office.run(workspaces.top_up, 5)
    await office.run(workspaces.charge, [2, 2])
    assert await used(office) == (10, 1)
    assert await neighbour.rows() == before
    assert await used(neighbour) == (3, 7)


async def test_the_period_is_that_of_the_workspaces_zone(make_office: MakeOffice) -> None:
    office = await make_office("Far East", zone="Pacific/Kiritimati")
    period = (await office.run(workspaces.quotas)).messages.period
    assert period == Period(datetime(2026, 10, 31, 10, 0, tzinfo=UTC), datetime(2026, 11, 30, 10, 0, tzinfo=UTC))


async def test_a_period_that_has_begun_keeps_its_bounds(office: Office) -> None:
    await office.run(workspaces.charge, [4])
    async with office.db.system() as tx:
        await tx.execute("UPDATE tenant.workspace SET billing_anchor = '2026-01-15', zone = 'UTC'")
    [charge] = await office.run(workspaces.charge, [1])
    assert charge == Charge(1, 0, NOVEMBER.start)
    quotas = await office.run(workspaces.quotas)
    assert (quotas.messages.used, quotas.messages.period) == (5, NOVEMBER)


# Taking ------------------------------------------------------------------------------------------------------


async def test_credits_come_from_the_period_first(office: Office) -> None:
    assert await office.run(workspaces.charge, [1, 2]) == [
        Charge(1, 0, NOVEMBER.start),
        Charge(2, 0, NOVEMBER.start),
    ]
    assert await used(office) == (3, 0)


async def test_then_from_the_balance(office: Office) -> None:
    await office.run(workspaces.top_up, 3)
    await office.run(workspaces.charge, [9])
    assert await office.run(workspaces.charge, [2, 2, 1]) == [
        Charge(1, 1, NOVEMBER.start),
        Charge(0, 2, NOVEMBER.start),
        None,
    ]
    assert await used(office) == (10, 0)


async def test_what_does_not_fit_is_not_charged_and_the_rest_is(office: Office) -> None:
    await office.run(workspaces.charge, [9])
    assert await office.run(workspaces.charge, [2, 1, 1]) == [None, Charge(1, 0, NOVEMBER.start), None]
    assert await used(office) == (10, 0)


async def test_nothing_wanted_takes_nothing(office: Office) -> None:
    before = await office.rows()
    assert await office.run(workspaces.charge, []) == []
    assert await office.rows() == before
    assert await office.run(workspaces.charge, [0]) == [Charge(0, 0, NOVEMBER.start)]


async def test_a_negative_wish_is_refused(office: Office) -> None:
    with pytest.raises(workspaces.InvalidAmount):
        await office.run(workspaces.charge, [1, -1])
    assert await used(office) == (0, 0)


async def test_a_new_period_begins_with_everything(office: Office, clock: HandClock) -> None:
    await office.run(workspaces.charge, [10])
    assert await office.run(workspaces.charge, [1]) == [None]
    clock.time = NOVEMBER.end - timedelta(microseconds=1)
    assert await office.run(workspaces.charge, [1]) == [None]
    clock.time = NOVEMBER.end
    assert await office.run(workspaces.charge, [1]) == [Charge(1, 0, NOVEMBER.end)]
    assert await used(office) == (1, 0)


async def test_a_quota_that_was_lowered_lets_nothing_through_until_it_is_below(office: Office) -> None:
    await office.run(workspaces.charge, [8])
    async with office.db.system() as tx:
        await tx.execute("UPDATE tenant.workspace SET messages_quota = 5")
    assert await office.run(workspaces.charge, [1]) == [None]
    await office.run(workspaces.top_up, 2)
    assert await office.run(workspaces.charge, [2]) == [Charge(0, 2, NOVEMBER.start)]
    assert await used(office) == (8, 0)


async def test_a_transaction_that_fails_takes_nothing(office: Office) -> None:
    async def charge_and_fail(tx: Tx) -> None:
        await workspaces.charge(tx, [3])
        raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        await office.run(charge_and_fail)
    assert await used(office) == (0, 0)


async def test_a_workspace_that_is_not_there_cannot_be_charged(office: Office) -> None:
    with pytest.raises(workspaces.WorkspaceNotFound):
        await office.db.run(999, lambda tx: workspaces.charge(tx, [1]))


# Several at once ---------------------------------------------------------------------------------------------


async def test_the_first_charges_of_a_period_at_once_share_one_row(office: Office) -> None:
    results = await asyncio.gather(*(office.run(workspaces.charge, [1]) for _ in range(8)))
    assert all(charge for [charge] in results)
    assert await used(office) == (8, 0)


async def test_at_the_edge_of_the_quota_exactly_what_is_left_is_given(office: Office) -> None:
    await office.run(workspaces.top_up, 3)
    results = await asyncio.gather(*(office.run(workspaces.charge, [1, 2]) for _ in range(12)))
    charges = [charge for result in results for charge in result if charge]
    assert sum(charge.from_period for charge in charges) == 10
    assert sum(charge.from_balance for charge in charges) == 3
    assert await used(office) == (10, 0)


async def test_two_at_the_edge_wait_for_each_other_and_one_is_refused(office: Office) -> None:
    """The second looks at the row while the first still holds it, and decides on what the first leaves."""
    await office.run(workspaces.charge, [9])
    is_charged, may_commit = asyncio.Event(), asyncio.Event()

    async def hold(tx: Tx) -> list[Charge | None]:
        taken = await workspaces.charge(tx, [1])
        is_charged.set()
        await may_commit.wait()
        return taken

    first = asyncio.create_task(office.run(hold))
    await is_charged.wait()
    second = asyncio.create_task(office.run(workspaces.charge, [1]))
    await until(lambda: somebody_waits_for_a_lock(office.db))
    assert not second.done()
    may_commit.set()
    assert await first == [Charge(1, 0, NOVEMBER.start)]
    assert await second == [None]


async def test_charges_and_refunds_at_once_add_up(office: Office) -> None:
    await office.run(workspaces.top_up, 20)

    async def there_and_back() -> None:
        for _ in range(5):
            taken = [charge for charge in await office.run(workspaces.charge, [1, 2, 2]) if charge]
            await office.run(workspaces.refund, taken)

    await asyncio.gather(*(there_and_back() for _ in range(5)))
    assert await used(office) == (0, 20)


async def test_a_charge_does_not_wait_for_those_who_write_elsewhere_in_the_workspace(office: Office) -> None:
    """Rows that refer to the workspace lock its row a little; that must not stop the balance."""
    await office.run(workspaces.top_up, 5)
    await office.run(workspaces.charge, [10])

    async def hold(tx: Tx) -> list[Charge | None]:
        await workspaces.create_team(tx, "Sales Team")
        return await office.run(workspaces.charge, [2])

    assert await office.run(hold) == [Charge(0, 2, NOVEMBER.start)]


# Giving back -------------------------------------------------------------------------------------------------


async def test_credits_go_back_to_where_they_came_from(office: Office) -> None:
    await office.run(workspaces.top_up, 3)
    await office.run(workspaces.charge, [8])
    taken = await office.run(workspaces.charge, [1, 2, 2])
    assert await used(office) == (10, 0)
    await office.run(workspaces.refund, [charge for charge in taken if charge])
    assert await used(office) == (8, 3)
    assert (await office.run(workspaces.quotas)).balance.updated_at == START


async def test_credits_of_a_former_period_do_not_move_into_the_new_one(office: Office, clock: HandClock) -> None:
    taken = await office.run(workspaces.charge, [2])
    clock.time = NOVEMBER.end
    newer = await office.run(workspaces.charge, [3])
    await office.run(workspaces.refund, [charge for charge in (*taken, *newer[:0]) if charge])
    assert await used(office) == (3, 0)


async def test_giving_nothing_back_changes_nothing(office: Office, neighbour: Office) -> None:
    before = await office.rows(), await neighbour.rows()
    await office.run(workspaces.refund, [])
    await office.run(workspaces.refund, [Charge(0, 0, NOVEMBER.start)])
    assert (await office.rows(), await neighbour.rows()) == before


async def test_credits_of_the_neighbour_are_not_given_back_here(office: Office, neighbour: Office) -> None:
    taken = await neighbour.run(workspaces.charge, [2])
    before = await neighbour.rows()
    await office.run(workspaces.refund, [charge for charge in taken if charge])
    assert await neighbour.rows() == before
    assert await used(office) == (0, 0)


# Topping up --------------------------------------------------------------------------------------------------


async def test_a_top_up_is_added_and_dated(office: Office, clock: HandClock) -> None:
    assert await office.run(workspaces.top_up, 300) == Balance(300, START)
    clock.advance(timedelta(days=40))
    assert await office.run(workspaces.top_up, 5) == Balance(305, clock.now())
    assert (await office.facts())[-1] == ("BalanceToppedUp", {"credits": 5, "remaining": 305})


@pytest.mark.parametrize("amount", [0, -1, 2**31, 2**63])
async def test_a_senseless_top_up_is_refused(office: Office, amount: int) -> None:
    before = await office.rows()
    with pytest.raises(workspaces.InvalidAmount):
        await office.run(workspaces.top_up, amount)
    assert await office.rows() == before


async def test_a_balance_cannot_grow_over_what_a_number_holds(office: Office) -> None:
    await office.run(workspaces.top_up, 2**31 - 1)
    with pytest.raises(workspaces.InvalidAmount):
        await office.run(workspaces.top_up, 1)
    assert (await used(office))[1] == 2**31 - 1
