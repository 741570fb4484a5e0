"""A contract as others read it."""

from collections.abc import Callable
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

JSON = "application/json"
YAML = "application/yaml"


def document_route(path: str, body: Callable[[], bytes], media_type: str) -> Route:
    """Serves a document; who has it already hears that it has not changed."""

    async def serve(request: Request) -> Response:
        return _document(request, body(), media_type)

    return Route(path, serve)


def _document(request: Request, body: bytes, media_type: str) -> Response:
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
