"""Narrowing a search: by chat, number, writer, type and time, and to what a role sees."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.features.search.conftest import Find
from tests.support.world import World
from tideline.features import chats, messages, workspaces
from tideline.features.chats import ChatNotFound, WrongPhone
from tideline.features.messages import MessageType
from tideline.features.numbers.port import (
    GroupMember,
    Peer,
    Via,
)
from tideline.features.search import actions, read_question
from tideline.features.workspaces import Role


async def shop(world: World) -> dict[str, Any]:
    """Two numbers, two direct chats, a group, and a teammate who writes a note."""
    bikes, cafe = await world.number("15550100001"), await world.number("15550100002")
    mira = await world.chat(bikes, "15550100234", name="Mira Solberg")
    jon = await world.chat(cafe, "15550100555", name="Jon Vale")
    group = await world.group(bikes, "Wholesale", [GroupMember(Peer(phone="15550100555"), "member")])
    idris = await world.teammate("idris@harbour.example")
    await world.hear(mira, "beans from Mira")
    await world.hear(mira, "beans from the phone", from_me=True, via=Via.PHONE)
    await world.send(mira, "beans from the API")
    await world.hear(jon, "beans from Jon")
    by_jon = world.written(group.peer, "beans from Jon in the group", sender=Peer(phone="15550100555"))
    await world.run(messages.receive, bikes.id, [by_jon])
    await world.run(messages.add_note, jon.id, "a note about beans")
    return {"bikes": bikes, "cafe": cafe, "mira": mira, "jon": jon, "group": group, "idris": idris}


OF_MIRA = ["beans from the API", "beans from the phone", "beans from Mira"]
EVERYTHING = ["a note about beans", "beans from Jon in the group", "beans from Jon", *OF_MIRA]
FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, EVERYTHING),
    "a number": ({"number_jids": ["15550100002@s.whatsapp.net"]}, ["a note about beans", "beans from Jon"]),
    "any of two numbers": ({"number_jids": ["15550100002@s.whatsapp.net", "15550100001@s.whatsapp.net"]}, EVERYTHING),
    "no such number": ({"number_jids": ["15559999999@s.whatsapp.net"]}, []),
    "a contact": ({"senders": ["+1 555 010-0234"]}, ["beans from Mira"]),
    "a contact in groups too": ({"senders": ["15550100555"]}, ["beans from Jon in the group", "beans from Jon"]),
    "a contact nobody knows": ({"senders": ["+15559999999"]}, []),
    "a teammate": ({"senders": [" OWNER "]}, ["a note about beans", "beans from the API"]),
    "a teammate who wrote nothing": ({"senders": ["idris@harbour.example"]}, []),
    "a teammate nobody knows": ({"senders": ["nobody@harbour.example"]}, []),
    "a contact or a teammate": (
        {"senders": ["15550100234", " OWNER "]},
        ["a note about beans", "beans from the API", "beans from Mira"],
    ),
    "ours": ({"from_me": True}, ["a note about beans", *OF_MIRA[:2]]),
    "theirs": ({"from_me": False}, ["beans from Jon in the group", "beans from Jon", "beans from Mira"]),
    "notes": ({"type": MessageType.NOTE}, ["a note about beans"]),
    "messages": ({"type": MessageType.WHATSAPP}, EVERYTHING[1:]),
    "e-mails": ({"type": MessageType.EMAIL}, []),
    "everything at once": (
        {
            "number_jids": ["15550100001@s.whatsapp.net"],
            "senders": ["15550100555"],
            "from_me": False,
            "type": MessageType.WHATSAPP,
            "after": datetime(2026, 1, 1, tzinfo=UTC),
            "before": datetime(2027, 1, 1, tzinfo=UTC),
        },
        ["beans from Jon in the group"],
    ),
}


async def test_every_filter(world: World, neighbour: World, find: Find, road: str) -> None:
    await shop(world)
    await neighbour.hear((await neighbour.run(chats.list_chats)).items[0], "beans of the neighbour")
    for situation, (wanted, expected) in FILTERS.items():
        wanted = dict(wanted)
        if "senders" in wanted:
            wanted["senders"] = [one.replace(" OWNER ", world.owner.email.upper()) for one in wanted["senders"]]
        assert await find("beans", **wanted) == expected, situation


async def test_one_chat(world: World, find: Find, road: str) -> None:
    made = await shop(world)
    assert await find("beans", chat_id=made["mira"].id) == OF_MIRA
    assert await find("note", chat_id=made["mira"].id) == []
    assert await find("jon", chat_id=made["group"].id) == ["beans from Jon in the group"]


async def test_times_are_inclusive(world: World, find: Find, road: str) -> None:
    chat = await world.chat()
    stored = [await world.hear(chat, f"beans {n}") for n in range(5)]
    assert await find("beans", after=stored[1].at, before=stored[3].at) == ["beans 3", "beans 2", "beans 1"]
    assert await find("beans", after=stored[4].at + timedelta(microseconds=1)) == []
    assert await find("beans", before=stored[0].at - timedelta(microseconds=1)) == []


async def test_a_chat_has_to_be_there_and_a_phone_has_to_be_one(world: World, neighbour: World, find: Find) -> None:
    [theirs] = (await neighbour.run(chats.list_chats)).items
    for missing in (theirs.id, 0, 2**31, 10**30, -5):
        with pytest.raises(ChatNotFound):
            await find("beans", chat_id=missing)
    with pytest.raises(WrongPhone):
        await find("beans", senders=["Mira"])


async def test_a_merged_chat_is_searched_by_both_ids_and_by_both_addresses(world: World, find: Find, road: str) -> None:
    number = await world.number()
    by_phone = await world.chat(number, "4930123456", name="Mira")
    by_lid = await world.chat(number, lid="77001", name="Mira Solberg")
    await world.hear(by_phone, "beans by phone")
    await world.hear(by_lid, "beans by lid")
    await world.run(chats.link_identity, number, phone="4930123456", lid="77001")
    merged = await world.reload(by_lid)
    await world.hear(merged, "beans by both")
    expected = ["beans by both", "beans by lid", "beans by phone"]
    for wanted in ({"chat_id": by_phone.id}, {"chat_id": by_lid.id}, {"senders": ["+4930123456"]}, {}):
        assert await find("beans", **wanted) == expected
    hits = (await world.run(messages.search_messages, read_question("beans"))).items
    assert {hit.chat.id for hit in hits} == {hit.message.chat_id for hit in hits} == {merged.id}


async def test_what_somebody_wrote_in_a_group_before_a_merge(world: World, find: Find, road: str) -> None:
    number = await world.number()
    group = await world.group(number, "Wholesale", [GroupMember(Peer(lid="77001"), "member")])
    by_lid = world.written(group.peer, "beans by lid", sender=Peer(lid="77001"))
    await world.run(messages.receive, number.id, [by_lid])
    await world.chat(number, "4930123456")
    await world.run(chats.link_identity, number, phone="4930123456", lid="77001")
    assert await find("beans", senders=["4930123456"]) == ["beans by lid"]


# Who sees what -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["few chats", "more chats than can be named"])
def many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "few chats":
        monkeypatch.setattr(actions, "CHATS_NAMED", 0)
    return str(request.param)


SIGHTS = {
    Role.ADMIN: {"own", "near", "far", "assigned", "mentioned", "merged"},
    Role.TEAMMATE: {"own", "near", "assigned", "mentioned", "merged"},
    Role.AGENT: {"own", "assigned", "mentioned", "merged"},
    Role.COLLABORATOR: {"assigned", "mentioned", "merged"},
}


@pytest.mark.parametrize(("role", "seen"), SIGHTS.items(), ids=SIGHTS)
async def test_a_role_finds_what_it_sees(
    world: World, find: Find, road: str, many: str, role: Role, seen: set[str]
) -> None:
    await world.run(workspaces.create_team, "Sales Team")
    mine, colleague = await invited(world, role), await invited(world, Role.AGENT)
    numbers = [await world.number(), await world.number(), await world.number()]
    for number, owner in zip(numbers, (mine, colleague, world.owner), strict=True):
        sql = "UPDATE tenant.number SET owner_id = $3 WHERE workspace = $1 AND id = $2"
        await world.execute(sql, number.id, owner.id)
    made = {name: await world.chat(number) for name, number in zip(("own", "near", "far"), numbers, strict=True)}
    made["assigned"] = await world.chat(numbers[2], responsible=mine.email)
    made["mentioned"] = await world.chat(numbers[2])
    await world.run(messages.add_note, made["mentioned"].id, f"@{mine.email} have a look")
    made["merged"] = await world.chat(numbers[2], lid="77001")
    other = await world.chat(numbers[2], "4930123456", responsible=mine.email)
    for name, chat in made.items():
        await world.hear(chat, f"beans {name}")
    await world.run(chats.link_identity, numbers[2], phone="4930123456", lid="77001")
    assert {str(text).removeprefix("beans ") for text in await find("beans", visible_to=mine)} == seen
    assert set(await find("beans", visible_to=mine, number_jids=[numbers[2].jid])) == {
        f"beans {name}" for name in seen - {"own", "near"}
    }
    assert (await world.reload(other)).id == made["merged"].id
    for name, chat in made.items():
        if name in seen:
            assert await find("beans", visible_to=mine, chat_id=chat.id) == [f"beans {name}"]
        else:
            with pytest.raises(ChatNotFound):
                await find("beans", visible_to=mine, chat_id=chat.id)


async def test_who_sees_no_chat_finds_nothing(world: World, find: Find, road: str, many: str) -> None:
    await world.hear(await world.chat(), "beans")
    for role in (Role.TEAMMATE, Role.AGENT, Role.COLLABORATOR):
        await world.run(workspaces.create_team, f"Team of {role}")
        email = f"{uuid4().hex[:12]}@harbour.example"
        made = await world.run(workspaces.invite, world.access, email=email, role=role, team=f"Team of {role}")
        assert await find("beans", visible_to=made.teammate) == []


async def invited(world: World, role: Role) -> workspaces.Teammate:
    email = f"{uuid4().hex[:12]}@harbour.example"
    invitation = await world.run(workspaces.invite, world.access, email=email, role=role, team="Sales Team")
    return invitation.teammate


async def test_the_second_workspace_has_the_same_words_and_shows_its_own(
    world: World, neighbour: World, find: Find, road: str
) -> None:
    await world.hear(await world.chat(), "Is anybody here?")
    for typed in ("anybody", "any*", '"is anybody"', "is anybody"):
        assert await find(typed) == ["Is anybody here?"]
        assert await find(typed, at=neighbour) == ["Is anybody there?"]
    assert await find("there") == []
