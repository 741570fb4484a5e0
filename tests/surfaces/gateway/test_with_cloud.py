"""A gateway, the emulated Business Platform, the receiver and the messages together, in one process."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import asgi
from tests.support.graph import Customer, Graph, Number, served
from tests.support.graph.webhooks import body_of
from tests.support.office import Office
from tests.support.waiting import until
from tests.surfaces.gateway.conftest import QUICK, A
from tideline.connectors.cloud import CloudConnector
from tideline.connectors.cloud import Graph as GraphClient
from tideline.features import business, chats, messages, numbers
from tideline.features.business import NewAccount, Vault
from tideline.features.chats import Chat, ChatFilter
from tideline.features.files import Files
from tideline.features.messages import HistoryFilter, Message, Outgoing, ToChat
from tideline.features.numbers import NumberState
from tideline.platform.clock import SystemClock
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database
from tideline.platform.outgoing import Allowed
from tideline.platform.outgoing import Outgoing as OutgoingCalls
from tideline.platform.wake import Wakes
from tideline.surfaces.gateway import Gateway
from tideline.surfaces.inbound import BASE, Inbound

KEYRING = Keyring(["a key for tests, long enough"])
WEEK = 7 * 24 * 3600


@dataclass
class Shop:
    """One business number that a gateway holds."""

    office: Office
    graph: Graph
    number: Number
    number_id: int

    def customer(self, phone: str, name: str) -> Customer:
        return self.graph.add_customer(phone, name)

    async def chat(self, phone: str) -> Chat | None:
        page = await self.office.run(chats.list_chats, ChatFilter(), 1)
        return next((chat for chat in page.items if chat.phone == phone), None)

    async def talk_with(self, customer: Customer) -> Chat:
        """The customer writes first, so that the window is open."""
        await customer.write(self.number, "Hello")
        return await until(lambda: self.chat(customer.phone), f"the chat with {customer.name}")  # type: ignore[no-any-return]

    async def send(self, chat: Chat, *texts: str) -> None:
        results = await self.office.run(messages.send_batch, [Outgoing(ToChat(chat.id), text) for text in texts])
        assert not [result for result in results if isinstance(result, Exception)]

    async def history(self, chat: Chat) -> list[Message]:
        """Oldest first."""
        found = await self.office.run(messages.history, chat.id, HistoryFilter())
        return list(reversed(found.items))

    async def statuses(self, chat: Chat) -> dict[str | None, str]:
        return {message.text: message.status for message in await self.history(chat)}

    def told(self, phone: str) -> list[str | None]:
        """What a customer's phone shows of us."""
        return [said.text for said in self.graph.screen(phone) if said.author == self.number.phone]

    async def state(self) -> NumberState:
        return (await self.office.run(numbers.get, self.number_id)).state

    def tell(self, field: str = "messages", **what: Any) -> None:
        """A webhook with whatever one likes."""
        value = {"messaging_product": "whatsapp", "metadata": self.number.metadata, **what}
        self.graph.tell_raw(self.number, body_of(self.number.waba_id, [{"field": field, "value": value}], 1))

    async def all_read(self) -> None:
        """Everything that was told has been stored."""
        await self.graph.settled()

        async def is_empty() -> bool:
            async with self.office.db.system_read() as tx:
                return not await tx.value("SELECT count(*) FROM cloud.notice")

        await until(is_empty, "an empty mailbox")


@pytest.fixture
async def db(dsn: str) -> AsyncIterator[Database]:
    opened = await Database.connect(dsn, SystemClock(), max_size=20)
    yield opened
    await opened.close()


@pytest.fixture
async def shop(db: Database, wakes: Wakes, office: Office, tmp_path: Path) -> AsyncIterator[Shop]:
    graph = Graph()
    number = graph.add_number("15550100001", "Harbour Bikes")
    new = NewAccount(number.phone, number.id, number.waba_id, number.token, number.app_secret, name=number.name)
    opened = await office.run(business.add, KEYRING, new, owner_id=office.owner_id)
    number.callback = f"{BASE}/cloud/{opened.secrets.path_key}"
    inbound = Inbound.open(db, KEYRING)
    calls = OutgoingCalls(Allowed.read(["127.0.0.1"]))
    async with served(graph) as place:

        async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
            return (await asgi.call(inbound, "POST", url.removeprefix(BASE), headers=headers, body=body)).status

        graph.post = post
        connector = CloudConnector(db, wakes, GraphClient(calls, f"{place.url}/v26.0"), Vault(db, KEYRING))
        gateway = Gateway(db, wakes, [connector], Files.in_folder(db, tmp_path / "files"), node=A, timing=QUICK)
        running = asyncio.create_task(gateway.run())
        yield Shop(office, graph, number, opened.account.number_id)
        await gateway.stop()
        await running
    await calls.close()


async def test_chats_wait_for_nobody_and_each_keeps_its_order(shop: Shop) -> None:
    """One customer's answer is held back by the platform; the others hear everything meanwhile, in order."""
    people = [shop.customer(f"491515550{n:03}", f"Customer {n}") for n in range(6)]
    talks = [await shop.talk_with(person) for person in people]
    slow, texts = people[0], [f"{n}" for n in range(8)]
    shop.graph.hold(slow.phone)
    for chat in talks:
        await shop.send(chat, *texts)
    await until(lambda: all(shop.told(person.phone) == texts for person in people[1:]), "what the others hear")
    assert shop.told(slow.phone) == ["0"]
    shop.graph.let_go(slow.phone)
    await until(lambda: shop.told(slow.phone) == texts, "what the slow one hears")


async def test_a_chat_that_is_told_to_slow_down_waits_and_no_other(shop: Shop) -> None:
    ana, bo = shop.customer("4915155501", "Ana"), shop.customer("4915155502", "Bo")
    one, other = await shop.talk_with(ana), await shop.talk_with(bo)
    shop.graph.fail_next(131056, title="Pair rate limit hit")
    await shop.send(one, "Not so fast", "Later")
    await until(lambda: not shop.graph.failures, "the refusal")
    await shop.send(other, "At once")
    await until(lambda: shop.told(bo.phone) == ["At once"], "what Bo hears")
    await until(lambda: _is(shop.statuses(one), "Not so fast", "Pending"), "the message to wait")
    assert shop.told(ana.phone) == []


async def test_what_the_platform_says_of_a_failure_is_kept(shop: Shop) -> None:
    ana = shop.customer("4915155501", "Ana")
    chat = await shop.talk_with(ana)
    shop.graph.fail_next(131049, title="Healthy ecosystem", details="Not delivered to maintain engagement.")
    await shop.send(chat, "Offer")
    await until(lambda: _is(shop.statuses(chat), "Offer", "Failed"), "the failure")
    [failed] = [message for message in await shop.history(chat) if message.status == "Failed"]
    assert failed.failure
    assert (failed.failure.number, failed.failure.title) == (131049, "Healthy ecosystem")


async def test_statuses_in_any_order_old_repeated_and_for_nobody_do_no_harm(shop: Shop) -> None:
    ana = shop.customer("4915155501", "Ana")
    chat = await shop.talk_with(ana)
    await shop.send(chat, "Read this")
    [said] = await until(lambda: [one for one in shop.graph.screen(ana.phone) if one.text == "Read this"])
    await until(lambda: _is(shop.statuses(chat), "Read this", "Delivered"), "delivery")
    now = shop.graph.now()

    def status(word: str, at: int, message_id: str = said.id, recipient: str = ana.phone) -> dict[str, Any]:
        return {"id": message_id, "status": word, "timestamp": str(at), "recipient_id": recipient}

    for one in (
        status("read", now),
        status("delivered", now - WEEK),
        status("sent", now - WEEK),
        status("failed", now - WEEK) | {"errors": [{"code": 131026, "title": "Undeliverable"}]},
        status("read", now),
        status("read", now, "wamid.OFNOBODY"),
        status("delivered", now, said.id, "4915199999"),
        status("dreamt", now),
        status("read", 0, ""),
    ):
        shop.tell(statuses=[one])
    await shop.all_read()
    assert (await shop.statuses(chat))["Read this"] == "Read"
    assert await shop.chat("4915199999") is None
    assert len(await shop.history(chat)) == 2


async def test_the_same_message_in_two_bodies_and_twice_in_one_is_one(shop: Shop) -> None:
    contact = {"profile": {"name": "Ana"}, "wa_id": "4915155501"}
    message = {
        "from": "4915155501", "id": "wamid.TWICE", "timestamp": str(shop.graph.now()), "type": "text",
        "text": {"body": "Once"},
    }  # fmt: skip
    for _ in range(3):
        shop.tell(contacts=[contact], messages=[message, message])
    await shop.all_read()
    chat = await shop.chat("4915155501")
    assert chat
    assert [one.text for one in await shop.history(chat)] == ["Once"]


async def test_what_nobody_knows_is_kept_and_shown_as_unsupported(shop: Shop) -> None:
    ana = shop.customer("4915155501", "Ana")
    await ana.say(shop.number, "hologram", {"depth": 3})
    await shop.all_read()
    chat = await shop.chat(ana.phone)
    assert chat
    [message] = await shop.history(chat)
    assert (message.content, message.data["unsupported"]) == ("unsupported", "hologram")
    assert message.raw == {"message": {"hologram": {"depth": 3}}}


async def test_a_strangers_lies_change_nothing(shop: Shop) -> None:
    """Somebody edits, takes back and reacts to what was said in another chat, and claims to be us."""
    ana, mallory = shop.customer("4915155501", "Ana"), shop.customer("4915155509", "Mallory")
    chat = await shop.talk_with(ana)
    await shop.talk_with(mallory)
    await shop.send(chat, "The code is 1234")
    await until(lambda: _is(shop.statuses(chat), "The code is 1234", "Delivered"), "delivery")
    hello, code = [said.id for said in shop.graph.between(shop.number.phone, ana.phone)]
    before = [(message.text, message.status) for message in await shop.history(chat)]
    for target in (hello, code):
        await mallory.edit(shop.number, target, "The code is 9999")
        await mallory.revoke(shop.number, target)
    await mallory.say(shop.number, "text", {"body": "I am you"}, reply_to=code)
    shop.tell(
        contacts=[mallory.contact],
        messages=[
            {
                "from": shop.number.phone, "id": "wamid.LIE", "timestamp": "1", "type": "text",
                "text": {"body": "I am the shop"},
            }
        ],
    )  # fmt: skip
    await shop.all_read()
    assert [(message.text, message.status) for message in await shop.history(chat)] == before
    assert await shop.chat(shop.number.phone) is None


async def test_media_that_is_not_what_it_says_is_stored_as_what_it_is(shop: Shop) -> None:
    ana = shop.customer("4915155501", "Ana")
    file = shop.graph.add_media(shop.number, b"%PDF-1.7\n%%EOF\n" * 50, "image/jpeg", "picture.jpg")
    await ana.write(shop.number, "My picture", file=file)
    await shop.all_read()
    chat = await shop.chat(ana.phone)
    assert chat

    async def stored() -> bool:
        async with shop.office.db.read(shop.office.id) as tx:
            kind = await tx.value(
                "SELECT mimetype FROM tenant.file WHERE workspace = $1 AND state = 'stored'", shop.office.id
            )
        return kind is not None

    await until(stored, "the file")


class CountedTemplates(dict[str, Any]):
    """How often somebody looked at all of them."""

    reads = 0

    def values(self) -> Any:
        self.reads += 1
        return super().values()


async def test_many_news_of_unknown_templates_are_looked_up_by_few_reads(shop: Shop) -> None:
    templates = CountedTemplates()
    shop.graph.templates = templates
    news = {"message_template_language": "en", "event": "APPROVED"}
    changes = [
        {
            "field": "message_template_status_update",
            "value": {**news, "message_template_id": n, "message_template_name": f"t{n}"},
        }
        for n in range(1, 201)
    ]
    shop.graph.tell_raw(shop.number, body_of(shop.number.waba_id, changes, int(time.time())))
    await shop.all_read()

    async def nothing_waits() -> bool:
        async with shop.office.db.system_read() as tx:
            return not await tx.value("SELECT sum(waiting) FROM lanes.lane WHERE kind = $1", numbers.COMMAND_LANE)

    await until(nothing_waits, "all reads")
    assert 1 <= templates.reads < 10


async def test_states_of_the_number_follow_the_platform(shop: Shop) -> None:
    await shop.graph.restrict(shop.number, True)
    await until(lambda: _in_state(shop, NumberState.RESTRICTED), "the restriction")
    await shop.graph.restrict(shop.number, False)
    await until(lambda: _in_state(shop, NumberState.ACTIVE), "its end")
    await shop.graph.delete(shop.number)
    await until(lambda: _in_state(shop, NumberState.UNLINKED), "the end of the number")


async def test_a_disabled_account_is_heard_again_when_meta_reinstates_it(shop: Shop) -> None:
    await shop.graph.disable(shop.number)
    await until(lambda: _in_state(shop, NumberState.BANNED), "the ban")
    value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}
    changes = [{"field": "account_update", "value": value}]
    shop.graph.tell_raw(shop.number, body_of(shop.number.waba_id, changes, int(time.time())))
    await until(lambda: _in_state(shop, NumberState.ACTIVE), "its end")


async def test_sixty_messages_to_one_person_are_a_burst_and_a_rest(shop: Shop) -> None:
    ana = shop.customer("4915155501", "Ana")
    chat = await shop.talk_with(ana)
    await shop.send(chat, *[f"{n}" for n in range(60)])
    await until(lambda: len(shop.told(ana.phone)) >= 45, "the burst")
    async with shop.office.db.system_read() as tx:

        async def rests() -> bool:
            left: timedelta = await tx.value(
                "SELECT max(rest_until) - now() FROM lanes.lane WHERE kind = 'send' AND sub <> ''"
            )
            return left > timedelta(0)

        await until(rests, "a rest")
    assert len(shop.told(ana.phone)) < 48


async def _is(statuses: Any, text: str, status: str) -> bool:
    return bool((await statuses).get(text) == status)


async def _in_state(shop: Shop, state: NumberState) -> bool:
    return await shop.state() is state
