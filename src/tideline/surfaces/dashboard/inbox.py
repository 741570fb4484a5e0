"""The list of chats, one chat with its messages, and the files in them."""

from urllib.parse import urlencode, urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import chats, messages, workspaces
from tideline.features.chats import Chat, ChatFilter, Page
from tideline.features.messages import Attachment, HistoryFilter
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids, shown
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.panel import Details, details_of, is_open, url_of
from tideline.surfaces.dashboard.talk.reading import days_of
from tideline.surfaces.dashboard.visits import NotHere, Visitor, Visits

LAST_PAGE = 100_000
THUMBNAIL = "thumbnail.jpg"


class Inbox:
    def __init__(self, deps: DashboardDeps, pages: Pages, visits: Visits) -> None:
        self._deps = deps
        self._pages = pages
        self._visits = visits

    async def show_chats(self, request: Request) -> Response:
        number = _page_number(request.query_params.get("page"))
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            found, rows = await _list(tx, visitor, number)
        newer = _address(visitor, number - 1) if number > 1 else None
        older = _address(visitor, number + 1) if found.has_more else None
        return self._pages.inbox(request, "chats.html", visitor, rows=rows, newer=newer, older=older, open_chat=None)

    async def show_list(self, request: Request) -> Response:
        """The rows of the list alone, for a page on which something has changed."""
        number = _page_number(request.query_params.get("page"))
        async with self._visits.to_workspace(request, request.query_params.get("workspace")) as (tx, visitor):
            found, rows = await _list(tx, visitor, number)
        return self._pages.fragment(
            request,
            "_chats.html",
            visitor,
            rows=rows,
            newer=_address(visitor, number - 1) if number > 1 else None,
            older=_address(visitor, number + 1) if found.has_more else None,
            open_chat=_page_number(request.query_params.get("open", "0")) if "open" in request.query_params else None,
            title_tag="h2",
        )

    async def show_chat(self, request: Request) -> Response:
        """The newest messages, or those before the one that is named; beside them the newest chats."""
        before = request.query_params.get("before")
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            wanted = HistoryFilter(before_message=messages.parse_uid(before) if before else None)
            found = await messages.history(tx, chat.id, wanted)
            days = await days_of(tx, visitor, chat, list(reversed(found.items)))
            listed, rows = await _list(tx, visitor, 1)
            panel = await _panel(tx, visitor, chat) if is_open(request) else None
        new = shown.new_ones(chat, found.items) if before is None else []
        return self._pages.inbox(
            request,
            "chat.html",
            visitor,
            rows=rows,
            newer=None,
            older=_address(visitor, 2) if listed.has_more else None,
            chat=chat,
            panel=panel,
            chat_url=url_of(self._deps, chat),
            open_chat=chat.id,
            days=days,
            unread=len(new),
            first_new=new[-1] if new else None,
            may_write=self._deps.sends is not None,
            largest_files=self._deps.largest_files,
            oldest=found.items[-1].uid if found.has_more else None,
            is_newest=before is None,
        )

    async def to_chat(self, request: Request) -> Response:
        """Shorter forms of a chat's address lead to the one that is used everywhere."""
        return self._pages.redirect(f"/chat/{ids.chat_id(request)}/messages/")

    async def open_file(self, request: Request) -> Response:
        """A link to the file that is good from now, for whoever may see the chat that it was sent in."""
        visitor, attachment = await self._attachment(request)
        return self._to_file(visitor, attachment.uid, attachment.filename)

    async def open_thumbnail(self, request: Request) -> Response:
        """The same for the small picture of the file, if there is one."""
        visitor, attachment = await self._attachment(request)
        if attachment.thumbnail_uid is None:
            raise NotHere
        return self._to_file(visitor, attachment.thumbnail_uid, THUMBNAIL)

    async def _attachment(self, request: Request) -> tuple[Visitor, Attachment]:
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            message = await messages.get(tx, messages.parse_uid(request.path_params["message_uid"]))
        if message.chat_id != chat.id or message.attachment is None:
            raise NotHere
        return visitor, message.attachment

    def _to_file(self, visitor: Visitor, uid: UUID, filename: str) -> Response:
        now = self._deps.db.clock.now()
        url = urlsplit(self._deps.links.url_of(visitor.workspace.id, uid, filename, now))
        # without the host: whoever came here under another name of this server stays there
        return self._pages.redirect(f"{url.path}?{url.query}&through=1")


async def _panel(tx: Tx, visitor: Visitor, chat: Chat) -> Details:
    return await details_of(tx, visitor, chat, await workspaces.list_teammates(tx))


async def _list(tx: Tx, visitor: Visitor, number: int) -> tuple[Page[Chat], list[shown.Row]]:
    found = await chats.list_chats(tx, ChatFilter(visible_to=visitor.me), number)
    last = await messages.last_messages(tx, found.items)
    return found, [shown.row(chat, last.get(chat.id)) for chat in found.items]


def _address(visitor: Visitor, number: int) -> str:
    """A page of the list, in the workspace that is looked at."""
    named = {"workspace": visitor.workspace.slug} if len(visitor.all_workspaces) > 1 else {}
    query = urlencode({**named, **({"page": number} if number > 1 else {})})
    return f"/?{query}" if query else "/"


def _page_number(given: str | None) -> int:
    is_number = given is not None and given.isascii() and given.isdigit() and len(given) < 10
    return min(max(int(given), 1), LAST_PAGE) if is_number and given else 1
