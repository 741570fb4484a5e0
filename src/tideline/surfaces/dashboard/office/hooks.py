"""Webhooks: who is told what has happened, the log of deliveries, delivering again, and the signing secret."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import webhooks
from tideline.features.webhooks import Changes, EventType, LogFilter, Logged, Outcome, Webhook
from tideline.features.workspaces import Action, Teammate, ensure_may
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard.office.office import Office, ensure, id_in, page_in, refusal
from tideline.surfaces.dashboard.security import Form
from tideline.surfaces.dashboard.visits import NotHere, Visitor
from tideline.surfaces.dashboard.words import N_

SECTION = "webhooks"
SIZE = 25
REPLAYED = timedelta(days=1)
OUTCOMES = {
    Outcome.DELIVERED: ("ok", N_("Delivered")),
    Outcome.RETRYING: ("warn", N_("Retrying")),
    Outcome.FAILED: ("bad", N_("Gave up")),
}
FILTERS = {
    "": N_("All"),
    Outcome.FAILED.value: N_("Gave up"),
    Outcome.RETRYING.value: N_("Retrying"),
    Outcome.DELIVERED.value: N_("Delivered"),
}

Turn = Callable[[Tx, int], Awaitable[object]]


class HooksPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        async with self._office.visit(request) as (tx, visitor):
            return await self._list(request, tx, visitor)

    async def create(self, request: Request) -> Response:
        form, terms = await self._office.form(request), self._office.deps.terms

        async def run(tx: Tx, me: Teammate) -> Webhook:
            ensure_may(me.role, Action.WEBHOOKS)
            return await webhooks.create(tx, terms, _event(form), form.get("url", "").strip())

        try:
            visitor, made = await self._office.act(request, run)
        except Problem as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._list(request, tx, visitor, form=form, **refusal(problem))
        return self._office.to(visitor, f"/webhooks/{made.id}", "hook_added")

    async def show_one(self, request: Request) -> Response:
        webhook_id = id_in(request)
        async with self._office.visit(request) as (tx, visitor):
            return await self._one(request, tx, visitor, webhook_id)

    async def turn(self, request: Request) -> Response:
        form, webhook_id = await self._office.form(request), id_in(request)
        what = form.get("do", "")
        turns = self._turns(form)
        if what not in turns:
            raise NotHere
        action, done = turns[what]
        visitor = await self._run(request, lambda tx: action(tx, webhook_id))
        return self._office.to(visitor, "/webhooks" if what == "delete" else f"/webhooks/{webhook_id}", done)

    async def show_delivery(self, request: Request) -> Response:
        webhook_id, uid = id_in(request), _uid(request)
        async with self._office.visit(request) as (tx, visitor):
            return await self._delivery(request, tx, visitor, webhook_id, uid)

    async def replay(self, request: Request) -> Response:
        await self._office.form(request)
        webhook_id, uid = id_in(request), _uid(request)
        try:
            visitor = await self._run(request, lambda tx: webhooks.redeliver(tx, webhook_id, uid))
        except webhooks.DeliveryUnderWay as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._delivery(request, tx, visitor, webhook_id, uid, **refusal(problem))
        return self._office.to(visitor, f"/webhooks/{webhook_id}/deliveries/{uid}", "replayed")

    def _turns(self, _form: Form) -> dict[str, tuple[Turn, str]]:
        terms = self._office.deps.terms

        def switch(is_on: bool) -> Turn:
            return lambda tx, webhook_id: webhooks.update(tx, terms, webhook_id, Changes(enabled=is_on))

        return {
            "pause": (switch(False), "hook_paused"),
            "resume": (switch(True), "hook_resumed"),
            "test": (webhooks.send_test, "hook_tested"),
            "rotate": (lambda tx, webhook_id: webhooks.rotate_secret(tx, terms, webhook_id), "secret_rotated"),
            "replay": (
                lambda tx, webhook_id: webhooks.redeliver_failed(tx, webhook_id, tx.now - REPLAYED),
                "hook_replayed",
            ),
            "delete": (webhooks.delete, "hook_deleted"),
        }

    async def _run(self, request: Request, action: Callable[[Tx], Awaitable[object]]) -> Visitor:
        async def run(tx: Tx, me: Teammate) -> None:
            ensure_may(me.role, Action.WEBHOOKS)
            await action(tx)

        visitor, _ = await self._office.act(request, run)
        return visitor

    async def _list(self, request: Request, tx: Tx, visitor: Visitor, **values: Any) -> Response:
        ensure(visitor, Action.WEBHOOKS)
        given = {"form": {}, "status": 200, **values}
        return self._office.page(
            request,
            "webhooks.html",
            visitor,
            section=SECTION,
            webhooks=await webhooks.list_webhooks(tx),
            most=self._office.deps.terms.per_workspace,
            event_types=list(EventType),
            **given,
        )

    async def _one(self, request: Request, tx: Tx, visitor: Visitor, webhook_id: int) -> Response:
        ensure(visitor, Action.WEBHOOKS)
        outcome, page = request.query_params.get("outcome", ""), page_in(request)
        wanted = LogFilter(outcome=Outcome(outcome) if outcome in list(Outcome) else None)
        found = await webhooks.list_deliveries(tx, webhook_id, wanted, page=page, size=SIZE)
        return self._office.page(
            request,
            "webhook.html",
            visitor,
            section=SECTION,
            webhook=await webhooks.get(tx, webhook_id),
            secret=await webhooks.show_secret(tx, self._office.deps.terms, webhook_id),
            deliveries=found.items,
            has_more=found.has_more,
            number=page,
            outcome=wanted.outcome or "",
            outcomes=OUTCOMES,
            filters=FILTERS,
        )

    async def _delivery(
        self, request: Request, tx: Tx, visitor: Visitor, webhook_id: int, uid: UUID, **values: Any
    ) -> Response:
        ensure(visitor, Action.WEBHOOKS)
        attempts = await webhooks.get_delivery(tx, webhook_id, uid)
        return self._office.page(
            request,
            "delivery.html",
            visitor,
            section=SECTION,
            webhook=await webhooks.get(tx, webhook_id),
            attempts=attempts,
            last=attempts[-1],
            body=_text(attempts[-1].request),
            answers=[_text(one.response_start) for one in attempts],
            may_replay=_may_replay(attempts[-1]),
            outcomes=OUTCOMES,
            **values,
        )


def _may_replay(last: Logged) -> bool:
    return last.outcome is not Outcome.RETRYING


def _event(form: Form) -> EventType:
    text = form.get("event_type", "")
    return EventType(text) if text in list(EventType) else EventType.MESSAGE_NEW


def _uid(request: Request) -> UUID:
    try:
        return UUID(request.path_params["uid"])
    except ValueError:
        raise NotHere from None


def _text(raw: bytes) -> str:
    """What was sent or answered, as far as it can be read."""
    return raw.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
