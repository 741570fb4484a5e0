"""WhatsApp numbers: linking a phone, and what an administrator does with a linked one."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import timedelta

import segno

from tideline.features import business, chats, numbers
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.cli import finding
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Desk, Toolbox

LOOK_EVERY = 0.25
GATEWAY_SECONDS = 10.0


class NoGateway(Problem):
    code = "no_gateway"
    message = (
        "Nobody took up the request: start `tideline serve` (or a gateway) first, then link the phone. For a simulated "
        "phone say `--simulator` both there and here."
    )


class NotLinkedNow(Problem):
    code = "linking_failed"
    message = "The phone was not linked."


async def list_all(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk:
        async with desk.db.read(await finding.workspace_id(desk, options.workspace)) as tx:
            found = await numbers.list_numbers(tx)
    rows = [(f"+{one.phone}", one.kind, one.state, one.owner.email) for one in found]
    table(("PHONE", "KIND", "STATE", "OWNER"), rows)
    for one in found:
        if one.sentence != numbers.NumberState.ACTIVE.sentence:
            print(f"+{one.phone}: {one.sentence}")


async def link(tools: Toolbox, options: Namespace) -> None:
    """Begin to link, show each code until the phone took one, and say how it went."""
    kind = numbers.NumberKind.SIMULATOR if tools.setup.has_simulator else numbers.NumberKind.LINKED
    async with tools.desk() as desk:
        workspace_id = await finding.workspace_id(desk, options.workspace)
        begun = await desk.db.run(workspace_id, lambda tx: _begin(tx, options, kind, desk.linking_limits))
        try:
            ended = await _watch(desk, begun)
        except (Problem, asyncio.CancelledError):
            await desk.db.run(workspace_id, lambda tx: numbers.cancel_pairing(tx, begun.id))
            raise
        if ended.state is not numbers.PairingState.LINKED:
            reason = (ended.error or ended.state).removesuffix(".")
            raise NotLinkedNow(f"The phone was not linked: {reason}.")
    print("The phone is linked.")


async def _begin(
    tx: Tx, options: Namespace, kind: numbers.NumberKind, limits: numbers.LinkingLimits
) -> numbers.Pairing:
    teammate = await finding.teammate(tx, options.teammate)
    method = numbers.PairingMethod.CODE if options.code else numbers.PairingMethod.QR
    phone = chats.phones.clean(options.code) if options.code else None
    return await numbers.begin_link(tx, teammate.id, kind, method=method, phone=phone, limits=limits)


async def qr_link(tools: Toolbox, options: Namespace) -> None:
    """Print a link to the page on which a phone is linked, for whoever has the phone."""
    async with tools.desk() as desk:

        async def make(tx: Tx) -> numbers.NewLink:
            teammate = await finding.teammate(tx, options.teammate)
            return await numbers.create_link_for(tx, desk.keyring, teammate.id, timedelta(hours=options.hours))

        made = await desk.db.run(await finding.workspace_id(desk, options.workspace), make)
        print(f"{desk.public_url.rstrip('/')}/qr/{made.token}")
    print(f"It works for one phone, until {made.expires_at:%Y-%m-%d %H:%M} UTC.")
    if made.has_replaced:
        print("The link that was made before works no more.")


async def _watch(desk: Desk, pairing: numbers.Pairing) -> numbers.Pairing:
    """Show what there is to scan or type, each time it changes, until the pairing has ended."""
    shown: str | None = None
    waited = 0.0
    while pairing.is_open:
        to_show = pairing.qr or pairing.code
        if to_show and to_show != shown:
            _show(pairing)
            shown = to_show
        if shown is None and waited >= GATEWAY_SECONDS:
            raise NoGateway
        await asyncio.sleep(LOOK_EVERY)
        waited += LOOK_EVERY
        async with desk.db.read(pairing.workspace_id) as tx:
            pairing = await numbers.get_pairing(tx, pairing.id)
    return pairing


def _show(pairing: numbers.Pairing) -> None:
    if pairing.qr:
        print("In WhatsApp on the phone: Settings, Linked devices, Link a device. Then scan this.", flush=True)
        segno.make(pairing.qr, error="l").terminal(out=sys.stdout, compact=True, border=2)
        print(pairing.qr, flush=True)
    else:
        print("In WhatsApp on the phone: Linked devices, Link with phone number instead. Then type this code.")
        print(pairing.code, flush=True)


async def pause(tools: Toolbox, options: Namespace) -> None:
    await _change(tools, options, numbers.pause)


async def resume(tools: Toolbox, options: Namespace) -> None:
    await _change(tools, options, numbers.resume)


async def unlink(tools: Toolbox, options: Namespace) -> None:
    """A business number is taken out with its secrets."""
    await _change(tools, options, business.unlink)


Change = Callable[[Tx, numbers.NumberId], Awaitable[numbers.Number]]


async def _change(tools: Toolbox, options: Namespace, change: Change) -> None:
    async def action(tx: Tx) -> numbers.Number:
        return await change(tx, (await finding.number(tx, options.number)).id)

    async with tools.desk() as desk:
        changed = await desk.db.run(await finding.workspace_id(desk, options.workspace), action)
    print(f"+{changed.phone}: {changed.sentence}")
