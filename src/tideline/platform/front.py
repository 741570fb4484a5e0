"""Leads programs straight to their API, past the middleware and the route table that only pages need."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class Front:
    """An application for everything below each of some paths, and one for the rest."""

    def __init__(self, apis: Mapping[str, ASGIApp], rest: ASGIApp) -> None:
        self._apis = [(base, f"{base}/", app) for base, app in apis.items()]
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            root = scope.get("root_path", "")
            path = scope["path"].removeprefix(root)
            for base, below, app in self._apis:
                if path.startswith(below) or path == base:
                    scope["root_path"] = root + base
                    await app(scope, receive, send)
                    return
        await self._rest(scope, receive, send)
