"""Starting, stopping, crashing and starting again, with a real `tideline serve` in a process of its own."""

import json
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.conftest import Demo, entered
from tests.support.clients import Phone, Simulator, eventually
from tests.support.customer import Customer
from tests.support.serving import Served, tideline

Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers, and makes sure that none is left."""
    started: list[Served] = []

    def start(data_dir: Path, *arguments: str, **settings: str) -> Served:
        started.append(Served(data_dir, arguments or ("serve", "--demo"), settings))
        return started[-1]

    yield start
    for served in started:
        served.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def demo_number(demo: Demo) -> str:
    [number] = await demo.customer.numbers()
    return number.phone


# Starting --------------------------------------------------------------------------------------------------------


async def test_a_second_start_finds_everything_and_adds_nothing(serve: Serve, data_dir: Path) -> None:
    async with entered(serve(data_dir)) as first:
        chats = (await first.customer.list_chats()).chats
        assert first.served.stop() == 0
    async with entered(serve(data_dir)) as second:
        assert {**second.facts, "base_url": first.facts["base_url"]} == first.facts
        again = (await second.customer.list_chats()).chats
    assert [chat.id for chat in again] == [chat.id for chat in chats]


async def test_a_killed_server_starts_again_and_goes_on(serve: Serve, data_dir: Path) -> None:
    async with entered(serve(data_dir)) as first:
        ana = await first.simulator.phone("+15550710001", "Ana")
        await ana.write(await demo_number(first), "Before the crash")
        await first.customer.chat(phone=ana.phone)
        first.served.kill()
    async with entered(serve(data_dir)) as second:
        chat = await second.customer.chat(phone=ana.phone)
        ana = Phone(second.simulator, ana.phone, ana.jid, ana.lid)
        await ana.write(await demo_number(second), "After the crash")
        await second.customer.said(chat.id, "After the crash")
        history = await second.customer.history(chat.id)
    assert [message.text for message in history] == ["Before the crash", "After the crash"]


async def test_what_waits_to_be_sent_is_sent_once_after_a_restart(serve: Serve, data_dir: Path) -> None:
    texts = [f"Message {n}" for n in range(6)]
    async with entered(serve(data_dir, TIDELINE_SEND_GAP="0.4")) as first:
        ana = await first.simulator.phone("+15550710002", "Ana")
        for text in texts:
            await first.customer.say(ana.phone, text)
        await ana.got(texts[0])
        assert first.served.stop() == 0
    async with entered(serve(data_dir)) as second:
        ana = Phone(second.simulator, ana.phone, ana.jid, ana.lid)

        async def all_are_there() -> bool:
            return [message["text"] for message in await ana.messages()] == texts

        await eventually(all_are_there, "every message, once and in order")


def test_a_second_server_on_the_same_folder_is_told_so(serve: Serve, data_dir: Path) -> None:
    serve(data_dir).ready()
    second = tideline(data_dir, "serve", TIDELINE_PORT="0")
    assert second.returncode == 1
    assert "already running" in second.stderr


def test_a_taken_port_is_said_before_anything_is_made(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused = tideline(data_dir, "serve", "--port", port)
    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
    assert list(data_dir.iterdir()) == []


REFUSED = {
    "a demo for everybody": (("serve", "--demo"), {"TIDELINE_HOST": "0.0.0.0"}, "for this machine only"),
    "a simulator for everybody": (("serve", "--simulator"), {"TIDELINE_HOST": "0.0.0.0"}, "for this machine only"),
    "no address to be reached at": (("serve",), {"TIDELINE_HOST": "0.0.0.0"}, "TIDELINE_PUBLIC_URL"),
    "a role without a database": (("worker",), {}, "TIDELINE_DATABASE_URL"),
    "a database that is none": (("serve",), {"TIDELINE_DATABASE_URL": "mysql://x"}, "TIDELINE_DATABASE_URL"),
    "a database that is away": (
        ("serve",),
        {"TIDELINE_DATABASE_URL": "postgresql://x:secret@127.0.0.1:1/x"},
        "TIDELINE_DATABASE_URL",
    ),
    "a setting that makes no sense": (("serve",), {"TIDELINE_SEND_GAP": "soon"}, "TIDELINE_SEND_GAP"),
}


@pytest.mark.parametrize(("arguments", "settings", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_work_is_refused_with_one_sentence(
    data_dir: Path, arguments: tuple[str, ...], settings: dict[str, str], says: str
) -> None:
    refused = tideline(data_dir, *arguments, **{"TIDELINE_PORT": "0", **settings})
    assert refused.returncode == 1
    [line] = refused.stderr.strip().splitlines()
    assert line.startswith("tideline: ")
    assert says in line
    assert "secret" not in line


async def test_without_demo_there_is_neither_demo_nor_simulator(serve: Serve, data_dir: Path) -> None:
    served = serve(data_dir, "serve").ready()
    assert served.status_of("/simulator/api/phones") == 404
    assert served.status_of("/integrations/api/chats") == 401
    assert not (data_dir / "demo.json").exists()
    assert f"Tideline is ready on {served.base_url}\nMake the first workspace: " in served.output


async def test_a_seeding_that_was_interrupted_is_finished_by_the_next_start(serve: Serve, data_dir: Path) -> None:
    first = serve(data_dir)
    assert first.base_url
    first.kill()
    assert not (data_dir / "demo.json").exists()
    async with entered(serve(data_dir)) as second:
        chats = (await second.customer.list_chats()).chats
    assert len({chat.name for chat in chats}) == len(chats) == 7


async def test_the_clock_can_be_moved_when_it_is_a_test_clock(serve: Serve, data_dir: Path) -> None:
    async with entered(serve(data_dir, "serve", "--demo", "--test-clock")) as demo:
        ana = await demo.simulator.phone("+15550710006", "Ana")
        await ana.write(await demo_number(demo), "Now")
        chat = await demo.customer.chat(phone=ana.phone)
        await demo.simulator.call("POST", "/clock", advance_s=86_400)
        await ana.write(await demo_number(demo), "Tomorrow")
        later = await demo.customer.said(chat.id, "Tomorrow")
        now = await demo.customer.said(chat.id, "Now")
    assert later.timestamp.date() > now.timestamp.date()


# Stopping ----------------------------------------------------------------------------------------------------------


def test_a_clean_end_leaves_no_process_and_no_complaint(serve: Serve, data_dir: Path) -> None:
    served = serve(data_dir)
    assert served.demo
    assert served.stop() == 0
    lines = [json.loads(line) for line in served.output.splitlines() if line.startswith("{")]
    assert [line for line in lines if line["level"] in {"warning", "error"}] == []
    assert lines[-1]["event"] == "tideline.stopped"
    assert not (data_dir / "postgres" / "data" / "postmaster.pid").exists()


def test_a_signal_that_comes_twice_at_once_is_one_request(serve: Serve, data_dir: Path) -> None:
    served = serve(data_dir)
    assert served.demo
    served.process.send_signal(signal.SIGINT)
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(30) == 0
    assert "tideline.stopped" in served.output


async def test_nothing_private_is_in_the_log(serve: Serve, data_dir: Path) -> None:
    async with entered(serve(data_dir, TIDELINE_LOG_LEVEL="debug")) as demo:
        ana = await demo.simulator.phone("+15550710003", "Ana Confidential")
        await ana.write(await demo_number(demo), "A very private question")
        await demo.customer.until_status(await demo.customer.say(ana.phone, "A very private answer"), "Delivered")
        await demo.customer.list_chats(name="Ana Confidential")
        assert demo.served.stop() == 0
    log = "\n".join(line for line in demo.served.output.splitlines() if line.startswith("{"))
    for private in ("15550710003", "private", "Confidential", demo.facts["api_token"], demo.facts["owner_password"]):
        assert private not in log


# Several processes ---------------------------------------------------------------------------------------------------


async def test_the_roles_run_apart_on_one_database(
    dsn: str, serve: Serve, make_data_dir: Callable[[], Path], http: aiohttp.ClientSession
) -> None:
    folder = make_data_dir()
    shared = {"TIDELINE_DATABASE_URL": dsn, "TIDELINE_SECRET_KEY": "a key that all roles are told"}
    made = tideline(folder, "workspace", "create", "--owner-email", "o@x.example", "--timezone", "UTC", **shared)
    assert made.returncode == 0, made.stderr
    said = dict(line.split(maxsplit=1) for line in made.stdout.splitlines() if "  " in line)
    web = serve(folder, "web", "--simulator", **shared).ready()
    for role in ("worker", "gateway"):
        serve(make_data_dir(), role, *(["--simulator"] if role == "gateway" else []), **shared).ready()
    simulator = Simulator(http, web.base_url, tideline(folder, "simulator", "token", **shared).stdout.strip())
    number = await simulator.phone("+15550710004", "Own number")
    ana = await simulator.phone("+15550710005", "Ana")
    async with Customer(web.base_url, made.stdout.split("API token")[1].split()[0]) as customer:
        me = await customer.get_own_teammate()
        begun = await simulator.begin_link(said["workspace"].strip(), me.user_id)
        await number.scan(begun["qr_link"])

        async def is_linked() -> bool:
            return [one.status for one in await customer.numbers()] == ["active"]

        await eventually(is_linked, "the linked number")
        await customer.until_status(await customer.say(ana.phone, "Across three processes"), "Delivered")
        await ana.write(number, "And back")
        chat = await customer.chat(phone=ana.phone)
        await customer.said(chat.id, "And back")


async def test_figures_are_there_for_prometheus(serve: Serve, data_dir: Path, http: aiohttp.ClientSession) -> None:
    served = serve(data_dir)
    base = served.demo["base_url"]
    async with http.get(f"{base}/metrics") as response:
        text = await response.text()
    for name in ("tideline_http_requests_total", "tideline_gateway_events_total", "process_resident_memory_bytes"):
        assert name in text
    async with http.get(f"{base}/metrics", headers={"X-Forwarded-For": "203.0.113.7"}) as response:
        assert response.status == 403
