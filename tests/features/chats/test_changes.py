"""What teammates and the API change about a chat; each fact once, and only when something changed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.waiting import somebody_waits_for_a_lock, until
from tests.support.world import World
from tideline.features import chats, numbers, workspaces
from tideline.features.chats import AssigneeNotFound, ChatNotFound, InvalidLabel
from tideline.features.numbers.port import GroupChanged, GroupMember, Peer

Action = Callable[..., Awaitable[Any]]

CHANGES: dict[str, tuple[Action, tuple[Any, ...], str, Callable[[chats.Chat], object]]] = {
    "close": (chats.close, (), "ChatClosed", lambda chat: chat.is_closed),
    "mark read": (chats.mark_read, (), "ChatRead", lambda chat: chat.is_read),
    "switch answers off": (
        chats.set_autoresponse,
        (False,),
        "ChatAutoresponseSwitched",
        lambda chat: not chat.autoresponse,
    ),
    "label": (chats.add_labels, (["vip"],), "ChatLabelled", lambda chat: chat.labels == ["vip"]),
    "keep metadata": (
        chats.set_metadata,
        ({"crm": {"id": 7}, "vip": True},),
        "ChatMetadataChanged",
        lambda chat: chat.metadata == {"crm": {"id": 7}, "vip": True},
    ),
    "rename": (chats.rename, ("Mira",), "ChatRenamed", lambda chat: chat.name == "Mira"),
}


@pytest.mark.parametrize(("change", "args", "fact", "happened"), CHANGES.values(), ids=CHANGES)
async def test_a_change_is_recorded_once(
    world: World, change: Action, args: tuple[Any, ...], fact: str, happened: Callable[[chats.Chat], object]
) -> None:
    chat = await world.chat()
    await world.run(change, chat.id, *args)
    changed = await world.reload(chat)
    assert happened(changed)
    await world.run(change, chat.id, *args)
    assert await world.fact_kinds() == ["ChatOpened", fact]
    assert await world.reload(chat) == changed


async def renamed_group(world: World) -> chats.Chat:
    number = await world.number()
    group = await world.group(number, "Wholesale", [GroupMember(Peer(phone="4930999001"), "member")])
    await world.run(chats.rename, group.id, "Our buyers")
    return group


async def test_a_chat_goes_by_the_name_of_whatsapp_again(world: World) -> None:
    mira, nobody = await world.chat(name="Mira Solberg"), await world.chat()
    group = await renamed_group(world)
    for chat, name in ((mira, "Mira Solberg"), (nobody, nobody.international), (group, "Wholesale")):
        await world.run(chats.rename, chat.id, f"Ours {chat.id}")
        for _ in range(2):
            await world.run(chats.forget_name, chat.id)
        now = await world.reload(chat)
        assert (now.name, now.is_renamed) == (name, False)
    assert (await world.fact_kinds("ChatRenamed")) == ["ChatRenamed"] * 7


async def test_whatsapp_tells_the_name_of_a_group_while_it_has_one_of_ours(world: World) -> None:
    group = await renamed_group(world)
    [number] = await world.run(numbers.list_numbers)
    assert group.group_jid
    await world.run(chats.change_group, number, GroupChanged(group.group_jid, "Wholesale 2", [], world.clock.now()))
    assert (await world.reload(group)).name == "Our buyers"
    await world.run(chats.forget_name, group.id)
    assert (await world.reload(group)).name == "Wholesale 2"


async def test_a_name_that_is_another_chats_meanwhile_gets_an_index(world: World) -> None:
    mira = await world.chat(name="Mira")
    await world.run(chats.rename, mira.id, "Ours")
    other = await world.chat(name="Mira")
    await world.run(chats.forget_name, mira.id)
    assert ((await world.reload(mira)).name, (await world.reload(other)).name) == ("Mira (2)", "Mira")
    await world.run(chats.rename, mira.id, "Mira (2)")
    await world.run(chats.forget_name, mira.id)
    assert (await world.reload(mira)).name == "Mira (2)"


OPPOSITES = {
    "reopen": ({"closed": True}, chats.reopen, "ChatReopened", lambda chat: chat.is_open),
    "mark unread": ({"read": True}, chats.mark_unread, "ChatUnread", lambda chat: not chat.is_read),
}


@pytest.mark.parametrize(("given", "change", "fact", "happened"), OPPOSITES.values(), ids=OPPOSITES)
async def test_it_can_be_undone(
    world: World, given: dict[str, Any], change: Action, fact: str, happened: Callable[[chats.Chat], object]
) -> None:
    chat = await world.chat(**given)
    for _ in range(2):
        await world.run(change, chat.id)
        assert happened(await world.reload(chat))
    assert (await world.fact_kinds())[2:] == [fact]


EVERYTHING: dict[str, tuple[Action, tuple[Any, ...]]] = {
    "get": (chats.get, ()),
    "rename": (chats.rename, ("Taken over",)),
    "assign": (chats.assign, ("tomas@harbour.example",)),
    "unassign": (chats.unassign, ()),
    "close": (chats.close, ()),
    "reopen": (chats.reopen, ()),
    "mark read": (chats.mark_read, ()),
    "mark unread": (chats.mark_unread, ()),
    "autoresponse": (chats.set_autoresponse, (False,)),
    "labels": (chats.labels, ()),
    "add labels": (chats.add_labels, (["x"],)),
    "replace labels": (chats.replace_labels, ([],)),
    "remove a label": (chats.remove_label, ("x",)),
    "forget the name": (chats.forget_name, ()),
}


@pytest.mark.parametrize(("action", "args"), EVERYTHING.values(), ids=EVERYTHING)
async def test_a_chat_of_another_workspace_does_not_exist(
    world: World, neighbour: World, action: Action, args: tuple[Any, ...]
) -> None:
    [theirs] = (await neighbour.run(chats.list_chats)).items
    before = await neighbour.rows()
    with pytest.raises(ChatNotFound) as refused:
        await world.run(action, theirs.id, *args)
    assert refused.value.message == f'Whatsapp chat_id "{theirs.id}" not found'
    assert await neighbour.rows() == before


@pytest.mark.parametrize("chat_id", [0, -1, 1 << 31, 1 << 63, 10**30])
async def test_an_integer_that_is_no_id_is_no_chat(world: World, chat_id: int) -> None:
    for action, args in EVERYTHING.values():
        with pytest.raises(ChatNotFound):
            await world.run(action, chat_id, *args)


async def test_assigning_and_unassigning_tells_who_it_was(world: World) -> None:
    idris = await world.teammate(name="Idris Vale")
    chat = await world.chat()
    await world.run(chats.assign, chat.id, world.owner.email.upper())
    await world.run(chats.assign, chat.id, world.owner.email)
    await world.run(chats.assign, chat.id, f" {idris.email} ")
    assert (await world.reload(chat)).responsible_name == "Idris Vale"
    await world.run(chats.unassign, chat.id)
    await world.run(chats.unassign, chat.id)
    assert (await world.reload(chat)).responsible_email is None
    told = await world.facts("ChatAssigned", "ChatUnassigned")
    assert [kind for kind, _ in told] == ["ChatAssigned", "ChatAssigned", "ChatUnassigned"]
    assert [payload["previous_responsible"]["email"] for _, payload in told] == [
        None,
        world.owner.email,
        idris.email,
    ]
    assert told[1][1]["chat"]["responsible_email"] == idris.email


async def test_nobody_outside_the_workspace_becomes_responsible(world: World, neighbour: World) -> None:
    chat = await world.chat()
    removed = await world.teammate()
    await world.run(workspaces.remove, removed.id)
    for email in ("nobody@harbour.example", neighbour.owner.email, removed.email, ""):
        with pytest.raises(AssigneeNotFound):
            await world.run(chats.assign, chat.id, email)
    assert (await world.reload(chat)).responsible_id is None


async def test_switching_answers_on_lifts_the_lock_of_a_human_answer(world: World) -> None:
    chat = await world.chat()
    await world.receive(await world.run(numbers.get, chat.number_id), world.typed(chat.peer))
    assert (await world.reload(chat)).autoresponse_locked
    await world.run(chats.set_autoresponse, chat.id, True)
    unlocked = await world.reload(chat)
    assert unlocked.autoresponse
    assert not unlocked.autoresponse_locked
    assert await world.fact_kinds("ChatAutoresponse") == ["ChatAutoresponseSwitched"]


# Labels ----------------------------------------------------------------------------------------------------


async def test_adding_keeps_and_replacing_does_not(world: World) -> None:
    chat = await world.chat(labels=["new-lead"])
    assert await world.run(chats.add_labels, chat.id, ["wholesale", "new-lead", "wholesale"]) == [
        "new-lead",
        "wholesale",
    ]
    assert await world.run(chats.replace_labels, chat.id, ["vip", "wholesale"]) == ["vip", "wholesale"]
    assert await world.run(chats.labels, chat.id) == ["vip", "wholesale"]
    assert await world.run(chats.replace_labels, chat.id, []) == []
    changes = [(payload["added"], payload["removed"]) for _, payload in await world.facts("ChatLabelled")]
    assert changes == [
        (["new-lead"], []),
        (["wholesale"], []),
        (["vip"], ["new-lead"]),
        ([], ["vip", "wholesale"]),
    ]


async def test_the_same_labels_again_change_nothing(world: World) -> None:
    chat = await world.chat(labels=["a", "b"])
    before = await world.rows()
    assert await world.run(chats.add_labels, chat.id, ["b"]) == ["a", "b"]
    assert await world.run(chats.add_labels, chat.id, []) == ["a", "b"]
    assert await world.run(chats.replace_labels, chat.id, ["b", "a"]) == ["a", "b"]
    assert await world.rows() == before


@pytest.mark.parametrize("label", ["", "  ", "x" * 65])
async def test_a_label_has_1_to_64_characters(world: World, label: str) -> None:
    chat = await world.chat()
    for action in (chats.add_labels, chats.replace_labels):
        with pytest.raises(InvalidLabel):
            await world.run(action, chat.id, ["fine", label])
    assert await world.run(chats.labels, chat.id) == []


async def test_labels_are_kept_to_the_letter(world: World) -> None:
    odd = ["VIP", "vip", "x" * 64, "a,b", "🔥", "100%_\\"]
    chat = await world.chat()
    assert await world.run(chats.add_labels, chat.id, odd) == odd
    for label in odd:
        assert await world.listed(labels=[label]) == [chat.name]


async def test_a_label_of_another_workspace_is_another_label(world: World, neighbour: World) -> None:
    before = await neighbour.rows("tenant.label", "tenant.chat_label", "tenant.chat")
    chat = await world.chat(labels=["new-lead"])
    await world.run(chats.replace_labels, chat.id, [])
    assert await neighbour.rows("tenant.label", "tenant.chat_label", "tenant.chat") == before
    assert await neighbour.listed(labels=["new-lead"]) == ["Mira Solberg"]


# Reading ---------------------------------------------------------------------------------------------------


async def test_reading_a_chat_here_shows_the_senders_so(world: World) -> None:
    chat = await world.chat()
    for text in ("One", "Two"):
        await world.hear(chat, text)
    await world.run(chats.mark_read, chat.id)
    [item] = await world.fetch(
        """
        SELECT i.payload FROM lanes.lane l JOIN lanes.item i ON i.lane_id = l.id
        WHERE l.workspace = $1 AND l.kind = 'command'
        """
    )
    order = numbers.from_payload(item["payload"])
    assert isinstance(order, numbers.MarkRead)
    assert [key.chat for key in order.keys] == [chat.peer, chat.peer]
    assert {message.status for message in await world.history(chat)} == {"Read"}


async def test_only_what_is_new_since_then_is_shown_as_read(world: World) -> None:
    number = await world.number()
    mira = Peer(phone="15550100234")
    group = await world.group(number, members=[GroupMember(mira, "member")])
    await world.hear(group, "One", sender=mira, external_id="E1")
    await world.run(chats.mark_read, group.id)
    await world.hear(group, "Two", sender=mira, external_id="E2")
    assert [(message.text, message.status) for message in await world.history(group)] == [
        ("Two", "Delivered"),
        ("One", "Read"),
    ]
    await world.run(chats.mark_read, group.id)
    items = await world.fetch(
        """
        SELECT i.payload FROM lanes.lane l JOIN lanes.item i ON i.lane_id = l.id
        WHERE l.workspace = $1 AND l.kind = 'command' ORDER BY i.id
        """
    )
    orders = [numbers.from_payload(item["payload"]) for item in items]
    keys = [[key.external_id for key in order.keys] for order in orders if isinstance(order, numbers.MarkRead)]
    assert keys == [["E1"], ["E2"]]
    assert isinstance(orders[0], numbers.MarkRead)
    assert orders[0].keys[0].sender == mira


async def test_a_disconnected_number_shows_nobody_anything(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number)
    await world.hear(chat)
    await world.disconnect(number)
    await world.run(chats.mark_read, chat.id)
    assert (await world.reload(chat)).is_read
    assert not await world.fetch("SELECT 1 FROM lanes.lane l WHERE l.workspace = $1 AND l.kind = 'command'")


@pytest.mark.parametrize("before", [None, "ines@harbour.example"])
async def test_who_waited_for_an_assignment_knows_who_is_responsible(world: World, before: str | None) -> None:
    """What is recorded after the wait names the new person, not nobody."""
    await world.teammate("ines@harbour.example")
    idris = await world.teammate("idris@harbour.example")
    chat = await world.chat(responsible=before)
    async with world.db.tx(world.id, world.actor) as assigning:
        await chats.assign(assigning, chat.id, idris.email)
        closing = asyncio.create_task(world.run(chats.close, chat.id))
        await until(lambda: somebody_waits_for_a_lock(world.db))
    await closing
    told = chats.from_snapshot((await world.facts("ChatClosed"))[-1][1]["chat"])
    assert (told.responsible_id, told.responsible_email) == (idris.id, idris.email)
    assert told.responsible_name == idris.display_name
