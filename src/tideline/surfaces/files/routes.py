"""`GET /files/{uid}/{name}` and `GET /photos/{uid}`: checks the signature, waits for media that is just coming in, and
streams the bytes, or sends the client to the bucket that has them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from tideline.features.files import (
    File,
    FileNotFound,
    FileNotReady,
    Files,
    FileStoreAway,
    LinkExpired,
    Links,
    LinkWrong,
    Purpose,
)
from tideline.platform.clock import Clock
from tideline.platform.errors import Problem
from tideline.surfaces.files import headers, ranges

# A message is told before its media has come in, so whoever follows the link at once waits a moment for it.
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.2
PHOTO_SECONDS = 24 * 3600  # so long a browser keeps a picture without asking again
STATUSES: dict[type[Problem], int] = {
    FileNotFound: 404,
    LinkWrong: 404,
    LinkExpired: 410,
    FileNotReady: 503,
    FileStoreAway: 503,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a link says."""

    workspace_id: int
    uid: UUID
    expires: int
    signature: str

    @classmethod
    def read(cls, request: Request) -> "_Asked":
        given = request.query_params
        try:
            asked = cls(*_named(request), int(given.get("expires", "")), given.get("sig", ""))
        except ValueError:
            raise LinkWrong from None
        # Beyond this no link of ours can be, and beyond it numbers overflow.
        if not 0 < asked.expires < 2**33:
            raise LinkWrong
        return asked


def _named(request: Request) -> tuple[int, UUID]:
    """The workspace and the file that a link names."""
    try:
        workspace_id, uid = int(request.query_params.get("w", "")), UUID(request.path_params["uid"])
    except ValueError:
        raise LinkWrong from None
    if not 0 < workspace_id < 2**31:
        raise LinkWrong
    return workspace_id, uid


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


class FileRoutes:
    """Answers in plain text; a file never shares its origin's trust, whatever it holds."""

    def __init__(self, store: Files, links: Links, clock: Clock, *, through: bool = False) -> None:
        """`through` gives out the files of a bucket here, for clients that cannot reach it."""
        self._files = store
        self._through = through
        self._links = links
        self._clock = clock

    def routes(self) -> Sequence[Route]:
        return [
            Route("/files/{uid}/{name:path}", self._answered(self._file), methods=["GET", "HEAD"]),
            Route("/photos/{uid}", self._answered(self._photo), methods=["GET", "HEAD"]),
        ]

    def _answered(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as problem:
                status = STATUSES.get(type(problem), 400)
                return PlainTextResponse(problem.message + "\n", status, headers.of_problem(status))

        return answer

    async def _file(self, request: Request) -> Response:
        asked = _Asked.read(request)
        now = self._clock.now()
        self._links.check(asked.workspace_id, asked.uid, asked.expires, asked.signature, now)
        file = await self._wait_for(asked)
        return await self._give(request, file, max(0, asked.expires - int(now.timestamp())))

    async def _photo(self, request: Request) -> Response:
        """A picture of a person or a group: small, and under the same link for as long as it is shown."""
        workspace_id, uid = _named(request)
        self._links.check_photo(workspace_id, uid, request.query_params.get("sig", ""))
        file = await self._files.get(workspace_id, uid)
        if file.purpose is not Purpose.PHOTO or not file.is_stored:
            raise FileNotFound
        return await self._give(request, file, PHOTO_SECONDS)

    async def _give(self, request: Request, file: File, seconds_left: int) -> Response:
        if address := await self._elsewhere(request, file, seconds_left):
            return RedirectResponse(address, 302, headers.of_redirect())
        part = ranges.read(request.headers.get("range"), file.size)
        if part is ranges.NOT_SATISFIABLE:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{file.size}"})
        fields = headers.of_file(file, seconds_left)
        start, end, status = 0, file.size, 200
        if isinstance(part, ranges.Part):
            start, end, status = part.start, part.end, 206
            fields["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        fields["Content-Length"] = str(end - start)
        if request.method == "HEAD":
            return Response(status_code=status, headers=fields)
        chunks = self._files.chunks(file, start, end)
        # The first chunk is read before the answer begins, so that a lost object is a 404 and not a torn body.
        first = await anext(chunks, b"")
        return StreamingResponse(_all(first, chunks), status, fields)

    async def _elsewhere(self, request: Request, file: File, seconds_left: int) -> str | None:
        """The signature of a bucket is for one method, so questions about a file (HEAD) are answered here. Our own
        pages ask for it here too (`through`): they show nothing that comes from elsewhere."""
        if self._through or request.method != "GET" or "through" in request.query_params:
            return None
        return await self._files.address(file, timedelta(seconds=max(1, seconds_left)))

    async def _wait_for(self, asked: _Asked) -> File:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    file = await self._files.get(asked.workspace_id, asked.uid)
                    if file.is_stored:
                        return file
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise FileNotReady from None
