"""Before a number writes to somebody it never talked with, WhatsApp is asked whether anybody is there."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.features.messages.test_sending import Post
from tests.support.world import World
from tideline.features import chats, messages, numbers
from tideline.features.files import Files
from tideline.features.messages import Failure, Outgoing, ToPhone
from tideline.features.messages.strangers import ABSENT_FOR, FOUND_FOR
from tideline.features.numbers.port import (
    ColdContactBlocked,
    Offline,
    Peer,
    RecipientNotOnWhatsApp,
    UnknownOutcome,
    Unsupported,
)

MIRA = "15550100234"
LATER = timedelta(minutes=6)


@pytest.fixture
async def post(world: World, tmp_path: Path) -> Post:
    chat = await world.chat(await world.number(), MIRA, name="Mira")
    return Post(world, chat, Files.in_folder(world.db, tmp_path))


async def test_a_stranger_is_asked_about_once(world: World, post: Post) -> None:
    uids = [await world.send(post.chat, text) for text in ("Hello", "Are you there?")]
    await post.turn()
    world.clock.advance(LATER)
    await post.turn()
    assert post.outlet.asked == [MIRA]
    assert [await post.status(uid) for uid in uids] == ["Sent", "Sent"]


@pytest.mark.parametrize("via", ["they wrote", "the owner wrote on the phone", "it is history"])
async def test_who_has_talked_with_us_is_no_stranger(world: World, post: Post, via: str) -> None:
    number = await world.run(numbers.get, post.chat.number_id)
    match via:
        case "they wrote":
            await world.hear(post.chat)
        case "the owner wrote on the phone":
            await world.receive(number, world.typed(post.chat.peer))
        case _:
            await world.hand_over(number, world.of_old(post.chat.peer))
    uid = await world.send(post.chat)
    await post.turn()
    assert post.outlet.asked == []
    assert await post.status(uid) == "Sent"


async def test_nobody_is_there(world: World, post: Post) -> None:
    post.outlet.absent.add(MIRA)
    uid = await world.send(post.chat)
    assert await world.credits_used() == 1
    await post.turn()
    message = await world.message(uid)
    assert (message.status, message.failure) == (
        "Failed",
        Failure(RecipientNotOnWhatsApp.code, RecipientNotOnWhatsApp.message),
    )
    assert post.outlet.sent == []
    assert await world.credits_used() == 0
    assert await world.fact_kinds("MessageStatusChanged") == ["MessageStatusChanged"]


async def test_what_was_said_is_believed_for_some_days(world: World, post: Post) -> None:
    """Every message fails, so the recipient stays a stranger."""
    post.outlet.next.extend([RecipientNotOnWhatsApp()] * 3)
    for wait in (timedelta(hours=1), FOUND_FOR, timedelta()):
        await world.send(post.chat)
        await post.turn()
        world.clock.advance(wait)
    assert post.outlet.asked == [MIRA, MIRA]


async def test_that_nobody_is_there_is_believed_for_a_day(world: World, post: Post) -> None:
    post.outlet.absent.add(MIRA)
    for wait in (timedelta(hours=1), ABSENT_FOR, timedelta()):
        uid = await world.send(post.chat)
        await post.turn()
        assert await post.status(uid) == "Failed"
        world.clock.advance(wait)
    assert post.outlet.asked == [MIRA] * 2


async def test_the_address_that_is_learned_on_the_way_is_kept(world: World, post: Post) -> None:
    post.outlet.lids[MIRA] = "99000123"
    await world.send(post.chat)
    await post.turn()
    assert post.outlet.sent[0].to == Peer(phone=MIRA, lid="99000123")
    assert (await world.reload(post.chat)).lid == "99000123"
    number = await world.run(numbers.get, post.chat.number_id)
    await world.receive(number, world.written(Peer(lid="99000123"), "It is me"))
    assert [chat.id for chat in (await world.run(chats.list_chats)).items] == [post.chat.id]


async def test_a_phone_that_whatsapp_knows_by_other_digits_is_asked_about_once(world: World, post: Post) -> None:
    post.outlet.known_as[MIRA] = "155501002349"
    post.outlet.lids[MIRA] = "99000123"
    post.outlet.next.append(RecipientNotOnWhatsApp())
    for _ in range(2):
        await world.send(post.chat)
        await post.turn()
        world.clock.advance(LATER)
    assert post.outlet.asked == [MIRA]
    assert (await world.reload(post.chat)).lid == "99000123"


@pytest.mark.parametrize(
    "problem", [Offline(), UnknownOutcome(), RuntimeError("a bug")], ids=lambda one: type(one).__name__
)
async def test_a_question_that_cannot_be_asked_now_is_asked_later(world: World, post: Post, problem: Exception) -> None:
    post.outlet.next_answers.append(problem)
    uid = await world.send(post.chat)
    await post.turn()
    assert await post.status(uid) == "Pending"
    world.clock.advance(LATER)
    await post.turn()
    assert await post.status(uid) == "Sent"
    assert post.outlet.asked == [MIRA, MIRA]


@pytest.mark.parametrize(
    ("problems", "turns"),
    [([Unsupported()], 1), ([RuntimeError("a bug")] * 3, 3)],
    ids=["nobody can ask", "a bug each time"],
)
async def test_a_question_that_is_never_answered_holds_up_no_message(
    world: World, post: Post, problems: list[Exception], turns: int
) -> None:
    post.outlet.next_answers.extend(problems)
    uid = await world.send(post.chat)
    for _ in range(turns):
        await post.turn()
        world.clock.advance(LATER)
    assert await post.status(uid) == "Sent"


async def test_groups_and_people_without_a_phone_are_not_asked_about(world: World, post: Post) -> None:
    number = await world.run(numbers.get, post.chat.number_id)
    for chat in (await world.group(number), await world.chat(number, lid="99000555")):
        await world.send(chat)
        await post.turn()
        world.clock.advance(LATER)
    assert post.outlet.asked == []
    assert len(post.outlet.sent) == 2


async def test_a_number_that_may_not_write_to_strangers_does_not_try_another_one(world: World, post: Post) -> None:
    post.outlet.next.append(ColdContactBlocked())
    first = await world.send(post.chat)
    await post.turn()
    assert (await world.message(first)).failure == Failure(ColdContactBlocked.code, ColdContactBlocked.message)
    number = await world.run(numbers.get, post.chat.number_id)
    assert number.no_new_chats_until is not None
    assert "people it has not talked with" in number.sentence
    assert number.is_connected

    friend = await world.chat(number, "15550100777")
    await world.hear(friend)
    [second] = await world.run(messages.send_batch, [Outgoing(ToPhone("+15550100888"), "Hello")])
    third = await world.send(friend)
    for _ in range(2):
        world.clock.advance(LATER)
        await post.turn()
    assert not isinstance(second, Exception)
    assert (await world.message(second)).failure == Failure(ColdContactBlocked.code, ColdContactBlocked.message)
    assert await post.status(third) == "Sent"
    assert post.outlet.asked == [MIRA]

    world.clock.time = number.no_new_chats_until
    await world.run(numbers.pass_on, number.id)
    fourth = await world.send(post.chat)
    world.clock.advance(LATER)
    await post.turn()
    assert await post.status(fourth) == "Sent"


async def test_whatsapp_may_say_how_long(world: World, post: Post) -> None:
    until = world.clock.now() + timedelta(hours=3)
    post.outlet.next.append(ColdContactBlocked(until=until))
    await world.send(post.chat)
    await post.turn()
    assert (await world.run(numbers.get, post.chat.number_id)).no_new_chats_until == until
