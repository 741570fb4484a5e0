"""Events from every cause reach a real receiver: the API, the command line, phones, and what their owners do there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from tests.journeys.conftest import Demo, entered
from tests.journeys.test_the_whole_story import chat_of, link_by_scan
from tests.support.clients import Phone, eventually
from tests.support.event_check import check_event
from tests.support.remote import Answer, Remote, answer, remote
from tests.support.serving import Served, tideline
from tideline.features.webhooks import EventType

TYPES = [event for event in EventType if not event.is_waba]


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


class Heard:
    """What the receiver got, verified and held against the contract."""

    def __init__(self, receiver: Remote, secrets: dict[str, str]) -> None:
        self._receiver = receiver
        self._secrets = secrets

    def events(self, event_type: str) -> list[dict[str, Any]]:
        found = []
        for asked in self._receiver.asked:
            if asked.target == f"/in?{event_type}":
                Verifier(self._secrets[event_type]).verify(asked.body, asked.headers)
                event = json.loads(asked.body)
                check_event(event)
                assert event["event_type"] == event_type
                found.append(event)
        return found

    async def until(self, event_type: str, fits: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            return next((event for event in self.events(event_type) if fits(event)), None)

        return await eventually(look, f"the event {event_type}")


async def subscribe(demo: Demo, receiver: Remote) -> Heard:
    secrets = {}
    for event in TYPES:
        made = await demo.api.post("/webhooks", event_type=event.value, url=receiver.url(f"/in?{event.value}"))
        secrets[event.value] = (await demo.api.get(f"/webhooks/{made['id']}/secret"))["secret"]
    return Heard(receiver, secrets)


async def test_every_event_arrives_from_its_causes(demo: Demo, receiver: Remote) -> None:
    heard = await subscribe(demo, receiver)
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

    missing = [event.value for event in TYPES if not heard.events(event.value)]
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


async def the_team_answers(demo: Demo, heard: Heard, own: Phone, ana: Phone, chat: Any) -> None:
    sent = (await demo.api.post(f"/chats/{chat['id']}/messages", text="Yes?"))["message_uid"]
    event = await heard.until("message:sent:new", lambda event: event["message"]["message_uid"] == sent)
    assert event["message"]["origin"] == "Public API"
    await heard.until("message:delivered", lambda event: event["message"]["message_uid"] == sent)
    await ana.read(own)
    await heard.until("message:read", lambda event: event["message"]["message_uid"] == sent)
    got = await ana.got("Yes?")
    await ana.call("POST", "/reactions", message_id=got["id"], emoji="🚲")
    await heard.until("message:reaction", lambda event: event["reaction"]["reactions"] == {"🚲": 1})
    nobody = await demo.simulator.phone("+15550800009", "Nobody", on_whatsapp=False)
    lost = await demo.api.send(nobody.phone, "Hello?", whatsapp_account_phone=own.phone)
    await heard.until("message:failed", lambda event: event["message"]["message_uid"] == lost)


async def people_work_on_the_chat(demo: Demo, heard: Heard, chat: Any) -> None:
    path = f"/chats/{chat['id']}"
    await demo.api.patch(path, responsible=demo.facts["owner_email"])
    await heard.until("chat:responsible:assigned")
    await demo.api.patch(path, responsible="")
    await heard.until("chat:responsible:unassigned")
    await demo.api.patch(path, closed=True)
    await heard.until("chat:closed")
    await demo.api.patch(path, closed=False)
    await heard.until("chat:reopened")
    await demo.api.patch(path, name="Ana from the harbour")
    await heard.until("chat:renamed", lambda event: event["chat"]["name"] == "Ana from the harbour")
    await demo.api.put(f"{path}/labels", labels=["vip"])
    await heard.until("chat:labelled")
    await demo.api.post(f"{path}/notes", text="She paid.")
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
    of_number = ("--workspace", demo.facts["workspace_id"], "--number", own.phone)
    for command, event in (("pause", "suspended"), ("resume", "resumed")):
        done = await asyncio.to_thread(tideline, demo.served.data_dir, "number", command, *of_number)
        assert done.returncode == 0, done.stderr
        await heard.until(f"whatsapp:account:{event}")
    form = {"filename": "list.txt", "content_type": "text/plain"}
    await demo.api.post("/files", download_url=f"{demo.facts['base_url']}/healthz", **form)
    await heard.until("file:uploaded")
    await own.call("POST", "/unlink")
    await heard.until("whatsapp:account:disconnected")
