"""Promises about the state of a number: every change is reported, and told again at the next start."""

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import AccountState, Connector, MessageReceived, StateChanged


class StatePromises(Promises):
    async def test_a_restriction_is_reported_when_it_comes_and_when_it_goes(
        self, gateway: Gateway, network: Network, shop: Linked
    ) -> None:
        await network.restrict(shop.phone, True)
        restricted = await gateway.next(StateChanged)
        assert restricted.state is AccountState.RESTRICTED
        assert restricted.reason
        await network.restrict(shop.phone, False)
        assert (await gateway.next(StateChanged)).state is AccountState.ONLINE

    async def test_a_ban_is_reported(self, gateway: Gateway, network: Network, shop: Linked) -> None:
        await network.ban(shop.phone, True)
        assert (await gateway.next(StateChanged)).state is AccountState.BANNED

    async def test_an_account_that_is_deleted_ends_the_link(
        self, gateway: Gateway, network: Network, shop: Linked
    ) -> None:
        await network.leave(shop.phone)
        assert (await gateway.next(StateChanged)).state is AccountState.UNLINKED
        assert await network.links(shop.phone) == 0

    async def test_a_start_tells_the_state_as_it_is(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked
    ) -> None:
        await gateway.ack_all(shop)
        await connector.stop(shop.account.number_id)
        await network.restrict(shop.phone, True)
        await connector.start(shop.account, 1)
        states = [(await gateway.next(StateChanged)).state for _ in range(2)]
        assert states == [AccountState.RESTRICTED, AccountState.RESTRICTED]


class ConnectionPromises(Promises):
    """Of connectors that hold a connection for each number."""

    async def test_a_connection_that_is_lost_and_comes_back_is_reported(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.set_online(shop.phone, False)
        assert (await gateway.next(StateChanged)).state is AccountState.OFFLINE
        await network.write(ana, shop.phone, "While you were gone")
        await network.set_online(shop.phone, True)
        back, message = await gateway.until(MessageReceived)
        assert back.state is AccountState.ONLINE
        assert message.text == "While you were gone"
