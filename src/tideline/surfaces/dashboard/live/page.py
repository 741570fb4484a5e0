"""The address of a stream: `GET /stream`, for whoever is signed in, until their session ends."""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tideline.surfaces.dashboard import security
from tideline.surfaces.dashboard.live.hub import Hub, TooManyStreams
from tideline.surfaces.dashboard.live.streams import Stream
from tideline.surfaces.dashboard.security import Cookies
from tideline.surfaces.dashboard.visits import SignInNeeded, Visits

BEAT_SECONDS: Final = 25.0
PATIENCE_SECONDS: Final = 60.0  # for a reader that takes nothing
LONGEST_NUMBER: Final = 18
# `X-Accel-Buffering` asks proxies not to collect what should arrive at once
HEADERS = {**security.HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
WELCOME: Final = b"retry: 2000\n: welcome\n\n"
BEAT: Final = b"event: beat\ndata: 1\n\n"


class StreamPage:
    def __init__(self, hub: Hub, visits: Visits, cookies: Cookies) -> None:
        self._hub = hub
        self._visits = visits
        self._cookies = cookies

    async def open(self, request: Request) -> Response:
        """`after` is the newest fact that the page shows; a browser that comes back says so in a header."""
        token = self._cookies.session(request)
        try:
            async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (_, visitor):
                pass
        except SignInNeeded:
            # no page: a browser that gets one would try again for ever
            return PlainTextResponse("Sign in first.", 403, headers=security.HEADERS)
        assert token is not None
        after = _number(request.headers.get("last-event-id") or request.query_params.get("after"), visitor.seq)
        stream = Stream(visitor.me.person_id, visitor.me, token, last=after, since=visitor.seq)
        workspace_id = int(visitor.workspace.id)
        try:
            await self._hub.join(workspace_id, stream)
        except TooManyStreams:
            return PlainTextResponse("Too many streams.", 429, headers={**security.HEADERS, "Retry-After": "60"})
        return Flow(self._hub, workspace_id, stream)


class Flow(Response):
    """Carries one stream for as long as the browser listens."""

    def __init__(self, hub: Hub, workspace_id: int, stream: Stream) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(HEADERS)
        self._hub = hub
        self._workspace_id = workspace_id
        self._stream = stream

    def init_headers(self, headers: "dict[str, str] | None" = None) -> None:  # type: ignore[override]
        """No length: nobody knows how long it will be."""
        self.raw_headers = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if scope["method"] != "HEAD":
                await self._carry(gone, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, TimeoutError):
            pass
        finally:
            self._hub.leave(self._workspace_id, self._stream)
            gone.cancel()

    async def _carry(self, gone: "asyncio.Future[None]", send: Send) -> None:
        part = WELCOME
        while not gone.done():
            async with asyncio.timeout(PATIENCE_SECONDS):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            if self._stream.is_ended:
                return
            ring = self._stream.next_ring()
            await asyncio.wait({ring, gone}, timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            ring.cancel()
            part = self._stream.taken() or BEAT


async def _until_gone(receive: Receive) -> None:
    with suppress(OSError):
        while (await receive())["type"] != "http.disconnect":
            pass


def _number(given: str | None, otherwise: int) -> int:
    if given is None or not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        return otherwise
    return int(given)
