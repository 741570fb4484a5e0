"""Views of one's own: kept, renamed, put in order, taken away; nobody else has anything to do with them."""

import pytest

from tests.support.world import World
from tideline.features import saved_views
from tideline.features.saved_views import InvalidViewName, TooManyViews, ViewNameTaken, ViewNotFound
from tideline.features.workspaces import Teammate

FILTERS = {"label": ["vip", "new"], "state": ["open"]}


async def kept(world: World, *names: str, by: Teammate | None = None) -> list[int]:
    return [(await world.run(saved_views.keep, by or world.owner, name, FILTERS)).id for name in names]


async def shown(world: World, to: Teammate | None = None) -> list[str]:
    return [one.name for one in await world.run(saved_views.list_views, to or world.owner)]


async def test_a_view_is_kept_with_its_filters(world: World) -> None:
    await kept(world, "  Important ")
    [view] = await world.run(saved_views.list_views, world.owner)
    assert (view.name, view.filters) == ("Important", FILTERS)


async def test_views_are_put_in_order(world: World) -> None:
    a, _b, c = await kept(world, "A", "B", "C")
    await world.run(saved_views.move, world.owner, c, -1)
    assert await shown(world) == ["A", "C", "B"]
    await world.run(saved_views.move, world.owner, a, -1)
    await world.run(saved_views.move, world.owner, a, 9)
    assert await shown(world) == ["C", "B", "A"]
    await world.run(saved_views.remove, world.owner, c)
    await kept(world, "D")
    assert await shown(world) == ["B", "A", "D"]


async def test_renaming_and_taking_away(world: World) -> None:
    a, b = await kept(world, "A", "B")
    await world.run(saved_views.rename, world.owner, a, "a")
    await world.run(saved_views.remove, world.owner, b)
    assert await shown(world) == ["a"]
    with pytest.raises(ViewNotFound):
        await world.run(saved_views.remove, world.owner, b)


async def test_bad_names_and_too_many(world: World) -> None:
    a, _ = await kept(world, "A", "B")
    for name in ("", " ", "x" * 41, "two\nlines"):
        with pytest.raises(InvalidViewName):
            await world.run(saved_views.keep, world.owner, name, FILTERS)
    with pytest.raises(ViewNameTaken):
        await kept(world, "b")
    with pytest.raises(ViewNameTaken):
        await world.run(saved_views.rename, world.owner, a, "B")
    await kept(world, *(f"View {n}" for n in range(saved_views.MOST - 2)))
    with pytest.raises(TooManyViews):
        await kept(world, "One more")


async def test_others_have_nothing_to_do_with_them(world: World, neighbour: World) -> None:
    [mine] = await kept(world, "Mine")
    [theirs] = await kept(neighbour, "Theirs")
    colleague = await world.teammate()
    await kept(world, "Mine", by=colleague)
    for teammate, view_id in ((colleague, mine), (world.owner, theirs)):
        for turn in (
            lambda tx: saved_views.remove(tx, teammate, view_id),  # noqa: B023
            lambda tx: saved_views.rename(tx, teammate, view_id, "Gone"),  # noqa: B023
            lambda tx: saved_views.move(tx, teammate, view_id, 1),  # noqa: B023
        ):
            with pytest.raises(ViewNotFound):
                await world.run(turn)
    assert await shown(world) == ["Mine"]
    assert await shown(neighbour) == ["Theirs"]
