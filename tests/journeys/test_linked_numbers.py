"""A real phone linked to a whole server: messages and events both ways, also while the number's process is killed."""

import asyncio
import importlib.util
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import pytest

if not importlib.util.find_spec("neonize") or not find_library("magic"):
    pytest.skip("no neonize or no libmagic1; on Debian or Ubuntu: apt install libmagic1", allow_module_level=True)

from tests.connectors.linked_network import ROOT, LinkedNetwork, Street
from tests.support.clients import eventually
from tests.support.commands import LinkCommand
from tests.support.customer import Customer
from tests.support.hearing import Heard, subscribe
from tests.support.remote import Remote, answer, remote
from tests.support.serving import Served, tideline
from tideline.features.webhooks import EventType

ARRIVED = ("Sent", "Delivered", "Read")
IN_DOUBT = ("Sending", "Failed")
PATIENCE = 60.0
PICTURE = b"\xff\xd8\xff\xe0 Ana, on a bicycle"
RECEIVED, SENT, DELIVERED = "message:received:new", "message:sent:new", "message:delivered"
KEYS = {RECEIVED: "text", SENT: "message_uid", DELIVERED: "message_uid"}
HEARD = [EventType(one) for one in KEYS]


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
        "TIDELINE_OUTGOING_ALLOW": "127.0.0.1",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }
    served = Served(data_dir, ("serve",), settings, module="tests.support.whatsapp.serve")
    await asyncio.to_thread(served.ready)
    yield served
    await asyncio.to_thread(served.close)


@pytest.fixture
async def receiver() -> AsyncIterator[Remote]:
    async with remote({"/in": answer()}) as opened:
        yield opened


def process_of_the_number(data_dir: Path) -> int | None:
    """The one with its session in this data folder: other tests may have numbers of their own."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = found.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"number" in words and any(word.startswith(os.fsencode(data_dir)) for word in words):
            return int(found.parent.name)
    return None


async def test_a_phone_is_linked_and_nothing_is_lost_or_sent_twice_when_its_process_is_killed(
    served: Served, network: LinkedNetwork, receiver: Remote
) -> None:
    created = await asyncio.to_thread(
        tideline, served.data_dir, "workspace", "create", "--owner-email", "o@x.example", "--timezone", "UTC"
    )
    assert created.returncode == 0, created.stderr
    said = dict(line.split(maxsplit=1) for line in created.stdout.splitlines() if "  " in line)
    async with Customer(served.base_url, created.stdout.split("API token")[1].split()[0]) as customer:
        await a_number_lives(served, network, receiver, customer, said["workspace"].strip())


async def a_number_lives(
    served: Served, network: LinkedNetwork, receiver: Remote, customer: Customer, workspace_id: str
) -> None:
    """It is linked, written to and from, killed in the middle, and told of."""
    heard = await subscribe(customer, receiver, HEARD)
    shop, ana = await network.phone("Shop"), await network.phone("Ana")
    about = {"workspace_id": workspace_id, "owner_email": "o@x.example"}
    async with LinkCommand(served, about, simulated=False) as command:
        assert await network.scan(shop, await command.qr())

        async def is_active() -> bool:
            return [one.status for one in await customer.numbers()] == ["active"]

        await eventually(is_active, "the linked number", PATIENCE)

    await customer.until_status(await customer.say(f"+{ana}", "Good morning"), "Delivered")
    await network.show_picture(ana, PICTURE)
    await network.write(ana, shop, "Good morning to you")
    chat = await customer.chat(phone=f"+{ana}")
    await customer.said(chat.id, "Good morning to you")

    async def shows_the_picture() -> bool:
        return await customer.fetched((await customer.get_chat(chat.id)).photo) == PICTURE

    await eventually(shows_the_picture, "Ana's picture", PATIENCE)

    answers = [f"Answer {n}" for n in range(20)]
    uids = {text: await customer.say(f"+{ana}", text) for text in answers}
    questions = [f"Question {n}" for n in range(20)]
    writing = asyncio.create_task(network.write_all(ana, shop, questions))
    process = process_of_the_number(served.data_dir)
    assert process
    os.kill(process, signal.SIGKILL)
    await writing

    async def all_heard() -> bool:
        heard = [message.text for message in await customer.history(chat.id)]
        return set(questions) <= set(heard)

    await eventually(all_heard, "every question", PATIENCE)

    async def all_tried() -> bool:
        statuses = [(await customer.get_message(uid)).status for uid in uids.values()]
        return "Pending" not in statuses and statuses[-1] in ARRIVED

    await eventually(all_tried, "every answer", PATIENCE)
    shown = Counter(message.text for message in await network.screen(ana) if message.author == shop)
    for text, uid in uids.items():
        status = (await customer.get_message(uid)).status
        assert shown[text] <= 1
        assert shown[text] == 1 or status in IN_DOUBT
    stored = Counter(message.text for message in await customer.history(chat.id))
    assert all(stored[question] == 1 for question in questions)
    await every_event_is_told_once(customer, heard, questions, list(uids.values()))


async def every_event_is_told_once(customer: Customer, heard: Heard, questions: list[str], uids: list[str]) -> None:
    """To the receiver, signed, and in the event log. What is in doubt is not told as sent."""
    statuses = {uid: (await customer.get_message(uid)).status for uid in uids}
    wanted = {
        RECEIVED: set(questions),
        SENT: {uid for uid, status in statuses.items() if status in ARRIVED},
        DELIVERED: {uid for uid, status in statuses.items() if status == "Delivered"},
    }
    assert wanted[DELIVERED]

    async def all_told() -> bool:
        return all(wanted[of] <= times(of, heard.events(of)).keys() for of in wanted)

    await eventually(all_told, "the events of every message", PATIENCE)
    logged = await event_log(customer)
    for of, messages in wanted.items():
        assert messages <= times(of, logged).keys()
        assert set(times(of, heard.events(of)).values()) == set(times(of, logged).values()) == {1}


def times(of: str, events: list[dict[str, Any]]) -> Counter[str]:
    """How often each message is told of."""
    return Counter(event["message"][KEYS[of]] for event in events if event["event_type"] == of)


async def event_log(customer: Customer) -> list[dict[str, Any]]:
    """Every body in it, oldest first."""
    return [body async for entry in customer.iter_events(limit=500) for body in entry.bodies.values()]
