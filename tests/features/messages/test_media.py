"""The files of a chat: what is listed under which kind, page by page, and what is not there."""

from uuid import uuid4

import pytest

from tests.support.world import World
from tideline.features import messages
from tideline.features.chats import Chat
from tideline.features.messages import Media, MessageNotFound, MessageUid
from tideline.features.numbers.port import MediaKind

NAMES = {"cat.jpg": "image/jpeg", "walk.mp4": "video/mp4", "list.pdf": "application/pdf", "song.mp3": "audio/mpeg"}


async def with_file(world: World, chat: Chat, name: str, *, stored: bool = True, kind: MediaKind | None = None) -> None:
    file = await world.file(name, NAMES.get(name, "application/pdf"))
    await world.send(chat, None, file_uid=file.uid, kind=kind)
    if not stored:
        await world.execute("UPDATE tenant.file SET state = 'pending' WHERE workspace = $1 AND uid = $2", file.uid)
    world.clock.advance()


async def listed(world: World, chat: Chat, media: Media) -> list[str]:
    found = await world.run(messages.list_media, chat, media)
    return [one.attachment.filename for one in found.items if one.attachment]


async def test_files_by_kind_the_newest_first(world: World, neighbour: World) -> None:
    chat = await world.chat()
    for name in NAMES:
        await with_file(world, chat, name)
    await with_file(world, chat, "memo.ogg", kind=MediaKind.VOICE)
    await with_file(world, chat, "not yet.pdf", stored=False)
    await with_file(world, await world.chat(), "elsewhere.pdf")
    await with_file(neighbour, await neighbour.chat(), "theirs.pdf")
    assert await listed(world, chat, Media.PICTURES) == ["walk.mp4", "cat.jpg"]
    assert await listed(world, chat, Media.FILES) == ["list.pdf"]
    assert await listed(world, chat, Media.VOICE) == ["memo.ogg", "song.mp3"]


async def test_page_by_page(world: World) -> None:
    chat = await world.chat()
    for n in range(5):
        await with_file(world, chat, f"{n}.pdf")
    seen: list[str] = []
    before: MessageUid | None = None
    while True:
        page = await world.run(messages.list_media, chat, Media.FILES, before, size=2)
        seen += [one.attachment.filename for one in page.items if one.attachment]
        if not page.has_more:
            break
        before = page.items[-1].uid
    assert seen == ["4.pdf", "3.pdf", "2.pdf", "1.pdf", "0.pdf"]
    with pytest.raises(MessageNotFound):
        await world.run(messages.list_media, chat, Media.FILES, uuid4())


async def test_when_a_chat_began(world: World) -> None:
    chat = await world.chat()
    assert await world.run(messages.began_at, chat) is None
    first = await world.hear(chat, "Hello")
    await world.hear(chat, "Again")
    assert await world.run(messages.began_at, chat) == first.at
