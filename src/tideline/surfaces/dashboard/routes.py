"""The routes of the pages. Each reads what it needs through the features' faces and renders one template."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tideline.features import chats, files, messages, numbers, workspaces
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard import rendering, security

REFRESH_SECONDS = 3


@dataclass(frozen=True)
class DashboardDeps:
    """What the pages stand on. `public_url` decides whether cookies are for https only."""

    db: Database
    sign_in: workspaces.SignIn
    keyring: Keyring
    links: files.Links
    public_url: str
    has_simulator: bool


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page: a teammate of one workspace."""

    workspace: workspaces.Workspace
    me: workspaces.Teammate

    def may_see(self, chat: chats.Chat, number: numbers.Number) -> bool:
        """Agents see their own number's chats and those assigned to them, collaborators only the latter."""
        if self.me.role not in RESTRICTED:
            return True
        is_own = self.me.role is workspaces.Role.AGENT and number.owner_id == self.me.id
        return is_own or chat.responsible_id == self.me.id


RESTRICTED = (workspaces.Role.AGENT, workspaces.Role.COLLABORATOR)

Page = Callable[["Pages", Request], Awaitable[Response]]


class NotHere(Exception):
    """The page does not exist for this visitor."""


class Pages:
    """The handlers, with what they stand on."""

    def __init__(self, deps: DashboardDeps) -> None:
        self._deps = deps
        self._env = rendering.environment()
        self._secure = deps.public_url.startswith("https://")

    # Signing in --------------------------------------------------------------------------------------------

    async def sign_in_form(self, request: Request) -> Response:
        return self._sign_in_page(request, next_path=security.local_path(request.query_params.get("next")))

    async def sign_in(self, request: Request) -> Response:
        form = await request.form()
        email, password = str(form.get("email", "")), str(form.get("password", ""))
        next_path = security.local_path(form.get("next"))
        if not security.is_from_our_form(request, form):
            return self._sign_in_page(request, email, next_path, "This page was open for too long. Try again.", 403)
        try:
            session = await self._deps.sign_in.sign_in(email, password, address=_address(request))
        except workspaces.TooManyAttempts as problem:
            return self._sign_in_page(request, email, next_path, problem.message, 429)
        except Problem as problem:
            return self._sign_in_page(request, email, next_path, problem.message, 400)
        return self._signed_in(session, next_path)

    async def sign_out(self, request: Request) -> Response:
        form = await request.form()
        if security.is_from_our_form(request, form):
            await self._deps.sign_in.sign_out(request.cookies.get(security.SESSION_COOKIE, ""))
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(security.SESSION_COOKIE)
        return answer

    async def link_form(self, request: Request) -> Response:
        return self._link_page(request, await self._deps.sign_in.get_link(request.path_params["token"]))

    async def use_link(self, request: Request) -> Response:
        token, form = request.path_params["token"], await request.form()
        link = await self._deps.sign_in.get_link(token)
        if not security.is_from_our_form(request, form):
            return self._link_page(request, link, "This page was open for too long. Try again.", 403)
        try:
            session = await self._deps.sign_in.use_link(token, str(form.get("password", "")), address=_address(request))
        except (workspaces.WeakPassword, workspaces.WrongCredentials, workspaces.TooManyAttempts) as problem:
            return self._link_page(request, link, problem.message, 400)
        return self._signed_in(session, "/")

    # Chats ---------------------------------------------------------------------------------------------------

    async def chats(self, request: Request) -> Response:
        visitor = await self._visitor(request)
        if visitor is None:
            return self._to_sign_in(request)
        page = _page_number(request)
        async with self._deps.db.read(visitor.workspace.id) as tx:
            wanted = await _seen_by(tx, visitor)
            found = await chats.list_chats(tx, wanted, page)
        return self._shell(request, "chats.html", visitor, chats=found.items, has_more=found.has_more, page=page)

    async def chat(self, request: Request) -> Response:
        visitor = await self._visitor(request, chat_id=request.path_params["chat_id"])
        if visitor is None:
            return self._to_sign_in(request)
        async with self._deps.db.read(visitor.workspace.id) as tx:
            chat = await chats.get(tx, chats.ChatId(request.path_params["chat_id"]))
            if not visitor.may_see(chat, await numbers.get(tx, chat.number_id)):
                raise NotHere
            found = await messages.history(tx, chat.id, _history_filter(request))
        newest_last = [self._message(visitor, message) for message in reversed(found.items)]
        days = rendering.by_day(newest_last, visitor.workspace.tz)
        return self._shell(
            request, "chat.html", visitor, chat=chat, days=days, messages=newest_last, has_more=found.has_more
        )

    def _message(self, visitor: Visitor, message: messages.Message) -> "ShownMessage":
        attachment = message.attachment
        url = None
        if attachment and attachment.is_stored:
            url = self._deps.links.url_of(visitor.workspace.id, attachment.uid, attachment.filename, self._now())
        return ShownMessage(message, url)

    # Linking a phone -----------------------------------------------------------------------------------------

    async def qr(self, request: Request) -> Response:
        async with self._deps.db.system() as tx:
            ref = await numbers.find_pairing_link(tx, self._deps.keyring, request.path_params["token"])
        if ref is None:
            raise NotHere
        async with self._deps.db.read(ref.workspace_id) as tx:
            pairing = await numbers.get_pairing(tx, numbers.PairingId(ref.pairing_id))
        title, lead = PAIRING_TEXTS[pairing.state]
        return self._page(
            request,
            "qr.html",
            title=title,
            lead=pairing.error or lead,
            qr=_svg(pairing.qr) if pairing.is_open and pairing.qr else None,
            code=pairing.code if pairing.is_open else None,
            refresh=REFRESH_SECONDS if pairing.is_open else None,
        )

    # Shared ----------------------------------------------------------------------------------------------------

    async def _visitor(self, request: Request, chat_id: int | None = None) -> Visitor | None:
        """The signed-in teammate: of the workspace that has the chat, else of the person's first one."""
        token = request.cookies.get(security.SESSION_COOKIE)
        if not token:
            return None
        try:
            session = await self._deps.sign_in.get_session(token)
        except workspaces.SessionEnded:
            return None
        for workspace_id in session.workspaces:
            async with self._deps.db.read(workspace_id) as tx:
                if chat_id is None or await _has_chat(tx, chat_id):
                    me = await workspaces.find_teammate(tx, email=session.email)
                    if me is not None and me.is_active:
                        return Visitor(await workspaces.get_workspace(tx), me)
        if session.workspaces:
            raise NotHere
        return None

    def _now(self) -> Any:
        return self._deps.db.clock.now()

    def _to_sign_in(self, request: Request) -> Response:
        return RedirectResponse(f"/sign-in?next={request.url.path}", 303)

    def _signed_in(self, session: workspaces.NewSession, next_path: str) -> Response:
        answer = RedirectResponse(next_path, 303)
        answer.set_cookie(
            security.SESSION_COOKIE,
            session.token,
            expires=session.expires_at,
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )
        return answer

    def _sign_in_page(
        self, request: Request, email: str = "", next_path: str = "/", error: str | None = None, status: int = 200
    ) -> Response:
        return self._page(request, "sign_in.html", status, email=email, next=next_path, error=error)

    def _link_page(
        self, request: Request, link: workspaces.OneTimeLink, error: str | None = None, status: int = 200
    ) -> Response:
        return self._page(request, "one_time_link.html", status, link=link, error=error)

    def _shell(self, request: Request, template: str, visitor: Visitor, **values: Any) -> Response:
        return self._page(
            request,
            template,
            me=visitor.me,
            workspace=visitor.workspace,
            zone=visitor.workspace.tz,
            now=self._now(),
            section="inbox",
            simulator=self._deps.has_simulator,
            **values,
        )

    def _page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        html = self._env.get_template(template).render(csrf=security.csrf_token(request), **values)
        answer = HTMLResponse(html, status, headers=security.HEADERS)
        security.remember_csrf(answer, request, secure=self._secure)
        return answer

    def gone(self, request: Request) -> Response:
        lead = "The address is wrong, or it belongs to somebody else's chats."
        return self._page(request, "problem.html", 404, title="Nothing here", lead=lead)

    def problem(self, request: Request, problem: Problem) -> Response:
        return self._page(request, "problem.html", 410, title="This did not work", lead=problem.message)

    def wrap(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Turn what can go wrong into a page."""

        async def page(request: Request) -> Response:
            try:
                return await handler(request)
            except (NotHere, chats.ChatNotFound, messages.MessageNotFound, numbers.PairingNotFound):
                return self.gone(request)
            except Problem as problem:
                return self.problem(request, problem)

        return page


class ShownMessage:
    """A message as its template wants it: with a link to its file and its reactions counted."""

    def __init__(self, message: messages.Message, file_url: str | None) -> None:
        self._message = message
        self.file = {"url": file_url, "name": message.attachment.filename} if file_url and message.attachment else None
        counts: dict[str, int] = {}
        for reaction in message.reactions:
            counts[reaction.emoji] = counts.get(reaction.emoji, 0) + 1
        self.reactions = list(counts.items())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._message, name)


PAIRING_TEXTS = {
    numbers.PairingState.REQUESTED: ("Link your WhatsApp", "The code will be here in a moment."),
    numbers.PairingState.WAITING: ("Link your WhatsApp", "Your phone keeps working as before."),
    numbers.PairingState.LINKED: ("Your WhatsApp is linked", "You can close this page."),
    numbers.PairingState.FAILED: ("That did not work", "Ask for a new link and try again."),
    numbers.PairingState.EXPIRED: ("This code has expired", "Ask for a new link and try again."),
    numbers.PairingState.CANCELLED: ("This link was withdrawn", "Ask for a new link if you still want to link."),
}


def routes(deps: DashboardDeps) -> list[BaseRoute]:
    """All pages, for the root of the server."""
    pages = Pages(deps)

    def route(path: str, handler: Callable[[Request], Awaitable[Response]], *methods: str) -> Route:
        return Route(path, pages.wrap(handler), methods=list(methods))

    return [
        route("/", pages.chats, "GET"),
        route("/chat/{chat_id:int}/messages/", pages.chat, "GET"),
        route("/sign-in", pages.sign_in_form, "GET"),
        route("/sign-in", pages.sign_in, "POST"),
        route("/sign-out", pages.sign_out, "POST"),
        route("/link/{token}", pages.link_form, "GET"),
        route("/link/{token}", pages.use_link, "POST"),
        route("/qr/{token}", pages.qr, "GET"),
        Mount("/static", StaticFiles(directory=rendering.HERE / "static")),
    ]


async def _has_chat(tx: Tx, chat_id: int) -> bool:
    try:
        await chats.get(tx, chats.ChatId(chat_id))
    except chats.ChatNotFound:
        return False
    return True


async def _seen_by(tx: Tx, visitor: Visitor) -> chats.ChatFilter:
    """The list shows what the page of a chat would show: own and assigned chats for those who see no others."""
    if visitor.me.role not in RESTRICTED:
        return chats.ChatFilter()
    own = [number.jid for number in await numbers.list_numbers(tx) if number.owner_id == visitor.me.id]
    if visitor.me.role is workspaces.Role.AGENT and own:
        return chats.ChatFilter(number_jids=own)
    return chats.ChatFilter(responsible=[visitor.me.email])


def _history_filter(request: Request) -> messages.HistoryFilter:
    before = request.query_params.get("before")
    return messages.HistoryFilter(before_message=messages.parse_uid(before) if before else None)


def _page_number(request: Request) -> int:
    given = request.query_params.get("page", "1")
    return int(given) if given.isascii() and given.isdigit() and 0 < int(given) < 10**6 else 1


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _svg(text: str) -> Markup:
    """A QR code as an SVG without any colour of its own."""
    return Markup(segno.make(text, error="m").svg_inline(border=2, svgclass="qr-box__code", lineclass=None))
