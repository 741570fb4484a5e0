"""What subscribers hear of business numbers: the sixteen events of the Business Platform, and none of the others."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.features.webhooks.told import Told, count, told
from tests.support.world import ORDER_UPDATE, World
from tideline.features import business, chats, messages, numbers
from tideline.features.business import WantedTemplate
from tideline.features.chats import Chat
from tideline.features.messages import Outgoing, ToChat
from tideline.features.messages.actions import progress
from tideline.features.messages.actions.progress import Accepted
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    AccountState,
    CallEnded,
    FailureReason,
    Peer,
    ReactionChanged,
    StateChanged,
    StatusChanged,
    WindowClosed,
)

OTTO = Peer(phone="15555550142")


@pytest.fixture
async def number(world: World) -> Number:
    return await world.business_number()


@pytest.fixture
async def chat(world: World, number: Number) -> Chat:
    await world.receive(number, world.written(OTTO, "When do you close?", push_name="Otto Lind"))
    [found] = (await world.run(chats.list_chats)).items
    return found


async def since(world: World, *work: Any) -> Told:
    before = await count(world)
    for one in work:
        await one
    return await told(world, before)


async def test_a_number_that_was_added_is_active(world: World, number: Number) -> None:
    events = await told(world)
    assert events.types == ["waba:account:active"]
    account = events.of("waba:account:active")["account"]
    assert number.platform
    assert account == {
        "id": number.id,
        "meta_phone_id": number.platform.phone_number_id,
        "meta_waba_id": "210000000000001",
        "display_phone_number": number.platform.display_phone,
        "state": "active",
    }


async def test_a_first_message(world: World, number: Number, chat: Chat) -> None:
    events = await told(world)
    assert events.types == ["waba:account:active", "waba:chat:incoming", "waba:message:received"]
    assert events.of("waba:chat:incoming")["chat"] == {"id": chat.id, "waba_account_id": number.id}
    body = events.of("waba:message:received")
    assert (body["account"]["account_name"], body["account"]["phone"]) == ("Harbour Service", f"+{number.phone}")
    assert body["chat"]["service_window_is_open"] is True
    assert body["chat"]["service_window_expires_at"] == "2026-11-24 14:00:02 +0200"
    message = body["message"]
    assert (message["direction"], message["status"], message["origin"]) == ("received", "Received", "WhatsApp")
    assert message["sender"] == {"full_name": "Otto Lind", "phone": "+15555550142"}
    assert "failure_reason" not in message


async def sent(world: World, number: Number, outgoing: Outgoing) -> messages.MessageUid:
    [uid] = await world.run(messages.send_batch, [outgoing])
    assert not isinstance(uid, Exception)
    await world.run(progress.accept, number, {uid: Accepted("wamid.1", world.clock.advance())})
    return uid


def receipt(world: World, status: Any, failure: FailureReason | None = None) -> StatusChanged:
    return StatusChanged(OTTO, ["wamid.1"], status, world.clock.advance(), failure=failure)


async def test_what_becomes_of_a_message(world: World, number: Number, chat: Chat) -> None:
    before = await count(world)
    await sent(world, number, Outgoing(ToChat(chat.id), "At six."))
    await world.receive(number, receipt(world, "delivered"), receipt(world, "delivered"))
    await world.receive(number, receipt(world, "read"))
    events = await told(world, before)
    assert events.types == ["waba:message:delivered", "waba:message:read"]
    assert [one["message"]["status"] for one in events.events] == ["Delivered", "Read"]


@pytest.mark.parametrize("words", [("delivered", "read"), ("read",), ("read", "delivered")], ids="-".join)
async def test_what_is_read_was_delivered_once(
    world: World, number: Number, chat: Chat, words: tuple[Any, ...]
) -> None:
    """Statuses come together, alone or the wrong way round; subscribers hear of both, in order."""
    before = await count(world)
    await sent(world, number, Outgoing(ToChat(chat.id), "At six."))
    await world.receive(number, *(receipt(world, word) for word in words))
    await world.receive(number, receipt(world, "delivered"), receipt(world, "read"))
    events = await told(world, before)
    assert events.types == ["waba:message:delivered", "waba:message:read"]
    assert [one["message"]["status"] for one in events.events] == ["Delivered", "Read"]


async def test_a_message_that_whatsapp_could_not_deliver(world: World, number: Number, chat: Chat) -> None:
    before = await count(world)
    uid = await sent(world, number, Outgoing(ToChat(chat.id), "At six."))
    reason = FailureReason(131026, "Message undeliverable", "The receiver is out of reach.")
    await world.receive(number, receipt(world, "failed", reason))
    events = await told(world, before)
    assert events.types == ["waba:message:failed"]
    assert events.of("waba:message:failed")["message"]["failure_reason"] == {
        "code": 131026,
        "title": "Message undeliverable",
        "details": "The receiver is out of reach.",
    }
    assert await world.credits_used() == 0
    assert (await world.message(uid)).status == "Failed"


async def test_a_failure_that_comes_before_the_answer(world: World, number: Number, chat: Chat) -> None:
    [uid] = await world.run(messages.send_batch, [Outgoing(ToChat(chat.id), "At six.")])
    assert not isinstance(uid, Exception)
    await world.execute("UPDATE tenant.message SET status = 'Sending' WHERE workspace = $1 AND uid = $2", uid)
    pricing = {"billable": True, "category": "service"}
    await world.receive(
        number, replace(receipt(world, "failed", FailureReason(131047, "Re-engagement")), pricing=pricing)
    )
    await world.run(progress.accept, number, {uid: Accepted("wamid.1", world.clock.advance())})
    message = await world.message(uid)
    assert message.failure == messages.Failure("rejected", "Re-engagement", 131047, "")
    assert message.data["pricing"] == pricing


async def test_a_failure_in_our_words_has_no_code(world: World, number: Number, chat: Chat) -> None:
    before = await count(world)
    [uid] = await world.run(messages.send_batch, [Outgoing(ToChat(chat.id), "At six.")])
    assert not isinstance(uid, Exception)
    problem = WindowClosed()
    await world.run(progress.refuse, number, uid, messages.Failure(problem.code, problem.message))
    [event] = (await told(world, before)).events
    assert event["message"]["failure_reason"] == {"code": "", "title": problem.message, "details": ""}


async def test_a_template_is_named(world: World, number: Number, chat: Chat) -> None:
    await world.templates(number)
    before = await count(world)
    wanted = WantedTemplate("order_update", "en", ["A-1"], ["Otto", "A-1"])
    await sent(world, number, Outgoing(ToChat(chat.id), template=wanted))
    await world.receive(number, receipt(world, "delivered"))
    [event] = (await told(world, before)).events
    [template] = (await world.run(business.list_templates))[0]
    assert event["message"]["template"] == {"id": template.id, "name": "order_update"}
    assert event["message"]["text"].startswith("Order A-1")


async def test_work_on_a_chat(world: World, number: Number, chat: Chat) -> None:
    events = await since(
        world,
        world.run(chats.assign, chat.id, world.owner.email),
        world.run(chats.unassign, chat.id),
        world.run(chats.close, chat.id),
        world.receive(number, world.written(OTTO, "One more thing")),
        world.run(chats.add_labels, chat.id, ["vip"]),
        world.run(chats.rename, chat.id, "Otto the Great"),
        world.run(messages.add_note, chat.id, "Called back"),
    )
    assert events.types == [
        "waba:chat:assigned",
        "waba:chat:unassigned",
        "waba:chat:closed",
        "waba:chat:reopened",
        "waba:message:received",
    ]
    assert events.of("waba:chat:assigned")["responsible"]["email"] == world.owner.email
    assert "responsible" not in events.of("waba:chat:unassigned")


async def test_a_chat_that_the_team_opens(world: World, number: Number) -> None:
    await world.templates(number)
    wanted = WantedTemplate("order_update", "en", ["A-1"], ["Otto", "A-1"])
    before = await count(world)
    to, sender = messages.ToPhone("15555550143"), messages.Sender(number_id=number.id)
    await world.run(messages.send_batch, [Outgoing(to, template=wanted, sender=sender)])
    assert (await told(world, before)).types == ["waba:chat:outgoing"]


async def test_a_window_that_has_closed_is_told_so(world: World, number: Number, chat: Chat) -> None:
    uid = await sent(world, number, Outgoing(ToChat(chat.id), "At six."))
    world.clock.advance(timedelta(hours=25))
    before = await count(world)
    await world.receive(number, receipt(world, "read"))
    [_, event] = (await told(world, before)).events
    assert event["chat"]["service_window_is_open"] is False
    assert event["chat"]["service_window_expires_at"] is None
    assert event["message"]["message_uid"] == str(uid)


async def test_calls_and_reactions_are_told_to_nobody(world: World, number: Number, chat: Chat) -> None:
    message = await world.newest(chat)
    call = CallEnded(OTTO, "CALL", "incoming", "missed", False, 0, world.clock.advance())
    reaction = ReactionChanged(OTTO, "EXT2", "👍", world.clock.advance(), by=OTTO)
    assert message.from_me is False
    assert (await since(world, world.receive(number, call, reaction))).types == []


async def test_the_states_of_a_number(world: World, number: Number) -> None:
    def report(state: AccountState) -> Any:
        return world.run(numbers.report, number.id, [StateChanged(state)])

    events = await since(
        world,
        report(AccountState.OFFLINE),
        report(AccountState.ONLINE),
        report(AccountState.RESTRICTED),
        report(AccountState.ONLINE),
        world.run(numbers.pause, number.id),
        world.run(numbers.resume, number.id),
        world.run(business.remove, number.id),
    )
    assert [one["account"]["state"] for one in events.events] == ["disabled", "active", "disabled", "active", "removed"]
    assert events.types[-1] == "waba:account:disconnected"


async def test_reviews_of_templates(world: World, number: Number) -> None:
    second = await world.business_number()
    await world.templates(number, ORDER_UPDATE, replace(ORDER_UPDATE, external_id="2", name="offer", status="PENDING"))
    before = await count(world)
    for status in ("APPROVED", "PAUSED", "REJECTED", "DISABLED", "PENDING_DELETION"):
        await world.templates(number, ORDER_UPDATE, replace(ORDER_UPDATE, external_id="2", name="offer", status=status))
    events = await told(world, before)
    assert events.types == [
        "waba:template:approved",
        "waba:template:rejected",
        "waba:template:disabled",
        "waba:template:disabled",
    ]
    template = events.events[0]["template"]
    assert (template["name"], template["meta_waba_id"]) == ("offer", "210000000000001")
    assert template["accounts"] == [number.id, second.id]


async def test_linked_numbers_are_told_as_before(world: World) -> None:
    linked = await world.chat()
    await world.hear(linked)
    assert not [one for one in (await told(world)).types if one.startswith("waba:")]
