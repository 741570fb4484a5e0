"""A real phone linked to a whole server: messages both ways, also while the number's process is killed."""

import asyncio
import importlib.util
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from ctypes.util import find_library
from pathlib import Path

import aiohttp
import pytest

if not importlib.util.find_spec("neonize") or not find_library("magic"):
    pytest.skip("no neonize or no libmagic1; on Debian or Ubuntu: apt install libmagic1", allow_module_level=True)

from tests.connectors.linked_network import ROOT, LinkedNetwork, Street
from tests.support.clients import Api, eventually
from tests.support.commands import LinkCommand
from tests.support.serving import Served, tideline

ARRIVED = ("Sent", "Delivered", "Read")
IN_DOUBT = ("Sending", "Failed")
PATIENCE = 60.0


@pytest.fixture
async def network() -> AsyncIterator[LinkedNetwork]:
    async with Street.running(2) as street:
        network = LinkedNetwork(street)
        yield network
        await network.close()


@pytest.fixture
async def served(network: LinkedNetwork, data_dir: Path) -> AsyncIterator[Served]:
    whatsapp = network.street.whatsapp
    settings = {
        "TEST_WHATSAPP": f"{whatsapp.proxy} {whatsapp.root.public.hex()} {whatsapp.authority}",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    served = Served(data_dir, ("serve",), settings, module="tests.support.whatsapp.serve")
    await asyncio.to_thread(served.ready)
    yield served
    await asyncio.to_thread(served.close)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def process_of_the_number() -> int | None:
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = found.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"tests.support.whatsapp.worker" in words and b"number" in words:
            return int(found.parent.name)
    return None


async def test_a_phone_is_linked_and_nothing_is_lost_or_sent_twice_when_its_process_is_killed(
    served: Served, network: LinkedNetwork, http: aiohttp.ClientSession
) -> None:
    created = await asyncio.to_thread(
        tideline, served.data_dir, "workspace", "create", "--owner-email", "o@x.example", "--timezone", "UTC"
    )
    assert created.returncode == 0, created.stderr
    said = dict(line.split(maxsplit=1) for line in created.stdout.splitlines() if "  " in line)
    api = Api(http, served.base_url, created.stdout.split("API token")[1].split()[0])
    shop, ana = await network.phone("Shop"), await network.phone("Ana")
    about = {"workspace_id": said["workspace"].strip(), "owner_email": "o@x.example"}
    async with LinkCommand(served, about, simulated=False) as command:
        assert await network.scan(shop, await command.qr())

        async def is_active() -> bool:
            return [one["status"] for one in await api.numbers()] == ["active"]

        await eventually(is_active, "the linked number", PATIENCE)

    await api.status(await api.send(f"+{ana}", "Good morning"), "Delivered")
    await network.write(ana, shop, "Good morning to you")
    chat = await api.chat(phone=f"+{ana}")
    await api.said(chat["id"], "Good morning to you")

    answers = [f"Answer {n}" for n in range(20)]
    uids = {text: await api.send(f"+{ana}", text) for text in answers}
    questions = [f"Question {n}" for n in range(20)]
    writing = asyncio.create_task(network.write_all(ana, shop, questions))
    process = process_of_the_number()
    assert process
    os.kill(process, signal.SIGKILL)
    await writing

    async def all_heard() -> bool:
        heard = [message["text"] for message in await api.history(chat["id"])]
        return set(questions) <= set(heard)

    await eventually(all_heard, "every question", PATIENCE)

    async def all_tried() -> bool:
        statuses = [(await api.message(uid))["status"] for uid in uids.values()]
        return "Pending" not in statuses and statuses[-1] in ARRIVED

    await eventually(all_tried, "every answer", PATIENCE)
    shown = Counter(message.text for message in await network.screen(ana) if message.author == shop)
    for text, uid in uids.items():
        status = (await api.message(uid))["status"]
        assert shown[text] <= 1
        assert shown[text] == 1 or status in IN_DOUBT
    heard = Counter(message["text"] for message in await api.history(chat["id"]))
    assert all(heard[question] == 1 for question in questions)
