"""A request's bytes in, an answer's bytes out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

from tideline.platform.contract.faults import TooLarge, TooSlow

LARGEST = 1_000_000
BODY_SECONDS = 60

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Head = Sequence[tuple[bytes, bytes]]


def client_of(scope: Scope) -> str | None:
    """The address that a request came from; behind a trusted proxy it is the one that the proxy names."""
    client = scope.get("client")
    return client[0] if client else None


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


async def whole_body(receive: Receive, headers: Mapping[bytes, bytes], *, seconds: float = BODY_SECONDS) -> bytes:
    """The body, as long as somebody is willing to read and to wait."""
    try:
        async with asyncio.timeout(seconds):
            return await receive_body(receive, headers)
    except TimeoutError:
        raise TooSlow from None


async def receive_body(receive: Receive, headers: Mapping[bytes, bytes], largest: int = LARGEST) -> bytes:
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > largest):
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > largest:
            raise TooLarge
        if not message.get("more_body", False):
            return b"".join([*parts, part]) if parts else part
        parts.append(part)


def path_of(scope: Scope) -> str:
    """The path below the one where the API is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def media_type(headers: Mapping[bytes, bytes]) -> bytes:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def bearer_of(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of a request, if it came with one."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def respond(send: Send, status: int, body: bytes, head: Head = ()) -> None:
    whole = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *head,
    ]
    await send({"type": "http.response.start", "status": status, "headers": whole})
    await send({"type": "http.response.body", "body": body})
