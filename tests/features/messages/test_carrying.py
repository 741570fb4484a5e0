"""A file and its message: the chat is looked at before the file is made, and what cannot be sent is not kept."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import somebody_waits_for_a_lock, until
from tests.support.world import World
from tideline.features import chats, files
from tideline.features.chats import Chat, ChatId, ChatNotFound
from tideline.features.files import File, Files, FileState, NewFile, Purpose
from tideline.features.messages import Carrier, NumberNotConnected, Outgoing, SendQueue, SendQueueClosed, ToChat
from tideline.features.numbers.port import MediaKind
from tideline.platform.facts import Actor


class Desk:
    """A carrier, and a file that is made on demand."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.store = Files.in_folder(world.db, folder)
        self.sends = SendQueue(world.db)
        self.carrier = Carrier(world.db, self.sends)
        self.made: list[File] = []

    async def load(self, workspace_id: int, actor: Actor) -> File:
        async def content() -> Any:
            yield b"hello"

        new = NewFile("hello.ogg", "audio/ogg", Purpose.UPLOAD, uploaded_by=actor.id)
        self.made.append(await self.store.save(workspace_id, new, content(), actor=actor))
        return self.made[-1]

    async def submit(self, chat_id: ChatId, load: Any = None) -> Any:
        outgoing = Outgoing(ToChat(chat_id), kind=MediaKind.VOICE)
        return await self.carrier.submit(self.world.id, self.world.actor, outgoing, load or self.load)

    async def states(self) -> list[FileState]:
        found = await self.world.run(files.get_many, [file.uid for file in self.made])
        return [found[file.uid].state for file in self.made]


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return Desk(world, tmp_path)


@pytest.fixture
async def chat(world: World) -> Chat:
    return await world.chat()


async def test_the_message_has_the_file(desk: Desk, world: World, chat: Chat) -> None:
    message = await world.message(await desk.submit(chat.id))
    assert message.attachment
    assert (message.attachment.uid, message.content) == (desk.made[0].uid, "voice")
    assert await world.credits_used() == 1


async def test_for_a_chat_that_is_not_there_nothing_is_made(desk: Desk, neighbour: World) -> None:
    theirs = await neighbour.chat()
    for chat_id in (ChatId(999_999_999), theirs.id):
        with pytest.raises(ChatNotFound):
            await desk.submit(chat_id)
    assert not desk.made


async def test_for_a_number_without_connection_nothing_is_made(desk: Desk, world: World) -> None:
    number = await world.number()
    chat = await world.chat(number)
    await world.disconnect(number)
    with pytest.raises(NumberNotConnected):
        await desk.submit(chat.id)
    assert not desk.made


async def test_a_number_that_is_lost_while_the_file_is_made_sends_and_keeps_nothing(desk: Desk, world: World) -> None:
    number = await world.number()
    chat = await world.chat(number)

    async def load(workspace_id: int, actor: Actor) -> File:
        file = await desk.load(workspace_id, actor)
        await world.disconnect(number)
        return file

    with pytest.raises(NumberNotConnected):
        await desk.submit(chat.id, load)
    assert await desk.states() == [FileState.DELETED]
    assert not await world.history(chat)


async def test_a_server_that_stops_keeps_nothing(desk: Desk, chat: Chat) -> None:
    async def load(workspace_id: int, actor: Actor) -> File:
        file = await desk.load(workspace_id, actor)
        await desk.sends.close()
        return file

    with pytest.raises(SendQueueClosed):
        await desk.submit(chat.id, load)
    assert await desk.states() == [FileState.DELETED]


async def test_a_file_stays_with_its_message_when_its_sender_goes_away(desk: Desk, world: World, chat: Chat) -> None:
    async with world.db.tx(world.id) as tx:
        await chats.hold(tx, [chat.id])
        sending = asyncio.create_task(desk.submit(chat.id))
        await until(lambda: somebody_waits_for_a_lock(world.db), "the message being stored")
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    await desk.sends.close()
    assert len(await world.history(chat)) == 1
    assert await desk.states() == [FileState.STORED]


async def test_who_goes_away_while_the_file_is_made_leaves_nothing(desk: Desk, world: World, chat: Chat) -> None:
    reached = asyncio.Event()

    async def load(workspace_id: int, actor: Actor) -> File:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    sending = asyncio.create_task(desk.submit(chat.id, load))
    await reached.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert not await world.history(chat)
