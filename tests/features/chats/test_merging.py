"""Two chats turn out to be one person."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from tests.support.world import World
from tideline.features import chats, messages, numbers
from tideline.features.chats import Chat, ChatId, ChatKind, ChatNotFound
from tideline.features.chats.merging import combine
from tideline.features.numbers import NumberId, NumberState
from tideline.features.numbers.port import GroupMember, IdentityLinked, MessageEdited, Peer, ReactionChanged

T0 = datetime(2026, 11, 23, 12, tzinfo=UTC)
T1 = T0 + timedelta(hours=1)
OLD, NEW = UUID(int=1), UUID(int=2)
OLDER = Chat(
    ChatId(1), NumberId(1), "jid", "1555", "Harbour", NumberState.ACTIVE, ChatKind.DIRECT, "+15550100234", T0,
    T0, phone="15550100234", last_message_uid=OLD, last_message_at=T0,
)  # fmt: skip
NEWER = msgspec.structs.replace(
    OLDER, id=ChatId(2), name="+777", phone=None, lid="777", last_message_uid=NEW, last_message_at=T1
)


RULES = {
    "the newest message is the last one": ({}, {}, {"last_message_uid": NEW, "last_message_at": T1}),
    "also when the older chat has it": ({"last_message_at": T1 + timedelta(1)}, {}, {"last_message_uid": OLD}),
    "also when one has none": ({"last_message_uid": None, "last_message_at": None}, {}, {"last_message_uid": NEW}),
    "unread if one is": ({"is_read": True}, {"is_read": False}, {"is_read": False}),
    "read if both are": ({"is_read": True}, {"is_read": True}, {"is_read": True}),
    "open if one is": ({"closed_at": T0}, {"closed_at": None}, {"closed_at": None}),
    "closed if both are": ({"closed_at": T0}, {"closed_at": T1}, {"closed_at": T1}),
    "who is responsible for the older one": ({"responsible_id": 7}, {"responsible_id": 8}, {"responsible_id": 7}),
    "or for the only one": ({}, {"responsible_id": 8}, {"responsible_id": 8}),
    "the labels of both": ({"labels": ["a", "b"]}, {"labels": ["c", "a"]}, {"labels": ["a", "b", "c"]}),
    "a synced name is more than a phone": ({}, {"name": "Mira"}, {"name": "Mira", "is_renamed": False}),
    "a given name is more than a synced one": (
        {"name": "Mira"}, {"name": "VIP", "is_renamed": True}, {"name": "VIP", "is_renamed": True},
    ),
    "of two given names the older chat's": (
        {"name": "Mira", "is_renamed": True}, {"name": "VIP", "is_renamed": True}, {"name": "Mira"},
    ),
    "a phone with an index is no name": ({"name": "+15550100234 (2)"}, {"name": "Mira"}, {"name": "Mira"}),
    "machines answer if they may in both": ({"autoresponse": True}, {"autoresponse": False}, {"autoresponse": False}),
    "a lock stays": ({}, {"autoresponse_locked": True}, {"autoresponse_locked": True}),
    "unattended if one is": ({}, {"unattended": True}, {"unattended": True}),
    "the photo there is": ({}, {"photo_uid": NEW}, {"photo_uid": NEW}),
    "read as far as both were": ({"read_until": NEW}, {"read_until": OLD}, {"read_until": OLD}),
    "the metadata of both, the older chat's where they differ": (
        {"metadata": {"crm": 1, "tier": "gold"}}, {"metadata": {"crm": 2, "from": "web"}},
        {"metadata": {"crm": 1, "tier": "gold", "from": "web"}},
    ),
    "no metadata": ({}, {}, {"metadata": None}),
    "not read at all if one never was": ({"read_until": NEW}, {}, {"read_until": None}),
    "a chat without messages was read": (
        {"last_message_uid": None, "last_message_at": None}, {"read_until": NEW}, {"read_until": NEW},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("older", "newer", "expected"), RULES.values(), ids=RULES)
def test_what_the_chat_that_stays_looks_like(
    older: dict[str, object], newer: dict[str, object], expected: dict[str, object]
) -> None:
    combined = combine(msgspec.structs.replace(OLDER, **older), msgspec.structs.replace(NEWER, **newer))
    assert {name: getattr(combined, name) for name in expected} == expected


async def two_chats(world: World) -> tuple[Chat, Chat]:
    number = await world.number()
    older = await world.chat(number, "15550100234", labels=["old", "both"])
    newer = await world.chat(number, lid="777", name="Mira", labels=["both", "new"])
    await world.hear(older, "by phone")
    await world.hear(newer, "by LID")
    return await world.reload(older), await world.reload(newer)


async def join(world: World, older: Chat) -> None:
    await world.run(messages.receive, older.number_id, [IdentityLinked("15550100234", "777")])


async def test_the_older_id_stays_and_the_other_answers_with_it(world: World) -> None:
    older, newer = await two_chats(world)
    await join(world, older)
    merged = await world.run(chats.get, newer.id)
    assert merged.id == older.id
    assert merged == await world.reload(older)
    assert (merged.name, merged.phone, merged.lid) == ("Mira", "15550100234", "777")
    assert merged.labels == ["old", "both", "new"]
    assert [message.text for message in await world.history(newer)] == ["by LID", "by phone"]
    assert len((await world.run(chats.list_chats)).items) == 1


async def test_there_is_one_fact_that_names_both(world: World) -> None:
    older, newer = await two_chats(world)
    await join(world, older)
    [(_, payload)] = await world.facts("ChatsMerged")
    assert (payload["chat"]["id"], payload["merged_chat"]["id"]) == (older.id, newer.id)
    await join(world, older)
    assert len(await world.facts("ChatsMerged")) == 1


async def test_everything_done_with_the_old_id_works(world: World) -> None:
    older, newer = await two_chats(world)
    await join(world, older)
    await world.run(chats.rename, newer.id, "Mira Solberg")
    await world.run(chats.assign, newer.id, world.owner.email)
    await world.run(chats.close, newer.id)
    assert await world.run(chats.add_labels, newer.id, ["later"]) == ["old", "both", "new", "later"]
    assert await world.run(chats.labels, newer.id) == ["old", "both", "new", "later"]
    uid = await world.send(newer, "Hello again")
    assert (await world.message(uid)).chat_id == older.id
    merged = await world.reload(older)
    assert merged.is_closed
    assert merged.responsible_email == world.owner.email


async def test_labels_lead_to_the_chat_that_stays(world: World) -> None:
    older, _ = await two_chats(world)
    await join(world, older)
    for label in ("old", "both", "new"):
        assert await world.listed(labels=[label]) == ["Mira"]


async def test_a_message_that_waits_to_be_sent_goes_on_waiting(world: World) -> None:
    older, newer = await two_chats(world)
    uid = await world.send(newer, "Thank you")
    await join(world, older)
    assert (await world.message(uid)).chat_id == older.id
    [lane] = await world.fetch("SELECT waiting FROM lanes.lane WHERE workspace = $1 AND kind = 'send'")
    assert lane["waiting"] == 1


async def test_reactions_and_places_in_groups_become_one(world: World) -> None:
    older, newer = await two_chats(world)
    number_id = older.number_id
    group = await world.group(
        await world.run(numbers.get, number_id),
        members=[GroupMember(Peer(phone="15550100234"), "member"), GroupMember(Peer(lid="777"), "admin")],
    )
    assert len(group.members) == 3
    said = await world.hear(group, "Meet at nine?", sender=Peer(phone="15550100234"), external_id="G1")
    by_phone = ReactionChanged(group.peer, "G1", "👍", world.clock.advance(), by=Peer(phone="15550100234"))
    by_lid = ReactionChanged(group.peer, "G1", "🎉", world.clock.advance(), by=Peer(lid="777"))
    await world.run(messages.receive, number_id, [by_phone, by_lid])
    assert len((await world.message(said.uid)).reactions) == 2
    await join(world, older)
    [reaction] = (await world.message(said.uid)).reactions
    assert reaction.emoji == "🎉"
    members = (await world.reload(group)).members
    assert [(member.name, member.chat_id) for member in members] == [("Harbour Coffee", None), ("Mira", older.id)]
    assert newer.id not in {member.chat_id for member in members}


async def test_an_author_known_twice_may_still_edit(world: World) -> None:
    older, _ = await two_chats(world)
    event = world.written(older.peer, "tomorow", external_id="E1")
    await world.run(messages.receive, older.number_id, [event])
    await join(world, older)
    edited = MessageEdited(Peer(lid="777"), "E1", "tomorrow", world.clock.advance(), by=Peer(lid="777"))
    await world.run(messages.receive, older.number_id, [edited])
    assert (await world.newest(older)).text == "tomorrow"


async def test_merging_twice_leaves_one_step_to_the_chat(world: World) -> None:
    number = await world.number()
    first = await world.chat(number, "15550100234")
    second = await world.chat(number, lid="777")
    third = await world.chat(number, "15550100999")
    await world.run(chats.link_identity, number, phone="15550100999", lid="777")
    assert (await world.run(chats.get, third.id)).id == second.id
    # The account moves to the phone of the first chat, which has no LID yet: it is the same person again.
    await world.run(chats.link_identity, number, phone="15550100234", lid="777")
    for chat in (first, second, third):
        assert (await world.run(chats.get, chat.id)).id == first.id
    aliases = await world.fetch("SELECT old_id, chat_id FROM tenant.chat_alias WHERE workspace = $1 ORDER BY old_id")
    assert [tuple(row) for row in aliases] == [(second.id, first.id), (third.id, first.id)]


async def test_two_phones_of_two_chats_are_not_merged_by_a_lid_that_contradicts(world: World) -> None:
    number = await world.number()
    mira = await world.chat(number, "15550100234", lid="777", name="Mira")
    otto = await world.chat(number, "15550100999", lid="888", name="Otto")
    await world.run(chats.link_identity, number, phone="15550100999", lid="777")
    assert (await world.reload(mira)).phone == "15550100999"
    assert (await world.reload(otto)).jid == "888@lid"
    assert not await world.facts("ChatsMerged")


async def test_an_alias_leads_nowhere_in_another_workspace(world: World, neighbour: World) -> None:
    older, newer = await two_chats(world)
    before = await neighbour.rows()
    await join(world, older)
    for chat in (older, newer):
        with pytest.raises(ChatNotFound):
            await neighbour.run(chats.get, chat.id)
    assert await neighbour.rows() == before
