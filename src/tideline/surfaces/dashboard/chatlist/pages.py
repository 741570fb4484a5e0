"""The list of chats on its own page, as a part of one, and the few rows of it that have changed."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.surfaces.dashboard.chatlist import wanted as asking
from tideline.surfaces.dashboard.chatlist.reading import read_list
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.visits import NotHere, Visits

MOST_ROWS: Final = 60
"""Chats of which an open list asks anew at once; when more have changed, it begins anew."""


class ChatList:
    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    async def show_page(self, request: Request) -> Response:
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            listed = await read_list(tx, visitor, request)
        return self._pages.inbox(request, "chats.html", visitor, listed=listed, open_chat=None, said=())

    async def show_list(self, request: Request) -> Response:
        """The list alone, for a page that searches, reads on or has missed too much. `open` is the chat beside it."""
        open_chat = _id(request.query_params.get("open"))
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            listed = await read_list(tx, visitor, request, open_chat)
        return self._pages.fragment(
            request, "_chats.html", visitor, listed=listed, open_chat=open_chat, title_tag="h2", said=()
        )

    async def show_rows(self, request: Request) -> Response:
        """Those of some chats that belong into the list, and the views with their counts as they are now."""
        given = [_id(one) for one in request.query_params.getlist("c")]
        ids = [one for one in given if one is not None]
        if len(ids) > MOST_ROWS:
            raise NotHere
        open_chat = _id(request.query_params.get("open"))
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            listed = await read_list(tx, visitor, request, open_chat, ids)
        return self._pages.fragment(request, "_chat_rows.html", visitor, listed=listed, open_chat=open_chat)


def _id(given: str | None) -> int | None:
    return int(given) if given is not None and asking.is_id(given) else None
