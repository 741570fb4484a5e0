"""The page of usage: its days, its figures, its file, and that each is of one workspace and for who may see it."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.world import START, World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import messages, workspaces
from tideline.features.messages import FiguresReader, Origin
from tideline.features.workspaces import Role
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.facts import Actor
from tideline.platform.wake import Wakes
from tideline.surfaces.dashboard import charts, dates
from tideline.surfaces.dashboard.charts import Bar
from tideline.surfaces.dashboard.office import periods

MONDAY = date(2026, 11, 23)
DAYS: dict[str, tuple[str, date, tuple[date, date, int]]] = {
    "this month": ("month", MONDAY, (date(2026, 11, 1), MONDAY, 23)),
    "its first day": ("month", date(2026, 11, 1), (date(2026, 11, 1), date(2026, 11, 1), 1)),
    "last month": ("last_month", date(2026, 1, 31), (date(2025, 12, 1), date(2025, 12, 31), 31)),
    "a short one": ("last_month", date(2028, 3, 30), (date(2028, 2, 1), date(2028, 2, 29), 29)),
    "7 days": ("7", MONDAY, (date(2026, 11, 17), MONDAY, 7)),
    "90 days": ("90", MONDAY, (date(2026, 8, 26), MONDAY, 90)),
}


@pytest.mark.parametrize(("period", "today", "days"), DAYS.values(), ids=DAYS)
def test_a_period_has_these_days(period: str, today: date, days: tuple[date, date, int]) -> None:
    found = periods.days_of(period, today)
    assert (found[0], found[-1], len(found)) == days


TOPS = {0: 3, 3: 3, 4: 6, 13: 15, 19: 24, 25: 30, 100: 120, 1_000_000: 1_200_000}


@pytest.mark.parametrize(("most", "top"), TOPS.items())
def test_the_highest_line_of_a_chart_is_a_round_number(most: int, top: int) -> None:
    assert charts.top_over(most) == top


def test_the_parts_of_a_day_stand_on_one_another() -> None:
    found = charts.stacked([(1, 0, 2), (0, 0, 0)])
    assert found.bars == [Bar("a", 1.8, 66.67, 33.33), Bar("c", 1.8, 0.0, 66.67)]
    assert (found.width, [value for _, value in found.lines]) == (20, [3, 2, 1, 0])
    assert charts.stacked([]).width == 10


LENGTHS = {0.4: "0 s", 59: "59 s", 61: "1 min", 3599: "1.0 h", 5400: "1.5 h", 86_400 * 2: "2.0 days"}


@pytest.mark.parametrize(("seconds", "words"), LENGTHS.items())
def test_how_long_something_took_in_words(seconds: float, words: str) -> None:
    assert dates.length_words(timedelta(seconds=seconds)) == words


# With a database ---------------------------------------------------------------------------------------------


async def dispatched(world: World) -> None:
    dispatcher = Dispatcher(world.db, Wakes(), [FiguresReader()])
    async with world.db.session() as session:
        while await dispatcher.dispatch(session):
            pass


async def talk(world: World, name: str = "=cmd()") -> None:
    """Yesterday a customer wrote, today the owner answered by hand and a program wrote as well."""
    chat = await world.chat(await world.number(name=name))
    await world.hear(chat, at=START - timedelta(days=1))
    by_hand = {"origin": Origin.SHARED_INBOX, "actor": Actor("teammate", world.owner.id)}
    await world.send(chat, "By hand", **by_hand)
    await world.send(chat, "By a program")
    await dispatched(world)


async def test_the_page_shows_what_was_written_and_how_fast_it_was_answered(
    site: Site, world: World, neighbour: World
) -> None:
    await talk(world)
    await talk(neighbour, "Lagoon line")
    await world.run(workspaces.top_up, 77)
    page = await (await site.owner()).get("/usage")
    for words in (
        "=cmd()",
        "2 sent, 1 received",
        "Half of the first answers within",
        world.owner.display_name,
        "77",
        "1 November 2026 – 23 November 2026",
    ):
        assert words in page.words, words
    assert "Lagoon" not in page.words
    assert page.html.count('class="chart__a" ') >= 2
    assert '<td>22 Nov</td><td class="end num">1</td>' in page.html
    old = await (await site.owner()).get("/usage?period=last_month")
    assert "Nobody wrote anything" in old.words
    assert "Nobody wrote anything" not in (await (await site.owner()).get("/usage?period='")).words


async def rows_of(site: Site, period: str) -> Sequence[dict[str, str]]:
    answer = await (await site.owner()).get(f"/usage.csv?period={period}")
    assert answer.response.headers["content-disposition"].startswith('attachment; filename="usage-harbour-')
    assert answer.response.headers["x-content-type-options"] == "nosniff"
    return list(csv.DictReader(io.StringIO(answer.html.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))


async def test_the_file_has_a_row_for_each_day_number_and_teammate(site: Site, world: World, neighbour: World) -> None:
    await talk(world)
    await talk(neighbour, "Lagoon line")
    rows = await rows_of(site, "7")
    wrote = world.owner.display_name
    assert [(row["day"], row["number"], row["teammate"], row["received"]) for row in rows] == [
        ("2026-11-22", "'=cmd()", "", "1"), ("2026-11-23", "'=cmd()", wrote, "0"),
    ]  # fmt: skip
    assert (rows[1]["sent_in_inbox"], rows[1]["sent_by_api"], rows[1]["sent_on_phone"]) == ("1", "1", "0")
    assert await rows_of(site, "last_month") == []


@pytest.mark.parametrize("role", [Role.TEAM_SUPERVISOR, Role.COLLABORATOR])
async def test_the_file_is_for_who_sees_the_page(site: Site, role: Role) -> None:
    browser = await site.signed_in(await site.teammate(role))
    assert (await browser.get("/usage.csv")).status == 403


async def test_days_turn_at_midnight_of_the_workspace(site: Site, world: World) -> None:
    """Athens is two hours ahead: a message at 22:30 UTC belongs to the next day there."""
    world.clock.time = datetime(2026, 11, 22, 22, 29, tzinfo=UTC)
    chat = await world.chat()
    await world.hear(chat)
    await world.run(messages.add_note, chat.id, "Not a message")
    await dispatched(world)
    assert [row["day"] for row in await rows_of(site, "7")] == ["2026-11-23"]
