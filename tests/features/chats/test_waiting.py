"""Since when a customer waits for an answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.world import World
from tideline.features import chats, numbers
from tideline.features.chats import Chat
from tideline.features.numbers.port import GroupMember, Peer

Happening = Callable[[World, Chat], Awaitable[Any]]


async def hear_twice(world: World, chat: Chat) -> None:
    await world.hear(chat, "Hello?")
    await world.hear(chat, "Anybody?")


async def answer_on_the_phone(world: World, chat: Chat) -> None:
    await hear_twice(world, chat)
    await world.receive(await world.run(numbers.get, chat.number_id), world.typed(chat.peer))


async def answer_here(world: World, chat: Chat) -> None:
    await hear_twice(world, chat)
    await world.send(chat)


async def close(world: World, chat: Chat) -> None:
    await hear_twice(world, chat)
    await world.run(chats.close, chat.id)


async def read(world: World, chat: Chat) -> None:
    await hear_twice(world, chat)
    await world.run(chats.mark_read, chat.id)


async def remember(world: World, chat: Chat) -> None:
    await world.hand_over(await world.run(numbers.get, chat.number_id), world.of_old(chat.peer))


HAPPENINGS: dict[str, tuple[Happening, bool]] = {
    "a message and another one": (hear_twice, True),
    "an answer from the phone": (answer_on_the_phone, False),
    "an answer from here": (answer_here, False),
    "closing": (close, False),
    "reading": (read, True),
    "history": (remember, False),
}


@pytest.mark.parametrize(("happening", "waits"), HAPPENINGS.values(), ids=HAPPENINGS)
async def test_who_waits(world: World, happening: Happening, waits: bool) -> None:
    chat = await world.chat(name="Mira")
    first = world.clock.now()
    await happening(world, chat)
    since = (await world.reload(chat)).waiting_since
    assert (since is not None) is waits
    assert since is None or (since - first).total_seconds() == 1  # the first message that has no answer
    assert await world.listed(is_waiting=True) == (["Mira"] if waits else [])


async def test_in_a_group_nobody_can_say_who_waits(world: World) -> None:
    number = await world.number()
    group = await world.group(number, "Crew", [GroupMember(Peer(phone="4930999001"), "member")])
    await world.hear(group, "Hello all", sender=Peer(phone="4930999001"))
    assert (await world.reload(group)).waiting_since is None
