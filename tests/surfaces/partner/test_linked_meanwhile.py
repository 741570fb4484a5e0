"""A phone confirms in the very moment in which its place is taken away: no number stays behind that goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.office import NODE
from tests.support.partner_client import PartnerClient
from tests.support.waiting import somebody_waits_for_a_lock, until
from tests.surfaces.partner.conftest import PartnerWorld
from tideline.features import numbers
from tideline.features.numbers import NumberKind, NumberState, Pairing
from tideline.features.numbers.port import Paired, PairingRef

PHONE = "12025550143"

Taking = Callable[[PartnerClient, str, int], Awaitable[Any]]
TAKINGS: dict[str, tuple[Taking, NumberState]] = {
    "fewer seats": (
        lambda partner, path, _: partner.done("PATCH", path, {"seats_purchased": 1}),
        NumberState.PAUSED,
    ),
    "the workspace is suspended": (
        lambda partner, path, _: partner.done("POST", f"{path}/suspend"),
        NumberState.PAUSED,
    ),
    "the workspace is deleted": (lambda partner, path, _: partner.done("DELETE", path), NumberState.UNLINKED),
    "the user is deleted": (
        lambda partner, path, user: partner.done("DELETE", f"{path}/users/{user}"),
        NumberState.UNLINKED,
    ),
    "another link": (
        lambda partner, path, user: partner.done("POST", f"{path}/users/{user}/qr"),
        NumberState.UNLINKED,
    ),
}


async def begun(world: PartnerWorld, workspace_id: int, qr_link: str) -> Pairing:
    """The page behind a link shows a code, and a gateway works on it."""
    async with world.db.system_read() as system:
        link = await numbers.find_qr_link(system, world.inner.keyring, qr_link.rpartition("/")[2])
    assert link
    async with world.db.tx(workspace_id) as tx:
        pairing = await numbers.begin_through(tx, link.uid, NumberKind.SIMULATOR)
        await numbers.take_pairing(tx, pairing.id, NODE)
    return pairing


@pytest.mark.parametrize(("taking", "state"), TAKINGS.values(), ids=TAKINGS)
async def test_a_phone_that_confirms_meanwhile_does_not_go_on(
    world: PartnerWorld, partner: PartnerClient, shop: Any, taking: Taking, state: NumberState
) -> None:
    path, user = f"/workspaces/{shop['workspace_id']}", shop["users"][0]["user_id"]
    made = await partner.done("POST", f"{path}/users/{user}/qr")
    place = await world.inside(shop["workspace_id"])
    pairing = await begun(world, place.id, made["qr_link"])
    async with world.db.tx(place.id) as tx:
        paired = Paired(PairingRef(pairing.id, place.id), PHONE, None, "Blue Lagoon")
        linked = await numbers.link(tx, paired, NODE, timedelta(seconds=20))
        taken = asyncio.ensure_future(taking(partner, path, user))
        await until(lambda: somebody_waits_for_a_lock(world.db))
    await taken
    async with world.db.read(place.id) as tx:
        assert (await numbers.get(tx, linked.number.id)).state is state
