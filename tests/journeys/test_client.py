"""The client, waiting and awaiting, on a running Tideline: a conversation, webhooks, large files, every operation."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from generate.methods import Method, methods
from generate.shapes import Shapes
from tests.journeys.conftest import Demo, entered
from tests.journeys.test_the_whole_story import link_by_scan
from tests.support import media
from tests.support.both_clients import BOTH, Caller, partner_client, tideline_client
from tests.support.clients import Phone, eventually
from tests.support.collected import send_all
from tests.support.memory import ON_LINUX, forget_peak, peak
from tests.support.remote import Remote, answer, remote
from tests.support.serving import Served
from tideline.client import NotGenuine, Refused, WebhookVerifier, events, parse_event, refusals
from tideline.client.models import Chat, Message
from tideline.platform.contract.document import Contract
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.partner.contract import partner_api

MEGABYTE = 1024 * 1024
_next_phone = itertools.count(15550790001)


@pytest.fixture(scope="module")
def served(make_data_dir: Callable[[], Path]) -> Iterator[Served]:
    running = Served(make_data_dir(), settings={"TIDELINE_OUTGOING_ALLOW": "127.0.0.1"})
    yield running
    running.close()


@pytest.fixture
async def demo(served: Served) -> AsyncIterator[Demo]:
    async with entered(served) as opened:
        yield opened


@pytest.fixture
async def caller(kind: str, demo: Demo) -> AsyncIterator[Caller]:
    async with tideline_client(kind, demo.facts["base_url"], demo.facts["api_token"]) as opened:
        yield opened


async def new_phone(demo: Demo, name: str) -> Phone:
    return await demo.simulator.phone(f"+{next(_next_phone)}", name)


# A conversation -------------------------------------------------------------------------------------------------


async def chat_with(caller: Caller, phone: str) -> Chat:
    async def look() -> Chat | None:
        found: list[Chat] = await caller.all("iter_chats", phone=phone)
        return found[0] if found else None

    return await eventually(look, "the chat")


async def until_status(caller: Caller, uid: str, wanted: str) -> Message:
    async def look() -> Message | None:
        message: Message = await caller.do("get_message", uid)
        return message if message.status == wanted else None

    return await eventually(look, wanted)


@BOTH
async def test_a_customer_is_answered_with_a_file_and_it_shows_in_the_event_log(caller: Caller, demo: Demo) -> None:
    number, ana = await link_by_scan(demo, await new_phone(demo, "Shop")), await new_phone(demo, "Ana")
    cursor = (await caller.do("list_events", after="newest")).cursor
    await ana.write(number, "Do you ship to Porto?")
    chat = await chat_with(caller, ana.phone)
    assert (chat.phone, chat.is_group, chat.created_timestamp.utcoffset() is not None) == (ana.phone, False, True)

    plan = bytes(range(256)) * 300
    file = await caller.do("upload_file_by_form", file=iter([plan[:70_000], plan[70_000:]]), filename="plan.bin")
    sent = await caller.do("send_message_to_chat", chat.id, text="We do", file_uid=file.uid, metadata={"order": 7})
    message = await until_status(caller, sent.message_uid, "Delivered")
    assert (await ana.got("We do"))["text"] == "We do"
    assert message.attachment_url
    assert (message.metadata, await caller.read(message.attachment_url)) == ({"order": 7}, plan)

    note = await caller.do("add_chat_note", chat.id, text="Wants Porto", is_private=True)
    texts = [one.text for one in await caller.all("iter_chat_messages", chat_id=chat.id, sorting_order="asc")]
    assert texts == ["Do you ship to Porto?", "We do", "Wants Porto"]
    assert note.message_uid
    await told(caller, cursor, events.MessageReceived, "Do you ship to Porto?")


async def told(caller: Caller, cursor: str, kind: type[events.MessageEvent], text: str) -> None:
    """The log has it, typed."""

    async def look() -> bool:
        entries = await caller.all("iter_events", after=cursor, limit=2)
        found = [parse_event(body) for entry in entries for body in entry.bodies.values()]
        return any(isinstance(one, kind) and one.message.text == text for one in found)

    await eventually(look, f"{text!r} in the log")


@BOTH
async def test_what_is_sent_again_under_its_key_is_sent_once(caller: Caller, demo: Demo) -> None:
    await link_by_scan(demo, await new_phone(demo, "Shop"))
    ana = await new_phone(demo, "Ana")
    key = str(uuid4())
    for _ in range(2):
        answers = [
            await caller.do("send_message_to_phone", phone=ana.phone, text="Once", idempotency_key=key) for _ in "ab"
        ]
    assert len({one.message_uid for one in answers}) == 1
    with pytest.raises(refusals.IdempotencyConflict):
        await caller.do("send_message_to_phone", phone=ana.phone, text="Twice", idempotency_key=key)
    await ana.got("Once")


# Webhooks -------------------------------------------------------------------------------------------------------


@BOTH
async def test_a_webhook_is_verified_also_while_its_secret_is_exchanged(caller: Caller, demo: Demo) -> None:
    number, ana = await link_by_scan(demo, await new_phone(demo, "Shop")), await new_phone(demo, "Ana")
    async with remote({"/hook": answer()}) as receiver:
        made = await caller.do("create_webhook", event_type="message:received:new", url=receiver.url("/hook"))
        first = (await caller.do("get_webhook_secret", made.id)).secret
        await ana.write(number, "Hello")
        delivered = WebhookVerifier(first).verify(*await heard(receiver, 1))
        assert isinstance(delivered.event, events.MessageReceived)
        assert delivered.event.message.text == "Hello"

        second = (await caller.do("rotate_webhook_secret", made.id)).secret
        await caller.do("test_webhook", made.id)
        body, headers = await heard(receiver, 2)
        for known in ((first,), (second,), (first, second)):
            assert isinstance(WebhookVerifier(*known).verify(body, headers).event, events.MessageReceived)
        with pytest.raises(NotGenuine):
            WebhookVerifier(first, tolerance=timedelta(seconds=-1)).verify(body, headers)

        async def is_logged() -> bool:
            return delivered.id in [one.uid for one in await caller.all("iter_deliveries", webhook_id=made.id)]

        await eventually(is_logged, "the delivery in the log")
        await caller.do("delete_webhook", made.id)


async def heard(receiver: Remote, count: int) -> tuple[bytes, dict[str, str]]:
    async def look() -> tuple[bytes, dict[str, str]] | None:
        if len(receiver.asked) < count:
            return None
        return receiver.asked[count - 1].body, receiver.asked[count - 1].headers

    return await eventually(look, "a webhook request")


# Files ----------------------------------------------------------------------------------------------------------


@ON_LINUX
@BOTH
async def test_large_files_go_in_and_out_in_pieces(caller: Caller, tmp_path: Path) -> None:
    size, piece = 48 * MEGABYTE, b"%PDF-1.7 " + bytes(range(256)) * 256
    source, target = tmp_path / "large.pdf", tmp_path / "again.pdf"
    with source.open("wb") as file:
        while file.tell() < size:
            file.write(piece)
    before = forget_peak("self")
    stored = await caller.do("upload_file_by_form", file=source)
    assert await caller.do("save", stored.temporary_download_url, target) == stored.size == source.stat().st_size
    assert peak("self") - before < 24 * MEGABYTE
    assert target.read_bytes() == source.read_bytes()


# Every operation ------------------------------------------------------------------------------------------------

# what the contract's words ask for and its types do not say
SAID = {"phone": "+15550100234", "file": b"OggS", "since": "2026-09-14 12:00:00 +0200"}


def arguments(method: Method, real: dict[str, Any]) -> dict[str, Any]:
    """The required ones, with what is really there or else with what the contract shows for them."""
    contract = method.shapes.contract
    raw = [contract.resolve(one) for one in method.raw.get("parameters", [])]
    raw += [contract.resolve(one) for one in contract.document["paths"][method.operation.path].get("parameters", [])]
    shown = {one["name"]: one["example"] for one in raw if "example" in one}
    content = method.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = content.get("example") or next(iter(content.get("examples", {"": {"value": {}}}).values()))["value"]
    return {
        one.name: {**SAID, **shown, **example, **real}.get(one.name, 1) for one in method.parameters if one.is_required
    }


async def there(caller: Caller) -> dict[str, Any]:
    """Ids of what there is in a linked number's workspace."""
    chat = (await caller.all("iter_chats"))[0]
    hook = await caller.do("create_webhook", event_type="note:new", url="https://crm.example/hooks")
    return {
        "chat_id": chat.id,
        "message_uid": chat.last_message_uid,
        "webhook_id": hook.id,
        "file_uid": (await caller.do("upload_file_by_form", file=b"plan", filename="plan.txt")).uid,
        "template_id": (await caller.do("create_template", name=str(uuid4()), text="Hello")).id,
        "name": str(uuid4()),
        "title": str(uuid4()),
        "file": media.ogg(),
    }


async def outcome(caller: Caller, method: Method, real: dict[str, Any]) -> int:
    """The status of an answer that the contract knows; success is one that its model could read."""
    try:
        await caller.do(method.name, **arguments(method, {} if "waba" in method.name else real))
    except Refused as refused:
        if not refused.known_as or str(refused.status) not in method.operation.responses:
            raise
        return refused.status
    return method.operation.success


async def reach_all(contract: Contract, open_client: Callable[[], Any]) -> dict[str, int]:
    async with open_client() as caller:
        real = await there(caller) if contract is public_api() else {}
        return {one.name: await outcome(caller, one, real) for one in methods(Shapes(contract))}


@BOTH
async def test_every_operation_of_the_public_api_is_reached(kind: str, demo: Demo) -> None:
    reached = await reach_all(
        public_api(), lambda: tideline_client(kind, demo.facts["base_url"], demo.facts["api_token"])
    )
    assert not [name for name, status in reached.items() if status in (401, 405, 500)]
    assert sum(status in (200, 202) for status in reached.values()) > 40, reached


@BOTH
async def test_every_operation_of_the_partner_api_is_reached(kind: str, demo: Demo) -> None:
    facts = demo.facts
    reached = await reach_all(
        partner_api(), lambda: partner_client(kind, facts["base_url"], facts["partner_id"], facts["partner_secret"])
    )
    assert not [name for name, status in reached.items() if status in (401, 405, 500)]
    assert reached["create_workspace"] in (201, 409)  # the other kind of client was here before


@BOTH
async def test_a_partner_provides_a_workspace_and_gives_it_up(kind: str, demo: Demo) -> None:
    facts = demo.facts
    async with partner_client(kind, facts["base_url"], facts["partner_id"], facts["partner_secret"]) as partner:
        made = await partner.do("create_workspace", display_name=f"Customer {kind}", seats_purchased=2)
        assert made.created_at
        assert made.created_at.utcoffset() == timedelta()
        [agent] = (await partner.do("create_workspace_users", made.workspace_id, count=1)).users
        link = await partner.do("create_user_qr_link", made.workspace_id, agent.user_id, expires_in_hours=2)
        assert link.qr_link.startswith(facts["base_url"])
        with pytest.raises(refusals.SeatsFull):
            await partner.do("create_workspace_users", made.workspace_id, count=5)
        token = (await partner.do("get_public_api_token", made.workspace_id)).token
        async with tideline_client(kind, facts["base_url"], token) as customer:
            assert (await customer.do("get_workspace")).workspace_id == made.workspace_id
        listed = await partner.all("iter_workspaces")
        assert made.workspace_id in [one.workspace_id for one in listed]
        await partner.do("delete_workspace", made.workspace_id)
        with pytest.raises(refusals.WorkspaceNotFound):
            await partner.do("get_workspace", made.workspace_id)


ABROAD = {"files: Upload from a public address"}
"""Nobody is called over the internet here."""
WRONG = {"validation_error", "invalid_request", "invalid_token", "missing_header", "invalid_signature"}


@pytest.mark.parametrize("slug", ["public-api", "partner-api"])
async def test_every_request_of_the_collections_is_known(slug: str, demo: Demo) -> None:
    answers = await asyncio.to_thread(send_all, slug, demo.facts)
    assert answers
    refused = {name for name, (status, code) in answers.items() if status == 405 or code in WRONG or status >= 500}
    assert refused <= ABROAD


# The page about it ----------------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "client.md"
SAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_sample_of_its_page_runs(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, as somebody would type them into one console."""
    monkeypatch.chdir(tmp_path)
    text, facts = PAGE.read_text("utf-8"), served.demo
    for shown, real in (
        ("http://127.0.0.1:8080", facts["base_url"]),
        ("your-token", facts["api_token"]),
        ("your-partner-id", facts["partner_id"]),
        ("your-partner-secret", facts["partner_secret"]),
    ):
        text = text.replace(shown, real)
    names: dict[str, Any] = {"__name__": "page"}
    for number, sample in enumerate(SAMPLE.findall(text)):
        exec(compile(sample, f"{PAGE.name}, sample {number + 1}", "exec"), names)
    for left_open in (names["client"], names["patient"]):
        left_open.close()
    hook = names["app"].test_client().post("/hooks/wa", data=b"{}")
    assert (number, hook.status_code, (tmp_path / "copy.csv").read_text()) == (9, 401, "beans;12.50\n")
