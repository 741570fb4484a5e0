"""What phones do in conversations: write, edit, revoke, read, react, call."""

import asyncio
import base64
import binascii
import re
from typing import Any
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from tideline.connectors.simulator import Draft, File, media_kind
from tideline.connectors.simulator.errors import FileTooLarge, MessageNotFound
from tideline.connectors.simulator.files import once
from tideline.features.numbers.port import Sound
from tideline.surfaces.simulator import wire
from tideline.surfaces.simulator.endpoints import Call
from tideline.surfaces.simulator.phones import phone_in
from tideline.surfaces.simulator.problems import InvalidRequest

MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,80}", re.ASCII)
LARGEST_FILE = 16 * 1024 * 1024
MOST_MESSAGES = 100_000
LONGEST_VOICE = 24 * 3600


def message_in(call: Call) -> str:
    return _known_id(call.request.path_params["id"])


def _known_id(text: str) -> str:
    if not MESSAGE_ID.fullmatch(text):
        raise MessageNotFound
    return text


async def write(call: Call) -> dict[str, Any]:
    body: wire.NewMessage = call.body
    author, to = phone_in(call), wire.chat_key(body.to, "to")
    text = wire.text_of(body.text, "text", wire.TEXT) if body.text is not None else None
    reply_to = _known_id(body.reply_to) if body.reply_to else None
    _check_content(body)
    await call.deps.world.phone(author)
    file = await _store(call, body, body.file) if body.file else None
    try:
        written = await call.deps.world.write(Draft(author, to, text, file, reply_to))
    except BaseException:
        if file:
            await call.deps.world.drop_file(file)
        raise
    return {"id": written.external_id}


def _check_content(body: wire.NewMessage) -> None:
    if body.text is None and body.file is None:
        raise InvalidRequest("A message has a text, a file or both.")
    if body.voice and (body.file is None or not body.file.mimetype.startswith("audio/")):
        raise InvalidRequest("A voice message is a file of a type such as audio/ogg.")
    if body.voice and body.text is not None:
        raise InvalidRequest("A voice message has no text.")
    if body.seconds is not None:
        if not body.voice:
            raise InvalidRequest("`seconds` say how long a voice message is.")
        wire.number_of(body.seconds - 1, "seconds", LONGEST_VOICE - 1)


async def _store(call: Call, body: wire.NewMessage, upload: wire.Upload) -> File:
    filename = wire.text_of(upload.filename, "filename", wire.FILENAME)
    if not wire.MIMETYPE.fullmatch(upload.mimetype):
        raise InvalidRequest("`mimetype` is a type such as image/png.")
    data = await asyncio.to_thread(decoded, upload.base64)
    kind = media_kind(upload.mimetype, is_voice=body.voice)
    sound = None if body.seconds is None else Sound(body.seconds)
    return await call.deps.world.store_file(kind, filename, upload.mimetype, once(data), sound=sound)


def decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("`base64` is not base64.") from None
    if not data:
        raise InvalidRequest("The file is empty.")
    if len(data) > LARGEST_FILE:
        raise FileTooLarge("A file in a call has at most 16 MB.")
    return data


async def list_all(call: Call) -> dict[str, Any]:
    """What the phone sees, oldest first; `chat` and `limit` (the newest so many) narrow it down."""
    phone, query = phone_in(call), call.request.query_params
    chat = wire.chat_key(query["chat"], "chat") if "chat" in query else None
    limit = query.get("limit")
    if limit is not None and not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST_MESSAGES):
        raise InvalidRequest(f"`limit` is a number from 1 to {MOST_MESSAGES}.")
    found = await call.deps.world.messages(phone, chat, int(limit[:9]) if limit else None)
    return {"messages": [wire.message(message) for message in found]}


async def edit(call: Call) -> dict[str, Any]:
    phone, external_id = phone_in(call), message_in(call)
    text = wire.text_of(call.body.text, "text", wire.TEXT)
    await call.deps.world.edit(phone, external_id, text)
    return {"id": external_id, "text": text, "edited": True}


async def revoke(call: Call) -> dict[str, Any]:
    phone, external_id = phone_in(call), message_in(call)
    await call.deps.world.revoke(phone, external_id)
    return {"id": external_id, "revoked": True}


async def file(call: Call) -> Response:
    """The bytes of a file that this phone sent or received."""
    return give(call, await call.deps.world.file_of(phone_in(call), message_in(call)))


def give(call: Call, found: File) -> Response:
    """A file of the world, never to be run."""
    return StreamingResponse(
        call.deps.world.file_bytes(found.id),
        media_type=found.mimetype,
        headers={
            "Content-Length": str(found.size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.filename, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def read(call: Call) -> dict[str, Any]:
    return {"read": await call.deps.world.read(phone_in(call), wire.chat_key(call.body.chat, "chat"))}


async def react(call: Call) -> dict[str, Any]:
    """An emoji; null or "" takes the reaction away."""
    body: wire.NewReaction = call.body
    emoji = wire.text_of(body.emoji, "emoji", wire.EMOJI) if body.emoji else None
    await call.deps.world.react(phone_in(call), _known_id(body.message_id), emoji)
    return {"message_id": body.message_id, "emoji": emoji}


async def call_somebody(call: Call) -> dict[str, Any]:
    body: wire.NewCall = call.body
    wire.number_of(body.seconds, "seconds", 24 * 3600)
    phone, to = phone_in(call), wire.digits(body.to, "to")
    external_id = await call.deps.world.call(phone, to, body.outcome, video=body.video, seconds=body.seconds)
    return {"id": external_id}
