"""Renders a page with everything that all pages have: headers, the token for forms, the frame around the inbox."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tideline.surfaces.dashboard import rendering, security
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.security import Cookies
from tideline.surfaces.dashboard.visits import Visitor


class Pages:
    def __init__(self, deps: DashboardDeps, cookies: Cookies) -> None:
        self._deps = deps
        self._cookies = cookies
        self._env = rendering.environment()

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        html = self._env.get_template(template).render(csrf=self._cookies.csrf(request), **values)
        answer = HTMLResponse(html, status, headers=security.HEADERS)
        self._cookies.remember_csrf(request, answer)
        return answer

    def inbox(self, request: Request, template: str, visitor: Visitor, **values: Any) -> Response:
        """A page for somebody who is signed in, inside the frame."""
        zone, now = visitor.workspace.tz, self._deps.db.clock.now()
        return self.page(
            request,
            template,
            me=visitor.me,
            workspace=visitor.workspace,
            seq=visitor.seq,
            all_workspaces=visitor.all_workspaces,
            zone=zone,
            now=now,
            today=now.astimezone(zone).date(),
            has_simulator=self._deps.has_simulator,
            outbox_path=self._deps.outbox_path if visitor.me.is_owner else None,
            **values,
        )

    def redirect(self, target: str) -> Response:
        """After a form the browser asks for a page; nothing on the way is kept by anybody."""
        return RedirectResponse(target, 303, headers=security.HEADERS)
