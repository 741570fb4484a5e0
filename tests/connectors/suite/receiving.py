"""Promises about what comes in: every kind of event, from contacts and from the owner's own phone."""

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import (
    CallEnded,
    Connector,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    ReactionChanged,
    ReadOnPhone,
    StatusChanged,
    Text,
    Via,
)


class ReceivingPromises(Promises):
    async def test_a_contact_writes(self, gateway: Gateway, network: Network, shop: Linked, ana: str) -> None:
        external_id = await network.write(ana, shop.phone, "Hola\nqué tal? <b>ñ</b>")
        message = await gateway.next(MessageReceived)
        assert message.chat == Peer(phone=ana)
        assert message.external_id == external_id
        assert message.text == "Hola\nqué tal? <b>ñ</b>"
        assert not message.from_me
        assert (message.via, message.push_name) == (Via.CONTACT, "Ana")
        assert message.at.utcoffset() is not None

    async def test_a_contact_answers_with_a_quote(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        sent = await connector.send(shop.account, Peer(phone=ana), Text("Size M or L?"), client_ref="m-1")
        await network.write(ana, shop.phone, "L", reply_to=sent.external_id)
        answer = await gateway.next(MessageReceived, lambda event: not event.from_me)
        assert answer.reply_to == sent.external_id

    async def test_a_contact_edits(self, gateway: Gateway, network: Network, shop: Linked, ana: str) -> None:
        external_id = await network.write(ana, shop.phone, "At 8")
        await network.edit(ana, external_id, "At 9")
        edited = await gateway.next(MessageEdited)
        assert (edited.chat, edited.external_id, edited.text) == (Peer(phone=ana), external_id, "At 9")
        assert (await network.screen(shop.phone))[0].is_edited

    async def test_a_contact_revokes(self, gateway: Gateway, network: Network, shop: Linked, ana: str) -> None:
        external_id = await network.write(ana, shop.phone, "My password is 1234")
        await network.revoke(ana, external_id)
        revoked = await gateway.next(MessageRevoked)
        assert (revoked.chat, revoked.external_id) == (Peer(phone=ana), external_id)
        [message] = await network.screen(shop.phone)
        assert (message.is_revoked, message.text) == (True, None)

    async def test_a_contact_reacts_and_takes_it_back(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        sent = await connector.send(shop.account, Peer(phone=ana), Text("Done!"), client_ref="m-1")
        await network.react(ana, sent.external_id, "❤️")
        reaction = await gateway.next(ReactionChanged)
        assert (reaction.chat, reaction.external_id, reaction.emoji) == (Peer(phone=ana), sent.external_id, "❤️")
        assert (reaction.by, reaction.push_name) == (Peer(phone=ana), "Ana")
        await network.react(ana, sent.external_id, None)
        assert (await gateway.next(ReactionChanged)).emoji is None


class PhonePromises(Promises):
    """Of numbers whose owner has them on a phone as well: what is done there is heard here."""

    async def test_the_owner_types_on_the_phone(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        external_id = await network.write(shop.phone, ana, "From my pocket")
        message = await gateway.next(MessageReceived)
        assert (message.chat, message.external_id, message.text) == (Peer(phone=ana), external_id, "From my pocket")
        assert message.from_me
        assert message.via is Via.PHONE
        assert message.client_ref is None
        assert list((await gateway.next(StatusChanged)).external_ids) == [external_id]
        await network.read(ana, shop.phone)
        assert (await gateway.next(StatusChanged)).status == "read"

    async def test_the_owner_reads_on_the_phone(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "Hello")
        await network.read(shop.phone, ana)
        assert (await gateway.next(ReadOnPhone)).chat == Peer(phone=ana)

    async def test_the_owner_edits_and_revokes_on_the_phone(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        sent = await connector.send(shop.account, Peer(phone=ana), Text("Tomorow"), client_ref="m-1")
        await network.edit(shop.phone, sent.external_id, "Tomorrow")
        edited = await gateway.next(MessageEdited)
        assert (edited.external_id, edited.text, edited.by) == (sent.external_id, "Tomorrow", None)
        await network.revoke(shop.phone, sent.external_id)
        revoked = await gateway.next(MessageRevoked)
        assert (revoked.external_id, revoked.by) == (sent.external_id, None)

    async def test_the_owner_reacts_on_the_phone(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        external_id = await network.write(ana, shop.phone, "Look")
        await network.react(shop.phone, external_id, "😮")
        reaction = await gateway.next(ReactionChanged)
        assert (reaction.external_id, reaction.emoji, reaction.by) == (external_id, "😮", None)

    async def test_a_contact_calls(self, gateway: Gateway, network: Network, shop: Linked, ana: str) -> None:
        await network.call(ana, shop.phone, "answered", video=True, seconds=12)
        call = await gateway.next(CallEnded)
        assert (call.chat, call.direction, call.outcome) == (Peer(phone=ana), "incoming", "answered")
        assert (call.is_video, call.seconds) == (True, 12)
        await network.call(ana, shop.phone, "missed")
        missed = await gateway.next(CallEnded)
        assert (missed.outcome, missed.is_video, missed.seconds) == ("missed", False, 0)
        assert missed.external_id != call.external_id

    async def test_the_owner_calls_from_the_phone(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.call(shop.phone, ana, "rejected")
        call = await gateway.next(CallEnded)
        assert (call.chat, call.direction, call.outcome) == (Peer(phone=ana), "outgoing", "rejected")

    async def test_two_linked_numbers_talk_and_each_hears_its_own_side(
        self, gateway: Gateway, connector: Connector, shop: Linked
    ) -> None:
        depot = await gateway.link("Depot", number_id=2)
        sent = await connector.send(shop.account, depot.peer, Text("Any left?"), client_ref="m-1")
        echo = await gateway.next(MessageReceived, lambda event: event.from_me)
        arrived = await gateway.next(MessageReceived, lambda event: not event.from_me)
        assert echo.external_id == arrived.external_id == sent.external_id
        assert (echo.chat, arrived.chat) == (depot.peer, shop.peer)
        assert arrived.client_ref is None
        owners = {envelope.number_id for envelope in gateway.envelopes if envelope.event in (echo, arrived)}
        assert owners == {shop.account.number_id, depot.account.number_id}
