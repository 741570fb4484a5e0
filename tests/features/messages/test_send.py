"""Sending: what is queued and charged, and what is refused without a trace."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.world import World
from tideline.features import chats, messages
from tideline.features.chats import Chat, ChatId, SeenPeer
from tideline.features.messages import MessageUid, Outgoing, Sender, Target, ToChat, ToChatName, ToJid, ToPhone
from tideline.features.numbers.port import GroupChanged, GroupMember, Peer
from tideline.platform.errors import Problem
from tideline.platform.facts import Actor
from tideline.platform.once import Once

NOTHING = (
    "tenant.chat",
    "tenant.message",
    "tenant.contact",
    "tenant.label",
    "tenant.usage",
    "tenant.fact",
    "lanes.lane",
)
MIRA = ToPhone("+1 (555) 010-0234")


async def send(world: World, *outgoing: Outgoing) -> list[MessageUid | Exception]:
    return await world.run(messages.send_batch, list(outgoing))


async def sent(world: World, outgoing: Outgoing) -> messages.Message:
    [uid] = await send(world, outgoing)
    assert isinstance(uid, UUID), uid
    return await world.message(uid)


async def queued(world: World) -> list[str]:
    rows = await world.fetch(
        """
        SELECT i.payload FROM lanes.lane l JOIN lanes.item i ON i.lane_id = l.id
        WHERE l.workspace = $1 AND l.kind = 'send' ORDER BY i.due_at, i.id
        """
    )
    return [row["payload"]["uid"] for row in rows]


async def test_a_message_to_a_stranger_opens_a_chat_and_waits(world: World) -> None:
    number = await world.number("15550100001", name="Harbour Coffee")
    message = await sent(world, Outgoing(MIRA, "Your beans left."))
    assert (message.status, message.origin, message.from_me) == ("Pending", "Public API", True)
    assert (message.sender_name, message.sender_phone) == ("Harbour Coffee", "+15550100001")
    assert (message.recipient_name, message.recipient_phone) == ("+15550100234", "+15550100234")
    assert message.created_by == world.owner.display_name
    chat = await world.run(chats.get, message.chat_id)
    assert (chat.number_id, chat.last_message_uid) == (number.id, message.uid)
    assert chat.responsible_id is None
    assert await queued(world) == [str(message.uid)]
    assert await world.credits_used() == 1
    (opened, first), (kind, then) = await world.facts()
    assert (opened, first["cause"], kind) == ("ChatOpened", "outgoing", "MessageSent")
    assert messages.from_snapshot(then["message"]) == message
    assert "metadata" not in then["message"]
    assert await world.run(messages.status_history, message.uid) == []


async def test_what_an_integration_keeps_on_a_message_is_in_its_fact_too(world: World) -> None:
    await world.number("15550100001")
    message = await sent(world, Outgoing(MIRA, "Hello", metadata={"deal": 7}))
    assert message.metadata == {"deal": 7}
    [(_, then)] = await world.facts("MessageSent")
    assert messages.from_snapshot(then["message"]) == message


async def test_the_same_person_keeps_the_chat(world: World) -> None:
    chat = await world.chat(phone="15550100234", name="Mira")
    message = await sent(world, Outgoing(ToPhone("0015550100234"), "Hello"))
    assert message.chat_id == chat.id


async def test_every_way_to_name_a_chat(world: World) -> None:
    number = await world.number("15550100001")
    direct = await world.chat(number, "15550100234", lid="777", name="Mira Solberg")
    group = await world.group(number, "Wholesale")
    targets: dict[Target, Chat] = {
        ToChat(direct.id): direct,
        ToChat(group.id): group,
        ToPhone("15550100234"): direct,
        ToJid("15550100234@s.whatsapp.net"): direct,
        ToJid("15550100234@c.us"): direct,
        ToJid("777@lid"): direct,
        ToJid(str(group.group_jid)): group,
        ToChatName("mira solberg "): direct,
        ToChatName("Wholesale"): group,
    }
    results = await send(world, *(Outgoing(target, "Hello") for target in targets))
    found = [await world.message(uid) for uid in results if isinstance(uid, UUID)]
    assert [message.chat_id for message in found] == [chat.id for chat in targets.values()]


async def test_what_it_costs(world: World) -> None:
    chat, file = await world.chat(), await world.file()
    costs = [
        Outgoing(ToChat(chat.id), "Text"),
        Outgoing(ToChat(chat.id), file_uid=file.uid),
        Outgoing(ToChat(chat.id), "Both", file_uid=file.uid),
        Outgoing(ToChat(chat.id), "Typed in the inbox", origin="Shared Inbox", is_free=True),
    ]
    used = []
    for outgoing in costs:
        before = await world.credits_used()
        await sent(world, outgoing)
        used.append(await world.credits_used() - before)
    assert used == [1, 1, 2, 0]


async def test_a_file_goes_along(world: World) -> None:
    chat, file = await world.chat(), await world.file("price-list.pdf")
    message = await sent(world, Outgoing(ToChat(chat.id), "Spring prices", file_uid=file.uid))
    assert message.content == "document"
    assert message.attachment
    assert (message.attachment.filename, message.attachment.is_stored) == ("price-list.pdf", True)


async def test_a_reply_quotes_a_message_of_the_same_number(world: World) -> None:
    number = await world.number()
    one, two = await world.chat(number), await world.chat(number)
    asked = await world.hear(one, "Tuesday?")
    assert (await sent(world, Outgoing(ToChat(one.id), "Yes", reply_to=asked.uid))).reply_to == asked.uid
    assert (await sent(world, Outgoing(ToChat(two.id), "See above", reply_to=asked.uid))).reply_to == asked.uid


async def test_label_and_name_come_with_the_message(world: World) -> None:
    await world.number()
    message = await sent(world, Outgoing(MIRA, "Hello", label="shipping", chat_name="Mira Solberg"))
    chat = await world.run(chats.get, message.chat_id)
    assert (chat.labels, chat.name, chat.is_renamed) == (["shipping"], "Mira Solberg", True)
    assert message.recipient_name == "Mira Solberg"
    assert await world.fact_kinds() == ["ChatOpened", "ChatLabelled", "ChatRenamed", "MessageSent"]
    [(_, payload)] = await world.facts("MessageSent")
    assert (payload["chat"]["name"], payload["chat"]["labels"]) == ("Mira Solberg", ["shipping"])
    await sent(world, Outgoing(MIRA, "Again", label="shipping", chat_name="Mira Solberg"))
    assert await world.fact_kinds("ChatLabelled", "ChatRenamed") == ["ChatLabelled", "ChatRenamed"]


# Which number sends ------------------------------------------------------------------------------------------


async def test_the_number_connected_last_sends_unless_another_is_chosen(world: World) -> None:
    first = await world.number("15550100001")
    last = await world.number("15550100002")
    senders = {
        Sender(): last,
        Sender(phone="+15550100001"): first,
        Sender(jid="15550100001@s.whatsapp.net"): first,
        Sender(phone="15550100002", jid="15550100001@s.whatsapp.net"): last,
    }
    for sender, number in senders.items():
        assert (await sent(world, Outgoing(MIRA, "Hello", sender=sender))).number_id == number.id
    await world.disconnect(last)
    assert (await sent(world, Outgoing(MIRA, "Hello"))).number_id == first.id


async def test_a_chat_is_always_answered_from_its_own_number(world: World) -> None:
    chat = await world.chat(await world.number())
    await world.number()
    assert (await sent(world, Outgoing(ToChat(chat.id), "Hello"))).number_id == chat.number_id
    assert (await sent(world, Outgoing(ToChatName(chat.name), "Hello"))).number_id == chat.number_id


async def test_a_group_is_written_to_from_a_number_that_is_in_it(world: World) -> None:
    inside = await world.number()
    group = await world.group(inside)
    outside = await world.number()
    assert (await sent(world, Outgoing(ToJid(str(group.group_jid)), "Hello"))).number_id == inside.id
    [problem] = await send(world, Outgoing(ToJid(str(group.group_jid)), "Hello", sender=Sender(phone=outside.phone)))
    assert isinstance(problem, Problem)
    assert problem.message == f'Whatsapp chat_id "{group.group_jid}" not found'


# What is refused -----------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a phone with letters": ({"to": ToPhone("1555CALLME")}, 'Wrong phone number "1555CALLME"'),
    "six digits": ({"to": ToPhone("123456")}, 'Wrong phone number "123456"'),
    "no address": ({"to": ToJid("mira")}, 'Wrong WhatsApp address "mira"'),
    "an unknown chat": ({"to": ToChat(ChatId(2_000_000_000))}, 'Whatsapp chat_id "2000000000" not found'),
    "a chat id that is none": ({"to": ToChat(ChatId(1 << 63))}, f'Whatsapp chat_id "{1 << 63}" not found'),
    "an unknown name": ({"to": ToChatName("Nobody")}, 'Whatsapp chat_id "Nobody" not found'),
    "an unknown group": ({"to": ToJid("12@g.us")}, 'Whatsapp chat_id "12@g.us" not found'),
    "a broadcast list": ({"to": ToJid("12@broadcast")}, "Cannot message this group"),
    "a channel": ({"to": ToJid("12@newsletter")}, "Cannot message this group"),
    "nothing": ({"text": None}, "A message needs a text or a file."),
    "an unknown file": ({"file_uid": uuid4()}, "This file does not exist."),
    "an unknown quote": ({"reply_to": UUID(int=5)}, f'Message uid "{UUID(int=5)}" not found'),
    "another's number": ({"sender": Sender(phone="+15559999999")}, "No connected WhatsApp account"),
    "a number that is none": ({"sender": Sender(phone="me")}, 'Wrong phone number "me"'),
    "a label that is too long": ({"label": "x" * 65}, "A label has 1 to 64 characters."),
    "a name that is too long": ({"chat_name": "x" * 257}, "A chat's name has 1 to 256 characters."),
    "a name that is taken": ({"chat_name": "MIRA"}, "Another chat of this workspace already has this name."),
}


@pytest.mark.parametrize(("named", "sentence"), REFUSED.values(), ids=REFUSED)
async def test_a_refused_message_leaves_no_trace(world: World, named: dict[str, Any], sentence: str) -> None:
    await world.chat(name="Mira")
    before = await world.rows(*NOTHING)
    [problem] = await send(world, Outgoing(**{"to": ToPhone("+4915550100999"), "text": "Hello", **named}))
    assert isinstance(problem, Problem)
    assert problem.message == sentence
    assert await world.rows(*NOTHING) == before


async def test_a_chat_of_a_disconnected_number_is_refused(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number)
    await world.disconnect(number)
    before = await world.rows(*NOTHING)
    for outgoing in (Outgoing(ToChat(chat.id), "Hello"), Outgoing(MIRA, "Hello")):
        [problem] = await send(world, outgoing)
        assert isinstance(problem, messages.NumberNotConnected)
    assert await world.rows(*NOTHING) == before


async def test_a_group_that_was_left_is_refused(world: World) -> None:
    number = await world.number()
    group = await world.group(number)
    left = GroupChanged(str(group.group_jid), "Wholesale", [], world.clock.now(), is_left=True)
    await world.run(chats.change_group, number, left)
    [problem] = await send(world, Outgoing(ToChat(group.id), "Hello"))
    assert isinstance(problem, chats.CannotMessage)


async def test_a_quote_from_another_number_is_refused(world: World) -> None:
    here, there = await world.chat(await world.number()), await world.chat(await world.number())
    quoted = await world.hear(there)
    [problem] = await send(world, Outgoing(ToChat(here.id), "Hello", reply_to=quoted.uid))
    assert isinstance(problem, messages.ReplyToOtherNumber)


async def test_a_file_that_has_not_arrived_is_refused(world: World) -> None:
    chat, file = await world.chat(), await world.file(stored=False)
    [problem] = await send(world, Outgoing(ToChat(chat.id), file_uid=file.uid))
    assert isinstance(problem, Problem)
    assert problem.code == "file_not_ready"


async def test_nothing_of_another_workspace_can_be_used(world: World, neighbour: World) -> None:
    chat = await world.chat()
    [theirs] = (await neighbour.run(chats.list_chats)).items
    quoted = await neighbour.newest(theirs)
    file = await neighbour.file()
    before = [await neighbour.rows(*NOTHING), await world.rows(*NOTHING)]
    results = await send(
        world,
        Outgoing(ToChat(theirs.id), "Hello"),
        Outgoing(ToChatName(theirs.name), "Hello"),
        Outgoing(ToChat(chat.id), "Hello", reply_to=quoted.uid),
        Outgoing(ToChat(chat.id), file_uid=file.uid),
        Outgoing(ToChat(chat.id), "Hello", sender=Sender(jid=theirs.number_jid), file_uid=file.uid),
    )
    assert all(isinstance(result, Problem) for result in results)
    assert [await neighbour.rows(*NOTHING), await world.rows(*NOTHING)] == before


# Batches -------------------------------------------------------------------------------------------------------


async def test_each_of_a_batch_succeeds_or_fails_by_itself(world: World) -> None:
    chat = await world.chat()
    results = await send(
        world,
        Outgoing(ToChat(chat.id), "One"),
        Outgoing(ToPhone("abc"), "Two"),
        Outgoing(ToPhone("+4915550100999"), "Three"),
        Outgoing(ToChat(ChatId(1)), "Four"),
        Outgoing(ToPhone("4915550100999"), "Five"),
    )
    assert [isinstance(result, Problem) for result in results] == [False, True, False, True, False]
    assert await queued(world) == [str(result) for result in results if isinstance(result, UUID)]
    assert await world.credits_used() == 3
    assert len((await world.run(chats.list_chats)).items) == 2
    opened = (await world.message(results[2])) if isinstance(results[2], UUID) else None
    assert opened
    assert [message.text for message in await world.history(await world.run(chats.get, opened.chat_id))] == [
        "Five",
        "Three",
    ]


async def test_when_credits_run_out_the_rest_is_refused_and_opens_nothing(world: World, neighbour: World) -> None:
    poor = await World.open(world.db, world.clock, messages_quota=3)
    await poor.number()
    file = await poor.file()
    results = await send(
        poor,
        Outgoing(ToPhone("4930000001"), "One"),
        Outgoing(ToPhone("4930000002"), "Two", file_uid=file.uid),
        Outgoing(ToPhone("4930000003"), "Three"),
        Outgoing(ToPhone("4930000004"), "Typed", is_free=True),
    )
    assert [isinstance(result, messages.SendingQuotaExceeded) for result in results] == [False, False, True, False]
    assert await poor.credits_used() == 3
    assert sorted(await poor.listed()) == ["+4930000001", "+4930000002", "+4930000004"]


async def test_a_name_goes_to_the_first_of_a_batch(world: World) -> None:
    await world.number()
    results = await send(
        world,
        Outgoing(ToPhone("4930000001"), "One", chat_name="Mira"),
        Outgoing(ToPhone("4930000002"), "Two", chat_name="mira"),
        Outgoing(ToPhone("4930000001"), "Three", chat_name="Mira"),
    )
    assert [isinstance(result, chats.ChatNameTaken) for result in results] == [False, True, False]
    assert await world.listed() == ["Mira"]


async def test_who_sent_what_in_a_batch(world: World) -> None:
    chat, idris = await world.chat(), await world.teammate(name="Idris Vale")
    results = await send(
        world,
        Outgoing(ToChat(chat.id), "Owner"),
        Outgoing(ToChat(chat.id), "Idris", actor=Actor("token", idris.id)),
        Outgoing(ToChat(chat.id), "Nobody", actor=Actor("system")),
    )
    authors = [(await world.message(uid)).created_by for uid in results if isinstance(uid, UUID)]
    assert authors == [world.owner.display_name, "Idris Vale", None]
    rows = await world.fetch(
        "SELECT actor_id FROM tenant.fact WHERE workspace = $1 AND kind = 'MessageSent' ORDER BY id"
    )
    assert [row["actor_id"] for row in rows] == [world.owner.id, idris.id, None]


async def test_what_a_teammate_types_silences_the_machine_and_a_program_does_not(world: World) -> None:
    chat = await world.chat()
    await world.send(chat)
    assert not (await world.reload(chat)).autoresponse_locked
    await world.send(chat, actor=Actor("teammate", world.owner.id), origin="Shared Inbox", is_free=True)
    assert (await world.reload(chat)).autoresponse_locked


async def test_one_and_fifty_sends_take_the_same_number_of_statements(world: World) -> None:
    number = await world.number()
    seen = [SeenPeer(Peer(phone=f"4930999{n:04d}")) for n in range(50)]
    known = await world.run(chats.find_or_create, number, seen)

    def known_ones(n: int) -> Sequence[Outgoing]:
        return [Outgoing(ToPhone(str(chat.phone)), "Hello") for chat in known[:n]]

    serial = iter(range(10_000))

    def strangers(n: int) -> Sequence[Outgoing]:
        return [Outgoing(ToPhone(f"4931{next(serial):07d}"), "Hello", label="new") for _ in range(n)]

    async def count(batch: Callable[[int], Sequence[Outgoing]], n: int) -> int:
        return await world.statements(lambda tx: messages.send_batch(tx, batch(n)))

    assert await count(known_ones, 1) == await count(known_ones, 50)
    assert await count(strangers, 1) == await count(strangers, 50)


async def test_keys_cost_two_statements_however_many_go_together(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number)
    serial = iter(range(10_000))

    def keyed(n: int) -> list[Outgoing]:
        keys = [Once(world.owner.id, f"{next(serial)}", b"", timedelta(days=1), lambda uid: b"{}") for _ in range(n)]
        return [Outgoing(ToChat(chat.id), "Hello", once=key) for key in keys]

    async def count(batch: Callable[[int], list[Outgoing]], n: int) -> int:
        return await world.statements(lambda tx: messages.send_batch(tx, batch(n)))

    plain = await count(lambda n: [Outgoing(ToChat(chat.id), "Hello")] * n, 50)
    assert await count(keyed, 1) == await count(keyed, 50) == plain + 2


async def test_a_batch_of_members_and_groups(world: World) -> None:
    number = await world.number()
    group = await world.group(number, members=[GroupMember(Peer(phone="15550100234"), "member")])
    results = await send(world, Outgoing(ToChat(group.id), "All"), Outgoing(MIRA, "You"))
    assert all(isinstance(result, UUID) for result in results)
    member = (await world.reload(group)).members[1]
    assert member.chat_id is not None
    assert (await world.run(chats.get, member.chat_id)).phone == "15550100234"
