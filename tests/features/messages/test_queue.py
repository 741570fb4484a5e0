"""Messages that arrive together share a transaction; none spoils another."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import pytest

from tests.support.world import World
from tideline.features import chats, messages
from tideline.features.messages import Outgoing, SendQueue, ToChat, ToPhone
from tideline.features.messages import queue as queues
from tideline.features.messages.errors import SendQueueClosed
from tideline.platform.db import Tx
from tideline.platform.facts import Actor


@pytest.fixture
async def queue(world: World) -> AsyncIterator[SendQueue]:
    opened = SendQueue(world.db)
    yield opened
    await opened.close()


class Spy:
    """Lets the real action run when the test says so, and remembers what came together."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.poison = ""
        monkeypatch.setattr(queues, "send_batch", self.send_batch)

    async def send_batch(self, tx: Tx, outgoing: Sequence[Outgoing]) -> Any:
        self.batches.append(len(outgoing))
        self.begun.set()
        await self.gate.wait()
        if self.poison:
            await tx.execute("SELECT 1 / $1::int", int(all(one.text != self.poison for one in outgoing)))
        return await messages.send_batch(tx, outgoing)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    return Spy(monkeypatch)


async def submit(world: World, queue: SendQueue, text: str = "Hello", phone: str = "4930000001") -> UUID:
    return await queue.submit(world.id, world.actor, Outgoing(ToPhone(phone), text))


async def test_one_message_is_stored_at_once(world: World, queue: SendQueue) -> None:
    await world.number()
    message = await world.message(await submit(world, queue))
    assert (message.text, message.created_by) == ("Hello", world.owner.display_name)


async def test_those_that_arrive_meanwhile_go_together(world: World, queue: SendQueue, spy: Spy) -> None:
    await world.number()
    spy.gate.clear()
    first = asyncio.create_task(submit(world, queue, "0"))
    await spy.begun.wait()
    others = [asyncio.create_task(submit(world, queue, str(n))) for n in range(1, 21)]
    await asyncio.sleep(0)
    spy.gate.set()
    uids = await asyncio.gather(first, *others)
    assert spy.batches == [1, 20]
    assert [(await world.message(uid)).text for uid in uids] == [str(n) for n in range(21)]
    assert uids == sorted(uids)


async def test_workspaces_do_not_share(world: World, neighbour: World, queue: SendQueue, spy: Spy) -> None:
    await world.number()
    before = await neighbour.rows("tenant.chat", "tenant.fact")
    uids = await asyncio.gather(submit(world, queue), submit(neighbour, queue), submit(world, queue))
    assert sorted(spy.batches) == [1, 2]
    assert (await neighbour.message(uids[1])).text == "Hello"
    with pytest.raises(messages.MessageNotFound):
        await world.message(uids[1])
    assert len((await neighbour.rows("tenant.chat"))["tenant.chat"]) == len(before["tenant.chat"]) + 1


async def test_a_problem_reaches_only_its_sender(world: World, queue: SendQueue) -> None:
    await world.number()
    answers = await asyncio.gather(
        submit(world, queue), submit(world, queue, phone="abc"), submit(world, queue), return_exceptions=True
    )
    assert [isinstance(answer, chats.WrongPhone) for answer in answers] == [False, True, False]
    assert await world.credits_used() == 2


async def test_a_message_the_database_chokes_on_spoils_no_other(world: World, queue: SendQueue, spy: Spy) -> None:
    await world.number()
    spy.poison = "poison"
    texts = ["a", "b", "poison", "c"]
    answers = await asyncio.gather(*(submit(world, queue, text) for text in texts), return_exceptions=True)
    assert [isinstance(answer, UUID) for answer in answers] == [True, True, False, True]
    assert spy.batches == [4, 1, 1, 1, 1]
    assert await world.credits_used() == 3


async def test_what_may_be_stored_already_is_not_stored_again(
    world: World, queue: SendQueue, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.number()
    run = world.db.run

    async def lose_the_answer(*args: Any, **more: Any) -> None:
        await run(*args, **more)
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(world.db, "run", lose_the_answer)
        answers = await asyncio.gather(submit(world, queue, "a"), submit(world, queue, "b"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionResetError] * 2
    assert spy.batches == [2]
    assert await world.credits_used() == 2


async def test_two_requests_that_race_for_a_name_are_told_apart(world: World, queue: SendQueue) -> None:
    number = await world.number()
    one, two = await world.chat(number), await world.chat(number)
    other = SendQueue(world.db)
    answers = await asyncio.gather(
        queue.submit(world.id, world.actor, Outgoing(ToChat(one.id), "Hi", chat_name="Mira")),
        other.submit(world.id, world.actor, Outgoing(ToChat(two.id), "Hi", chat_name="Mira")),
        return_exceptions=True,
    )
    await other.close()
    assert [isinstance(answer, chats.ChatNameTaken) for answer in answers].count(True) == 1
    assert await world.credits_used() == 1


async def test_a_sender_who_leaves_takes_the_message_back(world: World, queue: SendQueue, spy: Spy) -> None:
    await world.number()
    spy.gate.clear()
    first = asyncio.create_task(submit(world, queue, "First"))
    await spy.begun.wait()
    left = asyncio.create_task(submit(world, queue, "Never mind"))
    stays = asyncio.create_task(submit(world, queue, "Third"))
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    spy.gate.set()
    await asyncio.gather(first, stays)
    assert spy.batches == [1, 1]
    [row] = await world.fetch("SELECT count(*) AS n FROM tenant.message WHERE workspace = $1")
    assert row["n"] == 2


async def test_a_sender_who_leaves_too_late_stops_nobody(world: World, queue: SendQueue, spy: Spy) -> None:
    await world.number()
    spy.gate.clear()
    leaves, stays = (asyncio.create_task(submit(world, queue, text)) for text in ("One", "Two"))
    await spy.begun.wait()
    leaves.cancel()
    await asyncio.gather(leaves, return_exceptions=True)
    spy.gate.set()
    assert isinstance(await stays, UUID)
    assert await world.credits_used() == 2


async def test_closing_stores_what_waits_and_takes_no_more(world: World, queue: SendQueue, spy: Spy) -> None:
    await world.number()
    spy.gate.clear()
    tasks = [asyncio.create_task(submit(world, queue, str(n))) for n in range(3)]
    await spy.begun.wait()
    closing = asyncio.create_task(queue.close())
    await asyncio.sleep(0)
    with pytest.raises(SendQueueClosed):
        await submit(world, queue, "late")
    spy.gate.set()
    await closing
    assert all(isinstance(task.result(), UUID) for task in tasks)


async def test_a_queue_that_is_killed_leaves_nobody_waiting(world: World, queue: SendQueue, spy: Spy) -> None:
    await world.number()
    spy.gate.clear()
    waiting = [asyncio.create_task(submit(world, queue, str(n))) for n in range(2)]
    await spy.begun.wait()
    waiting.append(asyncio.create_task(submit(world, queue, "2")))
    await asyncio.sleep(0)
    [serving] = [task for task in asyncio.all_tasks() if task.get_name() == f"sends of workspace {world.id}"]
    serving.cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, asyncio.CancelledError) for answer in answers)
    assert await world.credits_used() == 0


async def test_the_actor_of_the_message_wins(world: World, queue: SendQueue) -> None:
    await world.number()
    idris = await world.teammate(name="Idris Vale")
    outgoing = Outgoing(ToPhone("4930000001"), "Hello", actor=Actor("teammate", idris.id))
    assert (await world.message(await queue.submit(world.id, world.actor, outgoing))).created_by == "Idris Vale"
