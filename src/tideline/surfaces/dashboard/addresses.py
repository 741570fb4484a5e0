"""An address of the pages with all its methods."""

from collections.abc import Collection

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tideline.surfaces.dashboard import problems, words
from tideline.surfaces.dashboard.problems import Handler


class Address:
    """All methods of one address. HEAD is GET without a body; the server leaves it out."""

    def __init__(self, **handlers: Handler) -> None:
        self._handlers = {method: problems.answered(handler) for method, handler in handlers.items()}
        if "GET" in self._handlers:
            self._handlers["HEAD"] = self._handlers["GET"]

    @property
    def methods(self) -> Collection[str]:
        return self._handlers.keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        words.use(words.chosen(None, request.headers.get("accept-language", "")))
        if request.method not in self._handlers:
            raise HTTPException(405, headers={"Allow": ", ".join(self._handlers)})
        answer = await self._handlers[request.method](request)
        await answer(scope, receive, send)
