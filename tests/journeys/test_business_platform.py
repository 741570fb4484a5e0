"""A business number on a served Tideline, against the emulated Graph API, also over `kill -9`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from tests.support.cloud_shop import Business, Office, open_business
from tests.support.customer import Customer
from tests.support.graph.webhooks import body_of, dump, signed
from tests.support.waiting import until
from tideline.client import refusals
from tideline.client.models import WabaSendTemplate

ANA = "4915150001"


@pytest.fixture
async def shop(make_data_dir: Callable[[], Path]) -> AsyncIterator[Business]:
    async with open_business(make_data_dir()) as business:
        yield business


async def test_customers_write_and_are_answered(shop: Business) -> None:
    ana = shop.graph.add_customer(ANA, "Ana")
    async with shop.database() as office:
        question = await ana.write(shop.number, "Do you open today?")
        picture = shop.graph.add_media(shop.number, b"\xff\xd8\xff\xe0" + bytes(50_000), "image/jpeg")
        await ana.write(shop.number, "This one", file=picture)
        await until(lambda: _has(office, "Do you open today?", "This one"), "what Ana wrote")
        chat = await office.chat_with(ANA)
        assert chat
        assert chat.name == "Ana"
        await until(lambda: office.count("SELECT count(*) FROM tenant.file WHERE workspace = $1 AND state = 'stored'"))

        await office.send(chat, "Until six", reply_to=(await office.history(ANA))[0].uid)
        answer = await until(lambda: [said for said in shop.graph.screen(ANA) if said.text == "Until six"], "an answer")
        assert answer[0].reply_to == question
        await ana.read(shop.number)
        await until(lambda: _status(office, "Until six", "Read"), "the read mark")

        await ana.edit(shop.number, question, "Do you open on Sunday?")
        await until(lambda: _has(office, "Do you open on Sunday?"), "the edit")

        gone = shop.graph.add_customer("4915150009", "Gone")
        await gone.write(shop.number, "Bye")
        await until(lambda: office.chat_with(gone.phone), "the chat with Gone")
        gone.is_on_whatsapp = False
        chat = await office.chat_with(gone.phone)
        assert chat
        await office.send(chat, "Are you there?")
        await until(lambda: _status(office, "Are you there?", "Failed", gone.phone), "the failure")
        shop.graph.fail_next(131047, title="Re-engagement message")
        await office.send(chat, "And now?")
        await until(lambda: _status(office, "And now?", "Failed", gone.phone), "the other failure")


async def test_a_number_is_added_and_used_by_api(shop: Business) -> None:
    """From the ids and secrets that Meta shows to a talk that began with a template."""
    number = shop.graph.add_number("15550100002", "Harbour Repairs", like=shop.number)
    shop.graph.keeps_windows = True
    async with aiohttp.ClientSession() as http, Customer(shop.served.base_url, shop.api_token) as customer:
        added = await customer.add_waba_account(
            phone=number.phone, meta_phone_id=number.id, meta_waba_id=number.waba_id,
            access_token=number.token, app_secret=number.app_secret, name=number.name,
        )  # fmt: skip
        question = {
            "hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": added.webhook_verify_token,
        }  # fmt: skip
        async with http.get(added.webhook_url, params=question) as answer:
            assert (answer.status, await answer.text()) == (200, "1158201444")
        number.callback = added.webhook_url

        template = shop.graph.add_template(number, "ready", [{"type": "BODY", "text": "Hi {{1}}, your bike is ready."}])
        await shop.graph.review(template, "APPROVED")

        async def is_listed() -> bool:
            listed = [one async for one in customer.iter_waba_templates()]
            return [(one.name, one.status) for one in listed] == [("ready", "APPROVED")]

        await until(is_listed, "the template")
        ana = shop.graph.add_customer(ANA, "Ana")
        filled = WabaSendTemplate(name="ready", language="en", variables={"body": ["Ana"]})
        sent = await customer.send_waba_message_to_phone(waba_account_id=added.id, phone=f"+{ANA}", template=filled)
        await until(lambda: [said.text for said in shop.graph.screen(ANA)] == ["Hi Ana, your bike is ready."], "it")
        with pytest.raises(refusals.ServiceWindowClosed):
            await customer.send_waba_message_to_chat(sent.chat_id, text="Too early")

        await ana.write(number, "Coming!")

        async def is_open() -> bool:
            return (await customer.get_waba_chat(sent.chat_id)).service_window_is_open is True

        await until(is_open, "the window to open")
        await customer.send_waba_message_to_chat(sent.chat_id, text="See you")
        await until(lambda: shop.graph.screen(ANA)[-1].text == "See you", "the answer")


async def test_what_was_answered_is_there_after_a_kill(shop: Business) -> None:
    """Two hundred webhooks, each answered; the server dies at once, and is started again."""
    shop.graph.add_customer(ANA, "Ana")
    texts = [f"Message {n}" for n in range(200)]
    async with aiohttp.ClientSession() as session:

        async def tell(n: int, text: str) -> None:
            body = dump(body_of(shop.number.waba_id, [_message(shop, f"wamid.K{n}", text)], 1_790_000_000))
            async with session.post(shop.callback, data=body, headers=signed(body, shop.number.app_secret)) as answer:
                assert answer.status == 200

        await asyncio.gather(*(tell(n, text) for n, text in enumerate(texts)))
    shop.kill()
    shop.restart()
    async with shop.database() as office:
        stored = "SELECT count(*) FROM tenant.message WHERE workspace = $1 AND external_id LIKE 'wamid.K%'"
        await until(lambda: _counts(office, stored, len(texts)), "two hundred messages")
        waiting = "SELECT count(*) FROM cloud.notice WHERE workspace = $1"
        await until(lambda: _counts(office, waiting, 0), "an empty mailbox")
        assert await office.count(stored) == len(texts)


async def test_the_same_message_twice_at_once_is_one(shop: Business) -> None:
    shop.graph.add_customer(ANA, "Ana")
    body = dump(body_of(shop.number.waba_id, [_message(shop, "wamid.TWICE", "Once")], 1_790_000_000))
    async with aiohttp.ClientSession() as session:

        async def tell() -> int:
            async with session.post(shop.callback, data=body, headers=signed(body, shop.number.app_secret)) as answer:
                return answer.status

        assert set(await asyncio.gather(*(tell() for _ in range(20)))) == {200}
    async with shop.database() as office:
        await until(lambda: _has(office, "Once"), "the message")
        await until(lambda: _counts(office, "SELECT count(*) FROM cloud.notice WHERE workspace = $1", 0), "the rest")
        assert [message.text for message in await office.history(ANA)] == ["Once"]


async def test_a_send_that_dies_between_call_and_answer_is_cleared_up_by_its_status(shop: Business) -> None:
    """The platform takes the message, and the server is dead before it hears so."""
    ana = shop.graph.add_customer(ANA, "Ana")
    async with shop.database() as office:
        await ana.write(shop.number, "Hello")
        await until(lambda: office.chat_with(ANA), "the chat")
        chat = await office.chat_with(ANA)
        assert chat
        shop.graph.may_answer.clear()
        await office.send(chat, "Did it go?")
        await until(lambda: shop.graph.screen(ANA)[-1].text == "Did it go?", "the platform to take it")
    shop.kill()
    shop.graph.may_answer.set()
    shop.restart()
    async with shop.database() as office:
        await until(lambda: _status(office, "Did it go?", "Delivered"), "the status to clear it up")
        assert [said.text for said in shop.graph.screen(ANA)].count("Did it go?") == 1


def _message(shop: Business, message_id: str, text: str) -> dict[str, object]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": shop.number.metadata,
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": ANA}],
        "messages": [
            {"from": ANA, "id": message_id, "timestamp": "1790000000", "type": "text", "text": {"body": text}}
        ],
    }
    return {"field": "messages", "value": value}


async def _has(office: Office, *texts: str) -> bool:
    found = {message.text for message in await office.history(ANA)}
    return found >= set(texts)


async def _status(office: Office, text: str, status: str, phone: str = ANA) -> bool:
    return any(message.text == text and message.status == status for message in await office.history(phone))


async def _counts(office: Office, sql: str, wanted: int) -> bool:
    return await office.count(sql) == wanted
