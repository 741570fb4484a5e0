"""Coming and going: signing in with a password, following a one-time link, signing out."""

import structlog
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from tideline.features import workspaces
from tideline.features.workspaces import Asks, NewSession, OneTimeLink, Purpose
from tideline.platform.errors import Problem
from tideline.platform.passwords import PasswordsBusy
from tideline.surfaces.dashboard import problems
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import Cookies, Form, StaleForm, address_of, agent_of, local_path, read_form
from tideline.surfaces.dashboard.visits import Visits
from tideline.surfaces.dashboard.words import N_, _

log = structlog.get_logger(__name__)

STALE = N_("This page was open for too long. Please try again.")
LINK_TITLES = {
    Purpose.SIGN_IN: N_("Sign in"),
    Purpose.INVITATION: N_("Join the workspace"),
    Purpose.RESET: N_("Choose a new password"),
}
NOTED: dict[type[Problem], str] = {
    workspaces.WrongCredentials: "password",
    workspaces.TooManyAttempts: workspaces.TOO_MANY,
}
REFUSED = (workspaces.WrongCredentials, workspaces.TooManyAttempts, workspaces.WeakPassword, PasswordsBusy)


def refusal_noted(sign_in: workspaces.SignIn, email: str, problem: Problem, address: str) -> BackgroundTask | None:
    """After the answer has gone out, so that its time does not tell whether there is such a person."""
    why = next((word for kind, word in NOTED.items() if isinstance(problem, kind)), None)
    return BackgroundTask(_note, sign_in, email, why, address) if why else None


async def _note(sign_in: workspaces.SignIn, email: str, why: str, address: str) -> None:
    try:
        await sign_in.note_refusal(email, why, address=address)
    except Exception:
        log.exception("refusal.not_noted")


class Doors:
    def __init__(
        self, pages: Pages, cookies: Cookies, visits: Visits, sign_in: workspaces.SignIn, public_url: str
    ) -> None:
        self._pages = pages
        self._cookies = cookies
        self._visits = visits
        self._sign_in = sign_in
        self._public_url = public_url

    async def show_sign_in(self, request: Request) -> Response:
        target = local_path(request.query_params.get("next"))
        if await self._visits.is_signed_in(request):
            return self._pages.redirect(target)
        return self._sign_in_page(request, target)

    async def sign_in(self, request: Request) -> Response:
        form = await read_form(request)
        email, target = form.get("email", ""), local_path(form.get("next"))
        if not self._cookies.is_from_our_form(request, form):
            return self._sign_in_page(request, target, email, self._why_refused(request), 403)
        try:
            session = await self._sign_in.sign_in(
                email, form.get("password", ""), address=address_of(request), agent=agent_of(request)
            )
        except Problem as problem:
            page = self._refused(self._sign_in_page(request, target, email, _(problem.message)), problem)
            page.background = refusal_noted(self._sign_in, email, problem, address_of(request))
            return page
        return await self._signed_in(request, session, target)

    async def sign_out(self, request: Request) -> Response:
        await self._ensure_ours(request, await read_form(request))
        await self._sign_in.sign_out(self._cookies.session(request) or "", address=address_of(request))
        answer = self._pages.redirect("/sign-in")
        self._cookies.end_session(answer)
        return answer

    async def show_link(self, request: Request) -> Response:
        """Only shows what the link is for: programs that look at links in messages must not use it up."""
        return self._link_page(request, await self._sign_in.get_link(request.path_params["token"]))

    async def use_link(self, request: Request) -> Response:
        token, form = request.path_params["token"], await read_form(request)
        link = await self._sign_in.get_link(token)
        if not self._cookies.is_from_our_form(request, form):
            return self._link_page(request, link, self._why_refused(request), 403)
        try:
            session = await self._sign_in.use_link(
                token, form.get("password", ""), address=address_of(request), agent=agent_of(request)
            )
        except REFUSED as problem:
            page = self._refused(self._link_page(request, link, _(problem.message)), problem)
            page.background = refusal_noted(self._sign_in, link.email, problem, address_of(request))
            return page
        return await self._signed_in(request, session, "/")

    async def _ensure_ours(self, request: Request, form: Form) -> None:
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm

    async def _signed_in(self, request: Request, session: NewSession, target: str) -> Response:
        """Whoever was signed in with this browser before is not any more."""
        if before := self._cookies.session(request):
            await self._sign_in.sign_out(before, address=address_of(request))
        answer = self._pages.redirect(target)
        self._cookies.begin_session(answer, session)
        return answer

    def _why_refused(self, request: Request) -> str:
        if self._cookies.has_csrf(request):
            return _(STALE)
        sentence = N_("Your browser keeps no cookies for this page. Allow them, and use the address {address}.")
        return _(sentence, address=self._public_url)

    def _refused(self, page: Response, problem: Problem) -> Response:
        page.status_code = problems.status_of(problem)
        page.headers.update(problems.retry_headers(problem))
        return page

    def _sign_in_page(
        self, request: Request, target: str, email: str = "", error: str | None = None, status: int = 200
    ) -> Response:
        return self._pages.page(request, "sign_in.html", status, email=email, next=target, error=error)

    def _link_page(self, request: Request, link: OneTimeLink, error: str | None = None, status: int = 200) -> Response:
        asks = link.asks if link.asks is not Asks.NOTHING else None
        title = _(LINK_TITLES[link.purpose])
        return self._pages.page(
            request, "one_time_link.html", status, title=title, email=link.email, asks=asks, error=error
        )
