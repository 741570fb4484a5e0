"""The whole story over HTTP only, against a real `tideline serve --demo`: simulator API in, Public API out."""

import base64
import itertools
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest

from tests.journeys.conftest import Demo
from tests.support import media
from tests.support.clients import Phone, eventually
from tests.support.serving import tideline
from tideline.client import refusals
from tideline.client.models import Chat, Message, WhatsappAccount

_next_phone = itertools.count(15550700001)
NewPhone = Callable[[str], Awaitable[Phone]]


def named(name: str, content: bytes) -> BytesIO:
    """A file that knows what it is called."""
    file = BytesIO(content)
    file.name = name
    return file


@pytest.fixture
def new_phone(demo: Demo) -> NewPhone:
    """Makes a phone that nobody has used yet."""

    async def make(name: str) -> Phone:
        return await demo.simulator.phone(f"+{next(_next_phone)}", name)

    return make


@pytest.fixture
async def number(demo: Demo, new_phone: NewPhone) -> Phone:
    """A fresh phone, linked to the demo's workspace by scanning the QR code of a link page."""
    return await link_by_scan(demo, await new_phone("Own number"))


async def link_by_scan(demo: Demo, phone: Phone) -> Phone:
    begun = await demo.simulator.begin_link(demo.facts["workspace_id"], await demo.owner_id())
    assert begun["qr"]
    assert begun["qr_link"].startswith(demo.facts["base_url"])
    assert await phone.scan(begun["qr_link"]) == phone.jid
    await is_listed(demo, phone)
    return phone


async def is_listed(demo: Demo, phone: Phone) -> WhatsappAccount:
    """The number as `GET /whatsapp_accounts` shows it, once it is active."""

    async def look() -> WhatsappAccount | None:
        found = [one for one in await demo.customer.numbers() if one.id == phone.jid]
        return found[0] if found and found[0].status == "active" else None

    return await eventually(look, "the linked number")


async def chat_of(demo: Demo, number: Phone, contact: Phone) -> Chat:
    return await demo.customer.chat(phone=contact.phone, whatsapp_account_id=number.jid)


# Linking -----------------------------------------------------------------------------------------------------


async def test_a_phone_is_linked_by_scanning_a_qr_code(demo: Demo, new_phone: NewPhone) -> None:
    phone = await link_by_scan(demo, await new_phone("Scanned"))
    listed = await is_listed(demo, phone)
    assert (listed.phone, listed.account_name) == (phone.phone, "Scanned")
    assert listed.owner_email == demo.facts["owner_email"]


async def test_a_phone_is_linked_by_typing_a_code(demo: Demo, new_phone: NewPhone) -> None:
    from tests.support.commands import LinkCommand

    phone = await new_phone("Typed")
    async with LinkCommand(demo.served, demo.facts, code_for=phone.phone) as command:
        code = await command.code()
        answer = await phone.call("POST", "/link_code", code=code)
        assert answer["jid"] == phone.jid
        await is_listed(demo, phone)
        assert await command.ended() == 0


async def test_a_phone_that_unlinks_is_disconnected_and_its_chats_refuse_to_send(
    demo: Demo, number: Phone, new_phone: NewPhone
) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "Are you there?")
    chat = await chat_of(demo, number, ana)
    await number.call("POST", "/unlink")

    async def is_closed_to_us() -> bool:
        return not (await demo.customer.get_chat(chat.id)).is_allowed_to_message

    await eventually(is_closed_to_us, "the chat of the unlinked number")
    [listed] = [one for one in await demo.customer.numbers() if one.id == number.jid]
    assert listed.status == "disconnected"
    with pytest.raises(refusals.ValidationError):
        await demo.customer.send_message_to_chat(chat.id, text="Hello?")


async def test_what_was_said_before_the_link_is_there_and_nobody_is_told(demo: Demo, new_phone: NewPhone) -> None:
    ana, phone = await new_phone("Ana before"), await new_phone("Old hand")
    await ana.write(phone, "Are you still there?")
    await phone.write(ana, "I am")
    cursor = (await demo.customer.list_events(after="newest")).cursor
    await link_by_scan(demo, phone)
    chat = await chat_of(demo, phone, ana)
    await demo.customer.said(chat.id, "I am")
    said = [(one.text, one.from_me) for one in await demo.customer.history(chat.id)]
    assert said == [("Are you still there?", False), ("I am", True)]
    assert (chat.read, chat.name) == (True, "Ana before")
    await ana.write(phone, "Then I come over")
    await demo.customer.said(chat.id, "Then I come over")

    async def told() -> Any:
        told = str(await demo.customer.list_events(after=cursor, limit=500))
        return told if "Then I come over" in told else None

    assert "still there" not in await eventually(told, "the event of the first message after the link")


# Writing back and forth -----------------------------------------------------------------------------------------


async def test_a_message_from_a_stranger_opens_a_chat(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana Reyes")
    await ana.write(number, "Do you ship to Porto?")
    chat = await chat_of(demo, number, ana)
    assert chat.name.startswith("Ana Reyes")
    assert (chat.jid, chat.is_group, chat.read, chat.closed) == (ana.jid, False, False, False)
    assert (chat.responsible_email, chat.is_allowed_to_message) == (None, True)
    [message] = await demo.customer.history(chat.id)
    assert (message.text, message.from_me) == ("Do you ship to Porto?", False)
    assert (message.sender_phone, message.message_type) == (ana.phone, "whatsapp")
    assert chat.last_message_uid == message.uid


async def test_an_answer_reaches_the_phone_and_comes_back_delivered_and_read(
    demo: Demo, number: Phone, new_phone: NewPhone
) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "Do you ship to Porto?")
    chat = await chat_of(demo, number, ana)
    sent = await demo.customer.send_message_to_chat(chat.id, text="We do, within two days.")
    uid = sent.message_uid
    assert (await ana.got("We do, within two days."))["from"] == number.phone
    await demo.customer.until_status(uid, "Delivered")
    await ana.read(number)
    message = await demo.customer.until_status(uid, "Read")
    assert (message.from_me, message.origin, message.chat_id) == (True, "Public API", chat.id)
    history = await demo.customer.get_message_status_history(uid)
    assert [entry.status for entry in history] == ["Sent", "Delivered", "Read"]


async def test_a_first_message_to_a_new_phone_opens_its_chat(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    uid = await demo.customer.say(
        ana.phone, "Your beans left today.", whatsapp_account_phone=number.phone, label="shipping"
    )
    assert (await ana.got("Your beans left today."))["from"] == number.phone
    message = await demo.customer.until_status(uid, "Delivered")
    chat = await demo.customer.get_chat(message.chat_id)
    assert (chat.phone, chat.whatsapp_account_id, chat.labels) == (ana.phone, number.jid, ["shipping"])


async def test_a_message_to_an_unknown_number_fails_and_its_credit_comes_back(
    demo: Demo, number: Phone, new_phone: NewPhone
) -> None:
    nobody = await new_phone("Nobody")
    await nobody.change(on_whatsapp=False)
    before = await demo.customer.credits_used()
    uid = await demo.customer.say(nobody.phone, "Is this you?", whatsapp_account_phone=number.phone)
    await demo.customer.until_status(uid, "Failed")

    async def are_back() -> bool:
        return await demo.customer.credits_used() == before

    await eventually(are_back, "the credit")
    history = await demo.customer.get_message_status_history(uid)
    assert [entry.status for entry in history] == ["Failed"]


async def test_a_sent_message_costs_one_credit(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    before = await demo.customer.credits_used()
    await demo.customer.until_status(
        await demo.customer.say(ana.phone, "Hello", whatsapp_account_phone=number.phone), "Delivered"
    )
    assert await demo.customer.credits_used() == before + 1


async def test_what_is_typed_on_the_linked_phone_appears_as_our_own(
    demo: Demo, number: Phone, new_phone: NewPhone
) -> None:
    ana = await new_phone("Ana")
    before = await demo.customer.credits_used()
    await number.write(ana, "Calling you in five minutes.")
    chat = await chat_of(demo, number, ana)
    message = await demo.customer.said(chat.id, "Calling you in five minutes.")
    assert (message.from_me, message.origin) == (True, "synced from WhatsApp")
    assert await demo.customer.credits_used() == before


async def test_nobody_is_written_to_who_is_not_there_and_strangers_are_left_alone_when_whatsapp_says_so(
    demo: Demo, number: Phone, new_phone: NewPhone
) -> None:
    ana, bo = await new_phone("Ana"), await new_phone("Bo")
    sender = {"whatsapp_account_phone": number.phone}
    used = await demo.customer.credits_used()
    await demo.customer.until_status(await demo.customer.say("+15550799999", "Is anybody there?", **sender), "Failed")
    await number.change(fail_next="cold_contact_blocked")
    await demo.customer.until_status(await demo.customer.say(ana.phone, "Our new price list", **sender), "Failed")
    await demo.customer.until_status(await demo.customer.say(bo.phone, "Our new price list", **sender), "Failed")
    assert (await ana.messages(), await bo.messages()) == ([], [])
    assert await demo.customer.credits_used() == used

    await ana.write(number, "Do you have a price list?")
    chat = await chat_of(demo, number, ana)
    await demo.customer.said(chat.id, "Do you have a price list?")
    sent = await demo.customer.send_message_to_chat(chat.id, text="Here it is")
    await demo.customer.until_status(sent.message_uid, "Delivered")
    listed = tideline(demo.served.data_dir, "number", "list", "--workspace", demo.facts["workspace_id"]).stdout
    [line] = [line for line in listed.splitlines() if line.startswith(f"{number.phone}:")]
    assert "does not let it write to people it has not talked with" in line


async def test_an_answer_quotes_what_it_answers(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    asked = await ana.write(number, "Which roast?")
    chat = await chat_of(demo, number, ana)
    question = await demo.customer.said(chat.id, "Which roast?")
    await demo.customer.send_message_to_chat(chat.id, text="The dark one.", reply_to=question.uid)
    await ana.got("The dark one.")
    assert asked


async def test_an_edit_a_revoke_and_a_reaction_come_through(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    first = await ana.write(number, "Two bags")
    second = await ana.write(number, "Never mind")
    chat = await chat_of(demo, number, ana)
    await ana.call("PATCH", f"/messages/{first}", text="Three bags")
    edited = await demo.customer.said(chat.id, "Three bags")
    await ana.call("DELETE", f"/messages/{second}")

    async def is_revoked() -> bool:
        return "Never mind" not in [message.text for message in await demo.customer.history(chat.id)]

    await eventually(is_revoked, "the revoke")
    await ana.call("POST", "/reactions", message_id=first, emoji="☕")

    async def has_reaction() -> bool:
        return "☕" in (await demo.customer.get_message(edited.uid)).reactions.reactions

    await eventually(has_reaction, "the reaction")


async def test_our_reaction_shows_on_the_phone(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "It has arrived!")
    chat = await chat_of(demo, number, ana)
    heard = await demo.customer.said(chat.id, "It has arrived!")
    for emoji, seen in (("🎉", [{"from": number.phone, "emoji": "🎉"}]), ("", [])):
        await demo.customer.set_reaction(heard.uid, reaction=emoji)

        async def is_seen(seen: object = seen) -> bool:
            [message] = await ana.messages()
            return bool(message["reactions"] == seen)

        await eventually(is_seen, "the reaction on the phone")
    assert (await demo.customer.get_message(heard.uid)).reactions.total == 0


async def test_a_note_stays_with_the_team(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "Hello")
    chat = await chat_of(demo, number, ana)
    used = await demo.customer.credits_used()
    await demo.customer.add_chat_note(chat.id, text="Prefers calls after 15:00.")
    await demo.customer.send_message_to_chat(chat.id, text="Hello Ana")
    await ana.got("Hello Ana")
    assert [message["text"] for message in await ana.messages()] == ["Hello", "Hello Ana"]
    note = await demo.customer.said(chat.id, "Prefers calls after 15:00.")
    assert (note.message_type, note.data) == ("note", {"is_private": True})
    assert await demo.customer.credits_used() == used + 1


async def test_a_file_that_comes_in_can_be_fetched(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    file = {"filename": "order.txt", "mimetype": "text/plain", "base64": "dHdvIGJhZ3M="}
    await ana.write(number, "The order", file=file)
    chat = await chat_of(demo, number, ana)

    async def look() -> Message | None:
        message = await demo.customer.said(chat.id, "The order")
        return message if message.attachment_url else None

    message = await eventually(look, "the file")
    assert (message.has_attachment, message.attachment_filename) == (True, "order.txt")
    assert str(message.attachment_url).startswith(demo.facts["base_url"])
    assert await demo.customer.fetched(message.attachment_url) == b"two bags"


async def test_a_recording_is_a_voice_message_on_the_phone(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "Call me?")
    chat = await chat_of(demo, number, ana)
    sent = await demo.customer.send_voice_message(chat.id, file=named("hello.mp3", media.mp3(3)))
    await demo.customer.until_status(sent.message_uid, "Delivered")
    [_, heard] = await ana.messages()
    assert (heard["kind"], heard["seconds"], heard["filename"]) == ("voice", 3, "hello.ogg")
    assert heard["mimetype"] == "audio/ogg; codecs=opus"
    assert media.heard(await ana.file(heard["id"]))[:3] == ("opus", 1, 48_000)


async def test_a_picture_can_go_as_a_document(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "Where is it?")
    chat = await chat_of(demo, number, ana)
    picture = media.picture()
    sent = await demo.customer.send_file_message(chat.id, file=picture, filename="plan.jpg", caption="The plan")
    await demo.customer.until_status(sent.message_uid, "Delivered")
    seen = await ana.got("The plan")
    assert (seen["kind"], seen["filename"], seen["mimetype"]) == ("document", "plan.jpg", "image/jpeg")
    assert await ana.file(seen["id"]) == picture
    await has_thumbnail(demo, sent.message_uid)


async def test_a_photo_that_comes_in_gets_a_thumbnail(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    photo = base64.b64encode(media.turned_picture()).decode()
    await ana.write(number, "Look", file={"filename": "cat.jpg", "mimetype": "image/jpeg", "base64": photo})
    chat = await chat_of(demo, number, ana)
    known = await has_thumbnail(demo, (await demo.customer.said(chat.id, "Look")).uid)
    assert (known["kind"], known["width"], known["height"]) == ("image", 480, 640)
    async with demo.customer.download(known["thumbnail_url"]) as thumbnail:
        assert thumbnail.content_type == "image/jpeg"
        assert media.seen(await thumbnail.read()).size == (240, 320)


async def has_thumbnail(demo: Demo, uid: str) -> Any:
    """What is known of the file of a message, once it has a thumbnail."""

    async def look() -> Any:
        known = (await demo.customer.get_message(uid)).data["attachment"]
        return known if "thumbnail_url" in known else None

    return await eventually(look, "the thumbnail")


async def test_a_voice_message_that_comes_in_stays_one(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    voice = {
        "filename": "PTT.ogg",
        "mimetype": "audio/ogg; codecs=opus",
        "base64": base64.b64encode(media.ogg()).decode(),
    }
    await ana.call("POST", "/messages", to=number.phone, file=voice, voice=True, seconds=7)
    chat = await chat_of(demo, number, ana)

    async def look() -> Message | None:
        [message] = await demo.customer.history(chat.id)
        return message if message.attachment_url else None

    message = await eventually(look, "the recording")
    assert message.data["attachment"] == {"kind": "voice", "duration": 7.0}


async def test_a_call_is_an_entry_in_the_chat(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.call("POST", "/calls", to=number.phone, outcome="missed", video=False, seconds=0)
    chat = await chat_of(demo, number, ana)
    [entry] = await demo.customer.history(chat.id)
    assert (entry.message_type, entry.from_me) == ("whatsapp_call", False)


async def test_a_new_message_reopens_a_closed_chat(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "Thanks!")
    chat = await chat_of(demo, number, ana)
    closed = await demo.customer.update_chat(chat.id, closed=True, read=True)
    assert (closed.closed, closed.read) == (True, True)
    await ana.write(number, "One more thing")
    await demo.customer.said(chat.id, "One more thing")
    reopened = await demo.customer.get_chat(chat.id)
    assert (reopened.closed, reopened.read) == (False, False)


async def test_a_chat_is_assigned_labelled_and_renamed(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "Hello")
    chat = await chat_of(demo, number, ana)
    email = demo.facts["owner_email"]
    changed = await demo.customer.update_chat(chat.id, responsible=email, name=f"Ana of {ana.phone}")
    assert (changed.responsible_email, changed.name) == (email, f"Ana of {ana.phone}")
    assert (await demo.customer.add_chat_labels(chat.id, labels=["wholesale"])).labels == ["wholesale"]
    assert (await demo.customer.replace_chat_labels(chat.id, labels=["vip"])).labels == ["vip"]
    assert (await demo.customer.list_chat_labels(chat.id)).labels == ["vip"]
    assert (await demo.customer.update_chat(chat.id, responsible="")).responsible_email is None


# Groups and people ------------------------------------------------------------------------------------------------


async def test_a_group_works_both_ways(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana, bo = await new_phone("Ana"), await new_phone("Bo")
    subject = f"Roasting crew {number.phone}"
    group = await demo.simulator.group(subject, ana, bo, number)
    await ana.write(group, "Who roasts on Thursday?")
    chat = await demo.customer.chat(name=subject)
    assert (chat.is_group, chat.jid, chat.phone) == (True, group, None)
    question = await demo.customer.said(chat.id, "Who roasts on Thursday?")
    assert (question.sender_phone, question.from_me) == (ana.phone, False)
    sent = await demo.customer.send_message_to_jid(jid=group, text="I do.", whatsapp_account_phone=number.phone)
    assert (await bo.got("I do."))["chat"] == group
    await ana.got("I do.")
    await demo.customer.until_status(sent.message_uid, "Delivered")


async def test_the_same_person_under_phone_and_lid_stays_one_chat(
    demo: Demo, number: Phone, new_phone: NewPhone
) -> None:
    ana = await new_phone("Ana")
    await ana.write(number, "From my phone")
    chat = await chat_of(demo, number, ana)
    await ana.change(addressing="lid")
    await ana.write(number, "From behind a LID")
    await demo.customer.said(chat.id, "From behind a LID")
    texts = [message.text for message in await demo.customer.history(chat.id)]
    assert texts == ["From my phone", "From behind a LID"]


async def test_two_chats_that_turn_out_to_be_one_person_merge(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    ana = await new_phone("Ana")
    await ana.change(addressing="lid")
    # known to us by her phone only, because we wrote first
    uid = await demo.customer.say(ana.phone, "Hello Ana", whatsapp_account_phone=number.phone)
    older = (await demo.customer.get_message(uid)).chat_id
    await ana.got("Hello Ana")
    await ana.write(number, "Hello, who is this?")

    async def are_one() -> bool:
        texts = [message.text for message in await demo.customer.history(older)]
        return "Hello, who is this?" in texts

    await eventually(are_one, "the merge")
    chat = await chat_of(demo, number, ana)
    assert chat.id == older


async def test_two_numbers_with_the_same_contact_are_two_chats(demo: Demo, number: Phone, new_phone: NewPhone) -> None:
    other = await link_by_scan(demo, await new_phone("Second number"))
    ana = await new_phone("Ana")
    await ana.write(number, "To the first")
    await ana.write(other, "To the second")
    first, second = await chat_of(demo, number, ana), await chat_of(demo, other, ana)
    assert first.id != second.id
    assert first.name != second.name
    await demo.customer.said(first.id, "To the first")
    await demo.customer.said(second.id, "To the second")


# The demo itself --------------------------------------------------------------------------------------------------


async def test_the_demo_says_how_to_get_in(demo: Demo) -> None:
    assert sorted(demo.facts) == sorted(
        [
            "base_url", "workspace_id", "api_token", "partner_id", "partner_secret", "owner_email", "owner_password",
            "simulator_token",
        ]
    )  # fmt: skip
    assert all(demo.facts.values())
    assert (demo.served.data_dir / "demo.json").stat().st_mode & 0o777 == 0o600
    workspace = await demo.customer.get_workspace()
    assert workspace.workspace_id == demo.facts["workspace_id"]


async def test_the_demo_has_conversations_labels_and_a_teammate(demo: Demo) -> None:
    people = (await demo.customer.list_teammates()).teammates
    assert len(people) >= 2
    seeded = [chat for chat in (await demo.customer.list_chats()).chats if chat.labels]
    assert len(seeded) >= 2
    assert any(chat.responsible_email for chat in seeded)
