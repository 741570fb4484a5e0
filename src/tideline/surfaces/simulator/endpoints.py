"""One call of the API: whose token it is, what its body says, and how its answer or its problem is written."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tideline.platform import crypto
from tideline.platform.errors import Problem
from tideline.surfaces.simulator import body
from tideline.surfaces.simulator.deps import SimulatorDeps
from tideline.surfaces.simulator.problems import (
    Broken,
    MethodNotAllowed,
    NoSuchPath,
    Unauthorized,
    body_of,
    status_of,
)

log = structlog.get_logger(__name__)

ROOT = "/simulator/api"


@dataclass(frozen=True)
class Call:
    """A call that carried the right token: what its handler works with."""

    deps: SimulatorDeps
    request: Request
    body: Any = None


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True)
class Endpoint:
    """Answers with what `handle` returns, as JSON unless it is a response already."""

    handle: Handler
    body: type[msgspec.Struct] | None = None


class _Path:
    """All methods of one path; every problem on the way is answered in the shape of this API."""

    def __init__(self, deps: SimulatorDeps, endpoints: Mapping[str, Endpoint]) -> None:
        self._deps = deps
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            check_token(request, self._deps.token)
            endpoint = self._endpoint(request.method)
            given = body.decode(await body.receive(request), endpoint.body) if endpoint.body else None
            result = await endpoint.handle(Call(self._deps, request, given))
        except Problem as problem:
            return json(body_of(problem), status_of(problem))
        except Exception:
            log.exception("simulator.broke", method=request.method)
            return json(body_of(Broken()), status_of(Broken()))
        return result if isinstance(result, Response) else json(result)

    def _endpoint(self, method: str) -> Endpoint:
        if not self._endpoints:
            raise NoSuchPath
        if method not in self._endpoints:
            raise MethodNotAllowed(f"This address takes {', '.join(self._endpoints)}.")
        return self._endpoints[method]


def route(deps: SimulatorDeps, path: str, endpoints: Mapping[str, Endpoint]) -> Route:
    return Route(ROOT + path, _Path(deps, endpoints))


def unknown_path(deps: SimulatorDeps) -> Route:
    """Stands behind all other routes: what is not there is told in JSON too."""
    return route(deps, "/{rest:path}", {})


def check_token(request: Request, token: str) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not crypto.same(given.strip(), token):
        raise Unauthorized


def json(value: Any, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
