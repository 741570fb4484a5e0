"""Figures as a table to take along: a row for each day, number and teammate."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tideline.features import messages, numbers, workspaces
from tideline.features.messages import NOBODY
from tideline.features.numbers import Number, NumberId
from tideline.features.workspaces import Teammate, TeammateId
from tideline.platform.db import Database, Tx
from tideline.surfaces.dashboard.sheets import Row
from tideline.surfaces.dashboard.visits import Visitor

HEADS: Final = ("day", "number", "phone", "teammate", "received", "sent_in_inbox", "sent_by_api", "sent_on_phone")


@dataclass(frozen=True, slots=True)
class Names:
    """Who the figures are about."""

    numbers: Mapping[NumberId, Number]
    people: Mapping[TeammateId, Teammate]


def name(visitor: Visitor, days: Sequence[date]) -> str:
    return f"usage-{visitor.workspace.slug}-{days[0]}-{days[-1]}.csv"


async def names(tx: Tx, days: Sequence[date]) -> Names:
    found = await messages.figures(tx, days[0], days[-1])
    people = await workspaces.find_teammates(tx, {TeammateId(one) for one in found.teammates if one != NOBODY})
    return Names(await numbers.get_many(tx, list(found.numbers)), people)


async def portions(db: Database, visitor: Visitor, days: Sequence[date], names: Names) -> AsyncIterator[Sequence[Row]]:
    yield [HEADS]
    async for cell, sums in messages.list_figures(db, visitor.workspace.id, days[0], days[-1]):
        number, teammate = names.numbers.get(NumberId(cell.number_id)), names.people.get(TeammateId(cell.teammate_id))
        yield [(
            cell.day.isoformat(),
            number.account_name if number else "",
            number.phone if number else "",
            teammate.display_name if teammate else "",
            sums.received,
            sums.by_people,
            sums.by_api,
            sums.by_phone,
        )]  # fmt: skip
