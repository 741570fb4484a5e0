"""Figures by day: which day and whose a message is, how long first answers took, and that counting equals looking."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.world import START, HandClock, World
from tideline.features import chats, messages
from tideline.features.messages import Answers, FiguresReader, Sums
from tideline.features.messages.actions import figures as actions
from tideline.features.messages.figures import Clock, Way, answers_of, step_of, tally
from tideline.features.numbers.port import Via
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.facts import Actor, Fact
from tideline.platform.wake import Wakes

ATHENS = ZoneInfo("Europe/Athens")
MONDAY = date(2026, 11, 23)
EVER = (date(2020, 1, 1), date(2030, 1, 1))
MIRA, IDRIS = Actor("teammate", 7), Actor("token", 8)
CLOCKS = {1: Clock(ATHENS), 2: Clock(ZoneInfo("America/St_Johns"))}


def told(kind: str, minutes: float = 0, *, actor: Actor = MIRA, workspace: int = 1, **named: Any) -> Fact:
    """A fact as the log has it; by default an own message of the inbox."""
    message = {
        "uid": str(uuid4()),
        "type": "whatsapp",
        "at": (START + timedelta(minutes=minutes)).isoformat(),
        "from_me": kind == "MessageSent",
        "origin": "Shared Inbox" if kind == "MessageSent" else "synced from WhatsApp",
        "number_id": 3,
        **named,
    }
    payload = {"message": message, "chat": {"id": 5, "kind": named.get("chat_kind", "direct")}}
    return Fact(workspace, 1, 1, kind, 1, START, actor, named.get("chat_id", 5), payload)


def counted(*facts: Fact) -> dict[tuple[Any, ...], int]:
    """By day, number, teammate and way."""
    found = tally(facts, CLOCKS, {}).messages
    return {(cell.day.isoformat(), cell.number_id, cell.teammate_id, way.value): n for (cell, way), n in found.items()}


DAY = "2026-11-23"
WAYS: dict[str, tuple[Fact, tuple[Any, ...] | None]] = {
    "a customer": (told("MessageReceived", actor=Actor("contact", 9)), (DAY, 3, 0, "received")),
    "a teammate": (told("MessageSent"), (DAY, 3, 7, "by_people")),
    "a token": (told("MessageSent", actor=IDRIS, origin="Public API"), (DAY, 3, 8, "by_api")),
    "another program": (told("MessageSent", actor=IDRIS, origin="Zapier"), (DAY, 3, 8, "by_api")),
    "the phone": (told("MessageSent", actor=Actor("phone"), origin="synced from WhatsApp"), (DAY, 3, 0, "by_phone")),
    "before midnight": (told("MessageSent", 60 * 10 - 1), (DAY, 3, 7, "by_people")),
    "after midnight": (told("MessageSent", 60 * 10), ("2026-11-24", 3, 7, "by_people")),
    "half an hour off": (told("MessageSent", -60 * 8.5 - 1, workspace=2), ("2026-11-22", 3, 7, "by_people")),
    "late": (told("MessageReceived", -60 * 24 * 9), ("2026-11-14", 3, 0, "received")),
    "history": (told("MessageImported", -60 * 24 * 300, from_me=False), ("2026-01-27", 3, 0, "received")),
    "a call": (told("MessageReceived", type="whatsapp_call"), None),
    "something else": (told("ChatOpened"), None),
    "an unknown workspace": (told("MessageSent", workspace=9), None),
}


@pytest.mark.parametrize(("fact", "cell"), WAYS.values(), ids=WAYS)
def test_a_message_counts_for_its_day_its_number_and_who_wrote_it(fact: Fact, cell: tuple[Any, ...] | None) -> None:
    assert counted(fact) == ({cell: 1} if cell else {})


def test_what_the_chore_counts_is_not_counted_twice() -> None:
    border = UUID(int=2**127)
    facts = [told("MessageSent", uid=str(UUID(int=2**127 + more))) for more in (-1, 0, 1)]
    assert sum(tally(facts, {1: Clock(ATHENS, border)}, {}).messages.values()) == 2


def heard(minutes: float, **named: Any) -> Fact:
    return told("MessageReceived", minutes, **named)


def said(minutes: float, **named: Any) -> Fact:
    return told("MessageSent", minutes, **named)


PHONE = {"actor": Actor("phone"), "origin": "synced from WhatsApp"}
# What is told in a chat, and after how many minutes who gave the first answers.
TALKS: dict[str, tuple[Sequence[Fact], list[tuple[int, float]]]] = {
    "an answer": ([heard(0), said(5)], [(7, 5)]),
    "from the first of several": ([heard(0), heard(4), said(5), said(6)], [(7, 5)]),
    "twice": ([heard(0), said(1), heard(10), said(70)], [(7, 1), (7, 60)]),
    "on the phone": ([heard(0), said(2, **PHONE)], [(0, 2)]),
    "by a program first": ([heard(0), said(0.1, origin="Public API", actor=IDRIS), said(30)], [(7, 30)]),
    "nobody asked": ([said(0), said(1)], []),
    "closed without one": ([heard(0), told("ChatClosed"), said(600)], []),
    "in a group": ([heard(0, chat_kind="group"), said(1, chat_kind="group")], []),
    "history": ([told("MessageImported", 0, from_me=False), said(5)], []),
    "a clock that is wrong": ([heard(10), said(5)], [(7, 0)]),
}


@pytest.mark.parametrize(("facts", "answers"), TALKS.values(), ids=TALKS)
def test_a_first_answer_is_measured_from_the_first_question(
    facts: Sequence[Fact], answers: list[tuple[int, float]]
) -> None:
    found = Counter({(cell.teammate_id, step): n for (cell, step), n in tally(facts, CLOCKS, {}).answers.items()})
    assert found == Counter((who, step_of(timedelta(minutes=minutes))) for who, minutes in answers)


@given(st.lists(st.floats(0, 10_000_000), min_size=1))
def test_the_middle_answer_is_about_what_it_was(seconds: list[float]) -> None:
    found = answers_of([(step_of(timedelta(seconds=one)), 1) for one in seconds])
    middle = sorted(seconds)[(len(seconds) - 1) // 2]
    assert found.count == len(seconds)
    assert found.median is not None
    assert abs(found.median.total_seconds() - middle) <= 1 + middle * 0.08


def test_no_answer_has_no_middle() -> None:
    assert answers_of([]) == Answers()


# With a database ---------------------------------------------------------------------------------------------


async def dispatched(db: Database) -> None:
    """What was recorded is numbered and read."""
    dispatcher = Dispatcher(db, Wakes(), [FiguresReader()])
    async with db.session() as session:
        while await dispatcher.dispatch(session):
            pass


async def by_looking(world: World, zone: ZoneInfo = ATHENS) -> Counter[tuple[Any, ...]]:
    """The same figures from the messages themselves."""
    rows = await world.fetch("SELECT * FROM tenant.message WHERE workspace = $1 AND type = 'whatsapp'")
    ways = {"Shared Inbox": "by_people", "synced from WhatsApp": "by_phone"}
    return Counter(
        (
            row["at"].astimezone(zone).date(),
            row["number_id"],
            (row["created_by"] or 0) if row["from_me"] else 0,
            ways.get(row["origin"], "by_api") if row["from_me"] else "received",
        )
        for row in rows
    )


async def as_counted(world: World) -> Counter[tuple[Any, ...]]:
    rows = await world.fetch("SELECT * FROM tenant.message_day WHERE workspace = $1")
    return +Counter(
        {(row["day"], row["number_id"], row["teammate_id"], way.value): row[way] for row in rows for way in Way}
    )


async def talk(world: World) -> None:
    """A bit of everything, over midnight and out of order."""
    number = await world.number()
    chat, other = await world.chat(number), await world.chat()
    for hours in (0, 3, 9, 26):
        at = START + timedelta(hours=hours)
        await world.hear(chat, at=at)
        await world.hear(other, at=at - timedelta(days=3), via=Via.PHONE, from_me=True)
    await world.hear(chat, via=Via.HISTORY, at=START - timedelta(days=40))
    await world.send(chat, "By a program")
    await world.send(other, "By hand", origin=messages.Origin.SHARED_INBOX, actor=Actor("teammate", world.owner.id))
    await world.run(messages.add_note, chat.id, "Not a message")


async def test_counting_as_it_is_told_equals_looking_at_everything(
    world: World, neighbour: World, db: Database
) -> None:
    await talk(world)
    await dispatched(db)
    await talk(world)
    await talk(neighbour)
    await dispatched(db)
    for one in (world, neighbour):
        assert await as_counted(one) == await by_looking(one)
    assert (await world.run(messages.figures, *EVER)).days != {}


async def test_older_messages_are_counted_once_in_pieces(
    world: World, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk(world)
    border = await world.fetch("SELECT uid FROM tenant.message WHERE workspace = $1 ORDER BY uid OFFSET 6 LIMIT 1")
    await world.execute(
        "INSERT INTO tenant.message_day_backlog VALUES ($1, $2, $3, $4)",
        border[0]["uid"],
        world.clock.now(),
        UUID(int=0),
    )
    await dispatched(db)
    assert (await as_counted(world)).total() == (await by_looking(world)).total() - 6
    monkeypatch.setattr(actions, "BATCH", 4)
    async with db.system_read() as tx:
        assert world.id in await messages.workspaces_to_count(tx)
    assert [await world.run(messages.count_older) for _ in range(3)] == [True, False, False]
    assert await as_counted(world) == await by_looking(world)
    async with db.system_read() as tx:
        assert world.id not in await messages.workspaces_to_count(tx)


async def test_waiting_lasts_over_batches_and_ends_with_the_answer(
    world: World, db: Database, clock: HandClock
) -> None:
    chat = await world.chat()
    await world.hear(chat)
    await dispatched(db)
    began = clock.now()
    clock.advance(timedelta(minutes=30))
    await world.send(chat, origin=messages.Origin.SHARED_INBOX, actor=Actor("teammate", world.owner.id))
    await dispatched(db)
    found = await world.run(messages.figures, *EVER)
    assert found.answers.count == found.teammate_answers[world.owner.id].count == 1
    assert found.answers.median
    assert abs(found.answers.median - (clock.now() - began)) < timedelta(minutes=3)
    assert await world.fetch("SELECT * FROM tenant.waiting WHERE workspace = $1") == []
    await world.hear(chat)
    await dispatched(db)
    await world.run(chats.close, chat.id)
    await dispatched(db)
    assert await world.fetch("SELECT * FROM tenant.waiting WHERE workspace = $1") == []


async def test_figures_are_those_of_the_days_asked_for_and_of_one_workspace(
    world: World, neighbour: World, db: Database
) -> None:
    await world.hear(await world.chat(), at=START)
    await world.hear(await world.chat(), at=START - timedelta(days=1))
    await neighbour.hear(await neighbour.chat(), at=START)
    await dispatched(db)
    found = await world.run(messages.figures, MONDAY, MONDAY)
    assert found.days == {MONDAY: Sums(received=1)}
    rows = [one async for one in messages.list_figures(db, world.id, MONDAY - timedelta(days=1), MONDAY)]
    assert [(cell.day, sums.received) for cell, sums in rows] == [(MONDAY - timedelta(days=1), 1), (MONDAY, 1)]
