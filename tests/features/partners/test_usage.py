"""What partners are billed by: it outlives numbers and workspaces."""

from datetime import timedelta

import pytest

from tests.features.partners.conftest import Lagoon, Stage
from tideline.features import partners, workspaces
from tideline.features.partners import NewPartner, Usage


async def november(stage: Stage, partner: NewPartner) -> Usage:
    async with stage.db.system() as tx:
        return await partners.usage(tx, partner.partner.id, "2026-11")


async def test_linked_numbers_are_counted_by_day(stage: Stage, partner: NewPartner, lagoon: Lagoon) -> None:
    number = await lagoon.link()
    await lagoon.link("12025550144")
    await stage.dispatch()
    stage.clock.advance(timedelta(days=1))
    await lagoon.unlink(number)
    await stage.dispatch()
    stage.clock.advance(timedelta(days=1))
    usage = await november(stage, partner)
    assert [dict(counts) for _, counts in usage.days[-3:]] == [
        {lagoon.slug: 2},
        {lagoon.slug: 2},
        {lagoon.slug: 1},
    ]
    assert usage.number_days == 5


async def test_a_deleted_workspace_stays_on_the_bill(stage: Stage, partner: NewPartner, lagoon: Lagoon) -> None:
    await lagoon.link()
    await lagoon.run(partners.delete_workspace)
    await stage.dispatch()
    stage.clock.advance(timedelta(days=2))
    await partners.remove_deleted(stage.db)
    usage = await november(stage, partner)
    assert [day for day, counts in usage.days if counts] == ["2026-11-23"]


async def test_a_number_that_stayed_in_a_removed_workspace_is_billed_no_longer(
    stage: Stage, partner: NewPartner, lagoon: Lagoon
) -> None:
    await lagoon.run(partners.delete_workspace)
    await lagoon.link()
    await stage.dispatch()
    stage.clock.advance(timedelta(days=2))
    assert await partners.remove_deleted(stage.db) >= 1
    stage.clock.advance(timedelta(days=2))
    usage = await november(stage, partner)
    assert [day for day, counts in usage.days if counts] == ["2026-11-23", "2026-11-24", "2026-11-25"]


async def test_a_workspace_that_cannot_be_removed_keeps_no_other_one(
    stage: Stage, partner: NewPartner, lagoon: Lagoon
) -> None:
    later = await stage.lagoon(partner)
    for one in (lagoon, later):
        await one.run(partners.delete_workspace)
    stage.clock.advance(timedelta(days=2))
    async with stage.db.system() as tx:
        await tx.execute("CREATE TABLE public.held (workspace integer REFERENCES directory.workspace)")
        await tx.execute("INSERT INTO public.held VALUES ($1)", lagoon.id)
    try:
        await partners.remove_deleted(stage.db)
    finally:
        async with stage.db.system() as tx:
            await tx.execute("DROP TABLE public.held")
    async with stage.db.system() as tx:
        left = {one.id for one in await workspaces.list_workspaces(tx)}
    assert {lagoon.id, later.id} & left == {lagoon.id}
    await partners.remove_deleted(stage.db)


async def test_another_partner_has_a_bill_of_its_own(stage: Stage, partner: NewPartner, lagoon: Lagoon) -> None:
    await lagoon.link()
    await stage.dispatch()
    assert (await november(stage, await stage.partner())).number_days == 0


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "26-01", "", "2026-01-01"])
async def test_what_is_no_month_is_refused(stage: Stage, partner: NewPartner, month: str) -> None:
    async with stage.db.system() as tx:
        with pytest.raises(partners.InvalidMonth):
            await partners.usage(tx, partner.partner.id, month)
