"""Answers for the QR page: the page itself, its state for its script, and the wish to begin."""

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tideline.features import chats, numbers
from tideline.features.numbers import LinkState, PairingMethod
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard import frames, problems, rendering
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.frames import NOBODY, Host
from tideline.surfaces.dashboard.qr_page import doors, shown
from tideline.surfaces.dashboard.qr_page.doors import Door
from tideline.surfaces.dashboard.qr_page.shown import Shown, View
from tideline.surfaces.dashboard.qr_page.waiting import Waiting, before_the_end
from tideline.surfaces.dashboard.security import BadForm, Cookies, Form, StaleForm, address_of, read_form
from tideline.surfaces.dashboard.words import N_, Words, chosen, speaking, use

WAIT_SECONDS = 20.0
LOOK_SECONDS = 5.0  # a wake-up may be lost, and time alone changes what is said

REFUSALS: dict[type[Problem], tuple[int, str]] = {
    numbers.TooManyCodes: (429, N_("Too many codes were asked for through this link. Try again later.")),
    numbers.TooManyLinkingAttempts: (429, N_("Too many phones were linked here in the last hour. Try again later.")),
    numbers.PhoneNeeded: (400, N_("This is not a phone number with its country code.")),
    chats.WrongPhone: (400, N_("This is not a phone number with its country code.")),
    BadForm: (400, N_("This did not arrive as it was sent. Load the page again and try once more.")),
    StaleForm: (403, N_("This did not arrive as it was sent. Load the page again and try once more.")),
}


class QrPage:
    def __init__(self, deps: DashboardDeps, cookies: Cookies) -> None:
        self._deps = deps
        self._cookies = cookies
        self._env = rendering.environment()
        self._waiting = Waiting()

    async def show(self, request: Request) -> Response:
        """Only shows: a program that looks at links in messages begins nothing."""
        words, door = _words(request), await self._find(request)
        if door is None:
            return self._page(request, shown.nowhere(words), status=404)
        view = await doors.look(self._deps.db, door)
        seen = shown.show(view, words, self._deps.db.clock.now(), is_fresh=True)
        status = _status(view) if view.can_begin and seen.is_over else 200
        host = await self._deps.host_of(door.workspace_id)
        return self._page(request, seen, host, view=view, status=status)

    async def begin(self, request: Request) -> Response:
        """Ask for a code. No cookie says who may: the token in the address does, which only our own page and whoever
        was given it know, and a frame inside another site has no cookies anyway."""
        words, door = _words(request), await self._find(request)
        if door is None:
            return self._page(request, shown.nowhere(words), status=404)
        try:
            if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                raise StaleForm
            await self._begin(door, await read_form(request))
        except Problem as problem:
            return await self._refused(request, words, door, problem)
        return await self._begun(request, words, door)

    async def state(self, request: Request) -> Response:
        """What is on the page now, as soon as it is something else than `known`; 204 when it stays the same."""
        words, door = _words(request), await self._find(request)
        if door is None:
            return _json(shown.nowhere(words).as_json(), 404)
        known = request.query_params.get("known", "")
        seen = await self._seen(door, words)
        if seen.version == known and not seen.is_over:
            seen = await self._changed(door, words, seen)
        return Response(status_code=204, headers=frames.headers()) if seen.version == known else _json(seen.as_json())

    async def _find(self, request: Request) -> Door | None:
        return await doors.find(self._deps.db, self._deps.keyring, request.path_params["token"])

    async def _seen(self, door: Door, words: Words) -> Shown:
        return shown.show(await doors.look(self._deps.db, door), words, self._deps.db.clock.now())

    async def _changed(self, door: Door, words: Words, seen: Shown) -> Shown:
        """Another state, or the same when the time is over, the program ends, or too many wait already."""
        with self._waiting.place(door.key) as is_free:
            if not is_free:
                return seen
            news = self._news(door, words, seen)
            return await before_the_end(news, self._deps.until_the_end()) or seen

    async def _news(self, door: Door, words: Words, seen: Shown) -> Shown:
        bell, now = self._deps.wakes.bell(door.topic), seen
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while now.version == seen.version:
                    now = await self._seen(door, words)
                    if now.version == seen.version:
                        await bell.wait(LOOK_SECONDS)
        except TimeoutError:
            pass
        return now

    # Beginning -----------------------------------------------------------------------------------------------

    async def _begin(self, door: Door, form: Form) -> None:
        if door.link is None:
            raise numbers.QrLinkOver
        link, phone = door.link, None
        method = PairingMethod.CODE if form.get("method") == "code" else PairingMethod.QR
        if method is PairingMethod.CODE:
            phone = chats.phones.clean(form.get("phone", ""))

        async def begin(tx: Tx) -> None:
            await numbers.begin_through(
                tx, link.uid, self._deps.link_kind, method, phone, limits=self._deps.linking_limits
            )

        await self._deps.db.run(door.workspace_id, begin)

    async def _begun(self, request: Request, words: Words, door: Door) -> Response:
        if _wants_json(request):
            answer: Response = _json((await self._seen(door, words)).as_json())
        else:
            answer = RedirectResponse(_address(request), 303, headers=frames.headers())
        if not frames.is_embedding(request.query_params):
            await self._sign_out(request, answer)
        return answer

    async def _sign_out(self, request: Request, answer: Response) -> None:
        """The whole page, not in a frame, is for a customer's own browser: nobody of the team stays signed in there."""
        if session := self._cookies.session(request):
            await self._deps.sign_in.sign_out(session, address=address_of(request))
            self._cookies.end_session(answer)

    async def _refused(self, request: Request, words: Words, door: Door, problem: Problem) -> Response:
        view = await doors.look(self._deps.db, door)
        seen = shown.show(view, words, self._deps.db.clock.now())
        if isinstance(problem, numbers.QrLinkOver):
            status, sentence = _status(view), seen.error or seen.lead
        else:
            kinds = (REFUSALS[kind] for kind in type(problem).__mro__ if kind in REFUSALS)
            status, english = next(kinds, (400, shown.FAILED))
            sentence = words(english)
        retry = problems.retry_headers(problem)
        if _wants_json(request):
            return _json({"error": sentence}, status, retry)
        host = await self._deps.host_of(door.workspace_id)
        page = self._page(request, seen, host, view=view, status=status, refusal=sentence)
        page.headers.update(retry)
        return page

    def _page(
        self,
        request: Request,
        seen: Shown,
        host: Host = NOBODY,
        *,
        view: View | None = None,
        status: int = 200,
        refusal: str | None = None,
    ) -> Response:
        is_embedded = frames.is_embedding(request.query_params)
        origins = frames.clean(host.origins) if is_embedded else []
        html = self._env.get_template("qr.html").render(
            shown=seen,
            notice=refusal or seen.notice,
            can_begin=view is not None and view.can_begin,
            expires_at=view.expires_at if view else None,
            host=host.name,
            is_embedded=is_embedded,
            origins=msgspec.json.encode(origins).decode() if origins else None,
            address=_address(request),
            by_phone=request.query_params.get("by") == "phone" or refusal is not None,
            to_phone=_address(request, by="phone"),
        )
        return HTMLResponse(html, status, headers=frames.headers(origins))


def _words(request: Request) -> Words:
    return use(chosen(request.query_params.get("lang"), request.headers.get("accept-language", "")))


def _status(view: View) -> int:
    """Of a link through which nothing can be begun: most are over for good."""
    return 403 if view.state is LinkState.CLOSED else 410


def _address(request: Request, **more: str) -> str:
    """The page's own address with what it was asked for, and nothing that somebody else put there."""
    query = [f"{name}={value}" for name, value in more.items()]
    if frames.is_embedding(request.query_params):
        query.append("display_mode=embedding")
    if "lang" in request.query_params:
        query.append(f"lang={speaking().lang}")
    path = f"/qr/{request.path_params['token']}"
    return f"{path}?{'&'.join(query)}" if query else path


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _json(answer: object, status: int = 200, more: dict[str, str] | None = None) -> Response:
    headers = {**frames.headers(), **(more or {})}
    return Response(msgspec.json.encode(answer), status, headers, "application/json")
