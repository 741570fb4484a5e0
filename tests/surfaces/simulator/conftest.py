"""The simulator's API on a small world: Ana and Bo have phones, and Cleo's is there to be changed."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import msgspec
import pytest
from starlette.applications import Starlette

from tests.support.asgi import Response, call
from tests.support.postgres import PostgresForTests
from tests.support.simulated import empty_world
from tideline.connectors.simulator import World
from tideline.features.workspaces import Access
from tideline.platform.clock import ShiftedClock
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.simulator import SimulatorDeps, routes

TOKEN = "sim_a-token-for-tests"
ANA, BO, CLEO = "+15550001001", "+15550001002", "+15550001003"


class Api:
    """Calls the simulator's API as somebody who has the token."""

    def __init__(self, deps: SimulatorDeps) -> None:
        self._app = Starlette(routes=routes(deps))

    async def raw(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Response:
        own = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        return await call(self._app, method, f"/simulator/api{path}", headers=own | dict(headers or {}), body=body)

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a call that works."""
        response = await self.raw(method, path, b"" if body is None else msgspec.json.encode(body))
        assert response.status == 200, response.body
        return response.json

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of a call that does not; the answer has the one shape of errors."""
        response = await self.raw(method, path, b"" if body is None else msgspec.json.encode(body))
        return shape_of_error(response)


def shape_of_error(response: Response) -> tuple[int, str]:
    error = response.json["error"]
    assert response.json.keys() == {"error"}
    assert error.keys() == {"code", "message"}
    assert error["message"]
    assert response.headers["content-type"] == "application/json"
    return response.status, error["code"]


@pytest.fixture(scope="module")
def world_dsn(postgres: PostgresForTests) -> Iterator[str]:
    address = postgres.new_database()
    yield address
    postgres.drop(address)


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def db(world_dsn: str, clock: ShiftedClock) -> AsyncIterator[Database]:
    db = await Database.connect(world_dsn, clock)
    await empty_world(db)
    yield db
    await db.close()


@pytest.fixture
def deps(db: Database, clock: ShiftedClock) -> SimulatorDeps:
    wakes = Wakes()
    db.wake = wakes.wake
    keyring = Keyring(["a key for tests, long enough"])
    return SimulatorDeps(
        db=db,
        wakes=wakes,
        world=World(db, wakes),
        keyring=keyring,
        access=Access(db, keyring, wakes),
        token=TOKEN,
        public_url="https://tideline.example",
        test_clock=clock,
    )


@pytest.fixture
async def api(deps: SimulatorDeps) -> Api:
    api = Api(deps)
    for phone, name in ((ANA, "Ana"), (BO, "Bo"), (CLEO, "Cleo")):
        await api.ok("POST", "/phones", {"phone": phone, "name": name})
    return api
