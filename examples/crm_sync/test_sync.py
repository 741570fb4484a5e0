"""The CRM follows simulated conversations. `tideline` and its phones come with `pip install 'tideline[testing]'`."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest

from crm_sync.__main__ import ready
from crm_sync.crm import Crm
from tideline.testing import Phone, Workspace, eventually


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


PORT = free_port()
"""It stays the same from start to start, as in life: an address has its webhooks once."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "crm.db"


@pytest.fixture
def crm(file: Path) -> Crm:
    return Crm(file)


@pytest.fixture
def shop(tideline: Workspace) -> Phone:
    return tideline.link_number("Shop")


@contextmanager
def running(tideline: Workspace, file: Path) -> Iterator[str]:
    """The sync as it runs; its address."""
    settings = {
        "TIDELINE_URL": tideline.base_url,
        "TIDELINE_TOKEN": tideline.token,
        "CRM_FILE": str(file),
        "CRM_PORT": str(PORT),
    }
    with ready(settings) as (server, _):
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def messages(crm: Crm) -> list[tuple[object, ...]]:
    return crm.ask(
        "SELECT contact.name, text, status FROM message JOIN contact USING (chat_id) ORDER BY contact.name, at"
    )


def until(crm: Crm, wanted: list[tuple[object, ...]]) -> None:
    eventually(lambda: messages(crm) == wanted, f"{wanted} in the CRM", instead=lambda: f"There is {messages(crm)}.")


def test_everything_is_there_after_the_first_sync(tideline: Workspace, shop: Phone, file: Path, crm: Crm) -> None:
    customers = [tideline.phone(f"Customer {number:02}") for number in range(55)]
    for one in customers:
        one.write(shop, f"I am {one.name}")
    tideline.wait_until(
        lambda: len(list(tideline.client.iter_chats())), lambda found: found == 55, "a chat for each, on two pages"
    )
    with running(tideline, file):
        assert [(name, text) for name, text, _ in messages(crm)] == [
            (one.name, f"I am {one.name}") for one in customers
        ]
    before = messages(crm)
    with running(tideline, file):
        assert messages(crm) == before


def test_what_happens_is_followed(tideline: Workspace, shop: Phone, file: Path, crm: Crm) -> None:
    with running(tideline, file):
        ana = tideline.phone("Ana")
        asked = ana.write(shop, "Open?")
        until(crm, [("Ana", "Open?", "Delivered")])
        chat = tideline.wait_for_chat(ana)
        ana.edit(asked, "Open today?")
        until(crm, [("Ana", "Open today?", "Delivered")])
        tideline.client.send_message_to_chat(chat.id, text="Until six")
        ana.wait_for("Until six")
        ana.read(shop)
        tideline.client.update_chat(chat.id, name="Ana of the bakery", responsible=tideline.owner_email)
        until(crm, [("Ana of the bakery", "Open today?", "Delivered"), ("Ana of the bakery", "Until six", "Read")])
        assigned = "SELECT responsible FROM contact"
        eventually(lambda: crm.ask(assigned) == [(tideline.owner_email,)], "somebody responsible")


def test_what_was_missed_is_caught_up_with(tideline: Workspace, shop: Phone, file: Path, crm: Crm) -> None:
    ana = tideline.phone("Ana")
    with running(tideline, file):
        ana.write(shop, "Before")
        until(crm, [("Ana", "Before", "Delivered")])
    ana.write(shop, "Meanwhile")
    tideline.wait_for_message(tideline.wait_for_chat(ana).id, "Meanwhile")
    with running(tideline, file):
        assert [text for _, text, _ in messages(crm)] == ["Before", "Meanwhile"]


def test_an_event_that_comes_again_changes_nothing(tideline: Workspace, shop: Phone, file: Path, crm: Crm) -> None:
    ana = tideline.phone("Ana")
    with running(tideline, file):
        ana.write(shop, "Hello")
        until(crm, [("Ana", "Hello", "Delivered")])
        webhook = next(one for one in tideline.client.list_webhooks() if one.event_type == "message:new")
        [first] = tideline.wait_until(lambda: list(tideline.client.iter_deliveries(webhook.id)), bool, "a delivery")
        tideline.client.redeliver(webhook.id, first.uid)
        tideline.wait_until(
            lambda: tideline.client.get_delivery(webhook.id, first.uid),
            lambda it: (it.attempts, it.outcome) == (2, "delivered"),
            "a second attempt",
        )
        assert messages(crm) == [("Ana", "Hello", "Delivered")]


def test_what_tideline_has_not_signed_is_refused(tideline: Workspace, file: Path) -> None:
    with running(tideline, file) as address, pytest.raises(HTTPError, match="401") as refused:
        build_opener(ProxyHandler({})).open(address, data=b'{"event_type": "message:new"}')
    refused.value.close()
