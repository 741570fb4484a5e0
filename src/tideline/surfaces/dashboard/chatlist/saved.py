"""The forms of one's own views: keep the filters that are on under a name, rename, move, take away."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import saved_views
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import ids
from tideline.surfaces.dashboard.chatlist import wanted as asking
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import Cookies, Form, StaleForm, local_path, read_form
from tideline.surfaces.dashboard.visits import NotHere, Visits

Turn = Callable[[Tx, Teammate, int, Form], Awaitable[None]]


async def _rename(tx: Tx, me: Teammate, view_id: int, form: Form) -> None:
    await saved_views.rename(tx, me, view_id, form.get("name", ""))


async def _remove(tx: Tx, me: Teammate, view_id: int, _form: Form) -> None:
    await saved_views.remove(tx, me, view_id)


async def _up(tx: Tx, me: Teammate, view_id: int, _form: Form) -> None:
    await saved_views.move(tx, me, view_id, -1)


async def _down(tx: Tx, me: Teammate, view_id: int, _form: Form) -> None:
    await saved_views.move(tx, me, view_id, 1)


TURNS: Final[Mapping[str, Turn]] = {"rename": _rename, "remove": _remove, "up": _up, "down": _down}


class SavedViewForms:
    def __init__(self, pages: Pages, visits: Visits, cookies: Cookies) -> None:
        self._pages = pages
        self._visits = visits
        self._cookies = cookies

    async def keep(self, request: Request) -> Response:
        """The address of the list is what is kept; the answer is that list, now under a name."""
        form = await self._form(request)
        wanted = asking.read(request.query_params.multi_items())

        async def run(tx: Tx, me: Teammate) -> None:
            filters: dict[str, list[str]] = {}
            for name, value in wanted.pairs:
                filters.setdefault(name, []).append(value)
            await saved_views.keep(tx, me, form.get("name", ""), filters)

        await self._visits.act(request, request.query_params.get("workspace"), run)
        return self._back(form)

    async def turn(self, request: Request) -> Response:
        form, view_id = await self._form(request), ids.parse(request.path_params["id"])
        turn = TURNS.get(form.get("do", ""))
        if turn is None:
            raise NotHere
        await self._visits.act(
            request, request.query_params.get("workspace"), lambda tx, me: turn(tx, me, view_id, form)
        )
        return self._back(form)

    async def _form(self, request: Request) -> Form:
        form = await read_form(request)
        if not self._cookies.is_from_our_form(request, form):
            raise StaleForm
        return form

    def _back(self, form: Form) -> Response:
        return self._pages.redirect(local_path(form.get("back")))
