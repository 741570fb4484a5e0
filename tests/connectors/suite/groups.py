"""Promises about groups: who is in, what is said there, and leaving."""

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import (
    Connector,
    GroupChanged,
    MessageReceived,
    Peer,
    ReactionChanged,
    RecipientNotOnWhatsApp,
    StatusChanged,
    Text,
)


class GroupPromises(Promises):
    @pytest.fixture
    async def bo(self, network: Network) -> str:
        return await network.phone("Bo")

    @pytest.fixture
    async def group(self, network: Network, shop: Linked, ana: str, bo: str) -> str:
        return await network.group("Weekend trip", [ana, bo, shop.phone])

    async def test_a_new_group_is_reported_whole(
        self, gateway: Gateway, shop: Linked, ana: str, bo: str, group: str
    ) -> None:
        changed = await gateway.next(GroupChanged)
        assert (changed.group, changed.subject, changed.is_left) == (group, "Weekend trip", False)
        assert group.endswith("@g.us")
        assert [(member.peer, member.role, member.is_own) for member in changed.members] == [
            (Peer(phone=ana), "owner", False),
            (Peer(phone=bo), "member", False),
            (shop.peer, "member", True),
        ]
        assert changed.members[0].name == "Ana"

    async def test_changes_of_a_group_are_reported(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str, bo: str, group: str
    ) -> None:
        await gateway.next(GroupChanged)
        cleo = await network.phone("Cleo")
        await network.change_group(group, subject="Long weekend", add=[cleo], promote=[bo])
        changed = await gateway.next(GroupChanged)
        assert changed.subject == "Long weekend"
        assert [(member.peer, member.role) for member in changed.members] == [
            (Peer(phone=ana), "owner"),
            (Peer(phone=bo), "admin"),
            (shop.peer, "member"),
            (Peer(phone=cleo), "member"),
        ]

    async def test_a_member_writes_to_the_group(self, gateway: Gateway, network: Network, ana: str, group: str) -> None:
        await network.write(ana, group, "Who drives?")
        message = await gateway.next(MessageReceived)
        assert (message.chat, message.sender, message.text) == (Peer(group=group), Peer(phone=ana), "Who drives?")
        assert (message.push_name, message.group_subject) == ("Ana", "Weekend trip")

    async def test_a_message_to_the_group_reaches_every_member_and_is_read_when_all_have_read(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str, bo: str, group: str
    ) -> None:
        await network.set_online(bo, False)
        sent = await connector.send(shop.account, Peer(group=group), Text("I do"), client_ref="m-1")
        assert [message.text for message in await network.screen(ana)] == ["I do"]
        await network.set_online(bo, True)
        delivered = await gateway.next(StatusChanged)
        assert (delivered.chat, delivered.status) == (Peer(group=group), "delivered")
        await network.read(ana, group)
        await network.read(bo, group)
        read = await gateway.next(StatusChanged)
        assert (read.status, list(read.external_ids)) == ("read", [sent.external_id])

    async def test_the_owner_writes_to_the_group_on_the_phone(
        self, gateway: Gateway, network: Network, shop: Linked, group: str
    ) -> None:
        await network.write(shop.phone, group, "From the road")
        message = await gateway.next(MessageReceived)
        assert (message.chat, message.from_me, message.text) == (Peer(group=group), True, "From the road")

    async def test_a_member_reacts_in_the_group(
        self, gateway: Gateway, network: Network, ana: str, bo: str, group: str
    ) -> None:
        external_id = await network.write(ana, group, "Sunny!")
        await network.react(bo, external_id, "☀️")
        reaction = await gateway.next(ReactionChanged)
        assert (reaction.chat, reaction.by, reaction.emoji) == (Peer(group=group), Peer(phone=bo), "☀️")

    async def test_a_number_that_is_removed_hears_so_and_can_no_longer_write(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str, group: str
    ) -> None:
        await gateway.next(GroupChanged)
        await network.change_group(group, remove=[shop.phone])
        changed = await gateway.next(GroupChanged)
        assert changed.is_left
        assert not any(member.is_own for member in changed.members)
        with pytest.raises(RecipientNotOnWhatsApp):
            await connector.send(shop.account, Peer(group=group), Text("Wait!"), client_ref="m-1")
        assert await network.screen(ana) == []

    async def test_a_group_that_does_not_exist_cannot_be_written_to(self, connector: Connector, shop: Linked) -> None:
        with pytest.raises(RecipientNotOnWhatsApp):
            await connector.send(shop.account, Peer(group="120363000000000000@g.us"), Text("Hi"), client_ref="m-1")

    async def test_all_groups_of_a_number_can_be_asked_for(
        self, connector: Connector, network: Network, shop: Linked, ana: str, bo: str, group: str
    ) -> None:
        await network.group("Without the shop", [ana, bo])
        second = await network.group("Suppliers", [shop.phone, bo])
        found = await connector.groups(shop.account)
        assert [(one.group, one.subject) for one in found] == [(group, "Weekend trip"), (second, "Suppliers")]
        assert found[1].members[0].is_own
        assert found[1].members[0].role == "owner"
