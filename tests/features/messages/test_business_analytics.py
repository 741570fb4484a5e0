"""Figures of business numbers: one request per question, answered in the background."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.world import START, World
from tideline.features import business
from tideline.features.business import Analytics, AnalyticsNotFound, AnalyticsState, Asked, InvalidAnalytics
from tideline.features.numbers import Number
from tideline.features.numbers.port import FailureReason, Offline, Unsupported

NOW = int(START.timestamp())
DAY = 86_400
LAST_WEEK = Asked(NOW - 14 * DAY, NOW - 7 * DAY, ("COUNTRY",))


@pytest.fixture
async def number(world: World) -> Number:
    return await world.business_number()


async def ask(world: World, number: Number, asked: Asked = LAST_WEEK) -> Analytics:
    return await world.run(business.ask_analytics, number.id, asked)


async def poll(world: World, handle: UUID) -> Analytics:
    return await world.run(business.get_analytics, handle)


async def orders(world: World) -> int:
    rows = await world.fetch(
        "SELECT i.payload FROM lanes.item i JOIN lanes.lane l ON l.id = i.lane_id WHERE l.workspace = $1"
    )
    return sum(row["payload"].get("do") == "analyse" for row in rows)


async def test_the_same_question_is_the_same_request(world: World, number: Number) -> None:
    first, second = await ask(world, number), await ask(world, number)
    assert first.handle == second.handle
    assert first.state is AnalyticsState.PENDING
    assert await orders(world) == 1


async def test_another_question_is_another_request(world: World, number: Number) -> None:
    other = Asked(LAST_WEEK.start, LAST_WEEK.end, ())
    assert (await ask(world, number)).handle != (await ask(world, number, other)).handle


async def test_an_answer_is_kept_without_costs(world: World, number: Number) -> None:
    asked = await ask(world, number)
    points: dict[str, Any] = {"data_points": [{"volume": 3, "cost": 0.2}]}
    await world.run(business.answer_analytics, asked.handle, {"pricing_analytics": points, "analytics": {}})
    ready = await ask(world, number)
    assert (ready.handle, ready.state) == (asked.handle, AnalyticsState.READY)
    assert ready.result == {"pricing_analytics": {"data_points": [{"volume": 3}]}, "analytics": {}}
    assert await orders(world) == 1


async def test_what_failed_is_asked_again(world: World, number: Number) -> None:
    asked = await ask(world, number)
    problem = Unsupported(failure=FailureReason(200, "Permission error", "The token may not read this."))
    await world.run(business.fail_analytics, asked.handle, problem)
    failed = await poll(world, asked.handle)
    assert (failed.state, failed.error_code, failed.error) == ("error", 200, "The token may not read this.")
    again = await ask(world, number)
    assert (again.handle, again.state, again.error) == (asked.handle, AnalyticsState.PENDING, None)
    assert await orders(world) == 2


async def test_a_failure_without_words_of_whatsapp(world: World, number: Number) -> None:
    asked = await ask(world, number)
    await world.run(business.fail_analytics, asked.handle, Offline())
    assert (await poll(world, asked.handle)).error_code == 0


async def test_figures_of_today_are_looked_up_again_after_an_hour(world: World, number: Number) -> None:
    today = Asked(NOW - DAY, NOW + DAY, ())
    asked = await ask(world, number, today)
    await world.run(business.answer_analytics, asked.handle, {"analytics": {}})
    assert (await ask(world, number, today)).state is AnalyticsState.READY
    world.clock.advance(timedelta(hours=2))
    assert (await ask(world, number, today)).state is AnalyticsState.PENDING


async def test_figures_of_last_week_stay(world: World, number: Number) -> None:
    asked = await ask(world, number)
    await world.run(business.answer_analytics, asked.handle, {"analytics": {}})
    world.clock.advance(timedelta(days=2))
    assert (await ask(world, number)).state is AnalyticsState.READY


async def test_the_question_is_kept_within_a_year_and_the_present(world: World, number: Number) -> None:
    asked = await ask(world, number, Asked(0, NOW + 9 * DAY, ()))
    now = world.clock.now()
    assert asked.question.start == now - timedelta(days=365)
    assert asked.question.end == now


@pytest.mark.parametrize(
    "asked",
    [Asked(NOW, NOW - 1, ()), Asked(NOW - 1, NOW - 1, ()), Asked(NOW + DAY, NOW + 2 * DAY, ())],
    ids=["backwards", "no time at all", "tomorrow"],
)
async def test_questions_that_make_no_sense(world: World, number: Number, asked: Asked) -> None:
    with pytest.raises(InvalidAnalytics):
        await ask(world, number, asked)


def test_dimensions_in_any_order_and_case() -> None:
    assert business.parse_dimensions(" pricing_type, COUNTRY ,COUNTRY") == ("COUNTRY", "PRICING_TYPE")
    assert business.parse_dimensions("") == business.parse_dimensions(None) == ()
    with pytest.raises(InvalidAnalytics):
        business.parse_dimensions("COUNTRY,COST")


async def test_old_requests_are_forgotten(world: World, number: Number) -> None:
    asked = await ask(world, number)
    world.clock.advance(timedelta(days=8))
    async with world.db.system() as tx:
        assert await business.forget_analytics(tx) >= 1
    with pytest.raises(AnalyticsNotFound):
        await poll(world, asked.handle)


async def test_handles_are_the_workspaces_own(world: World, number: Number, neighbour: World) -> None:
    asked = await ask(world, number)
    with pytest.raises(AnalyticsNotFound):
        await poll(neighbour, asked.handle)
