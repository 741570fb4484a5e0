"""What the page with all phones is told about linking: whose number, and the codes that are shown right now."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.office import Office
from tests.surfaces.simulator.conftest import ANA, Api
from tideline.connectors.simulator import SimulatorConnector
from tideline.features import numbers, workspaces
from tideline.features.numbers import PairingMethod
from tideline.features.numbers.port import PairingRef
from tideline.platform import qr
from tideline.platform.clock import ShiftedClock
from tideline.platform.db import Database
from tideline.surfaces.simulator import SimulatorDeps


@pytest.fixture
async def db(dsn: str, clock: ShiftedClock) -> AsyncIterator[Database]:
    """Workspaces need a database of their own."""
    db = await Database.connect(dsn, clock)
    yield db
    await db.close()


@pytest.fixture
async def office(db: Database, deps: SimulatorDeps) -> Office:
    return await Office.open(db, deps.wakes)


@pytest.fixture
async def neighbour(db: Database, deps: SimulatorDeps) -> Office:
    return await Office.open(db, deps.wakes, "lena@lagoon.example")


async def begin(deps: SimulatorDeps, office: Office, **named: Any) -> PairingRef:
    """An attempt that a gateway has taken up."""
    pairing = await office.begin_link(**named)
    ref = PairingRef(pairing.id, office.id)
    await SimulatorConnector(deps.world).begin_pairing(ref, phone=pairing.phone)
    return ref


async def codes(api: Api) -> list[Any]:
    return list((await api.ok("GET", "/desk"))["codes"])


async def test_codes_are_seen_as_they_are_shown(api: Api, deps: SimulatorDeps, office: Office) -> None:
    assert await codes(api) == []
    ref = await begin(deps, office)
    secret = await deps.world.current_qr(office.id, ref.pairing_id)
    assert secret
    drawing = qr.draw(secret)
    shown = {"id": ref.pairing_id, "name": "Tomas", "qr": secret, "size": drawing.size, "path": drawing.path}
    assert await codes(api) == [shown]


async def test_a_code_that_was_scanned_or_cancelled_is_not_shown_any_more(
    api: Api, deps: SimulatorDeps, office: Office
) -> None:
    scanned, cancelled = await begin(deps, office), await begin(deps, office)
    [first, _] = await codes(api)
    await deps.world.scan(ANA.removeprefix("+"), first["qr"])
    assert [code["id"] for code in await codes(api)] == [cancelled.pairing_id]
    assert first["id"] == scanned.pairing_id
    await office.run(numbers.cancel_pairing, cancelled.pairing_id)
    assert await codes(api) == []


async def test_a_code_to_type_names_its_phone(api: Api, deps: SimulatorDeps, office: Office) -> None:
    await begin(deps, office, method=PairingMethod.CODE, phone=ANA.removeprefix("+"))
    [code] = await codes(api)
    assert (code["phone"], "qr" in code, len(code["code"])) == (ANA.removeprefix("+"), False, 8)


async def test_everybody_a_number_can_be_linked_for(api: Api, office: Office, neighbour: Office) -> None:
    people = (await api.ok("GET", "/people"))["people"]
    assert {one["user_id"] for one in people} == {office.owner_id, neighbour.owner_id}
    slug = (await office.run(workspaces.get_workspace)).slug
    [mine] = [one for one in people if one["user_id"] == office.owner_id]
    assert mine["workspace_id"] == slug
