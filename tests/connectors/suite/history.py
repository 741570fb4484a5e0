"""Promises about history: what a phone said before it was linked comes in chunks of its own, and never as news."""

from collections.abc import Sequence

import pytest

from tests.connectors.gateway import Gateway
from tests.connectors.network import Attachment, Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import (
    HISTORY_CHUNK,
    Capability,
    Connector,
    MediaKind,
    MessageReceived,
    Peer,
    Via,
)


class HistoryPromises(Promises):
    @pytest.fixture(autouse=True)
    def _can(self, connector: Connector) -> None:
        if Capability.HISTORY not in connector.capabilities:
            pytest.skip(f"{connector.kind} has not the capability HISTORY")

    async def test_a_phone_hands_over_what_was_said_before_the_link(
        self, gateway: Gateway, network: Network, ana: str
    ) -> None:
        phone = await network.phone("Shop")
        asked = await network.write(ana, phone, "Are you open?")
        answered = await network.write(phone, ana, "Until six", reply_to=asked)
        await gateway.link_phone(phone)
        first, second = await self.history(gateway, 2)
        assert (first.external_id, first.text, first.from_me) == (asked, "Are you open?", False)
        assert (first.chat, first.push_name) == (Peer(phone=ana), "Ana")
        assert (second.external_id, second.text, second.from_me) == (answered, "Until six", True)
        assert (second.chat, second.reply_to) == (Peer(phone=ana), asked)
        assert first.at <= second.at
        assert {first.via, second.via} == {Via.HISTORY}

    async def test_nothing_of_it_comes_as_news(self, gateway: Gateway, network: Network, ana: str) -> None:
        phone = await network.phone("Shop")
        await network.write(ana, phone, "Long ago")
        await gateway.link_phone(phone)
        await self.history(gateway, 1)
        await network.write(ana, phone, "And now")
        [news] = [event for event in await gateway.until(MessageReceived) if isinstance(event, MessageReceived)]
        assert (news.text, news.via) == ("And now", Via.CONTACT)

    async def test_a_group_names_who_wrote_there(self, gateway: Gateway, network: Network, ana: str) -> None:
        phone = await network.phone("Shop")
        group = await network.group("Sunday ride", [ana, phone])
        await network.write(ana, group, "Nine?")
        await gateway.link_phone(phone)
        [message] = await self.history(gateway, 1)
        assert (message.chat, message.sender) == (Peer(group=group), Peer(phone=ana))

    async def test_files_of_long_ago_can_be_fetched(
        self, gateway: Gateway, connector: Connector, network: Network, ana: str
    ) -> None:
        phone = await network.phone("Shop")
        picture = Attachment("bike.png", "image/png", b"\x89PNG then more")
        await network.write(ana, phone, "Look", file=picture)
        shop = await gateway.link_phone(phone)
        [message] = await self.history(gateway, 1)
        assert message.media
        assert message.media.kind is MediaKind.IMAGE
        assert b"".join([chunk async for chunk in connector.open_media(shop.account, message.media)]) == picture.data

    async def test_much_talk_comes_in_chunks_in_its_order(self, gateway: Gateway, network: Network, ana: str) -> None:
        phone = await network.phone("Shop")
        texts = [f"Message {n}" for n in range(HISTORY_CHUNK + 20)]
        await network.write_all(ana, phone, texts)
        await gateway.link_phone(phone)
        assert sorted(message.text or "" for message in await self.history(gateway, len(texts))) == sorted(texts)

    async def history(self, gateway: Gateway, count: int) -> Sequence[MessageReceived]:
        """So many messages of the history, after a look at their chunks."""
        found: list[MessageReceived] = []
        while len(found) < count:
            chunk = await gateway.next_history()
            assert len(chunk.messages) <= HISTORY_CHUNK
            assert [one.at for one in chunk.messages] == sorted(one.at for one in chunk.messages)
            found += chunk.messages
        return found
