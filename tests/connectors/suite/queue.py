"""Promises about the queue of events: in order, until acknowledged, for one owner at a time."""

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import (
    AccountState,
    Connector,
    MessageReceived,
    Offline,
    Peer,
    StateChanged,
    Text,
)


def texts(events: list[object]) -> list[str | None]:
    return [event.text for event in events if isinstance(event, MessageReceived)]


class QueuePromises(Promises):
    async def test_events_come_in_the_order_in_which_they_happened(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        bo = await network.phone("Bo")
        sent = [f"Message {n}" for n in range(1_200)]
        await network.write_all(ana, shop.phone, sent[:600])
        await network.write_all(bo, shop.phone, sent[600:])
        heard = await gateway.until(MessageReceived, lambda event: event.text == sent[-1])
        assert texts(heard) == sent
        ids = [envelope.id for envelope in gateway.envelopes]
        assert ids == sorted(set(ids))
        assert {(envelope.number_id, envelope.epoch) for envelope in gateway.envelopes} == {(shop.account.number_id, 1)}

    async def test_what_was_not_acknowledged_comes_again_after_a_restart(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write_all(ana, shop.phone, ["One", "Two", "Three"])
        await gateway.next(MessageReceived, lambda event: event.text == "Three")
        two = next(e for e in gateway.envelopes if isinstance(e.event, MessageReceived) and e.event.text == "Two")
        await gateway.connector.ack(shop.account.number_id, two.id)
        successor = Gateway(await network.new_connector(), network)
        async with successor.running():
            await successor.connector.start(shop.account, 2)
            heard = await successor.until(StateChanged)
        assert texts(heard) == ["Three"]
        assert {envelope.epoch for envelope in successor.envelopes} == {2}

    async def test_what_was_acknowledged_never_comes_again(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "Heard")
        await gateway.next(MessageReceived)
        await gateway.ack_all(shop)
        await gateway.ack_all(shop)
        successor = Gateway(await network.new_connector(), network)
        async with successor.running():
            await successor.connector.start(shop.account, 2)
            await network.write(ana, shop.phone, "New")
            assert texts(await successor.until(MessageReceived)) == ["New"]

    async def test_what_happens_while_nobody_listens_waits(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await gateway.ack_all(shop)
        await connector.stop(shop.account.number_id)
        await network.write(ana, shop.phone, "While you slept")
        await network.write(shop.phone, ana, "I answered on the phone")
        await connector.start(shop.account, 1)
        heard = await gateway.until(StateChanged)
        assert texts(heard) == ["While you slept", "I answered on the phone"]

    async def test_stopped_and_started_again_what_was_handed_out_but_not_acknowledged_comes_again(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await gateway.ack_all(shop)
        await network.write(ana, shop.phone, "Handed out")
        await gateway.next(MessageReceived)
        await connector.stop(shop.account.number_id)
        await connector.start(shop.account, 1)
        assert texts(await gateway.until(StateChanged)) == ["Handed out"]

    async def test_started_twice_is_started_once(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await connector.start(shop.account, 1)
        await network.write(ana, shop.phone, "Hello")
        heard = await gateway.until(MessageReceived)
        assert [type(event) for event in heard] == [MessageReceived]

    async def test_an_older_owner_is_fenced(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await gateway.ack_all(shop)
        successor = Gateway(await network.new_connector(), network)
        async with successor.running():
            await successor.connector.start(shop.account, 2)
            await successor.next(StateChanged, lambda event: event.state is AccountState.ONLINE)
            with pytest.raises(Offline):
                await connector.send(shop.account, Peer(phone=ana), Text("Two owners?"), client_ref="m-1")
            await network.write(ana, shop.phone, "For the new owner")
            await successor.next(MessageReceived)
            newest = successor.envelopes[-1].id
            await connector.ack(shop.account.number_id, newest)
            await successor.connector.stop(shop.account.number_id)
            await successor.connector.start(shop.account, 3)
            assert (await successor.next(MessageReceived)).text == "For the new owner"
        assert all(envelope.id < newest for envelope in gateway.envelopes)
        assert [message.text for message in await network.screen(ana)] == ["For the new owner"]

    async def test_an_older_epoch_cannot_start(self, network: Network, shop: Linked) -> None:
        successor = await network.new_connector()
        await successor.start(shop.account, 5)
        with pytest.raises(Offline):
            await (await network.new_connector()).start(shop.account, 4)

    async def test_one_number_does_not_hold_up_another(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        depot = await gateway.link("Depot", number_id=2)
        await connector.stop(shop.account.number_id)
        await network.write(ana, shop.phone, "Waits")
        await network.write(ana, depot.phone, "Goes through")
        assert (await gateway.next(MessageReceived)).text == "Goes through"
