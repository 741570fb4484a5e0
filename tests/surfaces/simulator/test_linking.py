"""A phone becomes a number of a real workspace: API, gateway and world together."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.office import Office
from tests.surfaces.simulator.conftest import ANA, BO, CLEO, TOKEN, Api
from tideline.connectors.simulator import SimulatorConnector, World
from tideline.features import numbers, workspaces
from tideline.features.files import Files
from tideline.features.workspaces import Access
from tideline.platform.clock import ShiftedClock
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, SystemTx
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway import Gateway
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
async def slug(db: Database, office: Office) -> str:
    async def read(tx: SystemTx) -> str:
        return next(one.slug for one in await workspaces.list_workspaces(tx) if one.id == office.id)

    async with db.system() as tx:
        return await read(tx)


@pytest.fixture
async def gateway(db: Database, deps: SimulatorDeps, tmp_path: Path) -> AsyncIterator[Gateway]:
    gateway = Gateway(db, deps.wakes, [SimulatorConnector(deps.world)], Files.in_folder(db, tmp_path), node=uuid4())
    running = asyncio.create_task(gateway.run())
    yield gateway
    await gateway.stop()
    await running


async def number_of(office: Office, phone: str) -> numbers.Number | None:
    return await office.run(numbers.find_by_phone, phone.removeprefix("+"))


async def test_a_phone_scans_a_qr_and_is_a_number(api: Api, office: Office, slug: str, gateway: Gateway) -> None:
    begun = await api.ok("POST", "/links", {"workspace_id": slug, "user_id": office.owner_id})
    assert begun.keys() == {"qr", "qr_link"}
    assert begun["qr"].startswith("tideline-sim:")
    assert begun["qr_link"].startswith("https://tideline.example/qr/")
    assert await api.ok("POST", f"/phones/{ANA}/scan", {"qr": begun["qr"]}) == {"jid": "15550001001@s.whatsapp.net"}
    number = await number_of(office, ANA)
    assert number
    assert (number.jid, number.account_name, number.owner_id) == (
        "15550001001@s.whatsapp.net",
        "Ana",
        office.owner_id,
    )


async def test_a_phone_scans_what_a_link_leads_to(api: Api, office: Office, slug: str, gateway: Gateway) -> None:
    begun = await api.ok("POST", "/links", {"workspace_id": slug, "user_id": str(office.owner_id)})
    await api.ok("POST", f"/phones/{BO}/scan", {"qr_link": begun["qr_link"]})
    assert await number_of(office, BO)
    assert await api.refused("POST", f"/phones/{ANA}/scan", {"qr_link": begun["qr_link"]}) == (404, "qr_not_valid")
    assert await api.refused("POST", f"/phones/{ANA}/scan", {"qr": begun["qr"]}) == (404, "qr_not_valid")


async def test_a_phone_scans_what_the_link_of_a_teammate_leads_to(
    api: Api, office: Office, gateway: Gateway, deps: SimulatorDeps
) -> None:
    link = await office.run(numbers.create_link_for, deps.keyring, office.owner_id)
    qr_link = f"https://tideline.example/qr/{link.token}?display_mode=embedding"
    await api.ok("POST", f"/phones/{BO}/scan", {"qr_link": qr_link})
    assert await number_of(office, BO)
    assert await api.refused("POST", f"/phones/{ANA}/scan", {"qr_link": qr_link}) == (404, "qr_not_valid")


async def test_a_phone_is_linked_by_code(api: Api, office: Office, gateway: Gateway, deps: SimulatorDeps) -> None:
    pairing = await office.begin_link(method=numbers.PairingMethod.CODE, phone="15550001002")
    bell = deps.wakes.bell(numbers.PAIRINGS_TOPIC)
    async with asyncio.timeout(10):
        while not pairing.code:
            await bell.wait(0.5)
            pairing = await office.run(numbers.get_pairing, pairing.id)
    assert await api.refused("POST", f"/phones/{CLEO}/link_code", {"code": pairing.code}) == (404, "code_not_valid")
    typed = f"{pairing.code[:4]}-{pairing.code[4:].lower()}"
    assert await api.ok("POST", f"/phones/{BO}/link_code", {"code": typed}) == {"jid": "15550001002@s.whatsapp.net"}
    assert await number_of(office, BO)


async def test_a_phone_that_is_linked_already_is_refused(
    api: Api, office: Office, slug: str, gateway: Gateway, deps: SimulatorDeps
) -> None:
    for _ in range(2):
        begun = await api.ok("POST", "/links", {"workspace_id": slug, "user_id": office.owner_id})
        first = await api.raw("POST", f"/phones/{ANA}/scan", b'{"qr": "%s"}' % begun["qr"].encode())
    assert (first.status, first.json["error"]["code"]) == (409, "link_refused")
    assert (await deps.world.screen(ANA.removeprefix("+"))).links == 1


async def test_a_phone_ends_its_link(
    api: Api, office: Office, slug: str, gateway: Gateway, deps: SimulatorDeps
) -> None:
    begun = await api.ok("POST", "/links", {"workspace_id": slug, "user_id": office.owner_id})
    await api.ok("POST", f"/phones/{ANA}/scan", {"qr": begun["qr"]})
    assert await api.ok("POST", f"/phones/{ANA}/unlink") == {"unlinked": 1}
    bell = deps.world.bell()
    async with asyncio.timeout(10):
        while not (number := await number_of(office, ANA)) or number.state is not numbers.NumberState.UNLINKED:
            await bell.wait(0.2)


async def test_linking_for_somebody_of_another_workspace_is_refused(
    api: Api, db: Database, deps: SimulatorDeps, office: Office, slug: str, gateway: Gateway
) -> None:
    neighbour = await Office.open(db, deps.wakes, "lena@lagoon.example")
    before = await office.rows("tenant.pairing", "directory.pairing_link")
    for user_id in (neighbour.owner_id, 999_999, "x", "²", -1):
        answer = await api.refused("POST", "/links", {"workspace_id": slug, "user_id": user_id})
        assert answer == (404, "teammate_not_found")
    assert await office.rows("tenant.pairing", "directory.pairing_link") == before


async def test_without_a_gateway_linking_says_so(deps: SimulatorDeps, office: Office, slug: str) -> None:
    api = Api(replace(deps, patience=0.2))
    answer = await api.refused("POST", "/links", {"workspace_id": slug, "user_id": office.owner_id})
    assert answer == (409, "no_gateway")
    async with deps.db.system() as tx:
        assert await numbers.list_open_pairings(tx, ["simulator"]) == []


async def test_a_web_process_and_a_gateway_process_link_together(
    dsn: str, clock: ShiftedClock, office: Office, slug: str, gateway: Gateway
) -> None:
    """The API runs on its own pool and hears nothing of the gateway's wake-ups; it looks by itself."""
    async with asyncio.timeout(30):
        db = await Database.connect(dsn, clock)
        wakes = Wakes()
        keyring = Keyring(["a key for tests, long enough"])
        web = Api(
            SimulatorDeps(
                db, wakes, World(db, wakes), keyring, Access(db, keyring, wakes), TOKEN, "https://tideline.example"
            )
        )
        await web.ok("POST", "/phones", {"phone": ANA, "name": "Ana"})
        begun = await web.ok("POST", "/links", {"workspace_id": slug, "user_id": office.owner_id})
        await web.ok("POST", f"/phones/{ANA}/scan", {"qr": begun["qr"]})
        await db.close()
    assert await number_of(office, ANA)
