"""The page with every phone on it, and the two calls that only this page makes.

The page itself holds no data: its script asks `/simulator/api/desk` with the simulator's token, and asks again
with the version it has, which is answered as soon as something changes.
"""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tideline.connectors.simulator import Phone, SeenCall, SeenChat, SeenMessage
from tideline.features import numbers, workspaces
from tideline.surfaces.simulator.endpoints import Call
from tideline.surfaces.simulator.problems import InvalidRequest

HERE = Path(__file__).parent
MOST_PHONES = 40
MOST_MESSAGES = 60
LONGEST_WAIT = 25
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[BaseRoute]:
    """The page and its scripts; without a token there is nothing to see on it."""
    return [
        Route("/simulator", _page, methods=["GET"]),
        Mount("/simulator/static", StaticFiles(directory=HERE / "static")),
    ]


async def _page(request: Request) -> Response:
    return FileResponse(HERE / "desk.html", headers=HEADERS)


async def desk(call: Call) -> dict[str, Any]:
    """Every phone's screen. With `after`, waits up to `wait` seconds for a change after that version."""
    after, wait = _whole(call, "after"), min(_whole(call, "wait"), LONGEST_WAIT)
    world = call.deps.world
    version = await world.wait_for_change(after, wait) if after else await world.version()
    phones = (await world.phones())[:MOST_PHONES]
    return {
        "version": version,
        "now": call.deps.db.clock.now(),
        "test_clock": call.deps.test_clock is not None,
        "codes": await _codes(call),
        "phones": [await _screen(call, phone) for phone in phones],
    }


async def people(call: Call) -> dict[str, Any]:
    """Everybody a number can be linked for."""
    found = []
    async with call.deps.db.system() as tx:
        for workspace in await workspaces.list_workspaces(tx):
            async with tx.workspace(workspace.id) as own:
                for teammate in await workspaces.list_teammates(own):
                    found.append((workspace, teammate))
    return {
        "people": [
            {
                "workspace_id": workspace.slug,
                "workspace": workspace.display_name,
                "user_id": teammate.id,
                "name": teammate.display_name,
            }
            for workspace, teammate in found
            if teammate.is_active
        ]
    }


async def _codes(call: Call) -> list[dict[str, Any]]:
    """The QR codes that are shown somewhere right now, as somebody with a camera would see them."""
    async with call.deps.db.system() as tx:
        open_ = await numbers.list_open_pairings(tx, [numbers.NumberKind.SIMULATOR])
    codes = []
    for pairing in open_:
        qr = await call.deps.world.current_qr(pairing.workspace_id, pairing.id)
        if qr and pairing.method is numbers.PairingMethod.QR:
            async with call.deps.db.read(pairing.workspace_id) as tx:
                teammate = await workspaces.get_teammate(tx, workspaces.TeammateId(pairing.teammate_id))
            codes.append({"qr": qr, "name": teammate.display_name})
    return codes


async def _screen(call: Call, phone: Phone) -> dict[str, Any]:
    screen = await call.deps.world.screen(phone.phone)
    seen = screen.phone
    return {
        "phone": seen.phone,
        "name": seen.name,
        "online": seen.online,
        "read_receipts": seen.read_receipts,
        "on_whatsapp": seen.on_whatsapp,
        "addressing": seen.addressing,
        "delay_ms": seen.delay_ms,
        "fail_next": seen.fail_next,
        "links": screen.links,
        "chats": [_chat(chat) for chat in screen.chats],
    }


def _chat(chat: SeenChat) -> dict[str, Any]:
    both: list[SeenMessage | SeenCall] = [*chat.messages, *chat.calls]
    entries = sorted(both, key=lambda one: one.at)[-MOST_MESSAGES:]
    return {
        "chat": chat.chat,
        "title": chat.title,
        "is_group": chat.is_group,
        "unread": chat.unread,
        "members": [member.phone.name for member in chat.members],
        "at": entries[-1].at if entries else None,
        "messages": [_message(one) if isinstance(one, SeenMessage) else _call(one) for one in entries],
    }


def _message(message: SeenMessage) -> dict[str, Any]:
    return {
        "id": message.external_id,
        "is_own": message.is_own,
        "author_name": message.author_name,
        "text": message.text,
        "file": {"filename": message.file.filename} if message.file else None,
        "status": message.status,
        "reactions": [reaction.emoji for reaction in message.reactions],
        "edited": message.is_edited,
        "revoked": message.is_revoked,
        "is_call": False,
        "at": message.at,
    }


def _call(call: SeenCall) -> dict[str, Any]:
    kind = "Video call" if call.is_video else "Call"
    return {
        "id": call.external_id,
        "is_own": call.direction == "outgoing",
        "author_name": "",
        "text": f"{kind}, {call.outcome}",
        "file": None,
        "status": "sent",
        "reactions": [],
        "edited": False,
        "revoked": False,
        "is_call": True,
        "at": call.at,
    }


def _whole(call: Call, name: str) -> int:
    given = call.request.query_params.get(name, "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise InvalidRequest(f"`{name}` is a whole number.")
    return int(given)
