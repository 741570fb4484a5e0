"""How a form in a conversation is answered: a page for browsers, a part of one or a sentence for our scripts."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from tideline.platform.errors import Problem
from tideline.surfaces.dashboard import problems, security, spoken
from tideline.surfaces.dashboard.visits import SignInNeeded
from tideline.surfaces.dashboard.words import _

SCRIPT = "x-fragment"
PROBLEM = "X-Problem"


def is_for_script(request: Request) -> bool:
    return SCRIPT in request.headers


def in_words(
    handler: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """A script gets the sentence of a problem in a header, for it cannot show a page."""

    async def answer(request: Request) -> Response:
        if not is_for_script(request):
            return await handler(request)
        try:
            return await handler(request)
        except SignInNeeded:
            return said(HTTPStatus.UNAUTHORIZED, _("You are signed out. Load the page again."))
        except Problem as problem:
            return said(problems.status_of(problem), spoken.said(problem))

    return answer


def said(status: int, sentence: str) -> Response:
    return Response(status_code=status, headers={**security.HEADERS, PROBLEM: quote(sentence)})


def done() -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=security.HEADERS)
