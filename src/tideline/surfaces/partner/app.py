"""The Partner API as an ASGI application: from a request to an answer in its dialect, whatever happens."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import uuid4

import msgspec
import structlog

from tideline.features.partners import Partner
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
from tideline.platform.rate_limit import RateLimit, TooFast
from tideline.surfaces.partner import problems
from tideline.surfaces.partner.binding import Binding, page_of
from tideline.surfaces.partner.problems import Refusal

log = structlog.get_logger(__name__)

VERSION: Head = ((b"x-tl-api-version", b"v1"),)


class Desk(Protocol):
    """Who lets partners in and runs functions for them."""

    async def admit(self, partner_id: str | None, token: str | None) -> Partner:
        """The partner that is calling; raises a `Problem` for anybody else."""

    async def find(self, partner: Partner, slug: str) -> int:
        """The workspace that is named, if it is this partner's."""

    async def run(
        self,
        partner: Partner,
        workspace: int | None,
        binding: Binding,
        arguments: dict[str, Any],
        address: str | None = None,
    ) -> Any:
        """Call `binding.answer` with these arguments and what else it wants of a call."""


class PartnerApi:
    """Order matters: speed, path, verb, who is calling, then path values and body, then the workspace."""

    def __init__(
        self, paths: Paths[Binding], desk: Desk, rate_limit: RateLimit, *, body_seconds: float = BODY_SECONDS
    ) -> None:
        self._paths = paths
        self._desk = desk
        self._rate_limit = rate_limit
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            turn = self._rate_limit.take(client_of(scope) or "")
        except TooFast as too_fast:
            await _refuse(send, problems.TooManyRequests(), too_fast.head)
            return
        if turn.wait:
            await asyncio.sleep(turn.wait)
        try:
            status, body = await self._answer(scope, receive)
        except ClientGone:
            return
        except Fault as fault:
            await _refuse(send, problems.of_fault(fault), turn.head)
        except Refusal as refusal:
            await _refuse(send, refusal, turn.head)
        except Problem as problem:
            await _refuse(send, problems.refusal_of(problem), turn.head)
        except Exception:
            request_id = uuid4().hex
            log.exception("partner_api.broke", path=scope["path"], request_id=request_id)
            await _refuse(send, problems.internal(request_id), turn.head)
        else:
            await respond(send, status, body, [*VERSION, *turn.head])

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        binding, texts = self._find(scope)
        headers = dict(scope["headers"])
        partner = await self._desk.admit(_partner_id(headers), bearer_of(headers))
        arguments = binding.path_values(texts)
        if binding.has_pages:
            arguments["page"] = page_of(scope.get("query_string", b""))
        if binding.body:
            raw = await whole_body(receive, headers, seconds=self._body_seconds)
            arguments["body"] = read_body(binding.operation, binding.body, raw, media_type(headers))
        workspace = None
        if binding.is_in_workspace:
            workspace = await self._desk.find(partner, texts["workspace_id"])
        return binding.status, msgspec.json.encode(
            await self._desk.run(partner, workspace, binding, arguments, client_of(scope))
        )

    def _find(self, scope: Scope) -> tuple[Binding, Mapping[str, str]]:
        found = self._paths.find(path_of(scope))
        if found is None:
            raise problems.unknown_path()
        by_method, texts = found
        binding = by_method.get(scope["method"])
        if binding is None:
            raise problems.wrong_method(sorted(by_method))
        return binding, texts


def _partner_id(headers: Mapping[bytes, bytes]) -> str | None:
    return headers.get(b"x-tl-partner-id", b"").decode("latin-1").strip() or None


async def _refuse(send: Send, refusal: Refusal, head: Head) -> None:
    own = [(name.encode(), value.encode("latin-1")) for name, value in refusal.headers.items()]
    await respond(send, refusal.status, refusal.body(), [*VERSION, *head, *own])
