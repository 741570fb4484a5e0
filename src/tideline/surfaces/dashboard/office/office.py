"""What all pages around the inbox do: see to it that a form is ours, act in one transaction, and say how it went."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from tideline.features.workspaces import Action, NewSession, Teammate, ensure_may
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard import ids, problems, shell, spoken
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import LARGEST_FORM, Cookies, Form, StaleForm, read_form
from tideline.surfaces.dashboard.visits import Visitor, Visits

T = TypeVar("T")
LAST_PAGE = 10_000


class Office:
    def __init__(self, deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies) -> None:
        self.deps = deps
        self._pages = pages
        self._visits = visits
        self._cookies = cookies

    def visit(self, request: Request) -> AbstractAsyncContextManager[tuple[Tx, Visitor]]:
        """Who looks, and a connection to read with."""
        return self._visits.to_workspace(request, request.query_params.get("workspace"))

    def visit_as(self, request: Request, token: str) -> AbstractAsyncContextManager[tuple[Tx, Visitor]]:
        """The same with a session that the browser is about to get."""
        return self._visits.to_workspace(request, request.query_params.get("workspace"), token=token)

    def session(self, request: Request) -> str | None:
        return self._cookies.session(request)

    def begin_session(self, answer: Response, session: NewSession) -> None:
        self._cookies.begin_session(answer, session)

    def end_session(self, answer: Response) -> None:
        self._cookies.end_session(answer)

    async def form(self, request: Request, *, largest: int = LARGEST_FORM) -> Form:
        """The fields of a form that one of our own pages has sent."""
        form = await read_form(request, largest=largest)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        return form

    def ensure_from_our_script(self, request: Request) -> None:
        """For a body that is no form."""
        if not self._cookies.is_from_our_script(request):
            raise StaleForm

    async def act(self, request: Request, action: Callable[[Tx, Teammate], Awaitable[T]]) -> tuple[Visitor, T]:
        """Do it as whoever is signed in; the same actions as everywhere, in one transaction."""
        return await self._visits.act(request, request.query_params.get("workspace"), action)

    def page(self, request: Request, template: str, visitor: Visitor, **values: Any) -> Response:
        done = spoken.DONE.get(request.query_params.get("done", ""))
        return self._pages.inbox(request, f"office/{template}", visitor, **{"done": done, "error": None, **values})

    def fragment(self, request: Request, template: str, visitor: Visitor, **values: Any) -> Response:
        return self._pages.fragment(request, f"office/{template}", visitor, **values)

    def to(self, visitor: Visitor, path: str, done: str | None = None, **query: str | int | None) -> Response:
        """On to a page after something was done; `done` is which sentence it greets with."""
        return self._pages.redirect(shell.address(visitor, path, done=done, **query))

    def redirect(self, path: str) -> Response:
        return self._pages.redirect(path)


def refusal(problem: Problem) -> Mapping[str, Any]:
    """What a page is given to say why something was not done."""
    return {"error": spoken.said(problem), "status": problems.status_of(problem)}


def ensure(visitor: Visitor, action: Action) -> None:
    ensure_may(visitor.me.role, action)


def id_in(request: Request, name: str = "id") -> int:
    return ids.parse(request.path_params[name])


def page_in(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= LAST_PAGE else 1
