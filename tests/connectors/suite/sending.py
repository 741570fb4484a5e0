"""Promises about what a linked number sends: it arrives once, the receipts come back, problems have the right name."""

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises, beyond_sent
from tideline.features.numbers.port import (
    AccountRestricted,
    Connector,
    MessageKey,
    MessageReceived,
    NumberInfo,
    Offline,
    Peer,
    RecipientNotOnWhatsApp,
    StatusChanged,
    Text,
    Via,
)


class SendingPromises(Promises):
    async def test_a_text_arrives_and_its_receipts_come_back(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        accepted = await connector.send(shop.account, Peer(phone=ana), Text("Good morning 🌅"), client_ref="m-1")
        [message] = await network.screen(ana)
        assert (message.external_id, message.text) == (accepted.external_id, "Good morning 🌅")
        assert (message.author, message.chat) == (shop.phone, shop.phone)
        delivered = await gateway.next(StatusChanged, beyond_sent)
        assert (delivered.status, list(delivered.external_ids)) == ("delivered", [accepted.external_id])
        await network.read(ana, shop.phone)
        read = await gateway.next(StatusChanged, beyond_sent)
        assert (read.status, list(read.external_ids)) == ("read", [accepted.external_id])
        assert read.chat == Peer(phone=ana)

    async def test_the_same_reference_twice_is_two_messages(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        first = await connector.send(shop.account, Peer(phone=ana), Text("Once?"), client_ref="m-1")
        second = await connector.send(shop.account, Peer(phone=ana), Text("Once?"), client_ref="m-1")
        assert [message.external_id for message in await network.screen(ana)] == [
            first.external_id,
            second.external_id,
        ]
        assert first.external_id != second.external_id

    async def test_an_answer_quotes_its_message(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "Do you open today?")
        question = await gateway.next(MessageReceived)
        key = MessageKey(question.chat, question.external_id, from_me=False)
        await connector.send(shop.account, question.chat, Text("Yes"), client_ref="m-1", reply_to=key)
        assert (await network.screen(ana))[-1].reply_to == question.external_id

    async def test_a_message_to_a_phone_out_of_reach_is_delivered_when_it_is_back(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.set_online(ana, False)
        sent = await connector.send(shop.account, Peer(phone=ana), Text("When you land"), client_ref="m-1")
        assert await network.screen(ana) == []
        await network.set_online(ana, True)
        assert list((await gateway.next(StatusChanged, beyond_sent)).external_ids) == [sent.external_id]
        assert [message.text for message in await network.screen(ana)] == ["When you land"]

    async def test_a_phone_that_hides_it_tells_nobody_that_it_read(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.share_reads(ana, False)
        await connector.send(shop.account, Peer(phone=ana), Text("Read me"), client_ref="m-1")
        await network.read(ana, shop.phone)
        await network.write(ana, shop.phone, "I saw it")
        heard = await gateway.until(MessageReceived, lambda event: event.text == "I saw it")
        assert [event.status for event in heard if isinstance(event, StatusChanged) and beyond_sent(event)] == [
            "delivered"
        ]

    async def test_a_reaction_shows_on_the_phone_and_goes_again(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        external_id = await network.write(ana, shop.phone, "I ordered!")
        key = MessageKey((await gateway.next(MessageReceived)).chat, external_id, from_me=False)
        await connector.react(shop.account, key, "👍")
        assert (await network.screen(ana))[0].reactions == {shop.phone: "👍"}
        await connector.react(shop.account, key, "🎉")
        assert (await network.screen(ana))[0].reactions == {shop.phone: "🎉"}
        await connector.react(shop.account, key, None)
        assert (await network.screen(ana))[0].reactions == {}

    async def test_what_was_marked_as_read_is_read_for_its_author(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        first, second, third = [await network.write(ana, shop.phone, text) for text in ("One", "Two", "Three")]
        keys = [MessageKey(Peer(phone=ana), external_id, from_me=False) for external_id in (first, second)]
        await connector.mark_read(shop.account, keys)
        await connector.mark_read(shop.account, keys)
        assert {message.external_id: message.status for message in await network.screen(ana)} == {
            first: "read",
            second: "read",
            third: "delivered",
        }

    async def test_a_restricted_number_is_told_so(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.restrict(shop.phone, True)
        with pytest.raises(AccountRestricted):
            await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
        await network.restrict(shop.phone, False)
        await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-2")
        assert len(await network.screen(ana)) == 1

    async def test_without_a_connection_nothing_is_sent(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.set_online(shop.phone, False)
        with pytest.raises(Offline):
            await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
        assert await network.screen(ana) == []

    async def test_a_number_that_is_not_started_is_offline(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await connector.stop(shop.account.number_id)
        with pytest.raises(Offline):
            await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
        assert await network.screen(ana) == []


class DirectoryPromises(Promises):
    """Of connectors that know who is on WhatsApp before they send, and hear what they sent themselves."""

    async def test_the_echo_of_a_send_carries_its_reference(
        self, gateway: Gateway, connector: Connector, shop: Linked, ana: str
    ) -> None:
        accepted = await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
        echo = await gateway.next(MessageReceived)
        assert (echo.external_id, echo.client_ref, echo.via) == (accepted.external_id, "m-1", Via.ECHO)
        assert echo.from_me
        assert (echo.chat, echo.text, echo.at) == (Peer(phone=ana), "Hello", accepted.at)

    async def test_a_person_can_be_addressed_by_lid(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await connector.send(shop.account, Peer(lid=await network.lid(ana)), Text("Hello"), client_ref="m-1")
        assert [message.text for message in await network.screen(ana)] == ["Hello"]

    async def test_nobody_there(self, connector: Connector, network: Network, shop: Linked, ana: str) -> None:
        with pytest.raises(RecipientNotOnWhatsApp):
            await connector.send(shop.account, Peer(phone="15559999999"), Text("Hello?"), client_ref="m-1")
        await network.leave(ana)
        with pytest.raises(RecipientNotOnWhatsApp):
            await connector.send(shop.account, Peer(phone=ana), Text("Hello?"), client_ref="m-2")
        assert await network.screen(shop.phone) == []

    async def test_numbers_are_checked(self, connector: Connector, network: Network, shop: Linked, ana: str) -> None:
        gone = await network.phone("Gone")
        await network.leave(gone)
        checked = await connector.check_numbers(shop.account, [ana, gone, "15559999999"])
        assert [(info.phone, info.is_on_whatsapp) for info in checked] == [
            (ana, True),
            (gone, False),
            ("15559999999", False),
        ]
        assert all(isinstance(info, NumberInfo) for info in checked)
