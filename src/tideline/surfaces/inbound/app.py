"""`/inbound/cloud/{key}`: answers the platform's question who we are, and puts down what it tells.

A webhook is answered when it is on the disk and not before; who reads it, and when, is no matter of this surface.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tideline.connectors.cloud import Inbox, Notice, Stray, addressed
from tideline.platform.crypto import Keyring, same
from tideline.platform.db import Database
from tideline.surfaces.inbound.doors import Door, Doors
from tideline.surfaces.inbound.signature import is_signed

log = structlog.get_logger(__name__)

BASE: Final = "/inbound"
LARGEST: Final = 4 * 1024 * 1024
"""The platform says that its webhooks have at most three megabytes."""
SMALL: Final = 64 * 1024
"""Larger bodies are read beside the event loop."""
PATIENCE_SECONDS: Final = 15.0
_PATH: Final = re.compile(r"/cloud/([A-Za-z0-9_-]{16,128})")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_.-]{1,256}")
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


FindDoor = Callable[[str], Awaitable[Door | None]]


class Refused(Exception):
    """How a call is turned down."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Inbound:
    """An ASGI application for everything below `/inbound`."""

    def __init__(self, doors: FindDoor, inbox: Inbox) -> None:
        self._find_door = doors
        self._inbox = inbox

    @classmethod
    def open(cls, db: Database, keyring: Keyring) -> "Inbound":
        return cls(Doors(db, keyring).find, Inbox(db))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except Refused as refused:
            response = _plain(refused.sentence, refused.status)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        found = _PATH.fullmatch(path)
        door = await self._find_door(found[1]) if found else None
        if door is None:
            raise Refused(404, "There is no account at this address.")
        match request.method:
            case "GET":
                return _verify(request, door)
            case "POST":
                return await self._take(request, door)
            case _:
                raise Refused(405, "The platform asks with GET and tells with POST.")

    async def _take(self, request: Request, door: Door) -> Response:
        body = await _receive(request)
        read = partial(_read, body, _signatures(request), door)
        notices, strays = read() if len(body) <= SMALL else await asyncio.to_thread(read)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._inbox.take(notices, strays)
        except Exception as problem:
            # Whatever it is, the platform has to come again with what it told.
            log.warning("inbound.not_stored", number=door.number_id, problem=type(problem).__name__)
            raise Refused(503, "Nothing can be taken right now. Come again.") from None
        if strays:
            log.warning("inbound.stray", number=door.number_id, reason=strays[0].reason)
        return _plain("ok", 200)


def _verify(request: Request, door: Door) -> Response:
    """Meta asks this once, when the address is entered there."""
    asked = request.query_params
    challenge = asked.get("hub.challenge", "")
    if asked.get("hub.mode") != "subscribe" or not same(asked.get("hub.verify_token", ""), door.verify_token):
        raise Refused(403, "The verify token is wrong.")
    if not _CHALLENGE.fullmatch(challenge):
        raise Refused(400, "There is no challenge to answer.")
    log.info("inbound.verified", number=door.number_id)
    return _plain(challenge, 200)


def _read(body: bytes, signatures: list[bytes], door: Door) -> tuple[list[Notice], list[Stray]]:
    if not is_signed(body, signatures, door.app_secret):
        log.warning("inbound.refused", number=door.number_id, reason="signature", size=len(body))
        raise Refused(401, "The signature is missing or wrong.")
    return _sorted(body, door)


def _sorted(body: bytes, door: Door) -> tuple[list[Notice], list[Stray]]:
    """A copy for each number that it speaks of. What is about nobody here is kept aside, never given to others."""
    to = addressed(body)
    if to is None:
        return [], [Stray(door.workspace_id, door.number_id, "not a webhook", body)]
    speakers = {numbers[0] for waba in to.waba_ids if (numbers := door.accounts.get(waba))}
    wanted = {door.numbers[one] for one in to.phone_number_ids if one in door.numbers}
    wanted |= {number for waba in to.waba_ids for number in door.accounts.get(waba, ())}
    notices = [
        Notice(door.workspace_id, number_id, body, speaks_for_account=number_id in speakers)
        for number_id in sorted(wanted)
    ]
    unknown = sorted((to.phone_number_ids - door.numbers.keys()) | (to.waba_ids - door.accounts.keys()))
    if notices and not unknown:
        return notices, []
    reason = f"about {', '.join(unknown)}"[:500] if unknown else "about nothing"
    return notices, [Stray(door.workspace_id, door.number_id, reason, body)]


async def _receive(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or len(declared) > 12 or int(declared) > LARGEST:
        raise Refused(413, "A webhook has at most four megabytes.")
    parts, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > LARGEST:
                    raise Refused(413, "A webhook has at most four megabytes.")
                parts.append(part)
    except TimeoutError:
        raise Refused(408, "The webhook did not come to its end.") from None
    return b"".join(parts)


def _signatures(request: Request) -> list[bytes]:
    return [value for name, value in request.scope["headers"] if name == b"x-hub-signature-256"]


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, _HEADERS)
