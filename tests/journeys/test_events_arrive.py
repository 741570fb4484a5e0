"""Events from every cause reach a real receiver: the API, the command line, phones, and what their owners do there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.journeys.conftest import Demo, entered
from tests.journeys.test_the_whole_story import chat_of, link_by_scan
from tests.support.clients import Phone, eventually
from tests.support.hearing import Heard, subscribe
from tests.support.remote import Answer, Remote, answer, remote
from tests.support.serving import Served, tideline
from tideline.client import refusals
from tideline.client.models import Chat, WabaSendTemplate
from tideline.features.webhooks import EventType

LINKED = [event for event in EventType if not event.is_waba]
BUSINESS = [event for event in EventType if event.is_waba]


@pytest.fixture
async def demo(data_dir: Path) -> AsyncIterator[Demo]:
    served = Served(data_dir, settings={"TIDELINE_WEBHOOKS_PER_WORKSPACE": "60"})
    async with entered(served) as opened:
        yield opened
    served.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Remote]:
    answers: dict[str, Answer] = {"/in": answer()}
    async with remote(answers) as opened:
        yield opened


async def test_every_event_arrives_from_its_causes(demo: Demo, receiver: Remote) -> None:
    heard = await subscribe(demo.customer, receiver, LINKED)
    own = await link_by_scan(demo, await demo.simulator.phone("+15550800001", "Own number"))
    ana = await demo.simulator.phone("+15550800002", "Ana")
    await heard.until("whatsapp:account:connected", lambda event: event["whatsapp_account"]["phone"] == own.phone)

    await a_contact_writes(heard, own, ana)
    chat = await chat_of(demo, own, ana)
    await the_team_answers(demo, heard, own, ana, chat)
    await people_work_on_the_chat(demo, heard, chat)
    await the_owner_uses_the_phone(demo, heard, own)
    await calls_are_made(heard, own, ana)
    await the_number_pauses_and_goes(demo, heard, own)

    missing = [event.value for event in LINKED if not heard.events(event.value)]
    assert missing == []
    texts = [event["message"]["text"] for event in heard.events("message:received:new")]
    assert [text for text in texts if text.startswith("line")] == [f"line {n}" for n in range(10)]


async def a_contact_writes(heard: Heard, own: Phone, ana: Phone) -> None:
    first = await ana.write(own, "Hello")
    for event in ("chat:new", "chat:incoming:new", "message:new", "message:received:new"):
        await heard.until(event)
    for n in range(10):
        await ana.write(own, f"line {n}")
    await heard.until("message:received:new", lambda event: event["message"]["text"] == "line 9")
    await ana.call("PATCH", f"/messages/{first}", text="Hello!")
    await heard.until("message:edited", lambda event: event["message"]["text"] == "Hello!")
    await ana.call("DELETE", f"/messages/{first}")
    await heard.until("message:revoked")


async def the_team_answers(demo: Demo, heard: Heard, own: Phone, ana: Phone, chat: Chat) -> None:
    sent = (await demo.customer.send_message_to_chat(chat.id, text="Yes?")).message_uid
    event = await heard.until("message:sent:new", lambda event: event["message"]["message_uid"] == sent)
    assert event["message"]["origin"] == "Public API"
    await heard.until("message:delivered", lambda event: event["message"]["message_uid"] == sent)
    await ana.read(own)
    await heard.until("message:read", lambda event: event["message"]["message_uid"] == sent)
    got = await ana.got("Yes?")
    await ana.call("POST", "/reactions", message_id=got["id"], emoji="🚲")
    await heard.until("message:reaction", lambda event: event["reaction"]["reactions"] == {"🚲": 1})
    nobody = await demo.simulator.phone("+15550800009", "Nobody", on_whatsapp=False)
    lost = await demo.customer.say(nobody.phone, "Hello?", whatsapp_account_phone=own.phone)
    await heard.until("message:failed", lambda event: event["message"]["message_uid"] == lost)


async def people_work_on_the_chat(demo: Demo, heard: Heard, chat: Chat) -> None:
    async def change(**what: Any) -> None:
        await demo.customer.update_chat(chat.id, **what)

    await change(responsible=demo.facts["owner_email"])
    await heard.until("chat:responsible:assigned")
    await change(responsible="")
    await heard.until("chat:responsible:unassigned")
    await change(closed=True)
    await heard.until("chat:closed")
    await change(closed=False)
    await heard.until("chat:reopened")
    await change(name="Ana from the harbour")
    await heard.until("chat:renamed", lambda event: event["chat"]["name"] == "Ana from the harbour")
    await demo.customer.add_chat_labels(chat.id, labels=["vip"])
    await heard.until("chat:labelled")
    await demo.customer.add_chat_note(chat.id, text="She paid.")
    await heard.until("note:new")


async def the_owner_uses_the_phone(demo: Demo, heard: Heard, own: Phone) -> None:
    """What is typed there is sent, and opens a chat of its own."""
    ben = await demo.simulator.phone("+15550800003", "Ben")
    await own.write(ben, "Hi Ben")
    event = await heard.until("message:sent:new", lambda event: event["message"]["text"] == "Hi Ben")
    assert event["message"]["origin"] == "synced from WhatsApp"
    await heard.until("chat:outgoing:new")


async def calls_are_made(heard: Heard, own: Phone, ana: Phone) -> None:
    await ana.call("POST", "/calls", to=own.phone, outcome="missed", video=False, seconds=0)
    await heard.until("call:incoming:missed")
    await ana.call("POST", "/calls", to=own.phone, outcome="answered", video=False, seconds=12)
    await heard.until("call:incoming:ended")
    await own.call("POST", "/calls", to=ana.phone, outcome="answered", video=True, seconds=3)
    await heard.until("call:outgoing:ended")


async def the_number_pauses_and_goes(demo: Demo, heard: Heard, own: Phone) -> None:
    for command, event in (("pause", "suspended"), ("resume", "resumed")):
        await at_the_terminal(demo, command, own.phone)
        await heard.until(f"whatsapp:account:{event}")
    address = f"{demo.facts['base_url']}/healthz"
    await demo.customer.upload_file_by_url(download_url=address, filename="list.txt", content_type="text/plain")
    await heard.until("file:uploaded")
    await own.call("POST", "/unlink")
    await heard.until("whatsapp:account:disconnected")


async def at_the_terminal(demo: Demo, command: str, phone: str) -> None:
    of_number = ("--workspace", demo.facts["workspace_id"], "--number", phone)
    done = await asyncio.to_thread(tideline, demo.served.data_dir, "number", command, *of_number)
    assert done.returncode == 0, done.stderr


# Business numbers ----------------------------------------------------------------------------------------------------

REMINDER = {"name": "reminder", "body": "Hello {{1}}, we open at {{2}}."}


async def test_every_event_of_a_business_number_arrives_from_its_causes(demo: Demo, receiver: Remote) -> None:
    heard = await subscribe(demo.customer, receiver, BUSINESS)
    desk = await business_number(demo, "+15550800010")
    account = (await demo.customer.get_waba_account(desk["account_id"])).id
    ana = await demo.simulator.phone("+15550800011", "Ana")
    chat_id = await a_customer_writes(demo, heard, ana, desk["phone"])
    await the_customer_is_answered(demo, heard, ana, desk["phone"], chat_id)
    await people_work_on_a_business_chat(demo, heard, chat_id)
    await templates_are_reviewed(demo, heard, desk)
    await somebody_new_is_written_to(demo, heard, account)
    await the_platform_locks_the_number(demo, heard, desk)

    missing = [event.value for event in BUSINESS if not heard.events(event.value)]
    assert missing == []


async def business_number(demo: Demo, phone: str) -> Any:
    of_owner = {"workspace_id": demo.facts["workspace_id"], "user_id": await demo.owner_id()}
    return await demo.simulator.call("POST", "/business", phone=phone, name="The desk", **of_owner)


async def a_customer_writes(demo: Demo, heard: Heard, ana: Phone, desk: str) -> int:
    await ana.write(desk, "Are you open?")
    event = await heard.until("waba:message:received")
    assert event["message"]["text"] == "Are you open?"
    assert event["chat"]["service_window_is_open"] is True
    await heard.until("waba:chat:incoming")
    return int(event["chat"]["id"])


async def the_customer_is_answered(demo: Demo, heard: Heard, ana: Phone, desk: str, chat_id: int) -> None:
    sent = (await demo.customer.send_waba_message_to_chat(chat_id, text="Until six.")).uid
    await heard.until("waba:message:delivered", lambda event: event["message"]["message_uid"] == sent)
    await ana.read(desk)
    await heard.until("waba:message:read", lambda event: event["message"]["message_uid"] == sent)
    await ana.change(fail_next="sent_but_not_delivered")
    lost = (await demo.customer.send_waba_message_to_chat(chat_id, text="Are you coming?")).uid
    event = await heard.until("waba:message:failed", lambda event: event["message"]["message_uid"] == lost)
    assert event["message"]["failure_reason"]["title"]


async def people_work_on_a_business_chat(demo: Demo, heard: Heard, chat_id: int) -> None:
    changes: dict[str, dict[str, Any]] = {
        "assigned": {"responsible": demo.facts["owner_email"]},
        "unassigned": {"responsible": ""},
        "closed": {"closed": True},
        "reopened": {"closed": False},
    }
    for event, change in changes.items():
        await demo.customer.update_waba_chat(chat_id, **change)
        await heard.until(f"waba:chat:{event}", lambda event: event["chat"]["id"] == chat_id)


async def templates_are_reviewed(demo: Demo, heard: Heard, desk: Any) -> None:
    path = f"/business/{quote(desk['phone'])}/templates"
    await demo.simulator.call("POST", path, **REMINDER)
    for status in ("REJECTED", "APPROVED", "DISABLED", "APPROVED"):
        await demo.simulator.call("PATCH", f"{path}/{REMINDER['name']}", status=status)
        event = await heard.until(f"waba:template:{status.lower()}")
        assert event["template"]["name"] == REMINDER["name"]


async def somebody_new_is_written_to(demo: Demo, heard: Heard, account: int) -> None:
    """With a template, as nothing else may begin a chat."""
    ben = await demo.simulator.phone("+15550800012", "Ben")
    template = WabaSendTemplate(name=REMINDER["name"], language="en", variables={"body": ["Ben", "nine"]})

    async def sent() -> bool:
        try:
            await demo.customer.send_waba_message_to_phone(waba_account_id=account, phone=ben.phone, template=template)
        except refusals.TemplateNotApproved:
            return False
        return True

    await eventually(sent, "the template being approved again")
    await heard.until("waba:chat:outgoing")
    await ben.got("Hello Ben, we open at nine.")


async def the_platform_locks_the_number(demo: Demo, heard: Heard, desk: Any) -> None:
    phone = f"/phones/{quote(desk['phone'])}"
    await demo.simulator.call("PATCH", phone, restricted=True)
    await heard.until("waba:account:disabled")
    before = len(heard.events("waba:account:active"))
    await demo.simulator.call("PATCH", phone, restricted=False)

    async def is_active_again() -> bool:
        return len(heard.events("waba:account:active")) > before

    await eventually(is_active_again, "the end of the lock")
    await at_the_terminal(demo, "unlink", desk["phone"])
    await heard.until("waba:account:disconnected")
