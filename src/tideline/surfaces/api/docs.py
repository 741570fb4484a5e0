"""Serves the contracts (JSON, YAML, and under their published names) and a reference page that can call this server."""

import json
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tideline.platform.contract.serving import JSON, YAML, document_route
from tideline.surfaces.api import contract
from tideline.surfaces.api.not_built import NOT_BUILT

STATIC = Path(__file__).with_name("static")
OPERATION_ID = re.compile(r"^( +)operationId: (\w+)$", re.MULTILINE)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def marked_yaml(text: str, not_built: Collection[str] = NOT_BUILT) -> str:
    """The contract as people wrote it, with a mark on every operation that is not built yet."""

    def mark(found: re.Match[str]) -> str:
        indent, operation_id = found.groups()
        return f"{found[0]}\n{indent}x-not-built: true" if operation_id in not_built else found[0]

    return OPERATION_ID.sub(mark, text)


@cache
def yaml_document() -> bytes:
    return marked_yaml(contract.YAML.read_text("utf-8")).encode()


@cache
def json_document() -> bytes:
    document = json.loads(contract.JSON.read_bytes())
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and operation.get("operationId") in NOT_BUILT:
                operation["x-not-built"] = True
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


async def reference(_request: Request) -> Response:
    return Response(
        (STATIC / "reference.html").read_bytes(),
        media_type="text/html",
        headers={
            "content-security-policy": POLICY,
            "cache-control": "no-cache",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        },
    )


class VersionedFiles(StaticFiles):
    """Third-party files carry their version in the path, so a browser may keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_versioned = path.startswith("vendor") and response.status_code == 200
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if is_versioned else "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def document_routes() -> list[BaseRoute]:
    return [
        document_route("/integrations/api/openapi.json", json_document, JSON),
        document_route("/integrations/api/openapi.yaml", yaml_document, YAML),
        document_route("/docs/openapi/public_api_spec.yaml", yaml_document, YAML),
        document_route("/docs/openapi/public_api_spec.json", json_document, JSON),
        document_route("/docs/openapi/webhook_spec.yaml", contract.WEBHOOKS_YAML.read_bytes, YAML),
        document_route("/docs/openapi/webhook_spec.json", contract.WEBHOOKS_JSON.read_bytes, JSON),
        Route("/docs/api", reference),
        Mount("/docs/static", VersionedFiles(directory=STATIC)),
    ]
