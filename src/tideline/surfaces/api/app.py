"""The Public API as an ASGI application: from a request to an answer in the envelope, whatever happens."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Protocol
from uuid import uuid4

import structlog

from tideline.features.files import Spool
from tideline.platform.contract.exchange import (
    BODY_SECONDS,
    ClientGone,
    Head,
    Receive,
    Scope,
    Send,
    bearer_of,
    client_of,
    media_type,
    path_of,
    respond,
    whole_body,
)
from tideline.platform.contract.faults import Fault
from tideline.platform.contract.paths import Paths
from tideline.platform.contract.registry import read_body
from tideline.platform.errors import Problem
from tideline.platform.once import AnsweredBefore
from tideline.platform.rate_limit import RateLimit, TooFast
from tideline.surfaces.api import problems
from tideline.surfaces.api.answers import encode
from tideline.surfaces.api.binding import Binding
from tideline.surfaces.api.idempotency import RequestKey, digest_of, key_of
from tideline.surfaces.api.problems import Refusal
from tideline.surfaces.api.query import split

log = structlog.get_logger(__name__)

FORM = b"multipart/form-data"
REPLAYED = (b"idempotent-replayed", b"true")


class Desk(Protocol):
    """Who lets callers in and runs functions for them."""

    async def admit(self, token: str, binding: Binding, address: str | None = None) -> Any:
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
        try:
            turn = self._rate_limit.take(client_of(scope) or "")
        except TooFast as too_fast:
            await _refuse(send, problems.too_many_requests(), too_fast.head)
            return
        if turn.wait:
            await asyncio.sleep(turn.wait)
        try:
            status, answer = await self._answer(scope, receive)
        except ClientGone:
            return
        except AnsweredBefore as before:
            await respond(send, 200, before.answer, [*turn.head, REPLAYED])
        except Fault as fault:
            await _refuse(send, problems.of_fault(fault), turn.head)
        except Refusal as refusal:
            await _refuse(send, refusal, turn.head)
        except Problem as problem:
            await _refuse(send, problems.refusal_of(problem), turn.head)
        except Exception:
            request_id = uuid4().hex
            log.exception("api.broke", path=scope["path"], request_id=request_id)
            await _refuse(send, problems.internal(request_id), turn.head)
        else:
            await respond(send, status, answer, turn.head)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        binding, texts = self._find(scope)
        headers = dict(scope["headers"])
        caller = await self._desk.admit(bearer_token(headers), binding, client_of(scope))
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
                raw = await whole_body(receive, headers, seconds=self._body_seconds)
                arguments["body"] = read_body(binding.operation, binding.body, raw, media_type(headers))
            named = RequestKey(key, digest_of(scope["method"], path_of(scope), raw)) if key else None
            answer = encode(await self._desk.run(caller, binding, arguments, named))
            return binding.operation.success, answer

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


def bearer_token(headers: Mapping[bytes, bytes]) -> str:
    token = bearer_of(headers)
    if token is None:
        raise problems.no_token()
    return token


async def _refuse(send: Send, refusal: Refusal, head: Head) -> None:
    own = [(name.encode(), value.encode("latin-1")) for name, value in refusal.headers.items()]
    await respond(send, refusal.status, refusal.body(), [*head, *own])
