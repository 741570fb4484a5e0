"""Promises about linking a phone and about the end of a link."""

from datetime import timedelta

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import (
    AccountRef,
    AccountState,
    Connector,
    MessageReceived,
    NotLinked,
    Paired,
    PairingCode,
    PairingFailed,
    PairingQr,
    PairingRef,
    Peer,
    StateChanged,
    Text,
)

PAIRING = PairingRef(pairing_id=7, workspace_id=3)


class LinkingPromises(Promises):
    async def test_a_phone_that_scans_the_qr_becomes_a_number(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        phone = await network.phone("Shop")
        paired = await gateway.pair(phone, PAIRING)
        assert paired == Paired(PAIRING, phone, await network.lid(phone), "Shop")
        account = AccountRef(number_id=5, workspace_id=3, phone=phone)
        await connector.adopt(PAIRING, account)
        await connector.start(account, 1)
        assert (await gateway.next(StateChanged)).state is AccountState.ONLINE
        assert await network.links(phone) == 1

    async def test_a_phone_that_gets_the_code_typed_in_becomes_a_number(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        phone = await network.phone("Shop")
        await connector.begin_pairing(PAIRING, phone=phone)
        shown = await gateway.next(PairingCode)
        assert len(shown.code) == 8
        assert await network.enter_code(phone, shown.code)
        assert (await gateway.next(Paired)).phone == phone

    async def test_a_code_is_worth_nothing_on_another_phone(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        phone, other = await network.phone("Shop"), await network.phone("Somebody")
        await connector.begin_pairing(PAIRING, phone=phone)
        code = (await gateway.next(PairingCode)).code
        assert not await network.enter_code(other, code)
        assert await network.links(other) == 0

    async def test_a_qr_that_was_scanned_is_used_up(self, gateway: Gateway, network: Network) -> None:
        await gateway.connector.begin_pairing(PAIRING)
        qr = (await gateway.next(PairingQr)).qr
        assert await network.scan(await network.phone("Shop"), qr)
        assert not await network.scan(await network.phone("Somebody"), qr)

    async def test_a_qr_is_replaced_and_the_old_one_is_worth_nothing(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        await connector.begin_pairing(PAIRING)
        first = await gateway.next(PairingQr)
        await network.pass_time(timedelta(seconds=61))
        second = await gateway.next(PairingQr)
        assert second.qr != first.qr
        assert second.until > first.until
        phone = await network.phone("Shop")
        assert not await network.scan(phone, first.qr)
        assert await network.scan(phone, second.qr)

    async def test_an_attempt_that_nobody_confirms_fails(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        phone = await network.phone("Shop")
        await connector.begin_pairing(PAIRING, phone=phone)
        code = (await gateway.next(PairingCode)).code
        await network.pass_time(timedelta(minutes=10))
        assert (await gateway.next(PairingFailed)).pairing == PAIRING
        assert not await network.enter_code(phone, code)

    async def test_a_cancelled_attempt_cannot_be_scanned(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        await connector.begin_pairing(PAIRING)
        qr = (await gateway.next(PairingQr)).qr
        await connector.cancel_pairing(PAIRING)
        await connector.cancel_pairing(PAIRING)
        phone = await network.phone("Shop")
        assert not await network.scan(phone, qr)
        assert await network.links(phone) == 0

    async def test_a_cancelled_attempt_can_be_begun_again_with_another_qr(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        await connector.begin_pairing(PAIRING)
        old = (await gateway.next(PairingQr)).qr
        await connector.cancel_pairing(PAIRING)
        paired = await gateway.pair(await network.phone("Shop"), PAIRING)
        assert paired.pairing == PAIRING
        assert not await network.scan(await network.phone("Somebody"), old)

    async def test_cancelling_takes_back_a_link_that_no_number_adopted(
        self, gateway: Gateway, connector: Connector, network: Network
    ) -> None:
        phone = await network.phone("Shop")
        await gateway.pair(phone, PAIRING)
        await connector.cancel_pairing(PAIRING)
        assert await network.links(phone) == 0
        with pytest.raises(NotLinked):
            await connector.adopt(PAIRING, AccountRef(number_id=5, workspace_id=3, phone=phone))

    async def test_cancelling_too_late_leaves_the_number_alone(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked
    ) -> None:
        await connector.cancel_pairing(PairingRef(pairing_id=101, workspace_id=1))
        assert await network.links(shop.phone) == 1

    async def test_begun_twice_is_begun_once(self, gateway: Gateway, connector: Connector, network: Network) -> None:
        await connector.begin_pairing(PAIRING)
        await connector.begin_pairing(PAIRING)
        assert await network.scan(await network.phone("Shop"), (await gateway.next(PairingQr)).qr)
        assert (await gateway.next(Paired)).pairing == PAIRING

    async def test_a_confirmed_link_waits_for_a_connector_that_was_not_there(
        self, gateway: Gateway, network: Network
    ) -> None:
        phone = await network.phone("Shop")
        await gateway.pair(phone, PAIRING)
        successor = Gateway(await network.new_connector(), network)
        async with successor.running():
            await successor.connector.begin_pairing(PAIRING)
            assert (await successor.next(Paired)).phone == phone

    async def test_adopted_twice_is_adopted_once(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await connector.adopt(PairingRef(pairing_id=101, workspace_id=1), shop.account)
        assert await network.links(shop.phone) == 1
        await network.write(ana, shop.phone, "Still there?")
        assert (await gateway.next(MessageReceived)).text == "Still there?"

    async def test_a_number_without_a_session_does_not_start(self, connector: Connector) -> None:
        with pytest.raises(NotLinked):
            await connector.start(AccountRef(number_id=99, workspace_id=1, phone="15550009999"), 1)

    async def test_a_phone_has_at_most_four_links(self, gateway: Gateway, network: Network) -> None:
        phone = await network.phone("Busy")
        for number in range(1, 5):
            await gateway.link_phone(phone, number_id=number, workspace_id=number)
        await gateway.connector.begin_pairing(PAIRING)
        assert not await network.scan(phone, (await gateway.next(PairingQr)).qr)
        assert await network.links(phone) == 4

    async def test_unlinking_ends_the_link_on_the_phone_too(
        self, connector: Connector, network: Network, shop: Linked
    ) -> None:
        await connector.unlink(shop.account)
        await connector.unlink(shop.account)
        assert await network.links(shop.phone) == 0
        with pytest.raises(NotLinked):
            await connector.start(shop.account, 2)

    async def test_a_stopped_number_can_be_unlinked(self, connector: Connector, network: Network, shop: Linked) -> None:
        await connector.stop(shop.account.number_id)
        await (await network.new_connector()).unlink(shop.account)
        assert await network.links(shop.phone) == 0

    async def test_a_link_that_ends_on_the_phone_is_reported(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.unlink(shop.phone)
        assert (await gateway.next(StateChanged)).state is AccountState.UNLINKED
        with pytest.raises(NotLinked):
            await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="1")

    async def test_a_link_that_ended_while_nobody_looked_is_reported_at_the_next_start(
        self, connector: Connector, network: Network, shop: Linked
    ) -> None:
        await connector.stop(shop.account.number_id)
        await network.unlink(shop.phone)
        successor = Gateway(await network.new_connector(), network)
        async with successor.running():
            await successor.connector.start(shop.account, 2)
            unlinked = await successor.next(StateChanged, lambda event: event.state is AccountState.UNLINKED)
            assert unlinked.reason

    async def test_a_number_that_is_linked_again_hears_what_it_had_not_heard(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await connector.stop(shop.account.number_id)
        await network.write(ana, shop.phone, "Are you there?")
        await network.unlink(shop.phone)
        again = PairingRef(pairing_id=202, workspace_id=1)
        await gateway.pair(shop.phone, again)
        await connector.adopt(again, shop.account)
        await connector.start(shop.account, 2)
        heard = await gateway.until(StateChanged)
        assert [event.text for event in heard if isinstance(event, MessageReceived)] == ["Are you there?"]
        assert heard[-1].state is AccountState.ONLINE
        assert await network.links(shop.phone) == 1
