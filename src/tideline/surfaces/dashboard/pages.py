"""Renders a page with everything that all pages have: headers, the token for forms, the frame around the inbox."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tideline.surfaces.dashboard import rendering, security, shell
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.security import Cookies
from tideline.surfaces.dashboard.visits import Visitor


class Pages:
    def __init__(self, deps: DashboardDeps, cookies: Cookies) -> None:
        self._deps = deps
        self._cookies = cookies
        self._env = rendering.environment()

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        html = self._env.get_template(template).render(
            csrf=self._cookies.csrf(request), theme=shell.theme(request), **values
        )
        answer = HTMLResponse(html, status, headers=security.HEADERS)
        self._cookies.remember_csrf(request, answer)
        return answer

    def inbox(
        self,
        request: Request,
        template: str,
        visitor: Visitor,
        *,
        section: str = "inbox",
        status: int = 200,
        **values: Any,
    ) -> Response:
        """A page for somebody who is signed in, inside the frame. `section` is its place in the rail."""
        zone, now = visitor.zone, self._deps.db.clock.now()
        return self.page(
            request,
            template,
            status,
            me=visitor.me,
            workspace=visitor.workspace,
            seq=visitor.seq,
            all_workspaces=visitor.all_workspaces,
            places=shell.places(visitor),
            section=section,
            here=security.asked_path(request),
            at=partial(shell.address, visitor),
            themes=shell.THEMES,
            zone=zone,
            now=now,
            today=now.astimezone(zone).date(),
            has_simulator=self._deps.has_simulator,
            outbox_path=self._deps.outbox_path if visitor.me.is_owner else None,
            **values,
        )

    def fragment(self, request: Request, template: str, visitor: Visitor, **values: Any) -> Response:
        """A part of a page, made of the same template, for a script to put into an open one."""
        zone, now = visitor.zone, self._deps.db.clock.now()
        html = self._env.get_template(template).render(
            csrf=self._cookies.csrf(request),
            me=visitor.me,
            workspace=visitor.workspace,
            all_workspaces=visitor.all_workspaces,
            zone=zone,
            now=now,
            today=now.astimezone(zone).date(),
            **values,
        )
        return HTMLResponse(html, headers={**security.HEADERS, "X-Fragment": "1"})

    def redirect(self, target: str) -> Response:
        """After a form the browser asks for a page; nothing on the way is kept by anybody."""
        return RedirectResponse(target, 303, headers=security.HEADERS)
