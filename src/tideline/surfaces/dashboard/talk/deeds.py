"""What is done with a chat from its page: close, reopen, mark read, react; and who else is there."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import chats, messages
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.live import Presence
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import BadForm, Cookies, Form, StaleForm, read_form
from tideline.surfaces.dashboard.talk.answers import done, is_for_script
from tideline.surfaces.dashboard.visits import NotHere, Visits

Deed = Callable[[Tx, int], Awaitable[None]]

DEEDS: Final[dict[str, Deed]] = {
    "close": chats.close,
    "reopen": chats.reopen,
    "read": chats.mark_read,
    "unread": chats.mark_unread,
}
LONGEST_EMOJI: Final = 32


class Deeds:
    def __init__(self, deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies, presence: Presence) -> None:
        self._deps = deps
        self._pages = pages
        self._visits = visits
        self._cookies = cookies
        self._presence = presence

    async def do(self, request: Request) -> Response:
        """One of the deeds that need nothing but their name."""
        deed = DEEDS.get(request.path_params["deed"])
        if deed is None:
            raise NotHere
        await self._form(request)
        async with self._visits.to_chat(request, ids.chat_id(request)) as (_, visitor, chat):
            workspace_id, chat_id = visitor.workspace.id, chat.id
        await self._deps.db.run(workspace_id, lambda tx: deed(tx, chat_id), actor=visitor.actor)
        return done() if is_for_script(request) else self._pages.redirect(f"/chat/{chat_id}/messages/")

    async def react(self, request: Request) -> Response:
        """In the number's name; no emoji takes the reaction away."""
        emoji = (await self._form(request)).get("emoji", "").strip() or None
        if emoji and len(emoji) > LONGEST_EMOJI:
            raise BadForm
        uid = messages.parse_uid(request.path_params["message_uid"])
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            if uid not in await messages.get_some(tx, chat, [uid]):
                raise NotHere
        workspace_id, actor = visitor.workspace.id, visitor.actor
        await self._deps.db.run(workspace_id, lambda tx: messages.set_reaction(tx, uid, emoji), actor=actor)
        return done() if is_for_script(request) else self._pages.redirect(f"/chat/{chat.id}/messages/")

    async def be_there(self, request: Request) -> Response:
        """Somebody reads, writes, or has gone."""
        form = await self._form(request)
        async with self._visits.to_chat(request, ids.chat_id(request)) as (_, visitor, chat):
            self._presence.put(visitor.workspace.id, chat.id, visitor.me, form.get("tab", "")[:64], form.get("is", ""))
        return done()

    async def _form(self, request: Request) -> Form:
        form = await read_form(request)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        return form
