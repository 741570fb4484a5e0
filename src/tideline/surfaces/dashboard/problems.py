"""What a page looks like when there is none: nothing here, not like this, and what went wrong, in a sentence."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tideline.features import business, chats, messages, numbers, saved_views, templates, webhooks, workspaces
from tideline.platform.errors import Problem
from tideline.platform.passwords import PasswordsBusy
from tideline.surfaces.dashboard import rendering, security, spoken, words
from tideline.surfaces.dashboard.visits import NotHere, SignInNeeded
from tideline.surfaces.dashboard.words import N_, _

Handler = Callable[[Request], Awaitable[Response]]

STATUS: dict[type[Problem], int] = {
    NotHere: 404,
    chats.ChatNotFound: 404,
    messages.MessageNotFound: 404,
    messages.RoundNotFound: 404,
    numbers.PairingNotFound: 404,
    numbers.NumberNotFound: 404,
    templates.TemplateNotFound: 404,
    templates.TemplateNotYours: 403,
    business.TemplateNotFound: 404,
    saved_views.ViewNotFound: 404,
    webhooks.WebhookNotFound: 404,
    webhooks.DeliveryNotFound: 404,
    webhooks.DeliveryUnderWay: 409,
    workspaces.TeammateNotFound: 404,
    workspaces.TeamNotFound: 404,
    workspaces.WorkspaceNotFound: 404,
    workspaces.NotOperator: 404,
    workspaces.AlreadySetUp: 409,
    workspaces.PermissionDenied: 403,
    workspaces.LinkNotValid: 410,
    workspaces.TooManyAttempts: 429,
    PasswordsBusy: 503,
    security.BadForm: 400,
    security.StaleForm: 403,
}
TITLES = {
    404: N_("Nothing here"),
    405: N_("This does not work like that"),
    410: N_("This link is over"),
    500: N_("Something went wrong"),
}
LEADS = {
    404: NotHere.message,
    405: N_("A page was asked for something that it does not do."),
    500: N_("This is our mistake, and it has been written down. Try again in a moment."),
}
_env = rendering.environment()


def answered(handler: Handler) -> Handler:
    """Turn what can go wrong into a page."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except SignInNeeded:
            return to_sign_in(request)
        except Problem as problem:
            return of_problem(problem)

    return answer


def to_sign_in(request: Request) -> Response:
    """The way in, and from there back to the page that was asked for."""
    # from the request line alone: an address put together with the Host header could be anything
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    asked = quote(f"{path}?{query}" if query else path, safe="/")
    target = "/sign-in" if asked == "/" else f"/sign-in?next={asked}"
    return RedirectResponse(target, 303, headers=security.HEADERS)


def of_problem(problem: Problem) -> Response:
    status = status_of(problem)
    is_missing = status == HTTPStatus.NOT_FOUND
    return page(status, NotHere.message if is_missing else spoken.said(problem), retry_headers(problem))


def status_of(problem: Problem) -> int:
    return next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)


def retry_headers(problem: Problem) -> dict[str, str]:
    waits = problem.details.get("retry_after")
    return {"Retry-After": str(waits)} if waits else {}


def page(status: int, lead: str, headers: dict[str, str] | None = None) -> Response:
    title = TITLES.get(status, N_("This did not work"))
    html = _env.get_template("problem.html").render(title=_(title), lead=_(lead))
    return HTMLResponse(html, status, headers={**security.HEADERS, **(headers or {})})


async def unknown_address(request: Request, error: Exception) -> Response:
    """What no route takes, or not with this method."""
    words.use(words.chosen(None, request.headers.get("accept-language", "")))
    assert isinstance(error, HTTPException)
    lead = LEADS.get(error.status_code, str(error.detail))
    return page(error.status_code, lead, dict(error.headers or {}))


async def crash(_request: Request, _error: Exception) -> Response:
    """A bug. It is logged by whoever caught it; the page says no more than that."""
    return page(500, LEADS[500])
