"""One's own profile: name, language, times, password, and where one is signed in; and the settings of the workspace."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import workspaces
from tideline.features.workspaces import Action, Teammate, ensure_may
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.platform.passwords import PasswordsBusy
from tideline.surfaces.dashboard import problems, words
from tideline.surfaces.dashboard.doors import refusal_noted
from tideline.surfaces.dashboard.office.office import Office, ensure, refusal
from tideline.surfaces.dashboard.security import address_of, agent_of
from tideline.surfaces.dashboard.visits import SignInNeeded

REFUSED = (workspaces.WrongCredentials, workspaces.WeakPassword, workspaces.TooManyAttempts, PasswordsBusy)


@cache
def zones() -> tuple[str, ...]:
    """The names that somebody may choose from: places, and UTC."""
    return ("UTC", *sorted(one for one in available_timezones() if "/" in one and not one.startswith("Etc/")))


class ProfilePage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def rename(self, request: Request) -> Response:
        form = await self._office.form(request)

        async def run(tx: Tx, me: Teammate) -> None:
            await workspaces.rename(tx, me.id, form.get("name", ""))

        try:
            visitor, _ = await self._office.act(request, run)
        except workspaces.InvalidName as problem:
            return await self._page(request, **refusal(problem))
        return self._office.to(visitor, "/profile", "saved")

    async def choose(self, request: Request) -> Response:
        """The language and the zone in which one reads."""
        form = await self._office.form(request)
        language = form.get("language") if form.get("language") in words.LANGUAGES else None
        try:
            token = self._token(request)
            await self._office.deps.sign_in.choose(token, language=language, zone=form.get("zone") or None)
        except workspaces.InvalidZone as problem:
            return await self._page(request, **refusal(problem))
        async with self._office.visit(request) as (_, visitor):
            return self._office.to(visitor, "/profile", "saved")

    async def change_password(self, request: Request) -> Response:
        """Whoever knows the old password gets a new one, and stays signed in here alone."""
        form, sign_in = await self._office.form(request), self._office.deps.sign_in
        try:
            session = await sign_in.change_password(
                self._token(request),
                form.get("known", ""),
                form.get("password", ""),
                address=address_of(request),
                agent=agent_of(request),
            )
        except REFUSED as problem:
            page = await self._page(request, **refusal(problem))
            async with self._office.visit(request) as (_, visitor):
                page.background = refusal_noted(sign_in, visitor.me.email, problem, address_of(request))
            page.headers.update(problems.retry_headers(problem))
            return page
        async with self._office.visit_as(request, session.token) as (_, visitor):
            answer = self._office.to(visitor, "/profile", "password_changed")
        self._office.begin_session(answer, session)
        return answer

    async def sign_out_everywhere(self, request: Request) -> Response:
        await self._office.form(request)
        await self._office.deps.sign_in.sign_out_everywhere(self._token(request), address=address_of(request))
        answer = self._office.redirect("/sign-in")
        self._office.end_session(answer)
        return answer

    def _token(self, request: Request) -> str:
        token = self._office.session(request)
        if token is None:
            raise SignInNeeded
        return token

    async def _page(self, request: Request, **values: Any) -> Response:
        async with self._office.visit(request) as (_, visitor):
            pass
        sessions = await self._office.deps.sign_in.list_sessions(self._token(request))
        return self._office.page(
            request,
            "profile.html",
            visitor,
            section="profile",
            sessions=sessions,
            languages=words.NAMES,
            zones=zones(),
            chosen_language=visitor.language,
            chosen_zone=visitor.own_zone,
            **values,
        )


class SettingsPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def save(self, request: Request) -> Response:
        form = await self._office.form(request)

        async def run(tx: Tx, me: Teammate) -> None:
            ensure_may(me.role, Action.SETTINGS)
            await workspaces.rename_workspace(tx, form.get("name", ""))
            await workspaces.set_zone(tx, form.get("zone", ""))

        try:
            visitor, _ = await self._office.act(request, run)
        except Problem as problem:
            return await self._page(request, **refusal(problem))
        return self._office.to(visitor, "/settings", "saved")

    async def _page(self, request: Request, **values: Any) -> Response:
        async with self._office.visit(request) as (_, visitor):
            ensure(visitor, Action.SETTINGS)
        return self._office.page(request, "settings.html", visitor, section="settings", zones=zones(), **values)
