"""Calls an ASGI application directly: bytes in, bytes out, with nothing in between that would tidy them up."""

import asyncio
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    cookies: Sequence[str] = ()

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def call(
    app: Any,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | Sequence[bytes] = b"",
    client: str = "127.0.0.1",
    root_path: str = "",
    ends: bool = True,
    version: str = "1.1",
) -> Response:
    """One request. `target` is what stands in the request line; a body of several parts arrives part by part.
    A body that never `ends` leaves the application waiting."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": version,
        "method": method,
        "scheme": "http",
        "path": root_path + unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": (root_path + path).encode(),
        "root_path": root_path,
        "query_string": query.encode("latin-1"),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
        "client": (client, 50_000),
        "server": ("127.0.0.1", 80),
    }
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, _receiver([body] if isinstance(body, bytes) else list(body), ends), send)
    start, *rest = sent
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    return Response(
        status=start["status"],
        headers=dict(fields),
        body=b"".join(message["body"] for message in rest),
        cookies=[value for name, value in fields if name == "set-cookie"],
    )


def _receiver(parts: list[bytes], ends: bool) -> Any:
    left = list(parts)

    async def receive() -> MutableMapping[str, Any]:
        if left:
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or not ends}
        if not ends:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    return receive
