"""The first page of a new installation: who sits at the machine makes the first workspace; others are told how."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import workspaces
from tideline.features.workspaces import FirstWorkspace, SignIn
from tideline.platform.errors import Problem
from tideline.platform.passwords import PasswordsBusy
from tideline.surfaces.dashboard import problems, spoken
from tideline.surfaces.dashboard.first_run import FirstRun
from tideline.surfaces.dashboard.office.profile import zones
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.problems import Handler
from tideline.surfaces.dashboard.security import Cookies, Form, StaleForm, address_of, agent_of, read_form
from tideline.surfaces.dashboard.visits import NotHere, SignInNeeded

FIELDS: Final = ("name", "owner_name", "email", "zone")
FORWARDED: Final = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"})
LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
REFUSED: Final[Mapping[type[Problem], str]] = {
    workspaces.InvalidName: "name",
    workspaces.InvalidEmail: "email",
    workspaces.WeakPassword: "password",
    workspaces.InvalidZone: "zone",
    PasswordsBusy: "",
}
"""What may be wrong with the form, and at which field it is said."""


class SetUpPage:
    """`first_run` is None where workspaces come about in another way, such as in a demo."""

    def __init__(
        self, pages: Pages, cookies: Cookies, sign_in: SignIn, public_url: str, first_run: FirstRun | None
    ) -> None:
        self._pages = pages
        self._cookies = cookies
        self._sign_in = sign_in
        self._has_local_address = _is_local_name(urlsplit(public_url).hostname)
        self._first_run = first_run

    def before(self, page: Handler) -> Handler:
        """This page instead of the way in, as long as there is nothing to go into."""

        async def show(request: Request) -> Response:
            try:
                return await page(request)
            except SignInNeeded:
                if await self._is_open():
                    return self._page(request)
                raise

        return show

    def instead_of(self, page: Handler) -> Handler:
        """Nobody can sign in yet: to the first page."""

        async def show(request: Request) -> Response:
            return self._pages.redirect("/") if await self._is_open() else await page(request)

        return show

    async def begin(self, request: Request) -> Response:
        form = await read_form(request)
        if self._first_run is None or not self._is_here(request):
            raise NotHere
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        first = FirstWorkspace(
            display_name=form.get("name", ""),
            owner_name=form.get("owner_name", ""),
            owner_email=form.get("email", ""),
            zone=form.get("zone", ""),
            messages_quota=self._first_run.messages_quota,
            api_calls_quota=self._first_run.api_calls_quota,
        )
        try:
            session = await self._sign_in.set_up(
                first, form.get("password", ""), address=address_of(request), agent=agent_of(request)
            )
        except tuple(REFUSED) as problem:
            page = self._page(request, form, problem)
            page.headers.update(problems.retry_headers(problem))
            return page
        answer = self._pages.redirect("/")
        self._cookies.begin_session(answer, session)
        return answer

    async def _is_open(self) -> bool:
        """Once somebody has begun it is over for good, and nobody asks again."""
        if self._first_run is not None and not await self._sign_in.is_untouched():
            self._first_run = None
        return self._first_run is not None

    def _is_here(self, request: Request) -> bool:
        """The browser runs on this very machine and knows it by a name of this machine: nothing in between, no proxy
        that lets others in, and no page elsewhere whose name was made to lead here. A server with a public address
        has a proxy, even where that says nothing of itself; and no browser speaks HTTP/1.0, but nginx does as long as
        nobody tells it otherwise, under the name that it was given for us and without a word of whom it serves."""
        is_direct = request.scope.get("http_version") != "1.0" and not any(
            name in FORWARDED or name.startswith("x-forwarded") for name in request.headers
        )
        return (
            is_direct
            and self._has_local_address
            and _is_loopback(address_of(request))
            and _is_local_name(_host_of(request))
        )

    def _page(self, request: Request, form: Form | None = None, problem: Problem | None = None) -> Response:
        if not self._is_here(request):
            return self._pages.page(request, "set_up_elsewhere.html", 403)
        typed = {name: (form or {}).get(name, "") for name in FIELDS}
        wrong = next((field for kind, field in REFUSED.items() if isinstance(problem, kind)), None)
        return self._pages.page(
            request,
            "set_up.html",
            problems.status_of(problem) if problem else 200,
            typed=typed,
            zones=zones(),
            error=spoken.said(problem) if problem else None,
            wrong=wrong,
        )


def _host_of(request: Request) -> str | None:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None


def _is_local_name(name: str | None) -> bool:
    return name in LOCAL_NAMES


def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
