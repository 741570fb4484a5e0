"""The numbers of a workspace: their states, linking a phone, pausing, unlinking, and business accounts."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import business, chats, messages, numbers, workspaces
from tideline.features.business import NewAccount, Opened
from tideline.features.messages.pulses import pulses
from tideline.features.numbers import LinkState, NewLink, Number, NumberKind, NumberState, PairingMethod
from tideline.features.workspaces import Action, Teammate, View, ensure_may, may
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard.office import number_reasons
from tideline.surfaces.dashboard.office.office import Office, ensure, id_in, refusal
from tideline.surfaces.dashboard.qr_page import shown as qr_shown
from tideline.surfaces.dashboard.visits import NotHere, Visitor
from tideline.surfaces.dashboard.words import N_, speaking

SECTION = "numbers"
RECEIVER = "/inbound/cloud/"
SIGNS = {
    NumberState.CONNECTING: ("warn state--busy", N_("Connecting")),
    NumberState.ACTIVE: ("ok", N_("Connected")),
    NumberState.OFFLINE: ("warn state--busy", N_("No connection")),
    NumberState.PAUSED: ("quiet", N_("Paused")),
    NumberState.RESTRICTED: ("warn", N_("Restricted")),
    NumberState.BANNED: ("bad", N_("Banned")),
    NumberState.REPLACED: ("bad", N_("In use elsewhere")),
    NumberState.OUTDATED: ("bad", N_("Needs an update")),
    NumberState.UNLINKED: ("bad", N_("Needs a new scan")),
}
SENTENCES = {
    NumberState.CONNECTING: N_("Tideline is connecting this number to WhatsApp."),
    NumberState.ACTIVE: N_("The number is connected: messages come in and go out."),
    NumberState.OFFLINE: N_("The number has no connection to WhatsApp. Tideline keeps trying."),
    NumberState.PAUSED: N_("The number is paused. Nothing is received or sent until it is resumed."),
    NumberState.RESTRICTED: N_(
        "WhatsApp has restricted this number for a while. It can receive, but sending may fail."
    ),
    NumberState.BANNED: N_("WhatsApp has banned this number. Ask for a review in WhatsApp on the phone."),
    NumberState.REPLACED: N_("Another program uses this link. Close it there, then resume the number here."),
    NumberState.OUTDATED: N_(
        "WhatsApp no longer accepts this version of Tideline. Update Tideline, then start it again."
    ),
    NumberState.UNLINKED: N_("The phone is no longer linked. Scan the QR code again; all chats are kept."),
}
UNTIL = {
    NumberState.RESTRICTED: N_(
        "WhatsApp has restricted this number until {until}. It can receive, but sending may fail."
    ),
    NumberState.BANNED: N_("WhatsApp has banned this number until {until}. Tideline connects it again by itself then."),
}
KINDS = {
    NumberKind.LINKED: N_("Linked phone"),
    NumberKind.SIMULATOR: N_("Simulated phone"),
    NumberKind.CLOUD: N_("Business Platform"),
}
RESUMABLE = (NumberState.PAUSED, NumberState.REPLACED)
# What may be done with a number from here, and what the page says then.
TURNS = {
    "pause": (numbers.pause, "paused"),
    "resume": (numbers.resume, "resumed"),
    "unlink": (business.unlink, "unlinked"),
}


class NumbersPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        async with self._office.visit(request) as (tx, visitor):
            return await self._list(request, tx, visitor)

    async def turn(self, request: Request) -> Response:
        """Pause, resume or unlink: one's own number, or any with the role for it."""
        form = await self._office.form(request)
        number_id, what = id_in(request), form.get("do", "")
        if what not in TURNS:
            raise NotHere
        action, done = TURNS[what]

        async def run(tx: Tx, me: Teammate) -> None:
            number = await numbers.lock(tx, number_id)
            _ensure_theirs(number, me)
            await action(tx, number_id)

        try:
            visitor, _ = await self._office.act(request, run)
        except (numbers.NumberGone, workspaces.PermissionDenied) as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._list(request, tx, visitor, **refusal(problem))
        return self._office.to(visitor, "/numbers", done)

    # Linking -------------------------------------------------------------------------------------------------

    async def choose(self, request: Request) -> Response:
        """The ways to link a phone."""
        async with self._office.visit(request) as (tx, visitor):
            return await self._ways(request, tx, visitor)

    async def begin(self, request: Request) -> Response:
        form, deps = await self._office.form(request), self._office.deps
        method = PairingMethod.CODE if form.get("method") == "code" else PairingMethod.QR

        async def run(tx: Tx, me: Teammate) -> str:
            phone = chats.phones.clean(form.get("phone", "")) if method is PairingMethod.CODE else None
            pairing = await numbers.begin_link(tx, me.id, deps.link_kind, method, phone, limits=deps.linking_limits)
            return await numbers.create_pairing_link(tx, deps.keyring, pairing.id)

        try:
            visitor, token = await self._office.act(request, run)
        except Problem as problem:
            async with self._office.visit(request) as (tx, visitor):
                return await self._ways(request, tx, visitor, phone=form.get("phone", ""), **refusal(problem))
        return self._office.to(visitor, f"/numbers/link/{token}")

    async def follow(self, request: Request) -> Response:
        """The code to scan or to type; it renews itself, and says when the phone is linked."""
        token, deps = request.path_params["token"], self._office.deps
        async with deps.db.system_read() as system:
            ref = await numbers.find_pairing_link(system, deps.keyring, token)
        async with self._office.visit(request) as (tx, visitor):
            if ref is None or ref.workspace_id != visitor.workspace.id:
                raise NotHere
            pairing = await numbers.get_pairing(tx, ref.pairing_id)
        if pairing.teammate_id != visitor.me.id:
            raise NotHere
        view = qr_shown.View(visitor.workspace.display_name, LinkState.USABLE, pairing, can_begin=False)
        seen = qr_shown.show(view, speaking(), deps.db.clock.now())
        return self._office.page(request, "link_follow.html", visitor, section=SECTION, shown=seen, token=token)

    async def send_link(self, request: Request) -> Response:
        """A link for somebody who has the phone: it works once, without signing in."""
        form, deps = await self._office.form(request), self._office.deps
        wanted = form.get("teammate", "")

        async def run(tx: Tx, me: Teammate) -> NewLink:
            owner_id = int(wanted[:9]) if wanted.isascii() and wanted.isdigit() else me.id
            if owner_id != me.id:
                ensure_may(me.role, Action.ALL_NUMBERS)
            return await numbers.create_link_for(tx, deps.keyring, owner_id)

        made: dict[str, Any] = {}
        try:
            _, link = await self._office.act(request, run)
            made = {"link": f"{deps.public_url}/qr/{link.token}", "link_ends": link.expires_at}
        except Problem as problem:
            made = dict(refusal(problem))
        async with self._office.visit(request) as (tx, visitor):
            return await self._ways(request, tx, visitor, **made)

    # Business accounts ---------------------------------------------------------------------------------------

    async def add_business(self, request: Request) -> Response:
        async with self._office.visit(request) as (_, visitor):
            ensure(visitor, Action.ALL_NUMBERS)
            return self._office.page(request, "business_new.html", visitor, section=SECTION, form={}, error=None)

    async def keep_business(self, request: Request) -> Response:
        form, keyring = await self._office.form(request), self._office.deps.keyring
        names = ("name", "phone", "phone_number_id", "waba_id")
        typed = {name: form.get(name, "").strip() for name in names}

        async def run(tx: Tx, me: Teammate) -> int:
            ensure_may(me.role, Action.ALL_NUMBERS)
            new = NewAccount(
                phone=chats.phones.clean(typed["phone"]),
                phone_number_id=typed["phone_number_id"],
                waba_id=typed["waba_id"],
                token=form.get("token", "").strip(),
                app_secret=form.get("app_secret", "").strip(),
                name=typed["name"],
            )
            return (await business.add(tx, keyring, new, owner_id=me.id)).account.number_id

        try:
            visitor, number_id = await self._office.act(request, run)
        except Problem as problem:
            async with self._office.visit(request) as (_, visitor):
                told = refusal(problem)
                return self._office.page(request, "business_new.html", visitor, section=SECTION, form=typed, **told)
        return self._office.to(visitor, f"/numbers/{number_id}/business", "business")

    async def show_business(self, request: Request) -> Response:
        """What has to be entered at Meta: the address of the webhooks and the token that proves it."""
        number_id = id_in(request)
        async with self._office.visit(request) as (tx, visitor):
            ensure(visitor, Action.ALL_NUMBERS)
            number = await numbers.get(tx, number_id)
            opened = await _opened(tx, self._office.deps.keyring, number_id)
        address = f"{self._office.deps.public_url}{RECEIVER}{opened.secrets.path_key}"
        values = {"number": number, "account": opened.account, "address": address}
        verify = opened.secrets.verify_token
        return self._office.page(request, "business.html", visitor, section=SECTION, verify_token=verify, **values)

    # Pages ---------------------------------------------------------------------------------------------------

    async def _list(
        self, request: Request, tx: Tx, visitor: Visitor, *, error: str | None = None, status: int = 200
    ) -> Response:
        ensure(visitor, Action.LINK_NUMBER)
        found = [one for one in await numbers.list_numbers(tx) if _sees(visitor.me, one)]
        midnight = datetime.combine(tx.now.astimezone(visitor.zone).date(), time(), tzinfo=visitor.zone)
        pulse_of = await pulses(tx, [one.id for one in found], since=midnight)
        today = tx.now.astimezone(visitor.workspace.tz).date()
        of_today = await messages.figures(tx, today, today)
        of_week = await messages.figures(tx, today - timedelta(days=6), today)
        accounts = await business.list_accounts(tx) if may(visitor.me.role, Action.ALL_NUMBERS) else {}
        return self._office.page(
            request,
            "numbers.html",
            visitor,
            section=SECTION,
            status=status,
            error=error,
            numbers=found,
            pulses=pulse_of,
            of_today=of_today.numbers,
            of_week=of_week.numbers,
            nothing=messages.Sums(),
            reasons={one.id: number_reasons.said(one.state_reason) for one in found},
            with_account={one for one, account in accounts.items() if account.secrets},
            signs=SIGNS,
            sentences=SENTENCES,
            until=UNTIL,
            kinds=KINDS,
            resumable=RESUMABLE,
            utc=UTC,
            may_all=may(visitor.me.role, Action.ALL_NUMBERS),
        )

    async def _ways(self, request: Request, tx: Tx, visitor: Visitor, **values: Any) -> Response:
        ensure(visitor, Action.LINK_NUMBER)
        may_all = may(visitor.me.role, Action.ALL_NUMBERS)
        people = [one for one in await workspaces.list_teammates(tx) if may_all and _may_link(one)]
        given = {"error": None, "status": 200, "phone": "", "link": None, "link_ends": None, **values}
        return self._office.page(request, "link.html", visitor, section=SECTION, people=people, **given)


def _sees(me: Teammate, number: Number) -> bool:
    view = workspaces.VIEWS[me.role]
    if number.owner_id == me.id or view is View.EVERYTHING:
        return True
    return view is View.TEAM and number.owner.team_id == me.team_id


def _ensure_theirs(number: Number, me: Teammate) -> None:
    """A number out of somebody's sight is not there; one that they only see belongs to somebody else."""
    if not _sees(me, number):
        raise numbers.NumberNotFound
    if number.owner_id != me.id:
        ensure_may(me.role, Action.ALL_NUMBERS)


def _may_link(teammate: Teammate) -> bool:
    return teammate.is_active and may(teammate.role, Action.LINK_NUMBER)


async def _opened(tx: Tx, keyring: Any, number_id: int) -> Opened:
    try:
        return await business.open_account(tx, keyring, number_id)
    except business.AccountNotFound:
        raise NotHere from None
