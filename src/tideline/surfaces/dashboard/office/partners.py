"""The partners of this installation, for whoever looks after it: who they are, what they use, where events go."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import partners
from tideline.features.partners import Grants, NewPartner, Partner, Usage
from tideline.platform.db import SystemTx
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard import sheets
from tideline.surfaces.dashboard.office.office import Office, page_in
from tideline.surfaces.dashboard.office.operating import Operating, amount, refusal
from tideline.surfaces.dashboard.security import Form
from tideline.surfaces.dashboard.visits import NotHere, Visitor

SECTION = "partners"
SIZE = 25
MOST_SHOWN = 50
QUOTAS = ("messages", "api_calls", "transactions")

Change = Callable[[SystemTx, str, Form], Awaitable[object]]


class PartnersPage:
    def __init__(self, office: Office) -> None:
        self._operating = Operating(office)
        self._office = office

    async def show(self, request: Request) -> Response:
        async with self._operating.visit(request) as (tx, visitor):
            return await self._list(request, tx, visitor)

    async def create(self, request: Request) -> Response:
        """A new partner; the secret is on the page that answers, and nowhere else."""
        form = await self._operating.form(request)
        keyring = self._office.deps.keyring

        async def run(tx: SystemTx) -> NewPartner:
            grants = Grants(plan=form.get("plan", "").strip() or Grants().plan, **_grants(form))
            wanted = form.get("id", "").strip() or None
            return await partners.create(
                tx, keyring, name=form.get("name", "").strip(), partner_id=wanted, grants=grants
            )

        try:
            _, made = await self._operating.act(request, run)
        except Problem as problem:
            async with self._operating.visit(request) as (tx, visitor):
                return await self._list(request, tx, visitor, form=form, **refusal(problem))
        return await self._told_once(request, made)

    async def show_one(self, request: Request) -> Response:
        async with self._operating.visit(request) as (tx, visitor):
            return await self._one(request, tx, visitor)

    async def change(self, request: Request) -> Response:
        form, partner_id = await self._operating.form(request), request.path_params["id"]
        what = form.get("do", "")
        if what == "rotate":
            return await self._rotate(request, partner_id)
        if what not in self._changes:
            raise NotHere
        change, done = self._changes[what]

        async def run(tx: SystemTx) -> None:
            await partners.get(tx, partner_id)
            await change(tx, partner_id, form)

        try:
            visitor, _ = await self._operating.act(request, run)
        except Problem as problem:
            if isinstance(problem, NotHere):
                raise
            async with self._operating.visit(request) as (tx, visitor):
                return await self._one(request, tx, visitor, form=form, **refusal(problem))
        return self._office.to(visitor, f"/partners/{partner_id}", done)

    async def take_usage(self, request: Request) -> Response:
        """What a partner is billed by, by day and workspace."""
        async with self._operating.visit(request) as (tx, _):
            found = await _usage(tx, request)

        async def portions() -> AsyncIterator[Sequence[sheets.Row]]:
            yield [("day", "workspace_id", "connected_numbers")]
            for day, counts in found.days:
                yield [(day, slug, count) for slug, count in counts.items()]

        return sheets.download(f"{found.partner_id}-{found.month}.csv", portions())

    async def _rotate(self, request: Request, partner_id: str) -> Response:
        keyring = self._office.deps.keyring

        async def run(tx: SystemTx) -> NewPartner:
            await partners.get(tx, partner_id)
            return await partners.rotate_secret(tx, keyring, partner_id)

        _, made = await self._operating.act(request, run)
        return await self._told_once(request, made)

    async def _told_once(self, request: Request, made: NewPartner) -> Response:
        async with self._operating.visit(request) as (_, visitor):
            return self._office.page(
                request, "partner_secret.html", visitor, section=SECTION, partner=made.partner, secret=made.secret
            )

    @property
    def _changes(self) -> Mapping[str, tuple[Change, str]]:
        terms = self._office.deps.terms

        async def webhook(tx: SystemTx, partner_id: str, form: Form) -> None:
            url = form.get("url", "").strip() or None
            await partners.set_webhook(tx, terms, partner_id, url, signs_bodies=bool(form.get("signs_bodies")))

        return {
            "webhook": (webhook, "partner_changed"),
            "origins": (_set_origins, "partner_changed"),
            "grants": (_set_grants, "partner_changed"),
            "activate": (_activate, "partner_on"),
            "deactivate": (_deactivate, "partner_off"),
        }

    async def _list(self, request: Request, tx: SystemTx, visitor: Visitor, **values: Any) -> Response:
        given = {"form": {}, "status": 200, **values}
        return self._office.page(
            request,
            "partners.html",
            visitor,
            section=SECTION,
            partners=await partners.list_partners(tx),
            counts=await partners.count_workspaces(tx),
            grants=Grants(),
            **given,
        )

    async def _one(self, request: Request, tx: SystemTx, visitor: Visitor, **values: Any) -> Response:
        partner = await partners.get(tx, request.path_params["id"])
        number = page_in(request)
        owned, has_more = await partners.list_owned(tx, partner, page=number, size=SIZE)
        usage = await _usage(tx, request)
        given = {"form": None, "status": 200, **values}
        return self._office.page(
            request,
            "partner.html",
            visitor,
            section=SECTION,
            partner=partner,
            owned=owned,
            used=await partners.list_used(tx, owned),
            number=number,
            has_more=has_more,
            usage=usage,
            most_used=_by_workspace(usage)[:MOST_SHOWN],
            **given,
        )


async def _usage(tx: SystemTx, request: Request) -> Usage:
    """Of the month that is asked for, else of this one."""
    partner_id, this_month = request.path_params["id"], f"{tx.now:%Y-%m}"
    try:
        return await partners.usage(tx, partner_id, request.query_params.get("month", this_month))
    except partners.InvalidMonth:
        return await partners.usage(tx, partner_id, this_month)


def _by_workspace(usage: Usage) -> list[tuple[str, int]]:
    """Days on which numbers were connected, the most first."""
    days: dict[str, int] = {}
    for _, counts in usage.days:
        for slug, count in counts.items():
            days[slug] = days.get(slug, 0) + count
    return sorted(days.items(), key=lambda one: (-one[1], one[0]))


def _grants(form: Form) -> dict[str, int]:
    given = {f"{name}_quota": amount(form, name) for name in QUOTAS}
    return {name: value for name, value in given.items() if value is not None}


async def _set_origins(tx: SystemTx, partner_id: str, form: Form) -> Partner:
    return await partners.set_origins(tx, partner_id, form.get("origins", "").split())


async def _set_grants(tx: SystemTx, partner_id: str, form: Form) -> Partner:
    given = {name: amount(form, name) for name in QUOTAS}
    return await partners.set_grants(tx, partner_id, **given)


async def _activate(tx: SystemTx, partner_id: str, _form: Form) -> Partner:
    return await partners.set_active(tx, partner_id, True)


async def _deactivate(tx: SystemTx, partner_id: str, _form: Form) -> Partner:
    return await partners.set_active(tx, partner_id, False)
