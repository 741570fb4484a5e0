"""Linking: asking Tideline for a QR code, and confirming or ending a link on a phone."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from msgspec import UNSET

from tideline.connectors.simulator.errors import QrNotValid
from tideline.features import numbers, workspaces
from tideline.features.numbers.port import PairingRef
from tideline.platform.db import Tx
from tideline.surfaces.simulator import wire
from tideline.surfaces.simulator.deps import SimulatorDeps
from tideline.surfaces.simulator.endpoints import Call
from tideline.surfaces.simulator.phones import phone_in
from tideline.surfaces.simulator.problems import InvalidRequest, LinkingFailed, NoGateway, WorkspaceNotFound

ADOPTED_SECONDS = 5.0
LOOK_AGAIN = 1.0
LARGEST_ID = 2**31 - 1


async def begin(call: Call) -> dict[str, Any]:
    """Begin to link a number for a teammate, as the dashboard would; answers when the code is shown."""
    deps, body = call.deps, call.body
    teammate_id, workspace_id = person_of(body.user_id), await workspace_of(deps, str(body.workspace_id))

    async def begin_link(tx: Tx) -> tuple[numbers.Pairing, str]:
        pairing = await numbers.begin_link(tx, teammate_id, numbers.NumberKind.SIMULATOR)
        return pairing, await numbers.create_pairing_link(tx, deps.keyring, pairing.id)

    pairing, token = await deps.db.run(workspace_id, begin_link)
    qr = await _shown_qr(deps, pairing)
    return {"qr": qr, "qr_link": f"{deps.public_url.rstrip('/')}/qr/{token}"}


async def workspace_of(deps: SimulatorDeps, name: str) -> int:
    """A workspace by its slug, as in demo.json, or by its number."""
    async with deps.db.system() as tx:
        found = await workspaces.find_workspace_id(tx, name)
    if found is None:
        raise WorkspaceNotFound
    return found


def person_of(value: str | int) -> int:
    """The id of a teammate as somebody wrote it."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST_ID):
        raise workspaces.TeammateNotFound
    return int(text)


async def _shown_qr(deps: SimulatorDeps, pairing: numbers.Pairing) -> str:
    """Wait until a gateway shows a code, for as long as somebody at the other end may be patient."""
    bell = deps.wakes.bell(numbers.PAIRINGS_TOPIC)
    try:
        async with asyncio.timeout(deps.patience):
            while True:
                async with deps.db.read(pairing.workspace_id) as tx:
                    pairing = await numbers.get_pairing(tx, pairing.id)
                if pairing.qr:
                    return pairing.qr
                if not pairing.is_open:
                    raise LinkingFailed(pairing.error)
                await bell.wait(LOOK_AGAIN)
    except TimeoutError:
        await deps.db.run(pairing.workspace_id, lambda tx: numbers.cancel_pairing(tx, pairing.id))
        raise NoGateway from None


async def scan(call: Call) -> dict[str, Any]:
    """The phone scans a code that Tideline shows, or the one behind a link to the page that shows it."""
    phone, body = phone_in(call), call.body
    if (body.qr is UNSET) == (body.qr_link is UNSET):
        raise InvalidRequest("Give either `qr` or `qr_link`.")
    await call.deps.world.phone(phone)
    qr = body.qr if body.qr is not UNSET else await _qr_behind(call.deps, body.qr_link)
    link = await call.deps.world.scan(phone, qr)
    await call.deps.world.wait_until_open(link, ADOPTED_SECONDS)
    return {"jid": (await call.deps.world.phone(phone)).jid}


async def _qr_behind(deps: SimulatorDeps, qr_link: str) -> str:
    """The code that the page behind the link shows now."""
    ref = await _pairing_behind(deps, qr_link)
    async with deps.db.read(ref.workspace_id) as tx:
        pairing = await numbers.get_pairing(tx, ref.pairing_id)
    if not pairing.is_open:
        raise QrNotValid
    await _shown_qr(deps, pairing)
    qr = await deps.world.current_qr(ref.workspace_id, ref.pairing_id)
    if qr is None:
        raise QrNotValid
    return qr


async def _pairing_behind(deps: SimulatorDeps, qr_link: str) -> PairingRef:
    try:
        token = urlsplit(qr_link).path.rpartition("/")[2]
    except ValueError:
        raise InvalidRequest("`qr_link` is not a link.") from None
    async with deps.db.system() as tx:
        link = await numbers.find_qr_link(tx, deps.keyring, token)
        ref = await numbers.find_pairing_link(tx, deps.keyring, token) if link is None else None
    if link:
        return await _begun_through(deps, link)
    if ref is None:
        raise QrNotValid("This link leads to no code.")
    return ref


async def _begun_through(deps: SimulatorDeps, link: numbers.QrLink) -> PairingRef:
    """Somebody who holds a phone before the page has opened it first, and a code is on it."""

    async def begin(tx: Tx) -> numbers.Pairing:
        return await numbers.begin_through(tx, link.uid, numbers.NumberKind.SIMULATOR)

    try:
        pairing = await deps.db.run(link.workspace_id, begin)
    except numbers.QrLinkOver as problem:
        raise QrNotValid(problem.message) from None
    return PairingRef(pairing.id, link.workspace_id)


async def enter_code(call: Call) -> dict[str, Any]:
    """The phone's owner types the pairing code that Tideline shows."""
    phone = phone_in(call)
    link = await call.deps.world.enter_code(phone, wire.text_of(call.body.code, "code", 20))
    await call.deps.world.wait_until_open(link, ADOPTED_SECONDS)
    return {"jid": (await call.deps.world.phone(phone)).jid}


async def unlink(call: Call) -> dict[str, Any]:
    return {"unlinked": await call.deps.world.unlink_phone(phone_in(call))}
