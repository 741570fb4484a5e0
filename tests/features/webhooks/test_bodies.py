"""Which events a fact causes, and what their bodies say: each is held against the contract of events."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.features.webhooks.told import count, facts_of, told, view_of
from tests.support.event_check import check_event, check_schema
from tests.support.world import START, World
from tideline.features import chats, messages, numbers
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    AccountState,
    CallEnded,
    MediaKind,
    MediaRef,
    MessageEdited,
    MessageRevoked,
    Peer,
    ReactionChanged,
    StateChanged,
    StatusChanged,
    Via,
)
from tideline.features.webhooks import EventType
from tideline.features.webhooks.bodies import RENDERERS, bodies, event_types
from tideline.platform.facts import SYSTEM, Fact
from tideline.surfaces.api import contract

CUSTOMER = Peer(phone="15550100234")
OLD_FACTS = Path(__file__).with_name("facts_of_0_1_0.json")


@pytest.fixture
async def number(world: World) -> Number:
    return await world.number("15550100001")


async def hand_over(world: World, uid: UUID) -> None:
    """The message is on its way to WhatsApp, and nobody knows yet whether it was taken."""
    sql = "UPDATE tenant.message SET status = 'Sending', sending_at = $3 WHERE workspace = $1 AND uid = $2"
    await world.execute(sql, uid, world.clock.now())


# From every cause --------------------------------------------------------------------------------------------


async def test_the_first_message_of_a_stranger_is_four_events(world: World, number: Number) -> None:
    before = await count(world)
    await world.receive(number, world.written(CUSTOMER, "Is the blue bike there?", push_name="Otto Lind"))
    now = await told(world, before)
    assert now.types == ["chat:new", "chat:incoming:new", "message:new", "message:received:new"]
    chat, received = now.of("chat:incoming:new")["chat"], now.of("message:received:new")
    assert chat == {
        "id": chat["id"],
        "name": "Otto Lind",
        "phone": "+15550100234",
        "jid": "15550100234@s.whatsapp.net",
        "is_group": False,
        "closed": False,
        "read": False,
        "labels": [],
        "unattended_customer": False,
        "chatgpt_autoresponse_enabled": True,
        "whatsapp_account_id": "15550100001@s.whatsapp.net",
        "chat_url": f"https://inbox.example.com/chat/{chat['id']}/messages/",
        "created_timestamp": "2026-11-23 14:00:02 +0200",
        "last_message_uid": received["message"]["message_uid"],
        "last_message_timestamp": "2026-11-23 14:00:02 +0200",
    }
    assert now.of("chat:new")["whatsapp_account"] == {
        "id": "15550100001@s.whatsapp.net",
        "phone": "+15550100001",
        "connected_on": "2026-11-23 14:00:01 +0200",
        "status": "active",
        "account_name": "Harbour Coffee",
        "owner_name": world.owner.display_name,
        "owner_email": world.owner.email,
    }
    assert received["chat"] == {
        "full_name": "Otto Lind",
        "chat_url": chat["chat_url"],
        "chat_id": chat["id"],
        "is_group": False,
        "phone": "+15550100234",
        "responsible_name": None,
        "responsible_email": None,
    }
    assert received["whatsapp_account"] == {
        "full_name": world.owner.display_name,
        "email": world.owner.email,
        "phone": "+15550100001",
    }
    assert received["message"] == {
        "text": "Is the blue bike there?",
        "direction": "received",
        "origin": "synced from WhatsApp",
        "timestamp": "2026-11-23 14:00:02 +0200",
        "received_timestamp": "2026-11-23 14:00:02 +0200",
        "message_uid": received["message"]["message_uid"],
        "sender": {"full_name": "Otto Lind", "phone": "+15550100234"},
        "recipient": {"full_name": "Harbour Coffee", "phone": "+15550100001"},
        "attachments": [],
    }
    assert now.of("message:new") == {**received, "event_type": "message:new"}


@pytest.mark.parametrize("via", [Via.PHONE, Via.ECHO])
async def test_what_the_owner_types_elsewhere_is_sent(world: World, number: Number, via: Via) -> None:
    before = await count(world)
    await world.receive(number, world.typed(CUSTOMER, "On my way", via=via))
    now = await told(world, before)
    assert now.types == ["chat:new", "chat:outgoing:new", "message:new", "message:sent:new"]
    sent = now.of("message:sent:new")["message"]
    assert (sent["direction"], sent["origin"]) == ("sent", "synced from WhatsApp")
    assert sent["sender"] == {"full_name": "Harbour Coffee", "phone": "+15550100001"}
    assert sent["recipient"] == {"full_name": "+15550100234", "phone": "+15550100234"}


async def test_a_message_through_the_api_is_sent_when_whatsapp_has_it(world: World, number: Number) -> None:
    chat = await world.chat(number, "15550100234")
    before = await count(world)
    uid = await world.send(chat, "Two left.", label="vip")
    assert (await told(world, before)).types == ["chat:labelled"]
    echo = world.typed(chat.peer, "Two left.", client_ref=str(uid))
    before = await count(world)
    await world.receive(number, echo, echo)
    now = await told(world, before)
    assert now.types == ["message:new", "message:sent:new"]
    sent = now.of("message:sent:new")["message"]
    assert (sent["message_uid"], sent["origin"], sent["text"]) == (str(uid), "Public API", "Two left.")
    before = await count(world)
    for word in ("sent", "delivered", "delivered", "read"):
        await world.receive(number, StatusChanged(chat.peer, [echo.external_id], word, world.clock.advance()))
    now = await told(world, before)
    assert now.types == ["message:delivered", "message:read"]
    assert now.of("message:read")["message"]["status"] == "Read"


async def test_a_receipt_may_be_the_first_sign_of_a_message(world: World, number: Number) -> None:
    """WhatsApp's receipt can be here before the answer of the send."""
    chat = await world.chat(number, "15550100234")
    uid = await world.send(chat, "Two left.")
    await hand_over(world, uid)
    await world.receive(number, StatusChanged(chat.peer, ["EARLY"], "read", world.clock.advance()))
    before = await count(world)
    await world.receive(number, world.typed(chat.peer, "Two left.", client_ref=str(uid), external_id="EARLY"))
    assert (await told(world, before)).types == ["message:new", "message:sent:new", "message:read"]


async def test_a_message_that_was_given_up_and_comes_back_is_sent_once(world: World, number: Number) -> None:
    chat = await world.chat(number, "15550100234")
    uid = await world.send(chat)
    await hand_over(world, uid)
    before = await count(world)
    world.clock.advance(timedelta(hours=1))
    await world.run(messages.settle_unknown, timedelta(minutes=10))
    failed = await told(world, before)
    assert failed.types == ["message:failed"]
    assert failed.of("message:failed")["message"]["failure_reason"]["code"] == "unknown_outcome"
    await world.receive(number, world.typed(chat.peer, client_ref=str(uid)))
    assert (await told(world, before)).types == ["message:failed", "message:new", "message:sent:new"]


async def test_messages_of_a_group(world: World, number: Number) -> None:
    before = await count(world)
    group = await world.group(number, "Sunday ride crew")
    assert (await told(world, before)).types == ["chat:new"]
    before = await count(world)
    await world.receive(number, world.written(group.peer, "Meet at nine?", sender=CUSTOMER, push_name="Otto"))
    now = await told(world, before)
    assert now.types == ["message:new", "message:received:new"]
    received = now.of("message:received:new")
    assert (received["chat"]["is_group"], received["chat"]["phone"]) == (True, "")
    assert received["message"]["sender"] == {"full_name": "Otto", "phone": "+15550100234"}
    assert received["message"]["recipient"] == {"full_name": "Sunday ride crew"}


async def test_history_is_no_news(world: World, number: Number) -> None:
    before = await count(world)
    await world.hand_over(number, world.of_old(CUSTOMER, "Long ago"), world.of_old(CUSTOMER, "So it is", from_me=True))
    assert (await told(world, before)).types == []


async def test_a_file_has_a_link_that_is_signed_anew_each_time(world: World, number: Number) -> None:
    before = await count(world)
    media = MediaRef(MediaKind.DOCUMENT, "cargo bike.pdf", "application/pdf", 48211, "ref")
    await world.receive(number, world.written(CUSTOMER, None, media=media))
    received = (await told(world, before)).of("message:received:new")["message"]
    assert received["text"] == ""
    [attachment] = received["attachments"]
    assert (attachment["filename"], attachment["size"]) == ("cargo bike.pdf", 48211)
    assert attachment["mimetype"] == "application/pdf"
    assert attachment["temporary_download_url"].startswith("https://inbox.example.com/files/")
    [fact] = [fact for fact in await facts_of(world) if fact.kind == "MessageReceived"]
    later = bodies(fact, view_of(world, START + timedelta(days=1)))[EventType.MESSAGE_NEW]["message"]
    assert later["attachments"][0]["temporary_download_url"] != attachment["temporary_download_url"]


async def test_a_reply_names_what_it_quotes(world: World, number: Number) -> None:
    chat = await world.chat(number, "15550100234")
    first = await world.hear(chat, "Is it there?", external_id="FIRST")
    before = await count(world)
    await world.hear(chat, "Hello?", reply_to="FIRST")
    assert (await told(world, before)).of("message:new")["message"]["reply_to_uid"] == str(first.uid)


async def test_assignments(world: World, number: Number) -> None:
    chat = await world.chat(number, "15550100234")
    idris = await world.teammate("idris@harbour.example", "Idris Vale")
    pia = await world.teammate("pia@harbour.example", "Pia Sorel")
    before = await count(world)
    for change in (idris.email, idris.email, pia.email):
        await world.run(chats.assign, chat.id, change)
    await world.run(chats.unassign, chat.id)
    now = await told(world, before)
    assert now.types == ["chat:responsible:assigned"] * 2 + ["chat:responsible:unassigned"]
    named = ("responsible_name", "responsible_email", "previous_responsible_name", "previous_responsible_email")
    assert [{name: event["chat"][name] for name in named if name in event["chat"]} for event in now.events] == [
        {"responsible_name": "Idris Vale", "responsible_email": idris.email},
        {
            "responsible_name": "Pia Sorel",
            "responsible_email": pia.email,
            "previous_responsible_name": "Idris Vale",
            "previous_responsible_email": idris.email,
        },
        {"previous_responsible_name": "Pia Sorel", "previous_responsible_email": pia.email},
    ]


async def test_a_number_comes_and_goes(world: World) -> None:
    before = await count(world)
    number = await world.number("15550100001")
    await world.run(numbers.pause, number.id)
    await world.run(numbers.resume, number.id)
    await world.run(numbers.report, number.id, [StateChanged(AccountState.ONLINE), StateChanged(AccountState.OFFLINE)])
    world.clock.advance(timedelta(hours=1))
    await world.disconnect(number)
    now = await told(world, before)
    family = "whatsapp:account:"
    assert now.types == [family + name for name in ("connected", "suspended", "resumed", "disconnected")]
    assert [event["whatsapp_account"]["status"] for event in now.events] == [
        "active", "suspended", "active", "disconnected",
    ]  # fmt: skip
    gone = now.of("whatsapp:account:disconnected")["whatsapp_account"]
    assert gone["disconnected_on"] == "2026-11-23 15:00:01 +0200"
    assert "disconnected_on" not in now.of("whatsapp:account:connected")["whatsapp_account"]


CALLS = {
    ("incoming", "missed"): ("call:incoming:missed", "Missed", None),
    ("incoming", "answered"): ("call:incoming:ended", "Answered", 94),
    ("incoming", "rejected"): ("call:incoming:ended", "Rejected", None),
    ("outgoing", "answered"): ("call:outgoing:ended", "Ended", 94),
    ("outgoing", "missed"): ("call:outgoing:ended", "No Answer", None),
    ("outgoing", "rejected"): ("call:outgoing:ended", "Rejected", None),
}


@pytest.mark.parametrize(("call", "expected"), CALLS.items(), ids=lambda one: " ".join(map(str, one)))
async def test_calls(world: World, number: Number, call: Any, expected: Any) -> None:
    chat = await world.chat(number, "15550100234", name="Otto Lind")
    before = await count(world)
    ended = CallEnded(chat.peer, "CALL1", call[0], call[1], False, 94, world.clock.advance())
    await world.receive(number, ended)
    now = await told(world, before)
    event_type, status, seconds = expected
    assert now.types == [event_type]
    [event] = now.events
    sides = [
        {"full_name": "Otto Lind", "phone": "+15550100234"},
        {"full_name": "Harbour Coffee", "phone": "+15550100001"},
    ]
    caller, recipient = sides if call[0] == "incoming" else reversed(sides)
    details = event["call_details"]
    assert details == {
        "duration": seconds,
        "direction": call[0],
        "is_video": False,
        "status": status,
        "timestamp": "2026-11-23 14:00:02 +0200",
        "message_uid": details["message_uid"],
        "caller": caller,
        "recipient": recipient,
    }
    assert (event["chat"]["phone"], event["chat"]["chat_type"]) == ("15550100234", "direct")
    assert event["whatsapp_account"]["whatsapp_account_wid"] == "15550100001@s.whatsapp.net"


async def test_reactions_carry_all_counts(world: World, number: Number) -> None:
    chat = await world.chat(number, "15550100234", name="Otto Lind")
    message = await world.hear(chat, "Hello", external_id="M1")
    before = await count(world)
    for by, emoji in ((chat.peer, "🚲"), (None, "🚲"), (chat.peer, None)):
        await world.receive(number, ReactionChanged(chat.peer, "M1", emoji, world.clock.advance(), by))
    now = await told(world, before)
    assert now.types == ["message:reaction"] * 3
    assert [event["reaction"]["reactions"] for event in now.events] == [{"🚲": 1}, {"🚲": 2}, {"🚲": 1}]
    assert [event["reaction"]["action"] for event in now.events] == ["set", "set", "clear"]
    assert [event["reaction"]["emoji"] for event in now.events] == ["🚲"] * 3
    assert now.events[0]["reaction"] == {
        "message_uid": str(message.uid),
        "action": "set",
        "emoji": "🚲",
        "reactor": {"full_name": "Otto Lind", "phone": "+15550100234"},
        "timestamp": "2026-11-23 14:00:03 +0200",
        "reactions": {"🚲": 1},
    }
    assert now.events[1]["reaction"]["reactor"] == {"full_name": "Harbour Coffee", "phone": "+15550100001"}
    assert (now.events[0]["chat"]["phone"], now.events[0]["chat"]["platform"]) == ("15550100234", "whatsapp")


async def test_our_own_reactions_are_told_too(world: World, number: Number) -> None:
    chat = await world.chat(number, "15550100234", name="Otto Lind")
    message = await world.hear(chat, "Hello")
    before = await count(world)
    for emoji in ("🚲", None):
        await world.run(messages.set_reaction, message.uid, emoji)
    now = await told(world, before)
    assert [(event["reaction"]["action"], event["reaction"]["emoji"]) for event in now.events] == [
        ("set", "🚲"),
        ("clear", "🚲"),
    ]
    assert now.events[0]["reaction"]["reactor"] == {"full_name": "Harbour Coffee", "phone": "+15550100001"}


async def test_what_an_integration_keeps_goes_along(world: World, number: Number) -> None:
    """Of the chat in every event about it, and of a message or a note in its own."""
    chat = await world.chat(number, "15550100234", responsible=world.owner.email)
    await world.run(chats.set_metadata, chat.id, {"crm": 7})
    before = await count(world)
    heard = await world.hear(chat)
    uid = await world.send(chat, metadata={"deal": 8})
    await world.receive(number, world.typed(chat.peer, "Hi", client_ref=str(uid), via=Via.ECHO))
    await world.run(messages.add_note, chat.id, f"@{world.owner.email} look", metadata={"deal": 9})
    await world.run(messages.set_reaction, heard.uid, "🚲")
    await world.run(chats.unassign, chat.id)
    now = await told(world, before)
    assert [event["chat"]["metadata"] for event in now.events] == [{"crm": 7}] * len(now.events)
    assert now.of("message:sent:new")["message"]["metadata"] == {"deal": 8}
    assert "metadata" not in now.of("message:received:new")["message"]
    note = now.of("note:new")["note"]
    assert (note["metadata"], note["mentioned_emails"]) == ({"deal": 9}, [world.owner.email])
    assert {"message:reaction", "chat:responsible:unassigned"} <= set(now.types)


async def test_events_of_ours(world: World, number: Number) -> None:
    chat = await world.chat(number, "15550100234", name="Otto Lind")
    await world.hear(chat, "Is the red bike there?", external_id="M1")
    before = await count(world)
    await world.receive(number, MessageEdited(chat.peer, "M1", "The blue one?", world.clock.advance(), chat.peer))
    await world.receive(number, MessageRevoked(chat.peer, "M1", world.clock.advance(), chat.peer))
    await world.run(chats.rename, chat.id, "Otto from the harbour")
    await world.run(chats.add_labels, chat.id, ["vip"])
    await world.run(chats.replace_labels, chat.id, ["old"])
    await world.run(chats.close, chat.id)
    await world.run(chats.reopen, chat.id)
    now = await told(world, before)
    assert now.types == [
        "message:edited", "message:revoked", "chat:renamed", "chat:labelled", "chat:labelled", "chat:closed",
        "chat:reopened",
    ]  # fmt: skip
    assert now.of("message:edited")["message"]["text"] == "The blue one?"
    assert now.of("message:revoked")["message"]["text"] == ""
    assert now.of("chat:renamed")["chat"]["previous_name"] == "Otto Lind"
    assert (now.events[4]["chat"]["added_labels"], now.events[4]["chat"]["removed_labels"]) == (["old"], ["vip"])
    assert now.of("chat:closed")["chat"]["closed"] is True


async def test_a_person_known_by_a_lid_only(world: World, number: Number) -> None:
    before = await count(world)
    await world.receive(number, world.written(Peer(lid="990001"), "Hello", push_name="Mira"))
    now = await told(world, before)
    assert now.of("chat:new")["chat"]["jid"] == "990001@lid"
    assert now.of("message:new")["chat"]["phone"] == "+990001"


# The table ---------------------------------------------------------------------------------------------------


def test_every_event_has_a_body() -> None:
    assert set(EventType) == set(RENDERERS)


def test_the_contract_describes_every_event_and_its_examples_fit() -> None:
    described = contract.webhooks().document["webhooks"]
    assert set(described) == set(EventType)
    for entry in described.values():
        for example in entry["post"]["requestBody"]["content"]["application/json"]["examples"].values():
            check_schema(example["value"])


def test_a_fact_of_an_unknown_kind_causes_nothing() -> None:
    assert event_types(Fact(1, 1, 1, "SomethingNew", 9, START, SYSTEM, None, {})) == ()


async def test_facts_that_an_older_version_has_stored_still_make_bodies(world: World) -> None:
    """The log keeps facts for weeks, so an update meets those of the version before."""
    view = view_of(world)
    seen = set()
    for stored in json.loads(OLD_FACTS.read_text("utf-8")):
        fact = Fact(1, 1, 1, stored["kind"], stored["version"], START, SYSTEM, None, stored["payload"])
        for event_type, body in bodies(fact, view).items():
            check_event(body)
            seen.add(event_type)
    assert len(seen) >= 24
