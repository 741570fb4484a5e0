"""Labels take as many statements for fifty as for one."""

from itertools import count, islice

from tests.support.world import World
from tideline.features import chats
from tideline.platform.db import Tx


async def test_fifty_labels_take_as_many_statements_as_one(world: World) -> None:
    chat = await world.chat()
    await world.run(chats.add_labels, chat.id, ["one"])
    names = (f"label {n}" for n in count())

    async def add(tx: Tx, how_many: int) -> None:
        await chats.add_labels(tx, chat.id, list(islice(names, how_many)))

    listed = await world.statements(chats.list_labels)
    added = await world.statements(add, 1)
    assert await world.statements(add, 50) == added
    assert await world.statements(chats.list_labels) == listed
