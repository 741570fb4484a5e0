"""The pictures of contacts and groups, for whoever may see the chat that shows them.

The address of a picture names its file, and a file never changes. So a browser asks once and keeps it.
"""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tideline.features.files import File, FileNotFound, Purpose
from tideline.surfaces.dashboard import ids, security
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.visits import NotHere, Visits

# Beside the picture nothing of the answer may do anything.
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Referrer-Policy": security.HEADERS["Referrer-Policy"],
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=31536000, immutable",
}


class Faces:
    def __init__(self, deps: DashboardDeps, visits: Visits) -> None:
        self._deps = deps
        self._visits = visits

    async def show(self, request: Request) -> Response:
        """The picture that the chat shows now; there is none under the address of an older one."""
        async with self._visits.to_chat(request, ids.chat_id(request)) as (_, visitor, chat):
            pass
        if chat.photo_uid is None or str(chat.photo_uid) != request.path_params["uid"]:
            raise NotHere
        return await self._give(visitor.workspace.id, chat.photo_uid)

    async def _give(self, workspace_id: int, uid: UUID) -> Response:
        if self._deps.store is None:
            raise NotHere
        try:
            file = await self._deps.store.get(workspace_id, uid)
            if file.purpose is not Purpose.PHOTO or not file.is_stored:
                raise NotHere
            chunks = self._deps.store.chunks(file)
            # read before the answer begins, so that a lost picture is a 404 and not a torn one
            first = await anext(chunks, b"")
        except FileNotFound:
            raise NotHere from None
        return StreamingResponse(_all(first, chunks), headers={**HEADERS, **_of(file)})


def _of(file: File) -> dict[str, str]:
    return {"Content-Type": file.mimetype, "Content-Length": str(file.size)}


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk
