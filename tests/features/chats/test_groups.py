"""Groups as WhatsApp shows them."""

import asyncio

from tests.support.world import World
from tideline.features import chats, numbers
from tideline.features.chats import ChatKind, MemberRole, SeenPeer
from tideline.features.numbers.port import GroupChanged, GroupMember, Peer

MIRA = GroupMember(Peer(phone="15550100234"), "member", name="Mira Solberg")
OTTO = GroupMember(Peer(lid="888"), "admin")


async def test_a_group_has_its_members(world: World) -> None:
    number = await world.number("15550100001", name="Harbour Coffee")
    direct = await world.chat(number, "15550100234", name="Mira")
    group = await world.group(number, "Wholesale", [MIRA, OTTO])
    assert (group.kind, group.name, group.phone) == (ChatKind.GROUP, "Wholesale", None)
    own, mira, otto = group.members
    assert (own.name, own.phone, own.role, own.chat_id) == ("Harbour Coffee", "+15550100001", MemberRole.OWNER, None)
    assert (mira.name, mira.phone, mira.role, mira.chat_id) == ("Mira", "+15550100234", MemberRole.MEMBER, direct.id)
    assert (otto.name, otto.phone, otto.role, otto.chat_id) == (None, None, MemberRole.ADMIN, None)


async def test_a_member_gets_a_name_a_phone_and_a_chat_later(world: World) -> None:
    number = await world.number()
    group = await world.group(number, members=[MIRA, OTTO])
    await world.run(chats.link_identity, number, phone="15550100999", lid="888", name="Otto Lind")
    direct = await world.chat(number, "15550100999")
    otto = (await world.reload(group)).members[2]
    assert (otto.name, otto.phone, otto.chat_id) == ("Otto Lind", "+15550100999", direct.id)
    await world.run(chats.rename, direct.id, "Otto, bikes")
    assert (await world.reload(group)).members[2].name == "Otto, bikes"


async def test_the_same_group_again_changes_nothing(world: World) -> None:
    number = await world.number()
    event = GroupChanged("1203@g.us", "Wholesale", [MIRA, OTTO], world.clock.now())
    await world.run(chats.change_group, number, event)
    before = await world.rows("tenant.chat", "tenant.chat_member", "tenant.chat_roster", "tenant.fact")
    await world.run(chats.change_group, number, event)
    assert await world.rows("tenant.chat", "tenant.chat_member", "tenant.chat_roster", "tenant.fact") == before
    assert await world.fact_kinds() == ["ChatOpened", "GroupChanged"]


async def test_a_new_subject_is_the_new_name_unless_the_group_was_renamed_here(world: World) -> None:
    number = await world.number()
    first = await world.group(number, "Wholesale")
    second = await world.group(number, "Wholesale")
    assert second.name == "Wholesale (2)"
    for group, subject in ((first, "Retail"), (second, "Wholesale")):
        event = GroupChanged(str(group.group_jid), subject, [MIRA], world.clock.now())
        await world.run(chats.change_group, number, event)
    assert (await world.reload(first)).name == "Retail"
    assert (await world.reload(second)).name == "Wholesale (2)"
    await world.run(chats.rename, first.id, "Our own")
    await world.run(chats.change_group, number, GroupChanged(str(first.group_jid), "Other", [MIRA], world.clock.now()))
    assert (await world.reload(first)).name == "Our own"


async def test_a_group_that_was_left_cannot_be_written_to_and_keeps_its_members(world: World) -> None:
    number = await world.number()
    group = await world.group(number, members=[MIRA])
    assert group.may_message
    await world.run(
        chats.change_group, number, GroupChanged(str(group.group_jid), "Wholesale", [], world.clock.now(), is_left=True)
    )
    left = await world.reload(group)
    assert not left.may_message
    assert len(left.members) == 2


async def test_people_who_left_are_gone(world: World) -> None:
    number = await world.number()
    group = await world.group(number, members=[MIRA, OTTO])
    await world.run(chats.change_group, number, GroupChanged(str(group.group_jid), "W", [OTTO], world.clock.now()))
    assert [member.role for member in (await world.reload(group)).members] == [MemberRole.ADMIN]
    assert await world.listed(whatsapp_phone=["+15550100234"]) == []


async def test_somebody_listed_under_phone_and_lid_is_one_member(world: World) -> None:
    number = await world.number()
    await world.chat(number, "15550100234", lid="777")
    group = await world.group(number, members=[MIRA, GroupMember(Peer(lid="777"), "admin")])
    assert [member.role for member in group.members] == [MemberRole.OWNER, MemberRole.ADMIN]


async def test_lists_and_channels_are_chats_that_cannot_be_written_to(world: World) -> None:
    number = await world.number()
    seen = [SeenPeer(Peer(group=jid), name) for jid, name in (("15@broadcast", "List"), ("12@newsletter", "News"))]
    listed, channel = await world.run(chats.find_or_create, number, seen)
    assert (listed.kind, channel.kind) == (ChatKind.BROADCAST, ChatKind.CHANNEL)
    assert listed.is_group
    assert not listed.may_message
    assert not channel.may_message


async def test_two_members_that_change_at_once_are_both_right_in_the_end(world: World) -> None:
    number = await world.number()
    others = [GroupMember(Peer(phone=f"4930555{n:04d}"), "member") for n in range(6)]
    group = await world.group(number, members=others)
    await asyncio.gather(
        *(world.chat(number, str(member.peer.phone), name=f"Guest {n}") for n, member in enumerate(others))
    )
    members = (await world.reload(group)).members[1:]
    assert sorted(str(member.name) for member in members) == [f"Guest {n}" for n in range(6)]
    assert all(member.chat_id for member in members)


async def test_a_group_of_another_workspace_stays_as_it_is(world: World, neighbour: World) -> None:
    [number] = await neighbour.fetch("SELECT id FROM tenant.number WHERE workspace = $1")
    theirs = await neighbour.group(await neighbour.run(numbers.get, number["id"]), "Wholesale", [MIRA])
    before = await neighbour.rows("tenant.chat", "tenant.chat_member", "tenant.chat_roster")
    mine = await world.number()
    await world.run(chats.change_group, mine, GroupChanged(str(theirs.group_jid), "Mine", [OTTO], world.clock.now()))
    assert await neighbour.rows("tenant.chat", "tenant.chat_member", "tenant.chat_roster") == before
