"""Linked numbers keep the promises of the port, with the real client library on the small WhatsApp of the tests."""

import importlib.util
from collections.abc import AsyncIterator
from ctypes.util import find_library

import pytest

if not importlib.util.find_spec("neonize") or not find_library("magic"):
    pytest.skip("no neonize or no libmagic1; on Debian or Ubuntu: apt install libmagic1", allow_module_level=True)

from tests.connectors.contract import ConnectorContract
from tests.connectors.gateway import Linked
from tests.connectors.linked_network import LinkedNetwork, Street
from tests.connectors.network import Network
from tests.connectors.suite.pictures import ONE as PICTURE
from tests.connectors.suite.pictures import bytes_of
from tideline.features.numbers.port import ColdContactBlocked, Connector, MediaRejected, Peer, Text

PHONES = 6


@pytest.fixture(scope="module")
async def street() -> AsyncIterator[Street]:
    async with Street.running(PHONES) as street:
        yield street


class TestLinked(ConnectorContract):
    """What is set to None below cannot be: a real client has a clock of its own, WhatsApp tells linked devices nothing
    of restrictions and of calls from the phone, and what a device had not fetched when it was taken off comes to the
    next one as history."""

    test_a_qr_is_replaced_and_the_old_one_is_worth_nothing = None  # type: ignore[assignment]
    test_an_attempt_that_nobody_confirms_fails = None  # type: ignore[assignment]
    test_a_restriction_is_reported_when_it_comes_and_when_it_goes = None  # type: ignore[assignment]
    test_a_start_tells_the_state_as_it_is = None  # type: ignore[assignment]
    test_the_owner_calls_from_the_phone = None  # type: ignore[assignment]
    test_a_number_that_is_linked_again_hears_what_it_had_not_heard = None  # type: ignore[assignment]

    @pytest.fixture
    async def network(self, street: Street) -> AsyncIterator[Network]:
        network = LinkedNetwork(street)
        yield network
        await network.close()
        await street.tidy()

    async def test_a_restricted_number_is_told_so(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        """A linked device learns of it when it writes to somebody."""
        await network.restrict(shop.phone, True)
        with pytest.raises(ColdContactBlocked):
            await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
        await network.restrict(shop.phone, False)
        await connector.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-2")
        assert len(await network.screen(ana)) == 1

    async def test_a_picture_that_is_hidden_from_the_number_is_none(
        self, connector: Connector, network: Network, street: Street, shop: Linked, ana: str
    ) -> None:
        await network.show_picture(ana, PICTURE)
        street.whatsapp.accounts[ana].hides_picture = True
        assert await connector.picture(shop.account, Peer(phone=ana)) is None

    async def test_a_picture_without_end_is_not_taken(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.show_picture(ana, PICTURE * 200_000)
        picture = await connector.picture(shop.account, Peer(phone=ana))
        assert picture
        with pytest.raises(MediaRejected):
            await bytes_of(picture)
