"""Asking for a new password. The answer is the same, and comes as quickly, whether or not anybody has the address."""

import structlog
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from tideline.features import workspaces
from tideline.surfaces.dashboard import problems
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import Cookies, StaleForm, address_of, read_form
from tideline.surfaces.dashboard.words import _

log = structlog.get_logger(__name__)

TEMPLATE = "lost_password.html"


class LostPassword:
    def __init__(self, pages: Pages, cookies: Cookies, sign_in: workspaces.SignIn, *, has_mail: bool) -> None:
        self._pages = pages
        self._cookies = cookies
        self._sign_in = sign_in
        self._has_mail = has_mail

    async def show(self, request: Request) -> Response:
        return self._page(request)

    async def ask(self, request: Request) -> Response:
        form = await read_form(request)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        email = form.get("email", "").strip()
        if not email:
            return self._page(request, error=_("Type your e-mail address."), status=400)
        try:
            self._sign_in.count_lost(email, address=address_of(request))
        except workspaces.TooManyAttempts as problem:
            page = self._page(request, email=email, error=_(problem.message), status=problems.status_of(problem))
            page.headers.update(problems.retry_headers(problem))
            return page
        answer = self._page(request, email=email, is_sent=True)
        answer.background = BackgroundTask(self._mail, email, address_of(request))
        return answer

    async def _mail(self, email: str, address: str) -> None:
        """After the answer has gone out, so that its time tells nothing."""
        try:
            await self._sign_in.mail_new_password(email, address=address)
        except Exception:
            log.exception("new_password.not_mailed")

    def _page(
        self, request: Request, *, email: str = "", error: str | None = None, is_sent: bool = False, status: int = 200
    ) -> Response:
        return self._pages.page(
            request, TEMPLATE, status, email=email, error=error, is_sent=is_sent, has_mail=self._has_mail
        )
