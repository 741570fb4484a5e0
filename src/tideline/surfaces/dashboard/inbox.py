"""One chat with its messages, and the files in them."""

from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import messages
from tideline.features.chats import Chat, Page
from tideline.features.messages import Attachment, HistoryFilter, Message
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids, shown
from tideline.surfaces.dashboard.chatlist import read_list
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.panel import details_of, is_open, url_of
from tideline.surfaces.dashboard.talk.reading import days_of
from tideline.surfaces.dashboard.visits import NotHere, Visitor, Visits

AROUND = 25
THUMBNAIL = "thumbnail.jpg"


class Inbox:
    def __init__(self, deps: DashboardDeps, pages: Pages, visits: Visits) -> None:
        self._deps = deps
        self._pages = pages
        self._visits = visits

    async def show_chat(self, request: Request) -> Response:
        """The newest messages, those before the one that is named, or those around it; beside them the list that the
        address asks for."""
        before, at = request.query_params.get("before"), request.query_params.get("at")
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            found, has_newer = await _said(tx, chat, before, at)
            days = await days_of(tx, visitor, chat, list(reversed(found.items)))
            listed = await read_list(tx, visitor, request, chat.id)
            panel = await details_of(tx, visitor, chat) if is_open(request) else None
        new = [] if has_newer else shown.new_ones(chat, found.items)
        return self._pages.inbox(
            request,
            "chat.html",
            visitor,
            listed=listed,
            said=(),
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
            is_newest=not has_newer,
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


async def _said(tx: Tx, chat: Chat, before: str | None, at: str | None) -> tuple[Page[Message], bool]:
    """A page of the conversation, the newest first, and whether there may be newer messages than it has."""
    if at is not None:
        return await _around(tx, chat, messages.parse_uid(at))
    wanted = HistoryFilter(before_message=messages.parse_uid(before) if before else None)
    return await messages.history(tx, chat.id, wanted), before is not None


async def _around(tx: Tx, chat: Chat, uid: UUID) -> tuple[Page[Message], bool]:
    """A message with what was said before and after it."""
    there = await messages.get_some(tx, chat, [uid])
    if uid not in there:
        raise NotHere
    before = await messages.history(tx, chat.id, HistoryFilter(before_message=uid), 1, AROUND)
    after = await messages.history(tx, chat.id, HistoryFilter(after_message=uid, order="asc"), 1, AROUND)
    return Page([*reversed(after.items), there[uid], *before.items], before.has_more), after.has_more
