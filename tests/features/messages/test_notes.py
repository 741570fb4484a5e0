"""Notes: in the history, for the team alone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.support.world import World
from tideline.features import chats, messages
from tideline.features.chats import Chat, ChatNotFound
from tideline.features.messages import MessageNotFound, MessageType
from tideline.features.numbers.port import IdentityLinked


async def note(world: World, chat: Chat, text: str = "Prefers calls after 15:00.", **named: Any) -> UUID:
    return await world.run(messages.add_note, chat.id, text, **named)


async def mentioned(world: World) -> list[tuple[int, int]]:
    """Chat and teammate of every mention."""
    rows = await world.fetch("SELECT chat_id, teammate_id FROM tenant.chat_mention WHERE workspace = $1 ORDER BY 1, 2")
    return [tuple(row) for row in rows]


async def test_a_note_is_from_a_teammate_to_nobody(world: World) -> None:
    chat = await world.chat()
    uid = await note(world, chat, "Prefers calls.\nAfter 15:00.")
    [message] = await world.history(chat)
    assert message == await world.message(uid)
    assert (message.type, message.text, message.is_private) == (MessageType.NOTE, "Prefers calls.\nAfter 15:00.", True)
    assert (message.from_me, message.status, message.origin) == (True, "Sent", "Public API")
    assert (message.sender_name, message.sender_phone) == (world.owner.display_name, None)
    assert (message.recipient_name, message.recipient_phone) == ("", None)
    assert message.created_by == world.owner.display_name
    assert await world.run(messages.status_history, uid) == []


async def test_it_changes_nothing_that_is_about_the_contact(world: World) -> None:
    chat = await world.chat(closed=True, read=True)
    await world.hear(chat, "Hello")
    await world.run(chats.mark_read, chat.id)
    await world.run(chats.close, chat.id)
    before = await world.reload(chat)
    world.clock.advance(timedelta(minutes=1))
    await note(world, chat)
    after = await world.reload(chat)
    assert after.updated_at == world.clock.now()
    assert {name: getattr(after, name) for name in after.__struct_fields__ if name != "updated_at"} == {
        name: getattr(before, name) for name in before.__struct_fields__ if name != "updated_at"
    }
    assert await world.credits_used() == 0
    assert not await world.fetch("SELECT 1 FROM lanes.lane WHERE workspace = $1 AND kind = 'send'")


async def test_a_chat_that_cannot_be_written_to_can_be_noted_in(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number)
    await world.disconnect(number)
    await note(world, chat)
    assert len(await world.history(chat)) == 1


async def test_the_fact_shows_the_note_and_who_is_mentioned(world: World) -> None:
    kai = await world.teammate("kai@harbour.example", "Kai Moreno")
    chat = await world.chat()
    uid = await note(world, chat, "@Kai@harbour.example, @nobody@harbour.example: call back", metadata={"deal": 7})
    [(kind, told)] = await world.facts("Note")
    assert kind == "NoteAdded"
    assert messages.from_snapshot(told["message"]) == await world.message(uid)
    assert told["message"]["metadata"] == {"deal": 7}
    assert told["mentioned"] == [{"id": kai.id, "email": "kai@harbour.example", "name": "Kai Moreno"}]
    assert told["chat"]["id"] == chat.id


async def test_who_was_mentioned_is_kept_once(world: World) -> None:
    kai = await world.teammate("kai@harbour.example")
    chat = await world.chat()
    for _ in range(2):
        await note(world, chat, "@kai@harbour.example look")
    assert await mentioned(world) == [(chat.id, kai.id)]


async def test_people_of_other_workspaces_are_not_mentioned(world: World, neighbour: World) -> None:
    chat = await world.chat()
    await note(world, chat, f"@{neighbour.owner.email} look")
    assert await mentioned(world) == []
    assert await mentioned(neighbour) == []


async def test_a_merge_keeps_notes_and_mentions_of_both(world: World) -> None:
    kai, ines = await world.teammate("kai@harbour.example"), await world.teammate("ines@harbour.example")
    number = await world.number()
    older, newer = await world.chat(number, "15550100234"), await world.chat(number, lid="777")
    await note(world, older, "one @kai@harbour.example")
    await note(world, newer, "two @kai@harbour.example @ines@harbour.example")
    await world.receive(number, IdentityLinked("15550100234", "777"))
    assert sorted(message.text or "" for message in await world.history(newer)) == [
        "one @kai@harbour.example",
        "two @kai@harbour.example @ines@harbour.example",
    ]
    assert await mentioned(world) == [(older.id, kai.id), (older.id, ines.id)]


async def test_a_note_cannot_be_quoted_to_the_contact(world: World) -> None:
    chat = await world.chat()
    uid = await note(world, chat)
    with pytest.raises(MessageNotFound):
        await world.send(chat, reply_to=uid)


async def test_a_chat_of_another_workspace_is_not_there(world: World, neighbour: World) -> None:
    theirs = await neighbour.chat()
    before = await neighbour.rows()
    with pytest.raises(ChatNotFound):
        await note(world, theirs)
    assert await neighbour.rows() == before
    assert await world.fetch("SELECT 1 FROM tenant.message WHERE workspace = $1") == []


async def test_four_mentions_take_as_many_statements_as_one(world: World) -> None:
    chat = await world.chat()
    people = [await world.teammate() for _ in range(4)]
    one = await world.statements(messages.add_note, chat.id, f"@{people[0].email}")
    all_of_them = " ".join(f"@{person.email}" for person in people)
    assert await world.statements(messages.add_note, chat.id, all_of_them) == one
    assert len(await mentioned(world)) == 4


async def test_a_page_of_notes_takes_as_many_statements_as_one(world: World) -> None:
    chat = await world.chat()
    await note(world, chat, metadata={"n": 0})
    one = await world.statements(messages.history, chat.id)
    for n in range(49):
        await note(world, chat, f"note {n}", metadata={"n": n}, is_private=n % 2 == 0)
    assert await world.statements(messages.history, chat.id) == one
