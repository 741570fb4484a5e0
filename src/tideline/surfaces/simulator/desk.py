"""The page with every phone on it, and the two calls that only this page makes.

The page itself holds no data: its script asks `/simulator/api/desk` with the simulator's token, and asks again
with the version it has, which is answered as soon as something changes.
"""

import asyncio
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from tideline.connectors.simulator import LOST_ANSWER, NOT_DELIVERED
from tideline.features import numbers, workspaces
from tideline.features.numbers import Pairing, PairingMethod
from tideline.features.numbers.port import SEND_PROBLEMS
from tideline.platform import qr
from tideline.platform.static import StaticFolder
from tideline.surfaces.simulator import screens
from tideline.surfaces.simulator.endpoints import Call
from tideline.surfaces.simulator.problems import InvalidRequest

HERE = Path(__file__).parent
MOST_PHONES = 60
MOST_CODES = 20
LONGEST_WAIT = 25
# Pictures on phones come through a script, since they need the token. The last two keep text from becoming markup.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page_routes() -> list[BaseRoute]:
    """The page and its scripts; without a token there is nothing to see on it."""
    return [
        Route("/simulator", _page, methods=["GET"]),
        Route("/simulator/", _page, methods=["GET"]),
        Mount("/simulator/static", StaticFolder(directory=HERE / "static")),
    ]


async def _page(_request: Request) -> Response:
    return FileResponse(HERE / "desk.html", headers=HEADERS)


async def desk(call: Call) -> dict[str, Any]:
    """Every phone's screen. With `after`, waits up to `wait` seconds for a change after that version."""
    after, wait = _whole(call, "after"), min(_whole(call, "wait"), LONGEST_WAIT)
    world = call.deps.world
    version = await _changed(call, after, wait) if after else await world.version()
    phones = await world.phones()
    names = {phone.phone: phone.name for phone in phones}
    accounts = {phone.business.waba_id for phone in phones if phone.business}
    templates = {waba_id: await world.templates(waba_id) for waba_id in accounts}
    return {
        "version": version,
        "now": call.deps.db.clock.now(),
        "test_clock": call.deps.test_clock is not None,
        "fail_codes": [*SEND_PROBLEMS, LOST_ANSWER, NOT_DELIVERED],
        "codes": await _codes(call),
        "phones": [screens.screen(await world.screen(phone.phone), names, templates) for phone in phones[:MOST_PHONES]],
        "phones_in_all": len(phones),
    }


async def _changed(call: Call, after: int, wait: int) -> int:
    """The version as soon as it is another one; at the latest when the time is over or the program ends."""
    change = asyncio.ensure_future(call.deps.world.wait_for_change(after, wait))
    end = asyncio.ensure_future(call.deps.until_the_end())
    try:
        await asyncio.wait({change, end}, return_when=asyncio.FIRST_COMPLETED)
        return change.result() if change.done() else after
    finally:
        change.cancel()
        end.cancel()
        await asyncio.wait({change, end})


async def people(call: Call) -> dict[str, Any]:
    """Everybody a number can be linked for."""
    found = []
    async with call.deps.db.system() as tx:
        for workspace in await workspaces.list_workspaces(tx):
            async with tx.workspace(workspace.id) as own:
                found += [(workspace, teammate) for teammate in await workspaces.list_teammates(own)]
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
    """The codes that are shown somewhere right now, as somebody who stands before the screen would see them."""
    async with call.deps.db.system_read() as tx:
        waiting = await numbers.list_open_pairings(tx, [numbers.NumberKind.SIMULATOR])
    return [shown for pairing in waiting[:MOST_CODES] if (shown := await _code(call, pairing))]


async def _code(call: Call, pairing: Pairing) -> dict[str, Any] | None:
    secret = await call.deps.world.current_qr(pairing.workspace_id, pairing.id)
    if secret is None:
        return None
    async with call.deps.db.read(pairing.workspace_id) as tx:
        found = await workspaces.find_teammates(tx, [workspaces.TeammateId(pairing.teammate_id)])
    name = next((teammate.display_name for teammate in found.values()), "")
    if pairing.method is PairingMethod.CODE:
        return {"id": pairing.id, "name": name, "phone": pairing.phone, "code": secret}
    drawing = qr.draw(secret)
    return {"id": pairing.id, "name": name, "qr": secret, "size": drawing.size, "path": drawing.path}


def _whole(call: Call, name: str) -> int:
    given = call.request.query_params.get(name, "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise InvalidRequest(f"`{name}` is a whole number.")
    return int(given)
