"""Promises about pictures: whoever shows one can be looked at, and a change is told."""

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import Capability, Connector, MessageReceived, Peer, Picture, PictureChanged

ONE, OTHER = b"\xff\xd8\xff\xe0 one picture", b"\xff\xd8\xff\xe0 another picture"


class PicturePromises(Promises):
    @pytest.fixture(autouse=True)
    def _can(self, connector: Connector) -> None:
        if Capability.PICTURES not in connector.capabilities:
            pytest.skip(f"{connector.kind} has not the capability PICTURES")

    async def test_a_contact_shows_a_picture(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.show_picture(ana, ONE)
        picture = await connector.picture(shop.account, Peer(phone=ana))
        assert picture
        assert picture.mimetype == "image/jpeg"
        assert await bytes_of(picture) == ONE
        again = await connector.picture(shop.account, Peer(phone=ana))
        assert again
        assert again.id == picture.id

    async def test_another_picture_has_another_id(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        ids = set()
        for shown in (ONE, OTHER):
            await network.show_picture(ana, shown)
            picture = await connector.picture(shop.account, Peer(phone=ana))
            assert picture
            ids.add(picture.id)
        assert len(ids) == 2

    async def test_who_shows_none_has_none(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        assert await connector.picture(shop.account, Peer(phone=ana)) is None
        await network.show_picture(ana, ONE)
        await network.show_picture(ana, None)
        assert await connector.picture(shop.account, Peer(phone=ana)) is None

    async def test_a_group_shows_a_picture(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        group = await network.group("Sunday ride", [shop.phone, ana])
        assert await connector.picture(shop.account, Peer(group=group)) is None
        await network.show_group_picture(group, ONE)
        picture = await connector.picture(shop.account, Peer(group=group))
        assert picture
        assert await bytes_of(picture) == ONE

    async def test_who_has_met_somebody_hears_of_a_new_picture(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "Hello")
        await gateway.next(MessageReceived)
        await network.show_picture(ana, ONE)
        assert (await gateway.next(PictureChanged)).peer == Peer(phone=ana)


async def bytes_of(picture: Picture) -> bytes:
    return b"".join([chunk async for chunk in picture.source.chunks()])
