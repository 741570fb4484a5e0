"""A workspace of a partner, for whoever looks after the installation: quotas, people, numbers, and the events told."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import numbers, partners, workspaces
from tideline.features.webhooks import LogFilter, Outcome, PartnerEvent
from tideline.platform.db import SystemTx, Tx
from tideline.surfaces.dashboard.office.hooks import FILTERS, OUTCOMES
from tideline.surfaces.dashboard.office.numbers import SIGNS
from tideline.surfaces.dashboard.office.office import Office, page_in
from tideline.surfaces.dashboard.office.operating import Operating, amount, refusal
from tideline.surfaces.dashboard.office.partners import QUOTAS, SECTION
from tideline.surfaces.dashboard.security import Form
from tideline.surfaces.dashboard.visits import NotHere

SIZE = 25
REPLAYED = timedelta(days=1)

Turn = Callable[[Tx, str, Form], Awaitable[object]]


class PartnerWorkspacePage:
    def __init__(self, office: Office) -> None:
        self._operating = Operating(office)
        self._office = office

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def turn(self, request: Request) -> Response:
        form, partner_id = await self._operating.form(request), request.path_params["id"]
        if form.get("do") not in TURNS:
            raise NotHere
        action, done = TURNS[form["do"]]
        try:
            visitor, _ = await self._operating.act_in(
                request, lambda tx: _find(tx, request), lambda tx: action(tx, partner_id, form)
            )
        except workspaces.InvalidAmount as problem:
            return await self._page(request, **refusal(problem))
        return self._office.to(visitor, f"/partners/{partner_id}/workspaces/{request.path_params['slug']}", done)

    async def _page(self, request: Request, **values: Any) -> Response:
        outcome, page = request.query_params.get("outcome", ""), page_in(request)
        wanted = LogFilter(outcome=Outcome(outcome) if outcome in list(Outcome) else None)
        async with self._operating.visit(request) as (system, visitor):
            partner = await partners.get(system, request.path_params["id"])
            workspace_id = await _find(system, request)
        async with self._office.deps.db.read(workspace_id) as tx:
            told = await partners.deliveries(tx, partner.id, wanted, page=page, size=SIZE)
            return self._office.page(
                request,
                "partner_workspace.html",
                visitor,
                section=SECTION,
                partner=partner,
                owned=await workspaces.get_workspace(tx),
                quotas=await workspaces.quotas(tx),
                members=await workspaces.list_teammates(tx),
                numbers=await numbers.list_numbers(tx),
                signs=SIGNS,
                deliveries=told.items,
                has_more=told.has_more,
                number=page,
                outcome=wanted.outcome or "",
                outcomes=OUTCOMES,
                filters=FILTERS,
                **{"status": 200, **values},
            )


async def _find(tx: SystemTx, request: Request) -> int:
    return await partners.find_made(tx, await partners.get(tx, request.path_params["id"]), request.path_params["slug"])


async def _suspend(tx: Tx, _partner_id: str, _form: Form) -> None:
    await partners.suspend_workspace(tx)


async def _resume(tx: Tx, _partner_id: str, _form: Form) -> None:
    await partners.restore_workspace(tx)


async def _set_quotas(tx: Tx, _partner_id: str, form: Form) -> None:
    given = {name: amount(form, name) for name in QUOTAS}
    await workspaces.set_quotas(tx, **given)
    if more := amount(form, "top_up"):
        await workspaces.top_up(tx, more)


async def _test(tx: Tx, partner_id: str, _form: Form) -> None:
    await partners.send_test(tx, partner_id, PartnerEvent.ACCOUNT_CONNECTED)


async def _replay(tx: Tx, partner_id: str, _form: Form) -> None:
    await partners.redeliver_failed_in(tx, partner_id, tx.now - REPLAYED)


TURNS: dict[str, tuple[Turn, str]] = {
    "suspend": (_suspend, "workspace_suspended"),
    "resume": (_resume, "workspace_resumed"),
    "quotas": (_set_quotas, "partner_changed"),
    "test": (_test, "event_tested"),
    "replay": (_replay, "events_replayed"),
}
