"""When a chat changed last: every change of what it shows counts, and nothing else does."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.world import World
from tideline.features import chats, messages, numbers
from tideline.features.chats import Chat, ChatFilter
from tideline.features.chats.store import listing
from tideline.features.messages import Outgoing, ToChat
from tideline.features.numbers.port import CallEnded, GroupChanged, GroupMember, Peer, ReactionChanged, StatusChanged

Happening = Callable[[World, Chat], Awaitable[Any]]


def by_hand(change: Callable[..., Awaitable[Any]], *args: Any) -> Happening:
    return lambda world, chat: world.run(change, chat.id, *args)


async def a_call(world: World, chat: Chat) -> None:
    call = CallEnded(chat.peer, "CALL", "incoming", "missed", False, 0, world.clock.advance())
    await world.run(messages.receive, chat.number_id, [call])


async def a_name_from_whatsapp(world: World, chat: Chat) -> None:
    await world.hear(chat, push_name="Mira")


async def a_lid(world: World, chat: Chat) -> None:
    number = await world.run(numbers.get, chat.number_id)
    await world.run(chats.link_identity, number, phone=chat.phone, lid="7777")


CHANGES: dict[str, Happening] = {
    "renamed": by_hand(chats.rename, "Harbour"),
    "assigned": lambda world, chat: world.run(chats.assign, chat.id, world.owner.email),
    "labelled": by_hand(chats.add_labels, ["vip"]),
    "labels replaced": by_hand(chats.replace_labels, ["vip"]),
    "closed": by_hand(chats.close),
    "read": by_hand(chats.mark_read),
    "answers switched": by_hand(chats.set_autoresponse, False),
    "metadata kept": by_hand(chats.set_metadata, {"crm": 7}),
    "a message came": lambda world, chat: world.hear(chat),
    "a message sent": lambda world, chat: world.send(chat),
    "a label with a message": lambda world, chat: world.run(
        messages.send_batch, [Outgoing(ToChat(chat.id), "Hi", label="vip")]
    ),
    "a call": a_call,
    "a name from WhatsApp": a_name_from_whatsapp,
    "another address": a_lid,
}


@pytest.mark.parametrize("happens", CHANGES.values(), ids=CHANGES)
async def test_a_change_sets_it(world: World, happens: Happening) -> None:
    number = await world.number()
    chat, other = await world.chat(number), await world.chat(number)
    assert chat.updated_at == chat.created_at
    world.clock.advance(timedelta(minutes=1))
    await happens(world, chat)
    assert (await world.reload(chat)).updated_at == world.clock.now()
    assert await world.reload(other) == other


async def test_what_becomes_of_a_message_does_not(world: World) -> None:
    chat = await world.chat()
    heard = await world.hear(chat, external_id="EXT")
    before = await world.reload(chat)
    at = world.clock.advance(timedelta(minutes=1))
    await world.run(
        messages.receive,
        chat.number_id,
        [
            ReactionChanged(chat.peer, "EXT", "x", at, by=chat.peer),
            StatusChanged(chat.peer, ["EXT"], "read", at),
        ],
    )
    assert (await world.message(heard.uid)).reactions
    assert await world.reload(chat) == before


async def test_members_of_a_group_count_and_only_when_they_change(world: World) -> None:
    number = await world.number()
    group = await world.group(number)
    own = GroupMember(Peer(phone=number.phone), "owner", is_own=True)
    guest = GroupMember(Peer(phone="49301234567"), "member")
    assert group.group_jid
    for members in ([own, guest], [own, guest]):
        world.clock.advance(timedelta(minutes=1))
        await world.run(
            chats.change_group, number, GroupChanged(group.group_jid, group.name, members, group.created_at)
        )
    assert (await world.reload(group)).updated_at == world.clock.now() - timedelta(minutes=1)


async def test_a_merge_counts(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number, "15550100234")
    await world.chat(number, lid="777")
    world.clock.advance(timedelta(minutes=1))
    await world.run(chats.link_identity, number, phone="15550100234", lid="777")
    assert (await world.reload(chat)).updated_at == world.clock.now()


async def test_it_never_goes_back(world: World) -> None:
    """A change that was begun earlier and ends later keeps the later time."""
    chat = await world.chat()
    world.clock.advance(timedelta(minutes=1))
    await world.run(chats.close, chat.id)
    closed = await world.reload(chat)
    world.clock.advance(-timedelta(seconds=30))
    await world.run(chats.add_labels, chat.id, ["vip"])
    assert (await world.reload(chat)).updated_at == closed.updated_at


@pytest.mark.parametrize("window", [1, 1000])
async def test_changed_chats_are_found(world: World, window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "WINDOW", window)
    number = await world.number()
    for name in ("Ada", "Bea", "Carl"):
        world.clock.advance(timedelta(minutes=1))
        await world.chat(number, name=name)
    [last, middle, first] = sorted((await world.run(chats.list_chats)).items, key=lambda chat: chat.name, reverse=True)
    assert await world.listed(updated_after=middle.updated_at) == ["Bea", "Carl"]
    assert await world.listed(updated_before=middle.updated_at) == ["Ada", "Bea"]
    assert await world.listed(updated_after=middle.updated_at, updated_before=middle.updated_at) == ["Bea"]
    world.clock.advance(timedelta(minutes=1))
    await world.run(chats.close, first.id)
    assert await world.listed(updated_after=last.updated_at + timedelta(seconds=1)) == ["Ada"]


async def test_the_neighbour_sees_its_own_only(world: World, neighbour: World) -> None:
    chat = await neighbour.chat(name="Theirs")
    await world.chat(name="Ours")
    found = await neighbour.run(chats.list_chats, ChatFilter(updated_after=chat.updated_at - timedelta(days=1)))
    names = {one.name for one in found.items}
    assert ("Theirs" in names, "Ours" in names) == (True, False)
