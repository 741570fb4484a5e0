"""Usage: what is left of the quotas, how much was written by whom and how fast, and the same as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import files, messages, numbers, webhooks, workspaces
from tideline.features.messages import NOBODY, Answers, Figures, Sums
from tideline.features.numbers import Number, NumberId
from tideline.features.webhooks import Deliveries
from tideline.features.workspaces import Action, Quotas, TeammateId
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import charts, sheets
from tideline.surfaces.dashboard.charts import Chart
from tideline.surfaces.dashboard.office import periods, usage_file
from tideline.surfaces.dashboard.office.office import Office, ensure
from tideline.surfaces.dashboard.visits import Visitor
from tideline.surfaces.dashboard.words import N_, _

SECTION: Final = "usage"
NOTHING: Final = Sums()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart and its table: what the columns are called, in the order of their parts, and a row for each day."""

    chart: Chart
    names: Sequence[str]
    parts: str
    rows: Sequence[tuple[date, Sequence[int]]]

    @property
    def totals(self) -> Sequence[int]:
        return [sum(column) for column in zip(*(values for _, values in self.rows), strict=True)]


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody or some number, and what they did."""

    id: int
    name: str
    sums: Sums
    answers: Answers


class UsagePage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        period = periods.chosen(request.query_params.get("period", ""))
        async with self._office.visit(request) as (tx, visitor):
            ensure(visitor, Action.USAGE)
            days = periods.days_of(period, self._today(visitor))
            figures = await messages.figures(tx, days[0], days[-1])
            calls = await workspaces.api_calls_by_day(tx, days[0], days[-1])
            deliveries = await webhooks.deliveries_by_day(tx, days[0], days[-1])
            quotas, stored = await workspaces.quotas(tx), await files.bytes_used(tx)
            by_number, by_teammate = await _numbers(tx, figures), await _teammates(tx, figures)
        return self._office.page(
            request,
            "usage.html",
            visitor,
            section=SECTION,
            period=period,
            periods=periods.PERIODS,
            days=days,
            marks=charts.marks(days),
            quotas=quotas,
            renews=_renews(quotas, visitor),
            stored=stored,
            room=self._office.deps.store.room.limits.workspace_bytes if self._office.deps.store else None,
            figures=figures,
            numbers=by_number,
            teammates=by_teammate,
            **_drawn(days, figures, calls, deliveries),
        )

    async def download(self, request: Request) -> Response:
        """A row for each day, number and teammate."""
        period = periods.chosen(request.query_params.get("period", ""))
        async with self._office.visit(request) as (tx, visitor):
            ensure(visitor, Action.USAGE)
            days = periods.days_of(period, self._today(visitor))
            names = await usage_file.names(tx, days)
        rows = usage_file.portions(self._office.deps.db, visitor, days, names)
        return sheets.download(usage_file.name(visitor, days), rows)

    def _today(self, visitor: Visitor) -> date:
        """In the workspace's time, as the days were counted."""
        return self._office.deps.db.clock.now().astimezone(visitor.workspace.tz).date()


def _renews(quotas: Quotas, visitor: Visitor) -> date | None:
    period = quotas.messages.period
    return period.end.astimezone(visitor.workspace.tz).date() if period else None


def _drawn(
    days: Sequence[date], figures: Figures, calls: Mapping[date, int], deliveries: Mapping[date, Deliveries]
) -> dict[str, Drawn]:
    sums = [(day, figures.days.get(day, NOTHING)) for day in days]
    ended = [(day, deliveries.get(day, Deliveries())) for day in days]
    return {
        "sent": _chart(
            (N_("By people, in the inbox"), N_("By the API"), N_("On the phone")),
            [(day, (one.by_people, one.by_api, one.by_phone)) for day, one in sums],
        ),
        "received": _chart((N_("Received"),), [(day, (one.received,)) for day, one in sums]),
        "calls": _chart((N_("API calls"),), [(day, (calls.get(day, 0),)) for day in days]),
        "deliveries": _chart(
            (N_("Delivered"), N_("Gave up")), [(day, (one.delivered, one.failed)) for day, one in ended], "ad"
        ),
    }


def _chart(names: Sequence[str], rows: Sequence[tuple[date, Sequence[int]]], parts: str = "abc") -> Drawn:
    return Drawn(charts.stacked([values for _, values in rows], parts), names, parts, rows)


async def _numbers(tx: Tx, figures: Figures) -> list[Row]:
    by_id = await numbers.get_many(tx, list(figures.numbers))
    rows = [
        Row(one, _name(by_id.get(NumberId(one))), sums, figures.number_answers.get(one, Answers()))
        for one, sums in figures.numbers.items()
    ]
    return sorted(rows, key=lambda row: (-row.sums.sent - row.sums.received, row.id))


def _name(number: Number | None) -> str:
    return "" if number is None else number.account_name or f"+{number.phone}"


async def _teammates(tx: Tx, figures: Figures) -> list[Row]:
    """Whoever wrote something; what was written on phones comes last, because nobody knows by whom."""
    people = await workspaces.find_teammates(tx, {TeammateId(one) for one in figures.teammates if one != NOBODY})
    rows = [
        Row(
            one,
            people[TeammateId(one)].display_name if one in people else _("On the phone"),
            sums,
            figures.teammate_answers.get(one, Answers()),
        )
        for one, sums in figures.teammates.items()
        if sums.sent
    ]
    return sorted(rows, key=lambda row: (row.id == NOBODY, -row.sums.sent, row.id))
