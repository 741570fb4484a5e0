"""Who sees which chats: the list, its pages and single chats give the same answer."""

import pytest

from tests.support.world import World
from tideline.features import chats, workspaces
from tideline.features.chats import Chat, ChatFilter, ChatNotFound, SeenPeer
from tideline.features.numbers import Number
from tideline.features.numbers.port import Peer
from tideline.features.workspaces import Role, Teammate

EVERYTHING = ["Assigned elsewhere", "Assigned here", "Nobody's elsewhere", "Nobody's here"]


async def invited(world: World, role: Role, email: str = "idris@harbour.example") -> Teammate:
    return (await world.run(workspaces.invite, world.access, email=email, role=role)).teammate


async def hand_over(world: World, number: Number, to: Teammate) -> None:
    sql = "UPDATE tenant.number SET owner_id = $3 WHERE workspace = $1 AND id = $2"
    await world.execute(sql, number.id, to.id)


async def four_chats(world: World, mine: Teammate) -> list[Chat]:
    """Two chats of a number that is this teammate's and two of another one, one of each assigned to them."""
    own, other = await world.number(), await world.number()
    await hand_over(world, own, mine)
    return [
        await world.chat(own, name="Nobody's here"),
        await world.chat(own, name="Assigned here", responsible=mine.email),
        await world.chat(other, name="Nobody's elsewhere"),
        await world.chat(other, name="Assigned elsewhere", responsible=mine.email),
    ]


SIGHTS = {
    Role.ADMIN: EVERYTHING,
    Role.TEAM_SUPERVISOR: EVERYTHING,
    Role.TEAMMATE: EVERYTHING,
    Role.AGENT: ["Assigned elsewhere", "Assigned here", "Nobody's here"],
    Role.COLLABORATOR: ["Assigned elsewhere", "Assigned here"],
}


@pytest.mark.parametrize(("role", "seen"), SIGHTS.items(), ids=SIGHTS)
async def test_what_a_role_sees_in_the_list_and_one_by_one(world: World, role: Role, seen: list[str]) -> None:
    teammate = await invited(world, role)
    made = await four_chats(world, teammate)
    assert await world.listed(visible_to=teammate) == seen
    for chat in made:
        if chat.name in seen:
            assert (await world.run(chats.get_visible, chat.id, teammate)).name == chat.name
        else:
            with pytest.raises(ChatNotFound):
                await world.run(chats.get_visible, chat.id, teammate)


async def test_the_owner_sees_everything(world: World) -> None:
    await four_chats(world, await invited(world, Role.AGENT))
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
    agent = await invited(world, Role.AGENT)
    await four_chats(world, agent)
    assert await world.listed(visible_to=agent, names=["elsewhere"]) == ["Assigned elsewhere"]
    assert await world.listed(visible_to=agent, responsible=[agent.email]) == ["Assigned elsewhere", "Assigned here"]


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
