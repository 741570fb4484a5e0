"""After a restore: what waited to be sent is marked, and goes out or fails when somebody decides."""

from tests.support.world import World
from tideline.features import messages, workspaces
from tideline.features.messages import Status


async def test_only_what_was_on_its_way_out_is_marked(world: World) -> None:
    chat = await world.chat()
    heard = await world.hear(chat, "Hello?")
    waiting = await world.send(chat, "Hello!")
    assert await world.run(messages.mark_restored) == 1
    assert (await world.run(messages.get, waiting)).data["restored"] is True
    assert "restored" not in (await world.run(messages.get, heard.uid)).data


async def test_dropping_lets_them_fail_and_gives_their_credits_back(world: World) -> None:
    chat = await world.chat()
    marked = await world.send(chat, "Before the backup")
    await world.run(messages.mark_restored)
    later = await world.send(chat, "After the restore")
    used = (await world.run(workspaces.quotas)).messages.used
    assert await world.run(messages.count_restored) == 1
    assert await world.run(messages.drop_restored) == 1
    dropped = await world.run(messages.get, marked)
    assert (dropped.status, (await world.run(messages.get, later)).status) == (Status.FAILED, Status.PENDING)
    assert (await world.run(workspaces.quotas)).messages.used == used - 1
    assert await world.run(messages.count_restored) == 0


async def test_dropping_leaves_the_neighbour_alone(world: World, neighbour: World) -> None:
    chat = await neighbour.chat()
    theirs = await neighbour.send(chat, "Waits")
    await neighbour.run(messages.mark_restored)
    await world.send(await world.chat(), "Waits too")
    await world.run(messages.mark_restored)
    await world.run(messages.drop_restored)
    assert (await neighbour.run(messages.get, theirs)).status == Status.PENDING
