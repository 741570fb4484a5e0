"""The side panel of a conversation: as a part of an open page, and as a page of its own where there are no scripts."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import chats, messages
from tideline.features.chats import Chat
from tideline.features.messages import Media
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.panel.details import details_of, filed, url_of
from tideline.surfaces.dashboard.security import Cookies, Form, StaleForm, read_form
from tideline.surfaces.dashboard.talk.answers import is_for_script
from tideline.surfaces.dashboard.visits import NotHere, Visitor, Visits
from tideline.surfaces.dashboard.words import N_

KINDS: Final = {Media.PICTURES: N_("Pictures"), Media.FILES: N_("Files"), Media.VOICE: N_("Voice")}
MOST_SUGGESTED: Final = 20
LONGEST_LABEL: Final = 64

Change = Callable[[Tx, int, Form], Awaitable[object]]


async def _name(tx: Tx, chat_id: int, form: Form) -> None:
    if form.get("do") == "forget":
        await chats.forget_name(tx, chat_id)
    else:
        await chats.rename(tx, chat_id, form.get("name", ""))


async def _labels(tx: Tx, chat_id: int, form: Form) -> None:
    if "remove" in form:
        await chats.remove_label(tx, chat_id, form["remove"])
    else:
        await chats.add_labels(tx, chat_id, [form.get("add", "")])


async def _responsible(tx: Tx, chat_id: int, form: Form) -> None:
    if email := form.get("email", ""):
        await chats.assign(tx, chat_id, email)
    else:
        await chats.unassign(tx, chat_id)


async def _answers(tx: Tx, chat_id: int, form: Form) -> None:
    await chats.set_autoresponse(tx, chat_id, form.get("on") == "yes")


CHANGES: Final[dict[str, Change]] = {
    "name": _name,
    "labels": _labels,
    "responsible": _responsible,
    "answers": _answers,
}


class Panel:
    def __init__(self, deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies) -> None:
        self._deps = deps
        self._pages = pages
        self._visits = visits
        self._cookies = cookies

    async def show(self, request: Request) -> Response:
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            all_members = request.query_params.get("members") == "all"
            panel = await details_of(tx, visitor, chat, all_members=all_members)
        return self._answer(request, "_panel.html", visitor, chat, panel=panel, chat_url=url_of(self._deps, chat))

    async def change(self, request: Request) -> Response:
        """One thing about the chat is changed; a script gets the panel as it is then."""
        change = CHANGES.get(request.path_params["change"])
        if change is None:
            raise NotHere
        form = await read_form(request)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        async with self._visits.to_chat(request, ids.chat_id(request)) as (_, visitor, chat):
            pass
        actor = visitor.actor
        await self._deps.db.run(visitor.workspace.id, lambda tx: change(tx, chat.id, form), actor=actor)
        if is_for_script(request):
            return await self.show(request)
        return self._pages.redirect(f"/chat/{chat.id}/panel")

    async def suggest(self, request: Request) -> Response:
        """Labels of the workspace with these letters in them."""
        typed = request.query_params.get("q", "")[:LONGEST_LABEL]
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            found = await chats.suggest_labels(tx, typed, MOST_SUGGESTED)
        names = [one for one in found if one not in chat.labels]
        return self._pages.fragment(request, "_panel_labels.html", visitor, names=names)

    async def media(self, request: Request) -> Response:
        """The files of the chat by kind, page by page."""
        kind, before = request.query_params.get("kind", Media.PICTURES), request.query_params.get("before")
        if kind not in KINDS:
            raise NotHere
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            uid = messages.parse_uid(before) if before else None
            if uid and uid not in await messages.get_some(tx, chat, [uid]):
                raise messages.MessageNotFound(uid)
            found = await messages.list_media(tx, chat, Media(kind), uid)
        return self._answer(
            request,
            "_panel_media.html",
            visitor,
            chat,
            kind=kind,
            kinds=KINDS,
            found=filed(found.items),
            is_newest=uid is None,
            older=f"?kind={kind}&before={found.items[-1].uid}" if found.has_more else None,
        )

    def _answer(self, request: Request, part: str, visitor: Visitor, chat: Chat, **values: Any) -> Response:
        if is_for_script(request):
            return self._pages.fragment(request, part, visitor, chat=chat, **values)
        return self._pages.inbox(request, "panel.html", visitor, part=part, chat=chat, **values)
