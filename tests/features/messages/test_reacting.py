"""Reactions in the number's own name: they count at once, and follow to WhatsApp."""

from datetime import datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.world import World
from tideline.features import messages, numbers
from tideline.features.chats import CannotMessage
from tideline.features.messages import CannotReact, Message, MessageNotFound, NumberNotConnected, Reaction
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    AccountState,
    CallEnded,
    GroupChanged,
    GroupMember,
    MessageKey,
    MessageRevoked,
    NotLinked,
    Peer,
    ReactionChanged,
    StateChanged,
    Via,
)
from tideline.platform.db import Tx

MIRA = Peer(phone="15550100234")
OWN = "Harbour Coffee"


async def react(world: World, message: Message, emoji: str | None = "👍") -> None:
    world.clock.advance()
    await world.run(messages.set_reaction, message.uid, emoji)


async def shown(world: World, message: Message) -> list[str]:
    return [reaction.emoji for reaction in (await world.message(message.uid)).reactions]


async def ordered(world: World) -> list[datetime]:
    """When what waits on the command lane was asked for."""
    rows = await world.fetch(
        """
        SELECT i.payload FROM lanes.item i JOIN lanes.lane l ON l.id = i.lane_id
        WHERE l.workspace = $1 AND l.kind = 'command' ORDER BY i.id
        """
    )
    return [datetime.fromisoformat(row["payload"]["asked_at"]) for row in rows]


async def to_bring(world: World, message: Message) -> list[str | None]:
    """What the gateway would bring to WhatsApp, order by order."""
    found = [await world.run(messages.reaction_to_bring, message.uid, at) for at in await ordered(world)]
    return [one.emoji for one in found if one]


async def test_it_counts_at_once_and_is_ordered(world: World) -> None:
    chat = await world.chat(await world.number("15550100001", name=OWN), MIRA.phone)
    heard = await world.hear(chat, external_id="EXT1")
    await react(world, heard)
    assert (await world.message(heard.uid)).reactions == [Reaction(OWN, "+15550100001", "👍", is_own=True)]
    [at] = await ordered(world)
    wanted = await world.run(messages.reaction_to_bring, heard.uid, at)
    assert wanted == messages.ReactionToBring(MessageKey(MIRA, "EXT1", from_me=False), "👍")


async def test_a_message_of_a_group_is_named_with_its_writer(world: World) -> None:
    number = await world.number()
    group = await world.group(number, members=[GroupMember(MIRA, "member")])
    heard = await world.hear(group, external_id="G1", sender=MIRA)
    ours = await world.hear(group, external_id="G2", from_me=True, via=Via.PHONE)
    for message, key in (
        (heard, MessageKey(group.peer, "G1", False, MIRA)),
        (ours, MessageKey(group.peer, "G2", True)),
    ):
        await react(world, message)
        wanted = await world.run(messages.reaction_to_bring, message.uid, (await ordered(world))[-1])
        assert wanted is not None
        assert wanted.key == key


async def test_the_fact_shows_who_did_what(world: World) -> None:
    chat = await world.chat(await world.number("15550100001", name=OWN))
    heard = await world.hear(chat)
    await react(world, heard, "🎉")
    await react(world, heard, None)
    facts = await world.facts("ReactionChanged")
    own = {"is_own": True, "name": OWN, "phone": "15550100001"}
    assert [told["reaction"] for _, told in facts] == [
        {"emoji": "🎉", "emoji_before": "", "at": "2026-11-23T12:00:03Z", **own},
        {"emoji": "", "emoji_before": "🎉", "at": "2026-11-23T12:00:04Z", **own},
    ]
    assert messages.from_snapshot(facts[0][1]["message"]).reactions[0].emoji == "🎉"
    assert "reactions" not in facts[1][1]["message"]
    actors = await world.fetch(
        "SELECT actor_kind, actor_id FROM tenant.fact WHERE workspace = $1 AND kind = 'ReactionChanged'"
    )
    assert {tuple(row) for row in actors} == {("token", world.owner.id)}


async def test_the_newest_wins(world: World) -> None:
    heard = await world.hear(await world.chat())
    for emoji in ("👍", "🎉", "❤️"):
        await react(world, heard, emoji)
    assert await shown(world, heard) == ["❤️"]
    assert len(await ordered(world)) == 3
    assert await to_bring(world, heard) == ["❤️"]


async def test_the_same_again_is_no_news(world: World) -> None:
    heard = await world.hear(await world.chat())
    await react(world, heard, None)
    for _ in range(2):
        await react(world, heard)
    assert len(await world.facts("ReactionChanged")) == len(await ordered(world)) == 1


async def test_what_whatsapp_has_waits_no_more(world: World) -> None:
    heard = await world.hear(await world.chat())
    await react(world, heard, "👍")
    await world.run(messages.settle_reaction, heard.uid, "👍")
    assert await to_bring(world, heard) == []
    assert await shown(world, heard) == ["👍"]


async def test_what_was_asked_for_while_another_was_on_its_way_follows(world: World) -> None:
    heard = await world.hear(await world.chat())
    await react(world, heard, "👍")
    await react(world, heard, "🎉")
    await world.run(messages.settle_reaction, heard.uid, "👍")
    assert await to_bring(world, heard) == ["🎉"]


async def test_the_phone_has_the_last_word_if_it_was_later(world: World) -> None:
    chat = await world.chat()
    heard = await world.hear(chat, external_id="EXT1")
    early = world.clock.advance()
    await react(world, heard, "👍")
    number = await world.run(numbers.get, chat.number_id)
    await world.receive(number, ReactionChanged(chat.peer, "EXT1", "😮", early))
    assert (await shown(world, heard), await to_bring(world, heard)) == (["👍"], ["👍"])
    await world.receive(number, ReactionChanged(chat.peer, "EXT1", "😮", world.clock.advance()))
    assert (await shown(world, heard), await to_bring(world, heard)) == (["😮"], [])


async def test_an_older_reaction_does_not_come_back_after_it_was_taken_away(world: World) -> None:
    chat = await world.chat()
    heard = await world.hear(chat, external_id="EXT1")
    number = await world.run(numbers.get, chat.number_id)
    early = world.clock.advance()
    await world.receive(number, ReactionChanged(chat.peer, "EXT1", "👍", early, by=chat.peer))
    await world.receive(number, ReactionChanged(chat.peer, "EXT1", None, world.clock.advance(), by=chat.peer))
    await world.receive(number, ReactionChanged(chat.peer, "EXT1", "👍", early, by=chat.peer))
    assert await shown(world, heard) == []


async def test_what_whatsapp_refuses_for_ever_does_not_count(world: World) -> None:
    heard = await world.hear(await world.chat())
    await react(world, heard, "👍")
    await world.run(messages.settle_reaction, heard.uid, "👍")
    await react(world, heard, "🎉")
    at = (await ordered(world))[-1]
    await world.run(messages.give_up_reaction, heard.uid, at, NotLinked())
    assert await shown(world, heard) == ["👍"]
    [*_, (_, told)] = await world.facts("ReactionChanged")
    assert told["reaction"]["emoji"] == "👍"
    assert told["failure"] == {"code": "not_linked", "title": NotLinked.message}


async def test_giving_up_an_old_one_leaves_a_newer_one_alone(world: World) -> None:
    heard = await world.hear(await world.chat())
    await react(world, heard, "👍")
    await react(world, heard, "🎉")
    before = await world.rows("tenant.reaction", "tenant.fact")
    await world.run(messages.give_up_reaction, heard.uid, (await ordered(world))[0], NotLinked())
    assert await world.rows("tenant.reaction", "tenant.fact") == before


async def test_a_message_that_is_gone_needs_no_giving_up(world: World) -> None:
    await world.run(messages.give_up_reaction, uuid4(), world.clock.now(), NotLinked())
    await world.run(messages.settle_reaction, uuid4(), "👍")
    assert await world.facts("ReactionChanged") == []


# What cannot be reacted to --------------------------------------------------------------------------------------


async def a_note(world: World, number: Number) -> UUID:
    return await world.run(messages.add_note, (await world.chat(number)).id, "Only us")


async def a_call(world: World, number: Number) -> UUID:
    chat = await world.chat(number)
    call = CallEnded(chat.peer, "CALL", "incoming", "missed", False, 0, world.clock.advance())
    await world.receive(number, call)
    return (await world.newest(chat)).uid


async def one_that_waits(world: World, number: Number) -> UUID:
    return await world.send(await world.chat(number))


async def one_that_failed(world: World, number: Number) -> UUID:
    uid = await world.send(await world.chat(number))
    await world.execute("UPDATE tenant.message SET status = 'Failed' WHERE workspace = $1 AND uid = $2", uid)
    return uid


async def one_taken_back(world: World, number: Number) -> UUID:
    chat = await world.chat(number)
    heard = await world.hear(chat, external_id="GONE")
    await world.receive(number, MessageRevoked(chat.peer, "GONE", world.clock.advance(), by=chat.peer))
    return heard.uid


async def in_a_group_that_was_left(world: World, number: Number) -> UUID:
    group = await world.group(number)
    heard = await world.hear(group, sender=MIRA)
    assert group.group_jid
    left = GroupChanged(group.group_jid, group.name, [], world.clock.advance(), is_left=True)
    await world.run(messages.receive, number.id, [left])
    return heard.uid


async def of_a_number_that_is_gone(world: World, number: Number) -> UUID:
    heard = await world.hear(await world.chat(number))
    await world.disconnect(number)
    return heard.uid


async def of_a_number_that_is_paused(world: World, number: Number) -> UUID:
    heard = await world.hear(await world.chat(number))
    await world.run(numbers.pause, number.id)
    return heard.uid


async def nobodys(world: World, number: Number) -> UUID:
    return uuid4()


REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "a note": (a_note, CannotReact, "Only a message on WhatsApp"),
    "a call": (a_call, CannotReact, "Only a message on WhatsApp"),
    "a message that waits to be sent": (one_that_waits, CannotReact, "not on WhatsApp yet"),
    "a message that failed": (one_that_failed, CannotReact, "never got to WhatsApp"),
    "a message that was taken back": (one_taken_back, CannotReact, "taken back"),
    "in a group that was left": (in_a_group_that_was_left, CannotMessage, "Cannot message"),
    "of a number that is gone": (of_a_number_that_is_gone, NumberNotConnected, "No connected"),
    "of a number that is paused": (of_a_number_that_is_paused, NumberNotConnected, "No connected"),
    "a message that is nobody's": (nobodys, MessageNotFound, "not found"),
}


@pytest.mark.parametrize(("make", "problem", "words"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_reacted_to(world: World, make: Any, problem: type[Exception], words: str) -> None:
    uid = await make(world, await world.number())
    before = await world.rows("tenant.reaction", "tenant.fact", "lanes.lane")
    with pytest.raises(problem, match=words):
        await world.run(messages.set_reaction, uid, "👍")
    assert await world.rows("tenant.reaction", "tenant.fact", "lanes.lane") == before


async def test_a_lost_connection_is_waited_out(world: World) -> None:
    number = await world.number()
    heard = await world.hear(await world.chat(number))
    await world.run(numbers.report, number.id, [StateChanged(AccountState.OFFLINE)])
    await react(world, heard)
    assert await to_bring(world, heard) == ["👍"]


async def test_a_message_of_another_workspace_is_not_there(world: World, neighbour: World) -> None:
    theirs = await neighbour.hear(await neighbour.chat())
    before = await neighbour.rows()
    with pytest.raises(MessageNotFound):
        await world.run(messages.set_reaction, theirs.uid, "👍")
    assert await neighbour.rows() == before


async def test_reactions_of_fifty_people_take_as_many_statements_as_one(world: World) -> None:
    number = await world.number()
    people = [Peer(phone=f"49301000{n:03d}") for n in range(50)]
    group = await world.group(number, members=[GroupMember(peer, "member") for peer in people])
    heard = await world.hear(group, sender=people[0], external_id="G1")
    at = world.clock.advance()
    await world.receive(number, ReactionChanged(group.peer, "G1", "👍", at, by=people[0]))
    emojis = cycle("👍🎉")

    async def change(tx: Tx) -> None:
        await messages.set_reaction(tx, heard.uid, next(emojis))

    one = await world.statements(messages.get, heard.uid)
    set_one = await world.statements(change)
    await world.receive(number, *[ReactionChanged(group.peer, "G1", "🎉", at, by=peer) for peer in people[1:]])
    world.clock.advance(timedelta(minutes=1))
    assert await world.statements(messages.get, heard.uid) == one
    assert await world.statements(change) == set_one
    assert len((await world.message(heard.uid)).reactions) == 51
