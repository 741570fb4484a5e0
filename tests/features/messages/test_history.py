"""The history of a chat: order, pages and every filter."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.world import World
from tideline.features import messages
from tideline.features.chats import Chat, ChatNotFound
from tideline.features.messages import HistoryFilter, Message, MessageNotFound
from tideline.features.numbers.port import GroupMember, Peer, ReactionChanged, Via


@pytest.fixture
async def chat(world: World) -> Chat:
    """Ten messages a second apart, every third one ours."""
    chat = await world.chat()
    for n in range(10):
        await world.hear(chat, str(n), from_me=n % 3 == 0, via=Via.PHONE if n % 3 == 0 else Via.CONTACT)
    return chat


def texts(shown: list[Message]) -> str:
    return "".join(str(message.text) for message in shown)


async def test_newest_first_or_oldest_first(world: World, chat: Chat) -> None:
    assert texts(await world.history(chat)) == "9876543210"
    assert texts(await world.history(chat, order="asc")) == "0123456789"


async def test_ours_and_theirs(world: World, chat: Chat) -> None:
    assert texts(await world.history(chat, from_me=True)) == "9630"
    assert texts(await world.history(chat, from_me=False)) == "875421"


async def test_times_are_inclusive_and_named_messages_are_not_shown(world: World, chat: Chat) -> None:
    shown = await world.history(chat, order="asc")
    third, seventh = shown[3], shown[7]
    assert texts(await world.history(chat, after=third.at, before=seventh.at)) == "76543"
    assert texts(await world.history(chat, after_message=third.uid, before_message=seventh.uid)) == "654"
    assert texts(await world.history(chat, after_message=third.uid, order="asc", from_me=True)) == "69"
    assert texts(await world.history(chat, before=third.at - timedelta(microseconds=1))) == "210"


async def test_pages(world: World, chat: Chat) -> None:
    pages = [await world.run(messages.history, chat.id, HistoryFilter(), page, 4) for page in (1, 2, 3, 4)]
    assert [texts(page.items) for page in pages] == ["9876", "5432", "10", ""]
    assert [page.has_more for page in pages] == [True, True, False, False]


async def test_an_empty_page_of_a_chat_is_no_missing_chat(world: World, chat: Chat) -> None:
    assert (await world.run(messages.history, (await world.chat()).id)).items == []
    assert (await world.run(messages.history, chat.id, HistoryFilter(), 99)).items == []
    for missing in (chat.id + 1_000_000, 0, 1 << 31):
        with pytest.raises(ChatNotFound):
            await world.run(messages.history, missing)


async def test_a_named_message_has_to_be_there(world: World, neighbour: World, chat: Chat) -> None:
    [theirs] = await neighbour.fetch("SELECT uid FROM tenant.message WHERE workspace = $1")
    for uid in (uuid4(), theirs["uid"]):
        with pytest.raises(MessageNotFound) as refused:
            await world.history(chat, after_message=uid)
        assert refused.value.message == f'Message uid "{uid}" not found'


async def test_another_workspace_has_neither_chat_nor_message(world: World, neighbour: World, chat: Chat) -> None:
    before = await neighbour.rows()
    [theirs] = await neighbour.fetch("SELECT uid, chat_id FROM tenant.message WHERE workspace = $1")
    with pytest.raises(ChatNotFound):
        await world.run(messages.history, theirs["chat_id"])
    for read in (messages.get, messages.status_history):
        with pytest.raises(MessageNotFound):
            await world.run(read, theirs["uid"])
    assert await neighbour.rows() == before


async def test_one_and_fifty_messages_take_one_statement(world: World) -> None:
    number = await world.number()
    members = [GroupMember(Peer(phone=f"4930888{n:04d}"), "member") for n in range(50)]
    group = await world.group(number, members=members)
    for n, member in enumerate(members):
        event = world.written(group.peer, str(n), sender=member.peer, external_id=f"M{n}")
        reaction = ReactionChanged(group.peer, f"M{n}", "👍", world.clock.now(), by=member.peer)
        await world.receive(number, event, reaction)
        if n in (0, 49):
            assert await world.statements(messages.history, group.id) == 1
    shown = await world.history(group)
    assert [len(message.reactions) for message in shown] == [1] * 50
    assert await world.statements(messages.get, shown[0].uid) == 3


async def test_the_newest_messages_of_many_chats_take_one_statement(world: World) -> None:
    number = await world.number()
    shown = [await world.chat(number) for _ in range(5)]
    for n, chat in enumerate(shown[:4]):
        await world.hear(chat, str(n))
    current = [await world.reload(chat) for chat in shown]
    last = await world.run(messages.last_messages, current)
    assert [last[chat.id].text if chat.id in last else None for chat in shown] == ["0", "1", "2", "3", None]
    assert await world.statements(messages.last_messages, current) == 1
    assert await world.run(messages.last_messages, current[4:]) == {}
