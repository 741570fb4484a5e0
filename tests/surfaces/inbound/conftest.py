"""A workspace with two business numbers of one app and one of another, a neighbour, and the receiver before them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support import asgi
from tests.support.graph.webhooks import dump, signed
from tests.support.office import HandClock, Office
from tideline.features import business
from tideline.features.business import NewAccount, Opened
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.wake import Wakes
from tideline.surfaces.inbound import Inbound

KEYRING = Keyring(["a key for tests, long enough"])
SECRET = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Place:
    """The receiver, and what has been put down behind it."""

    db: Database
    inbound: Inbound

    async def tell(
        self, opened: Opened, body: Any, headers: dict[str, str] | None = None, *, secret: str | None = None
    ) -> int:
        """A POST at an account's address, rightly signed unless headers are given."""
        raw = body if isinstance(body, bytes) else dump(body)
        if headers is None:
            headers = signed(raw, secret or opened.secrets.app_secret)
        answer = await asgi.call(self.inbound, "POST", path(opened), headers=headers, body=raw)
        return answer.status

    async def ask(self, opened: Opened, query: str) -> asgi.Response:
        return await asgi.call(self.inbound, "GET", f"{path(opened)}?{query}")

    async def notices(self) -> list[tuple[int, bytes]]:
        """Numbers and bodies, each number's in their order."""
        async with self.db.system_read() as tx:
            rows = await tx.fetch("SELECT number_id, body FROM cloud.notice ORDER BY number_id, id")
        return [(row["number_id"], row["body"]) for row in rows]

    async def strays(self) -> list[tuple[int, str]]:
        async with self.db.system_read() as tx:
            rows = await tx.fetch("SELECT workspace, reason FROM cloud.stray ORDER BY id")
        return [(row["workspace"], row["reason"]) for row in rows]


def path(opened: Opened) -> str:
    return f"/cloud/{opened.secrets.path_key}"


def message(phone_number_id: str, text: str = "Hello", message_id: str = "wamid.1") -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100001", "phone_number_id": phone_number_id},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": "491515550001"}],
        "messages": [
            {
                "from": "491515550001",
                "id": message_id,
                "timestamp": "1764000000",
                "type": "text",
                "text": {"body": text},
            }
        ],
    }
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "200", "changes": [change]}]}


Add = Callable[..., Awaitable[Opened]]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def db(dsn: str, clock: HandClock) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def office(db: Database) -> Office:
    return await Office.open(db, Wakes())


@pytest.fixture
async def neighbour(db: Database) -> Office:
    return await Office.open(db, Wakes(), "lena@lagoon.example")


@pytest.fixture
def place(db: Database) -> Place:
    return Place(db, Inbound.open(db, KEYRING))


async def add(office: Office, serial: int, *, secret: str = SECRET, waba_id: str = "200") -> Opened:
    new = NewAccount(f"1555010000{serial}", f"10{serial}", waba_id, f"token-{serial}", secret)
    return await office.run(business.add, KEYRING, new, owner_id=office.owner_id)


@pytest.fixture
async def shop(office: Office) -> Opened:
    return await add(office, 1)


@pytest.fixture
async def depot(office: Office) -> Opened:
    """Another number of the same app and business account."""
    return await add(office, 2)
