"""One message to several: who is meant, who gets it, who does not and why, and that it goes once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.world import World
from tideline.features import chats, messages, workspaces
from tideline.features.chats import Chat
from tideline.features.messages import (
    NobodyNamed,
    NotYourNumber,
    Origin,
    Outgoing,
    Recipient,
    RoundNotFound,
    TooManyRecipients,
    ToPhone,
)
from tideline.features.numbers import Number
from tideline.features.workspaces import Role, Teammate

HELLO = Outgoing(ToPhone("+1"), text="We open on Sunday.", origin=Origin.SHARED_INBOX, is_free=True)

LISTED = {
    "lines": ("+1 555 010 0234\n\n Mira Solberg \n", ["+1 555 010 0234", "Mira Solberg"]),
    "commas between phones": ("+15550100234, +15550100235,", ["+15550100234", "+15550100235"]),
    "a comma in a name": ("Solberg, Mira; Clara", ["Solberg, Mira", "Clara"]),
    "the same twice": ("Mira\nMira", ["Mira"]),
    "what no database takes": ("Mira\x00Clara", ["Mira", "Clara"]),
}


@pytest.mark.parametrize(("typed", "names"), LISTED.values(), ids=LISTED)
def test_how_people_are_listed(typed: str, names: list[str]) -> None:
    assert messages.named_recipients(typed) == names


@pytest.mark.parametrize(
    ("typed", "problem"), [(" \n;", NobodyNamed), ("\n".join(map(str, range(51))), TooManyRecipients)]
)
def test_lists_that_cannot_be_meant(typed: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        messages.named_recipients(typed)


async def sent(world: World, uid: UUID, who: Teammate, number: Number, *typed: str, text: str = "Hi") -> list[Any]:
    await world.run(messages.send_round, uid, who, number.id, typed, Outgoing(ToPhone("+1"), text=text, is_free=True))
    return (await world.run(messages.get_round, uid, who))[1]


async def test_some_get_it_and_of_the_others_it_is_said_why(world: World) -> None:
    number, other = await world.number(), await world.number()
    mira = await world.chat(number, "15550100234", name="Mira Solberg")
    clara = await world.chat(other, "15550100300", name="Clara")
    left = await world.chat(other, lid="99887766", name="Only a LID")
    typed = ("Mira Solberg", "+1 555 010 0234", "+15550100999", "Clara", "Only a LID", "Nobody", "12")
    places = await sent(world, uuid4(), world.owner, number, *typed)
    assert [place.typed for place in places] == list(typed)
    assert [bool(place.message) for place in places] == [True, False, True, True, False, False, False]
    assert [place.refusal for place in places][1] == "Named before: one chat gets the message once."
    assert "another number" in str(places[4].refusal)
    assert "neither a phone" in str(places[5].refusal)
    assert places[0].chat.id == mira.id
    assert places[3].chat.phone == clara.phone
    assert places[3].chat.number_id == number.id
    assert [(one.text, one.origin) for one in await world.history(mira)] == [("Hi", "Public API")]
    assert await world.history(left) == await world.history(clara) == []
    assert await world.credits_used() == 0


async def test_the_same_uid_is_one_round_and_nobody_elses(world: World, neighbour: World) -> None:
    number, uid = await world.number(), uuid4()
    for _ in range(2):
        [place] = await sent(world, uid, world.owner, number, "+15550100234")
    assert len(await world.history(place.chat)) == 1
    somebody = await world.teammate()
    for place_of, who in ((world, somebody), (neighbour, neighbour.owner)):
        with pytest.raises(RoundNotFound):
            await place_of.run(messages.get_round, uid, who)
    assert [one.uid for one in await world.run(messages.list_rounds, world.owner, 5)] == [uid]
    assert await neighbour.run(messages.list_rounds, neighbour.owner, 5) == []


async def foreseen(world: World, number: Number, *typed: str) -> list[Recipient]:
    return await world.run(messages.find_recipients, world.owner, number.id, typed, HELLO)


async def test_what_would_happen_is_said_before_and_nothing_happens(world: World) -> None:
    number = await world.number()
    mira = await world.chat(number, name="Mira")
    known, new, wrong = await foreseen(world, number, "Mira", "+15550100999", "Nobody")
    assert (known.chat, known.is_new, new.is_new, wrong.is_open) == (mira, False, True, False)
    assert await world.fetch("SELECT 1 FROM tenant.message WHERE workspace = $1") == []
    few = await world.statements(messages.find_recipients, world.owner, number.id, ["Mira"], HELLO)
    many = ["Mira", *(f"+1555010{n:04d}" for n in range(40))]
    assert await world.statements(messages.find_recipients, world.owner, number.id, many, HELLO) <= few + 1


async def test_a_business_number_reaches_only_who_has_written_in_the_last_day(world: World) -> None:
    number = await world.business_number()
    mira = await world.chat(number, "15550100234", name="Mira")
    await world.hear(mira, "Hello")
    assert [one.is_open for one in await foreseen(world, number, "Mira", "+15550100999")] == [True, False]
    world.clock.advance(timedelta(hours=25))
    [late] = await foreseen(world, number, "Mira")
    assert "24 hour" in str(late.refusal)


async def test_people_write_from_numbers_they_see_all_of(world: World) -> None:
    number = await world.number()
    chat: Chat = await world.chat(number, name="Assigned")
    agent = await world.teammate()
    await world.run(workspaces.change_role, agent.id, Role.AGENT)
    agent = await world.run(workspaces.get_teammate, agent.id)
    await world.run(chats.assign, chat.id, agent.email)
    assert await world.run(messages.numbers_to_write_from, agent) == []
    with pytest.raises(NotYourNumber):
        await sent(world, uuid4(), agent, number, "+15550100999")
    await world.execute("UPDATE tenant.number SET owner_id = $2 WHERE workspace = $1", agent.id)
    hidden = await world.chat(await world.number(), "15550100300", name="Out of sight")
    places = await sent(world, uuid4(), agent, number, "Out of sight", "Assigned")
    assert "neither a phone" in str(places[0].refusal)
    assert places[1].message
    assert await world.history(hidden) == []
