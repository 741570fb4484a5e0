"""Messages that were there before the search are read afterwards."""

import asyncio

import pytest

from tests.features.search.conftest import Find
from tests.support.waiting import until
from tests.support.world import World
from tideline.features import messages
from tideline.features.messages.actions import words as words_of_messages
from tideline.features.numbers.port import (
    MessageRevoked,
)

WAITING = """
    SELECT $1::int FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def forget(world: World) -> None:
    """As a migration leaves a workspace that has messages."""
    await world.execute("DELETE FROM tenant.message_search WHERE workspace = $1")
    await world.execute(
        "INSERT INTO tenant.search_backlog VALUES ($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)",
    )


async def test_older_messages_are_read_bit_by_bit_the_newest_first(
    world: World, neighbour: World, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words_of_messages, "BATCH", 4)
    chat = await world.chat()
    for n in range(6):
        await world.hear(chat, f"beans {n}")
        await world.hear(chat, "!")
    await forget(world)
    await world.hear(chat, "beans 6")
    seen = []
    while await world.run(messages.read_older):
        seen.append(await find("beans"))
    assert seen == [[f"beans {n}" for n in range(6, last - 1, -1)] for last in (5, 3, 1)]
    assert await find("beans") == [f"beans {n}" for n in range(6, -1, -1)]
    assert await world.fetch("SELECT FROM tenant.search_backlog WHERE workspace = $1") == []
    assert not await world.run(messages.read_older)
    assert not await neighbour.run(messages.read_older)


async def test_where_older_messages_wait_is_known(world: World) -> None:
    await world.hear(await world.chat(), "beans")
    await forget(world)
    async with world.db.system_read() as tx:
        assert world.id in await messages.workspaces_to_read(tx)
    await world.run(messages.read_older)
    async with world.db.system_read() as tx:
        assert world.id not in await messages.workspaces_to_read(tx)


async def test_what_was_taken_back_is_not_read_again(world: World, find: Find) -> None:
    chat = await world.chat()
    await world.hear(chat, "Secret beans", external_id="A")
    await forget(world)
    revoke = MessageRevoked(chat.peer, "A", world.clock.advance(), by=chat.peer)
    async with world.db.tx(world.id) as reading:
        assert not await messages.read_older(reading)
        taking_back = asyncio.create_task(world.run(messages.receive, chat.number_id, [revoke]))
        await until(lambda: world.fetch(WAITING), "that somebody waits")
        assert not taking_back.done()
    await taking_back
    assert await find("secret") == []
    assert await world.fetch("SELECT FROM tenant.message_search WHERE workspace = $1") == []
