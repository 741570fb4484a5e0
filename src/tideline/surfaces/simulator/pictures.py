"""Pictures that phones and groups show."""

import asyncio
from typing import Any

from starlette.responses import Response

from tideline.connectors.simulator import File, media_kind
from tideline.connectors.simulator.errors import FileTooLarge, GroupNotFound
from tideline.connectors.simulator.files import once
from tideline.surfaces.simulator import wire
from tideline.surfaces.simulator.endpoints import Call
from tideline.surfaces.simulator.messages import decoded, give
from tideline.surfaces.simulator.phones import phone_in
from tideline.surfaces.simulator.problems import InvalidRequest

LARGEST = 1024 * 1024
NAME = "picture"


async def show(call: Call) -> dict[str, Any]:
    """The phone shows this picture; who has met it hears that it changed."""
    phone = phone_in(call)
    await call.deps.world.phone(phone)
    return wire.phone(await call.deps.world.show_picture(phone, await _store(call, call.body)))


async def hide(call: Call) -> dict[str, Any]:
    return wire.phone(await call.deps.world.show_picture(phone_in(call), None))


async def get(call: Call) -> Response:
    return give(call, await call.deps.world.picture_of(phone=phone_in(call)))


async def show_of_group(call: Call) -> dict[str, Any]:
    jid = _group_in(call)
    await call.deps.world.show_group_picture(jid, await _store(call, call.body))
    return {"jid": jid, "has_picture": True}


async def hide_of_group(call: Call) -> dict[str, Any]:
    jid = _group_in(call)
    await call.deps.world.show_group_picture(jid, None)
    return {"jid": jid, "has_picture": False}


async def get_of_group(call: Call) -> Response:
    return give(call, await call.deps.world.picture_of(group=_group_in(call)))


def _group_in(call: Call) -> str:
    jid: str = call.request.path_params["jid"]
    if not wire.GROUP.fullmatch(jid):
        raise GroupNotFound
    return jid


async def _store(call: Call, body: wire.NewPicture) -> File:
    if not wire.MIMETYPE.fullmatch(body.mimetype):
        raise InvalidRequest("`mimetype` is a type such as image/jpeg.")
    data = await asyncio.to_thread(decoded, body.base64)
    if len(data) > LARGEST:
        raise FileTooLarge("A picture has at most 1 MB.")
    return await call.deps.world.store_file(media_kind(body.mimetype), NAME, body.mimetype, once(data))
