"""Who sees which chats: the list, its pages and single chats give the same answer."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.support.world import World
from tideline.features import chats, numbers, workspaces
from tideline.features.chats import Chat, ChatFilter, ChatNotFound, SeenPeer, Sight
from tideline.features.numbers import Number
from tideline.features.numbers.port import Peer
from tideline.features.workspaces import Role, Teammate

NAMED = ["Assigned elsewhere", "Mentioned elsewhere"]
MINE = sorted([*NAMED, "Nobody's own"])
TEAM = sorted([*MINE, "Nobody's in the team"])
EVERYTHING = sorted([*TEAM, "Nobody's elsewhere"])
EVERYTHING_BUT_THE_TEAM = sorted([*MINE, "Nobody's elsewhere"])


async def invited(world: World, role: Role, team: str | None = None) -> Teammate:
    email = f"{uuid4().hex[:12]}@harbour.example"
    return (await world.run(workspaces.invite, world.access, email=email, role=role, team=team)).teammate


async def hand_over(world: World, number: Number, to: Teammate) -> Number:
    sql = "UPDATE tenant.number SET owner_id = $3 WHERE workspace = $1 AND id = $2"
    await world.execute(sql, number.id, to.id)
    return await world.run(numbers.get, number.id)


@dataclass
class Stage:
    """Somebody of the sales team with a number, a colleague's number, and a number of another team."""

    mine: Teammate
    numbers: list[Number]
    chats: list[Chat]


async def stage(world: World, role: Role) -> Stage:
    await world.run(workspaces.create_team, "Sales Team")
    mine, colleague = await invited(world, role, "Sales Team"), await invited(world, Role.AGENT, "Sales Team")
    own, near, far = await world.number(), await world.number(), await world.number()
    own, near = await hand_over(world, own, mine), await hand_over(world, near, colleague)
    made = [
        await world.chat(own, name="Nobody's own"),
        await world.chat(near, name="Nobody's in the team"),
        await world.chat(far, name="Nobody's elsewhere"),
        await world.chat(far, name="Assigned elsewhere", responsible=mine.email),
        await world.chat(far, name="Mentioned elsewhere"),
    ]
    await mention(world, made[-1], mine)
    return Stage(mine, [own, near, far], made)


async def mention(world: World, chat: Chat, who: Teammate) -> None:
    """As a note in this chat does it."""
    sql = "INSERT INTO tenant.chat_mention (workspace, chat_id, teammate_id, first_at) VALUES ($1, $2, $3, $4)"
    await world.execute(sql, chat.id, who.id, world.clock.now())


SIGHTS = {
    Role.ADMIN: EVERYTHING,
    Role.TEAM_SUPERVISOR: TEAM,
    Role.TEAMMATE: TEAM,
    Role.AGENT: MINE,
    Role.COLLABORATOR: NAMED,
}


@pytest.mark.parametrize(("role", "seen"), SIGHTS.items(), ids=SIGHTS)
async def test_what_a_role_sees_in_the_list_and_one_by_one(world: World, role: Role, seen: list[str]) -> None:
    made = await stage(world, role)
    assert await world.listed(visible_to=made.mine) == seen
    for chat in made.chats:
        if chat.name in seen:
            assert (await world.run(chats.get_visible, chat.id, made.mine)).name == chat.name
        else:
            with pytest.raises(ChatNotFound):
                await world.run(chats.get_visible, chat.id, made.mine)


@pytest.mark.parametrize(("role", "has"), [(Role.TEAMMATE, [True, True, False]), (Role.AGENT, [True, False, False]),
                                           (Role.COLLABORATOR, [False, False, False])])  # fmt: skip
async def test_whose_numbers_somebody_has(world: World, role: Role, has: list[bool]) -> None:
    made = await stage(world, role)
    sight = Sight.of(made.mine)
    assert sight
    assert [sight.has_number(number) for number in made.numbers] == has


async def test_who_changes_the_team_sees_other_chats_at_once(world: World) -> None:
    made = await stage(world, Role.TEAMMATE)
    moved = (await world.run(workspaces.invite, world.access, email=made.mine.email, team="Default")).teammate
    assert moved.team == "Default"
    assert await world.listed(visible_to=moved) == EVERYTHING_BUT_THE_TEAM
    assert [Sight.of(moved).has_number(await world.run(numbers.get, one.id)) for one in made.numbers] == [  # type: ignore[union-attr]
        True, False, True,
    ]  # fmt: skip


async def test_the_owner_sees_everything(world: World) -> None:
    await stage(world, Role.AGENT)
    assert await world.listed(visible_to=world.owner) == EVERYTHING


async def test_pages_of_an_agent_are_full_and_know_whether_another_follows(world: World) -> None:
    agent = await invited(world, Role.AGENT)
    own, other = await world.number(), await world.number()
    await hand_over(world, own, agent)
    for number in (own, other):
        seen = [SeenPeer(Peer(phone=f"4930{n:06d}"), f"Guest {n:03d}") for n in range(60)]
        await world.run(chats.find_or_create, number, seen)
    pages = [await world.run(chats.list_chats, ChatFilter(visible_to=agent), page) for page in (1, 2)]
    assert [(len(page.items), page.has_more) for page in pages] == [(50, True), (10, False)]
    assert {chat.number_id for page in pages for chat in page.items} == {own.id}


async def test_other_filters_narrow_what_an_agent_sees(world: World) -> None:
    agent = (await stage(world, Role.AGENT)).mine
    assert await world.listed(visible_to=agent, names=["elsewhere"]) == NAMED
    assert await world.listed(visible_to=agent, names=["nobody"], is_read=False) == ["Nobody's own"]
    assert await world.listed(visible_to=agent, responsible=[agent.email]) == ["Assigned elsewhere"]
    assert await world.listed(visible_to=agent, responsible=[world.owner.email]) == []


async def test_the_old_id_of_a_merged_chat_shows_no_more_than_the_new_one(world: World) -> None:
    number, agent = await world.number(), await invited(world, Role.AGENT)
    by_phone = await world.chat(number, "4930123456", name="Mira")
    by_lid = await world.chat(number, lid="77001", name="Mira Solberg")
    await world.run(chats.link_identity, number, phone="4930123456", lid="77001")
    merged = await world.reload(by_lid)
    assert merged.id == by_phone.id
    with pytest.raises(ChatNotFound):
        await world.run(chats.get_visible, by_lid.id, agent)
    await world.run(chats.assign, merged.id, agent.email)
    assert (await world.run(chats.get_visible, by_lid.id, agent)).id == merged.id


async def test_nobody_sees_a_chat_of_the_second_workspace(world: World, neighbour: World) -> None:
    [theirs] = (await neighbour.run(chats.list_chats)).items
    with pytest.raises(ChatNotFound):
        await world.run(chats.get_visible, theirs.id, world.owner)
    assert await world.listed(visible_to=world.owner) == []


FILTERS = {
    "none": {},
    "names": {"names": ["guest"]},
    "labels": {"labels": ["vip"]},
    "phone": {"phone": "4930"},
    "flags": {"is_closed": False, "is_read": False},
}


@pytest.mark.parametrize("wanted", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("role", [Role.TEAMMATE, Role.AGENT, Role.COLLABORATOR])
async def test_many_chats_in_sight_are_found_by_every_filter(world: World, role: Role, wanted: dict[str, Any]) -> None:
    """Half of what there is can be seen: each way to it gives the same chats in the same order as the whole list."""
    mine, own, other = await invited(world, role), await world.number(), await world.number()
    await world.run(workspaces.create_team, "Sales Team")
    await hand_over(world, other, await invited(world, Role.AGENT, "Sales Team"))
    for number in (own, other):
        await hand_over(world, own, mine)
        seen = [SeenPeer(Peer(phone=f"4930{n:06d}"), f"Guest {n:03d}") for n in range(55)]
        opened = await world.run(chats.find_or_create, number, seen)
        for chat in opened[::2]:
            await world.run(chats.add_labels, chat.id, ["vip"])
    if role is Role.COLLABORATOR:
        for n, chat in enumerate((await world.run(chats.list_chats, ChatFilter(number_jids=[own.jid]), 1, 60)).items):
            await (mention(world, chat, mine) if n % 2 else world.run(chats.assign, chat.id, mine.email))
    whole = await world.run(chats.list_chats, ChatFilter(number_jids=[own.jid], **wanted), 1, 200)
    assert len(whole.items) > 20
    found = [await world.run(chats.list_chats, ChatFilter(visible_to=mine, **wanted), page, 20) for page in (1, 2, 3)]
    assert [chat.id for page in found for chat in page.items] == [chat.id for chat in whole.items[:60]]
    assert found[0].has_more
    assert not found[2].has_more


async def test_a_page_of_an_agent_is_one_statement_however_many_chats_it_has(world: World) -> None:
    agent, own = await invited(world, Role.AGENT), await world.number()
    await hand_over(world, own, agent)
    await world.chat(own)
    one = await world.statements(chats.list_chats, ChatFilter(visible_to=agent))
    await world.run(chats.find_or_create, own, [SeenPeer(Peer(phone=f"4930{n:06d}")) for n in range(60)])
    assert await world.statements(chats.list_chats, ChatFilter(visible_to=agent)) == one == 1
