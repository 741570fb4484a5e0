"""The small WhatsApp of the tests, tried with real clients: what it does is what the client makes of it."""

import importlib.util
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from ctypes.util import find_library
from pathlib import Path

import pytest

if not importlib.util.find_spec("neonize") or not find_library("magic"):
    pytest.skip("no neonize or no libmagic1; on Debian or Ubuntu: apt install libmagic1", allow_module_level=True)

from tests.support.whatsapp.accounts import Account
from tests.support.whatsapp.phone import Phone
from tests.support.whatsapp.server import FakeWhatsApp

DELIVERED = (1, 9)  # to somebody who looks at it, and to somebody who does not


@pytest.fixture
async def whatsapp(tmp_path: Path) -> AsyncIterator[FakeWhatsApp]:
    async with FakeWhatsApp.running(tmp_path / "tls") as running:
        yield running
        assert not running.broke


@pytest.fixture
async def clients() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def linked(whatsapp: FakeWhatsApp, folder: Path, clients: AsyncExitStack, account: Account) -> Phone:
    """A client that this account's phone has taken on by its code."""
    phone = await clients.enter_async_context(Phone.on(whatsapp, folder, account.name))
    whatsapp.scan((await phone.next("qr"))["qr"], account)
    await phone.next("connected")
    return phone


async def test_two_clients_write_to_each_other(whatsapp: FakeWhatsApp, tmp_path: Path, clients: AsyncExitStack) -> None:
    anna, bo = whatsapp.join("491510000001", "Anna"), whatsapp.join("491510000002", "Bo")
    hers, his = [await linked(whatsapp, tmp_path, clients, one) for one in (anna, bo)]
    hers.tell("send", to=bo.phone, text="Hello Bo 🌊")
    sent = await hers.next("sent")
    heard = await his.next("message")
    assert (heard["id"], heard["text"], heard["name"]) == (sent["id"], "Hello Bo 🌊", "Anna")
    assert (heard["sender"], heard["chat"], heard["from_me"]) == (anna.phone, f"{anna.lid}@lid", False)
    receipt = await hers.next("receipt")
    assert receipt["ids"] == [sent["id"]]
    assert receipt["kind"] in DELIVERED
    his.tell("send", to=anna.phone, text="Hello Anna")
    assert (await hers.next("message"))["text"] == "Hello Anna"


async def test_what_comes_while_a_client_is_away_waits_for_it(
    whatsapp: FakeWhatsApp, tmp_path: Path, clients: AsyncExitStack
) -> None:
    anna, bo = whatsapp.join("491510000001", "Anna"), whatsapp.join("491510000002", "Bo")
    hers = await linked(whatsapp, tmp_path, clients, anna)
    async with AsyncExitStack() as for_a_while:
        await linked(whatsapp, tmp_path, for_a_while, bo)
    hers.tell("send", to=bo.phone, text="Are you there?")
    await hers.next("sent")
    his = await clients.enter_async_context(Phone.on(whatsapp, tmp_path, "Bo"))
    assert (await his.next("message"))["text"] == "Are you there?"


async def test_a_client_is_linked_by_eight_characters(
    whatsapp: FakeWhatsApp, tmp_path: Path, clients: AsyncExitStack
) -> None:
    cleo = whatsapp.join("491510000003", "Cleo")
    phone = await clients.enter_async_context(Phone.on(whatsapp, tmp_path, "Cleo"))
    await phone.next("qr")
    phone.tell("ask_code", phone=cleo.phone)
    await whatsapp.type_code((await phone.next("code"))["code"], cleo)
    await phone.next("connected")
    assert whatsapp.is_connected(cleo)


async def test_groups_and_calls(whatsapp: FakeWhatsApp, tmp_path: Path, clients: AsyncExitStack) -> None:
    anna, bo = whatsapp.join("491510000001", "Anna"), whatsapp.join("491510000002", "Bo")
    hers, his = [await linked(whatsapp, tmp_path, clients, one) for one in (anna, bo)]
    hers.tell("make_group", subject="Weekend trip", members=[bo.phone])
    group = (await hers.next("made"))["group"]
    await his.next("joined")
    his.tell("send", to=group, text="Who drives?")
    heard = await hers.next("message", lambda told: told["text"] is not None)
    assert (heard["chat"], heard["sender"], heard["text"]) == (group, bo.phone, "Who drives?")
    await whatsapp.call(anna, bo, name="CALL1")
    await his.next("ringing")
    await whatsapp.call(anna, bo, name="CALL1", ends="timeout")
    await his.next("hung_up")


async def test_it_refuses_drops_replaces_bans_and_unlinks(
    whatsapp: FakeWhatsApp, tmp_path: Path, clients: AsyncExitStack
) -> None:
    anna, bo = whatsapp.join("491510000001", "Anna"), whatsapp.join("491510000002", "Bo")
    hers = await linked(whatsapp, tmp_path, clients, anna)
    await linked(whatsapp, tmp_path, clients, bo)
    whatsapp.refuse(anna, 463)
    hers.tell("send", to=bo.phone, text="Cold call")
    assert "463" in (await hers.next("failed"))["why"]
    whatsapp.drop()
    await hers.next("disconnected")
    await hers.next("connected")
    await whatsapp.ban(anna)
    await hers.next("banned")
    await whatsapp.lock_out(anna, None)
    again = await clients.enter_async_context(Phone.on(whatsapp, tmp_path, "Anna"))
    await again.next("connected")
    await whatsapp.unlink(anna, 1)
    await again.next("unlinked")
    assert not anna.devices
