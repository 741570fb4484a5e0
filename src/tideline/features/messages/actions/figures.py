"""Figures by day: reading them, and counting the messages that were there before them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from tideline.features.messages.figures import Answers, Cell, Sums, Tally, Way, answers_of, day_of, way_of
from tideline.features.messages.store import figures as store
from tideline.platform.db import Database, SystemTx, Tx

BATCH = 20_000
ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What was written in some days, and how fast first answers were. Days without anything are left out."""

    days: Mapping[date, Sums]
    numbers: Mapping[int, Sums]
    teammates: Mapping[int, Sums]
    answers: Answers
    number_answers: Mapping[int, Answers]
    teammate_answers: Mapping[int, Answers]


async def figures(tx: Tx, first: date, last: date) -> Figures:
    """Of the days from the first to the last, both counted. Costs a row for each day, number and teammate."""
    of_numbers: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    of_teammates: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number_id, teammate_id, step, answers in await store.answer_steps(tx, first, last):
        if number_id is not None:
            of_numbers[number_id].append((step, answers))
        elif teammate_id is not None:
            of_teammates[teammate_id].append((step, answers))
    days, numbers, teammates = await store.sums(tx, first, last)
    return Figures(
        days=days,
        numbers=numbers,
        teammates=teammates,
        answers=answers_of(one for steps in of_numbers.values() for one in steps),
        number_answers={one: answers_of(steps) for one, steps in of_numbers.items()},
        teammate_answers={one: answers_of(steps) for one, steps in of_teammates.items()},
    )


async def list_figures(db: Database, workspace_id: int, first: date, last: date) -> AsyncIterator[tuple[Cell, Sums]]:
    """All rows of some days, read in pieces, so that nothing is held while somebody downloads them slowly."""
    at = Cell(workspace_id, first - timedelta(days=1), 2**31 - 1, 2**31 - 1)
    rows: list[tuple[Cell, Sums]] | None = None
    while rows is None or len(rows) == ROWS:
        async with db.read(workspace_id) as tx:
            rows = await store.list_cells(tx, at, last, ROWS)
        for cell, sums in rows:
            yield cell, sums
            at = cell


async def workspaces_to_count(tx: SystemTx) -> list[int]:
    """Where `count_older` has something to do."""
    return await store.list_behind(tx)


async def count_older(tx: Tx) -> bool:
    """Count some of the messages that were there before the figures, and say whether there are more."""
    found = await store.lock_backlog(tx)
    if found is None:
        return False
    after, before, zone = found
    end = await store.find_end(tx, after, before, BATCH)
    tally = Tally()
    for at, number_id, teammate_id, from_me, origin, messages in await store.count_between(
        tx, after, end or UUID(int=before.int - 1)
    ):
        way = way_of(from_me, origin)
        writer = (teammate_id or 0) if way in (Way.PEOPLE, Way.API) else 0
        tally.messages[Cell(tx.workspace_id, day_of(at, zone), number_id, writer), way] += messages
    await store.add(tx, tally)
    await store.leave_backlog(tx, end)
    return end is not None
