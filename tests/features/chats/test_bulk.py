"""Many chats changed at once: each fact once, in a few statements, and only what the teammate sees."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.world import World
from tideline.features import chats, numbers, workspaces
from tideline.features.chats import AssigneeNotFound, Chat, ChatId, InvalidLabel, Kept, Outcome, TooManyChats
from tideline.features.workspaces import Teammate
from tideline.platform.db import Tx

Action = Callable[..., Awaitable[Outcome]]

TURNS: dict[str, tuple[Action, tuple[Any, ...], str, Callable[[Chat], object]]] = {
    "close": (chats.close_many, (), "ChatClosed", lambda chat: chat.is_closed and chat.waiting_since is None),
    "mark read": (chats.mark_read_many, (), "ChatRead", lambda chat: chat.is_read and chat.read_until),
    "label": (chats.add_label_many, (" vip ",), "ChatLabelled", lambda chat: chat.labels == ["new", "vip"]),
    "take a label": (chats.remove_label_many, ("new",), "ChatLabelled", lambda chat: not chat.labels),
}


@pytest.mark.parametrize(("turn", "args", "fact", "happened"), TURNS.values(), ids=TURNS)
async def test_each_is_changed_and_told_once(
    world: World, turn: Action, args: tuple[Any, ...], fact: str, happened: Callable[[Chat], object]
) -> None:
    number = await world.number()
    some = [await world.chat(number, labels=["new"]) for _ in range(3)]
    for chat in some:
        await world.hear(chat)
    before = len(await world.fact_kinds(fact))
    ids = [chat.id for chat in some]
    outcome = await world.run(turn, [*ids, ids[0]], world.owner, *args)
    assert outcome == Outcome(ids, {})
    for chat in some:
        assert happened(await world.reload(chat))
    again = await world.run(turn, ids, world.owner, *args)
    assert again == Outcome([], dict.fromkeys(ids, Kept.SAME))
    assert len(await world.fact_kinds(fact)) == before + 3


async def test_it_can_be_undone(world: World) -> None:
    chat = await world.chat(read=True, closed=True)
    await world.run(chats.reopen_many, [chat.id], world.owner)
    await world.run(chats.mark_unread_many, [chat.id], world.owner)
    chat = await world.reload(chat)
    assert (chat.is_open, chat.is_read) == (True, False)


async def test_assigning_to_somebody_and_to_nobody(world: World) -> None:
    idris = await world.teammate("idris@harbour.example")
    some = [await world.chat(), await world.chat(responsible=idris.email)]
    ids = [chat.id for chat in some]
    outcome = await world.run(chats.assign_many, ids, world.owner, idris.email)
    assert outcome == Outcome([ids[0]], {ids[1]: Kept.SAME})
    assert (await world.reload(some[0])).responsible_name == "Idris Vale"
    assert (await world.run(chats.assign_many, ids, world.owner, None)).changed == ids
    assert await world.fact_kinds("ChatAssigned", "ChatUnassigned") == ["ChatAssigned"] * 2 + ["ChatUnassigned"] * 2
    with pytest.raises(AssigneeNotFound):
        await world.run(chats.assign_many, ids, world.owner, "nobody@harbour.example")


async def test_senders_are_shown_that_they_were_read(world: World) -> None:
    number = await world.number()
    some = [await world.chat(number) for _ in range(2)]
    for chat in some:
        await world.hear(chat)
        await world.hear(chat)
    await world.run(chats.mark_read_many, [chat.id for chat in some], world.owner)
    items = await world.fetch(
        """
        SELECT i.payload FROM lanes.lane l JOIN lanes.item i ON i.lane_id = l.id
        WHERE l.workspace = $1 AND l.kind = 'command' ORDER BY i.id
        """
    )
    orders = [numbers.from_payload(item["payload"]) for item in items]
    assert [[key.chat for key in order.keys] for order in orders if isinstance(order, numbers.MarkRead)] == [
        [chat.peer, chat.peer] for chat in some
    ]


async def there_and_back(tx: Tx, ids: list[int], me: Teammate, there: Action, back: Action, *args: Any) -> None:
    await there(tx, ids, me, *args)
    await back(tx, ids, me, *args)


async def test_statements_do_not_grow_with_the_chats(world: World) -> None:
    number = await world.number()
    some = [(await world.chat(number)).id for _ in range(20)]
    for turn, back, args in (
        (chats.close_many, chats.reopen_many, ()),
        (chats.add_label_many, chats.remove_label_many, ("vip",)),
    ):
        few = await world.statements(there_and_back, some[:1], world.owner, turn, back, *args)
        assert await world.statements(there_and_back, some, world.owner, turn, back, *args) == few <= 14


async def agent_with_one_chat(world: World, chat: Chat) -> Teammate:
    agent = await world.teammate("agent@harbour.example")
    await world.execute("UPDATE tenant.teammate SET role = 'agent' WHERE workspace = $1 AND id = $2", agent.id)
    await world.run(chats.assign, chat.id, agent.email)
    return await world.run(workspaces.get_teammate, agent.id)


async def test_what_is_out_of_sight_is_not_there(world: World, neighbour: World) -> None:
    seen, hidden = await world.chat(), await world.chat()
    [theirs] = (await neighbour.run(chats.list_chats)).items
    agent = await agent_with_one_chat(world, seen)
    ids = [seen.id, hidden.id, theirs.id, ChatId(2**31 - 1), ChatId(-1)]
    outcome = await world.run(chats.close_many, ids, agent)
    assert outcome == Outcome([seen.id], dict.fromkeys(ids[1:], Kept.GONE))
    assert (await world.reload(hidden)).is_open
    assert (await neighbour.reload(theirs)) == theirs


async def test_bad_input_changes_nothing(world: World) -> None:
    chat = await world.chat()
    with pytest.raises(TooManyChats):
        await world.run(chats.close_many, range(1, 202), world.owner)
    with pytest.raises(InvalidLabel):
        await world.run(chats.add_label_many, [chat.id], world.owner, " ")
    assert await world.run(chats.close_many, [], world.owner) == Outcome([], {})
    assert await world.fact_kinds() == ["ChatOpened"]
