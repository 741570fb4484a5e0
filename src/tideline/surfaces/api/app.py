"""The Public API as an ASGI application: from a request to an answer in the envelope, whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AsyncExitStack
from typing import Any, Protocol
from uuid import uuid4

import structlog

from tideline.features.files import Spool
from tideline.platform.errors import Problem
from tideline.platform.once import AnsweredBefore
from tideline.surfaces.api import problems
from tideline.surfaces.api.answers import encode
from tideline.surfaces.api.binding import Binding
from tideline.surfaces.api.body import Body, BodyReader, ClientGone, Receive, receive_body
from tideline.surfaces.api.contract.paths import Paths
from tideline.surfaces.api.idempotency import RequestKey, digest_of, key_of
from tideline.surfaces.api.problems import Refusal
from tideline.surfaces.api.query import split
from tideline.surfaces.api.rate_limit import Head, RateLimit, TooFast

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_SECONDS = 60
FORM = b"multipart/form-data"
EMPTY = b"{}"
REPLAYED = (b"idempotent-replayed", b"true")


class Desk(Protocol):
    """Who lets callers in and runs functions for them."""

    async def admit(self, token: str, binding: Binding) -> Any:
        """The caller behind a token, who may call this; raises a `Problem` for anybody else."""

    async def run(self, caller: Any, binding: Binding, arguments: dict[str, Any], key: RequestKey | None) -> Any:
        """Call `binding.answer` with these arguments and what else it wants of a call. With a key that was used
        before it is not called: `AnsweredBefore`."""


class PublicApi:
    """Order matters: speed, path, verb, token and what it may do, then path values, query and body, as little work
    first as possible."""

    def __init__(
        self,
        paths: Paths[Binding],
        desk: Desk,
        rate_limit: RateLimit,
        spool: Spool,
        *,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._paths = paths
        self._desk = desk
        self._rate_limit = rate_limit
        self._spool = spool
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        try:
            turn = self._rate_limit.take(client[0] if client else "")
        except TooFast as too_fast:
            await _refuse(send, problems.too_many_requests(), too_fast.head)
            return
        if turn.wait:
            await asyncio.sleep(turn.wait)
        try:
            answer = await self._answer(scope, receive)
        except ClientGone:
            return
        except AnsweredBefore as before:
            await respond(send, 200, before.answer, [*turn.head, REPLAYED])
        except Refusal as refusal:
            await _refuse(send, refusal, turn.head)
        except Problem as problem:
            await _refuse(send, problems.refusal_of(problem), turn.head)
        except Exception:
            request_id = uuid4().hex
            log.exception("api.broke", path=scope["path"], request_id=request_id)
            await _refuse(send, problems.internal(request_id), turn.head)
        else:
            await respond(send, 200, answer, turn.head)

    async def _answer(self, scope: Scope, receive: Receive) -> bytes:
        binding, texts = self._find(scope)
        headers = dict(scope["headers"])
        caller = await self._desk.admit(bearer_token(headers), binding)
        arguments = binding.path_values(texts)
        parameters = split(scope.get("query_string", b""))
        if binding.query:
            arguments["query"] = binding.query.read(parameters)
        key = key_of(scope["headers"]) if binding.is_repeatable else None
        raw = b""
        async with AsyncExitStack() as until_answered:
            if binding.form and (binding.body is None or media_type(headers) == FORM):
                form = arguments["form"] = await binding.form.read(receive, headers, self._spool, until_answered)
                raw = form.digest
            elif binding.body:
                raw = await self._whole_body(receive, headers)
                arguments["body"] = _read(binding, binding.body, headers, raw)
            named = RequestKey(key, digest_of(scope["method"], path_of(scope), raw)) if key else None
            return encode(await self._desk.run(caller, binding, arguments, named))

    async def _whole_body(self, receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
        try:
            async with asyncio.timeout(self._body_seconds):
                return await receive_body(receive, headers)
        except TimeoutError:
            raise problems.too_slow() from None

    def _find(self, scope: Scope) -> tuple[Binding, Mapping[str, str]]:
        found = self._paths.find(path_of(scope))
        if found is None:
            raise problems.unknown_path()
        by_method, texts = found
        binding = by_method.get(scope["method"])
        if binding is None:
            raise problems.wrong_method(sorted(by_method))
        if binding.function is None:
            raise problems.not_built()
        return binding, texts


def _read(binding: Binding, reader: BodyReader[Any], headers: Mapping[bytes, bytes], raw: bytes) -> Body:
    """What does not call itself plain text is JSON, whatever it calls itself: clients are careless about that."""
    if not raw and not binding.operation.needs_body:
        raw = EMPTY
    is_text = binding.operation.takes_text and media_type(headers) == b"text/plain"
    body: Body = reader.read_text(raw) if is_text else reader.read(raw)
    return body


def path_of(scope: Scope) -> str:
    """The path below the one where the API is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def media_type(headers: Mapping[bytes, bytes]) -> bytes:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


def bearer_token(headers: Mapping[bytes, bytes]) -> str:
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise problems.no_token()
    return token.strip()


async def _refuse(send: Send, refusal: Refusal, head: Head) -> None:
    own = [(name.encode(), value.encode("latin-1")) for name, value in refusal.headers.items()]
    await respond(send, refusal.status, refusal.body(), [*head, *own])


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
