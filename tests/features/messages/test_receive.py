"""Messages come in: from contacts, from the phone, from history, once and again."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.support.world import World
from tideline.features import chats, files, messages, numbers
from tideline.features.chats import ChatFilter
from tideline.features.files import Measures
from tideline.features.messages import MessageType
from tideline.features.numbers.port import (
    AccountEvent,
    GroupMember,
    IdentityLinked,
    MediaKind,
    MediaRef,
    MessageReceived,
    MessageRevoked,
    Peer,
    ReadOnPhone,
    Sound,
    Via,
)

MIRA = Peer(phone="15550100234")


async def test_a_stranger_writes_and_there_is_a_chat(world: World) -> None:
    number = await world.number("15550100001", name="Harbour Coffee")
    await world.receive(number, world.written(MIRA, "Is the blue one still there?", push_name="Mira", external_id="E1"))
    [chat] = (await world.run(chats.list_chats)).items
    assert (chat.name, chat.phone, chat.is_read, chat.is_open) == ("Mira", "15550100234", False, True)
    [message] = await world.history(chat)
    assert message.text == "Is the blue one still there?"
    assert (message.from_me, message.status, message.origin) == (False, "Delivered", "synced from WhatsApp")
    assert (message.sender_name, message.sender_phone) == ("Mira", "+15550100234")
    assert (message.recipient_name, message.recipient_phone) == ("Harbour Coffee", "+15550100001")
    assert (message.type, message.created_by, message.reactions) == (MessageType.WHATSAPP, None, [])
    assert (chat.last_message_uid, chat.last_message_at) == (message.uid, message.at)


async def test_the_facts_of_a_first_message_show_everything(world: World) -> None:
    number = await world.number()
    await world.receive(number, world.written(MIRA, "Hello", push_name="Mira"))
    (opened, first), (received, then) = await world.facts()
    assert (opened, first["cause"]) == ("ChatOpened", "incoming")
    assert received == "MessageReceived"
    chat, message = chats.from_snapshot(then["chat"]), messages.from_snapshot(then["message"])
    assert [chat] == (await world.run(chats.list_chats)).items
    assert message == await world.newest(chat)
    assert then["number"] == numbers.snapshot(number)


async def test_a_new_message_moves_the_chat_up_marks_it_unread_and_reopens_it(world: World) -> None:
    number = await world.number()
    first = await world.chat(number, name="First", closed=True, read=True)
    second = await world.chat(number, name="Second")
    await world.hear(first)
    await world.hear(second)
    await world.hear(first, "Hello again")
    assert await world.listed() == ["First", "Second"]
    chat = await world.reload(first)
    assert chat.is_open
    assert not chat.is_read
    assert await world.fact_kinds("ChatReopened") == ["ChatReopened"]


async def test_what_is_typed_on_the_phone_is_ours_and_changes_neither_read_nor_closed(world: World) -> None:
    chat = await world.chat(closed=True, read=True)
    await world.hear(chat)
    await world.run(chats.mark_read, chat.id)
    await world.run(chats.close, chat.id)
    message = await world.hear(chat, "On my way", from_me=True, via=Via.PHONE)
    assert (message.from_me, message.status, message.origin) == (True, "Sent", "synced from WhatsApp")
    assert message.created_by is None
    after = await world.reload(chat)
    assert after.is_read
    assert after.is_closed
    assert after.last_message_uid == message.uid
    assert await world.fact_kinds("MessageSent", "MessageReceived") == ["MessageReceived", "MessageSent"]


async def test_the_first_message_to_somebody_new_opens_an_outgoing_chat(world: World) -> None:
    number = await world.number()
    await world.receive(number, world.typed(MIRA, push_name="Harbour Coffee"))
    [(_, payload)] = await world.facts("ChatOpened")
    assert payload["cause"] == "outgoing"
    assert payload["chat"]["name"] == "+15550100234"


async def test_the_same_message_twice_is_one_message(world: World) -> None:
    number = await world.number()
    event = world.written(MIRA, "Hello", external_id="E1")
    await world.receive(number, event, event)
    await world.receive(number, event, world.written(MIRA, "Other", external_id="E2"))
    [chat] = (await world.run(chats.list_chats)).items
    assert [message.text for message in await world.history(chat)] == ["Other", "Hello"]
    assert await world.fact_kinds("MessageReceived") == ["MessageReceived"] * 2


async def test_a_batch_that_comes_again_changes_nothing(world: World) -> None:
    number = await world.number()
    group = Peer(group="1203@g.us")
    batch: list[AccountEvent] = [
        world.written(MIRA, "Hello", push_name="Mira"),
        world.written(group, "Nine?", sender=MIRA, group_subject="Ride"),
        world.typed(MIRA),
        IdentityLinked("15550100234", "777"),
    ]
    await world.receive(number, *batch)
    before = await world.rows()
    await world.receive(number, *batch)
    assert await world.rows() == before


async def test_the_same_id_on_two_numbers_is_two_messages(world: World) -> None:
    for number in (await world.number(), await world.number()):
        await world.receive(number, world.written(MIRA, external_id="E1"))
    assert len((await world.run(chats.list_chats)).items) == 2
    assert await world.fact_kinds("MessageReceived") == ["MessageReceived"] * 2


async def test_the_same_message_in_another_workspace_is_another_message(world: World, neighbour: World) -> None:
    before = await neighbour.rows()
    number = await world.number("15550100001", lid="990001")
    await world.receive(number, world.written(MIRA, "Mine", external_id="EXT1"))
    [chat] = (await world.run(chats.list_chats)).items
    assert (await world.newest(chat)).text == "Mine"
    assert await neighbour.rows() == before


async def test_messages_of_the_same_second_keep_their_order(world: World) -> None:
    number = await world.number()
    at = world.clock.now()
    await world.receive(number, *(world.written(MIRA, str(n), at=at) for n in range(20)))
    await world.receive(number, *(world.written(MIRA, str(n), at=at) for n in range(20, 40)))
    [chat] = (await world.run(chats.list_chats)).items
    assert [message.text for message in await world.history(chat, order="asc")] == [str(n) for n in range(40)]
    assert (await world.newest(chat)).uid == chat.last_message_uid


async def test_a_message_that_comes_late_does_not_move_the_chat(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number, "15550100234")
    newest = await world.hear(chat, "Second")
    await world.receive(number, world.written(MIRA, "First", at=newest.at - timedelta(minutes=1)))
    after = await world.reload(chat)
    assert (after.last_message_uid, after.last_message_at) == (newest.uid, newest.at)


async def test_a_group_message_names_its_writer(world: World) -> None:
    number = await world.number(name="Harbour Coffee")
    await world.chat(number, lid="888", name="Otto Lind")
    event = world.written(
        Peer(group="1203@g.us"), "Nine?", sender=Peer(lid="888"), push_name="otto", group_subject="Ride"
    )
    await world.receive(number, event)
    [group] = (await world.run(chats.list_chats, ChatFilter(is_group=True))).items
    message = await world.newest(group)
    assert (message.sender_name, message.sender_phone) == ("Otto Lind", None)
    assert (message.recipient_name, message.recipient_phone) == ("Ride", None)
    await world.run(chats.link_identity, number, phone="15550100888", lid="888")
    assert (await world.newest(group)).sender_phone == "+15550100888"
    [(_, payload)] = await world.facts("MessageReceived")
    assert payload["message"]["sender_name"] == "Otto Lind"


async def test_a_group_message_without_a_writer_keeps_the_name_it_came_with(world: World) -> None:
    group = await world.group(await world.number(), "Ride")
    assert (await world.hear(group, push_name="Otto")).sender_name == "Otto"
    assert (await world.hear(group)).sender_name == "Ride"


async def test_the_same_person_under_phone_and_lid_stays_one_chat(world: World) -> None:
    number = await world.number()
    await world.receive(
        number,
        world.written(Peer(lid="777"), "by LID"),
        world.written(MIRA, "by phone"),
        world.written(Peer(lid="777"), "both", sender=MIRA),
    )
    [chat] = (await world.run(chats.list_chats)).items
    assert (chat.phone, chat.lid) == ("15550100234", "777")
    assert [message.text for message in await world.history(chat)] == ["both", "by phone", "by LID"]


async def test_a_file_is_expected_and_ordered(world: World) -> None:
    number = await world.number()
    media = MediaRef(MediaKind.IMAGE, "beans.jpg", "image/jpeg", 1234, "ref-1")
    event = world.written(MIRA, "Look", media=media, external_id="E1")
    await world.receive(number, event)
    await world.receive(number, event)
    [chat] = (await world.run(chats.list_chats)).items
    message = await world.newest(chat)
    assert (message.content, message.text) == ("image", "Look")
    assert message.attachment
    assert (message.attachment.filename, message.attachment.size, message.attachment.is_stored) == (
        "beans.jpg",
        1234,
        False,
    )
    items = await world.fetch(
        """
        SELECT i.payload FROM lanes.lane l JOIN lanes.item i ON i.lane_id = l.id
        WHERE l.workspace = $1 AND l.kind = 'media'
        """
    )
    assert [numbers.from_payload(item["payload"]) for item in items] == [numbers.Fetch(message.attachment.uid, media)]
    assert len(await world.fetch("SELECT 1 FROM tenant.file WHERE workspace = $1")) == 1
    assert (await world.newest(chat)).attachment == message.attachment


async def test_whatever_its_sender_calls_a_file_the_message_is_there(world: World) -> None:
    number = await world.number()
    media = MediaRef(MediaKind.DOCUMENT, "a\x00b\ud83d.pdf", "application/\x00pdf", 1234, "ref-1")
    await world.receive(number, world.written(MIRA, "Look", media=media))
    [chat] = (await world.run(chats.list_chats)).items
    attachment = (await world.newest(chat)).attachment
    assert attachment
    assert (attachment.filename, attachment.mimetype) == ("ab\ufffd.pdf", "application/pdf")


VOICES = {
    "told how long and how loud": (Sound(7, bytes(64)), 7.0, bytes(64)),
    "told how long": (Sound(7), 7.0, None),
    "told nothing": (None, None, None),
    "told nonsense": (Sound(0, b"loud"), None, None),
}


@pytest.mark.parametrize(("sound", "seconds", "waveform"), VOICES.values(), ids=VOICES)
async def test_a_voice_note_stays_one(
    world: World, sound: Sound | None, seconds: float | None, waveform: bytes | None
) -> None:
    media = MediaRef(MediaKind.VOICE, "voice.ogg", "audio/ogg; codecs=opus", 1234, "ref-1", sound)
    message = await world.hear(await world.chat(), None, media=media)
    assert message.attachment
    assert (message.content, message.attachment.mimetype, message.attachment.seconds) == ("voice", "audio/ogg", seconds)
    file = (await world.run(files.get_many, [message.attachment.uid]))[files.FileUid(message.attachment.uid)]
    assert file.measures == Measures(seconds=seconds, waveform=waveform)
    [(_, told)] = await world.facts("MessageReceived")
    assert told["message"]["content"] == "voice"


async def test_a_kind_we_do_not_know_is_kept(world: World) -> None:
    chat = await world.chat()
    message = await world.hear(chat, None, unsupported="poll")
    assert (message.content, message.text, message.data) == ("unsupported", None, {"unsupported": "poll"})


async def test_what_nobody_understands_is_kept_beside_the_message(world: World, neighbour: World) -> None:
    before = await neighbour.rows()
    chat = await world.chat()
    raw = {"message": {"referral": {"headline": "Blue\x00 <b>one</b> \ud83d"}, "context": {"forwarded": True}}}
    message = await world.hear(chat, "Still there?", external_id="E1", raw=raw)
    await world.hear(chat, "Nothing more")
    assert await raws(world) == [
        {"message": {"referral": {"headline": "Blue <b>one</b> \ufffd"}, "context": {"forwarded": True}}},
        None,
    ]
    assert (message.text, message.data) == ("Still there?", {})
    assert "referral" not in str(await world.facts()), "the log of what happened stays small"
    assert await neighbour.rows() == before


async def test_what_is_taken_back_takes_along_what_nobody_understood(world: World) -> None:
    chat = await world.chat()
    await world.hear(chat, None, external_id="E1", unsupported="order", raw={"message": {"order": {"id": 1}}})
    number = await world.run(numbers.get, chat.number_id)
    await world.receive(number, MessageRevoked(chat.peer, "E1", world.clock.advance(), by=chat.peer))
    assert await raws(world) == [None]


async def test_a_flood_of_unknown_members_is_cut_and_says_so(world: World) -> None:
    chat = await world.chat()
    raw = {"message": {"small": 1, "large": {str(n): "x" * 1000 for n in range(1000)}}}
    await world.hear(chat, "Hello", raw=raw)
    [stored] = await raws(world)
    assert (stored["is_cut"], stored["message"]["small"]) == (True, 1)
    assert 15_000 < len(msgspec.json.encode(stored)) <= 16_384


async def raws(world: World) -> list[Any]:
    rows = await world.fetch("SELECT raw FROM tenant.message WHERE workspace = $1 ORDER BY uid")
    return [row["raw"] for row in rows]


async def test_a_reply_leads_to_what_it_quotes(world: World) -> None:
    chat = await world.chat()
    asked = await world.hear(chat, "Still there?", external_id="E1")
    assert (await world.hear(chat, "?", reply_to="E1")).reply_to == asked.uid
    assert (await world.hear(chat, "?", reply_to="E0")).reply_to is None
    number = await world.run(numbers.get, chat.number_id)
    first = world.written(chat.peer, "In one batch", external_id="E8")
    await world.receive(number, first, world.written(chat.peer, "too", reply_to="E8"))
    answer, quoted = (await world.history(chat))[:2]
    assert answer.reply_to == quoted.uid


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("x" * 65_000, "x" * 65_000),
        ("a\x00b", "ab"),
        ("\x00", None),
        ("", None),
        ("\ud83d broken", "\ufffd broken"),
        ("'; DROP TABLE message; -- %s $1 \\", "'; DROP TABLE message; -- %s $1 \\"),
    ],
    ids=["65,000 characters", "NUL", "only NUL", "empty", "half an emoji", "SQL"],
)
async def test_any_text_can_come_in(world: World, sent: str, stored: str | None) -> None:
    chat = await world.chat()
    assert (await world.hear(chat, sent)).text == stored
    [(_, payload)] = await world.facts("MessageReceived")
    assert payload["message"].get("text") == stored


async def test_reading_on_the_phone_reads_the_chat_here(world: World) -> None:
    number = await world.number()
    chat = await world.chat(number, "15550100234")
    at = (await world.hear(chat)).at
    await world.receive(number, ReadOnPhone(MIRA, at))
    assert (await world.reload(chat)).is_read
    assert (await world.newest(chat)).status == "Read"
    await world.receive(number, ReadOnPhone(MIRA, at))
    assert await world.fact_kinds("ChatRead") == ["ChatRead"]
    assert not await world.fetch("SELECT 1 FROM lanes.lane WHERE workspace = $1 AND kind = 'command'")


async def test_what_came_after_the_reading_stays_unread(world: World) -> None:
    number = await world.number()
    first, read = world.written(MIRA, "One"), world.clock.advance()
    await world.receive(number, first, ReadOnPhone(MIRA, read), world.written(MIRA, "Two"))
    [chat] = (await world.run(chats.list_chats)).items
    assert not chat.is_read
    assert [message.status for message in await world.history(chat)] == ["Delivered", "Read"]
    await world.receive(number, ReadOnPhone(MIRA, read))
    assert not (await world.reload(chat)).is_read


async def test_reading_a_chat_that_nobody_knows_is_no_news(world: World) -> None:
    number = await world.number()
    before = await world.rows()
    await world.receive(number, ReadOnPhone(MIRA, world.clock.now()))
    assert await world.rows() == before


async def test_one_and_fifty_messages_take_the_same_number_of_statements(world: World) -> None:
    number = await world.number()
    people = [Peer(phone=f"4930777{n:04d}") for n in range(50)]
    group = await world.group(number, members=[GroupMember(peer, "member") for peer in people])
    serial = iter(range(10_000))

    def batch(n: int) -> list[MessageReceived]:
        direct = [world.written(peer, external_id=f"S{next(serial)}") for peer in people[:n]]
        return direct + [world.written(group.peer, sender=peer, external_id=f"S{next(serial)}") for peer in people[:n]]

    await world.receive(number, *batch(50))
    sizes = iter((1, 1, 50, 50))
    one, fifty = [
        await world.statements(lambda tx: messages.receive(tx, number.id, batch(next(sizes)))) for _ in range(2)
    ]
    assert one == fifty <= 8
