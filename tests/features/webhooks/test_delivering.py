"""Deliveries against a real receiver: which arrive, in which order, how often, and what the log says about them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.features.webhooks.stage import Stage, drop, hang, in_turn, staged
from tests.support.remote import Book, answer, redirect
from tests.support.world import World
from tideline.features import chats, webhooks
from tideline.features.chats import Chat
from tideline.features.numbers import Number
from tideline.features.numbers.port import MediaKind, MediaRef
from tideline.features.webhooks import EventType, Schedule
from tideline.platform import lanes
from tideline.platform.lanes import LaneLost
from tideline.platform.mail import Mail


@pytest.fixture
async def stage(world: World) -> AsyncIterator[Stage]:
    async with staged(world) as opened:
        yield opened


@pytest.fixture
async def number(world: World) -> Number:
    return await world.number("15550100001")


@pytest.fixture
async def chat(world: World, number: Number) -> Chat:
    return await world.chat(number, "15550100234", name="Otto Lind")


# What arrives ------------------------------------------------------------------------------------------------


async def test_a_subscriber_gets_its_event_and_no_other(stage: Stage, chat: Chat, neighbour: World) -> None:
    await stage.subscribe(EventType.MESSAGE_RECEIVED, "/in?secret=a%2Bb&t=+1/2=")
    await stage.subscribe(EventType.CHAT_CLOSED, "/in?closed")
    await stage.subscribe(EventType.MESSAGE_RECEIVED, "/in?neighbour", world=neighbour)
    await stage.world.hear(chat, "Is it there?")
    await stage.world.run(chats.rename, chat.id, "Otto")
    await stage.world.run(chats.close, chat.id)
    arrived = await stage.deliver()
    assert sorted((one.target, one.type) for one in arrived) == [
        ("/in?closed", "chat:closed"),
        ("/in?secret=a%2Bb&t=+1/2=", "message:received:new"),
    ]
    assert [one.headers["content-type"] for one in arrived] == ["application/json"] * 2
    assert await stage.waiting() == 0


async def test_nothing_of_the_time_before_it_was_made_is_delivered(stage: Stage, chat: Chat) -> None:
    await stage.world.hear(chat, "Before")
    await stage.number_facts()
    await stage.subscribe()
    await stage.world.hear(chat, "After")
    assert [one.text for one in await stage.deliver()] == ["After"]


async def test_events_of_a_chat_come_in_their_order(stage: Stage, world: World, number: Number) -> None:
    await stage.subscribe()
    some = [await world.chat(number, f"155501002{n:02d}") for n in range(12)]
    for n in range(5):
        for one in some:
            await world.hear(one, f"{n}")
    arrived = await stage.deliver()
    assert len(arrived) == 60
    for one in some:
        texts = [two.text for two in arrived if two.event["chat"]["chat_id"] == one.id]
        assert texts == ["0", "1", "2", "3", "4"]


async def test_the_log_has_the_whole_attempt(stage: Stage, chat: Chat) -> None:
    webhook = await stage.subscribe()
    stage.answers["/in"] = answer(b"x" * 100_000, status=202)
    await stage.world.hear(chat, "Hello")
    [arrived] = await stage.deliver()
    [attempt] = await stage.log()
    assert (attempt["webhook_id"], attempt["event_type"]) == (webhook.id, "message:received:new")
    assert (attempt["number"], attempt["outcome"], attempt["status"]) == (1, "delivered", 202)
    assert (attempt["error"], attempt["next_at"], attempt["chat_id"]) == (None, None, chat.id)
    assert attempt["request"] == arrived.body
    proof = f"{arrived.headers['webhook-timestamp']} {arrived.headers['webhook-signature']}"
    assert (attempt["url"], attempt["signature"]) == (webhook.url, proof)
    assert attempt["response_start"] == b"x" * 1024
    assert str(attempt["delivery"]) == arrived.headers["webhook-id"]


async def test_a_link_is_signed_for_each_attempt(stage: Stage, world: World, number: Number, chat: Chat) -> None:
    await stage.subscribe()
    stage.answers["/in"] = in_turn(answer(status=500), answer())
    media = MediaRef(MediaKind.DOCUMENT, "list.pdf", "application/pdf", 48211, "ref")
    await world.receive(number, world.written(chat.peer, None, media=media))
    arrived = [*(await stage.deliver()), *(await stage.later(1000))]
    links = [one.event["message"]["attachments"][0]["temporary_download_url"] for one in arrived]
    assert len(set(links)) == 2
    expire = [int(link.partition("expires=")[2].partition("&")[0]) for link in links]
    assert expire[1] - expire[0] == 1000


# When it does not work ---------------------------------------------------------------------------------------

FAILURES: dict[str, tuple[Any, int | None, str | None]] = {
    "a server error": (answer(status=500), 500, None),
    "not found": (answer(status=404), 404, None),
    "gone": (answer(status=410), 410, None),
    "a redirect": (redirect("/elsewhere"), 302, None),
    "a hanging receiver": (hang, None, "remote_too_slow"),
    "a dropped connection": (drop, None, "remote_broken"),
    "what is no HTTP": (b"\x00\x01nonsense\r\n\r\n", None, "remote_broken"),
}


@pytest.mark.parametrize(("said", "status", "error"), FAILURES.values(), ids=FAILURES)
async def test_a_failure_is_tried_three_times(
    world: World, chat: Chat, said: Any, status: int | None, error: str | None
) -> None:
    async with staged(world, seconds=0.2) as stage:
        webhook = await stage.subscribe()
        stage.answers["/in"] = said
        await world.hear(chat, "Hello")
        assert len(await stage.deliver()) == 1
        assert [len(await stage.later(seconds)) for seconds in (4.9, 0.2, 29, 2, 1000)] == [0, 1, 0, 1, 0]
        log = await stage.log()
        assert [(one["number"], one["outcome"]) for one in log] == [(1, "retrying"), (2, "retrying"), (3, "failed")]
        assert {(one["status"], one["error"]) for one in log} == {(status, error)}
        assert len({one["delivery"] for one in log}) == 1
        assert (await stage.reload(webhook)).errors_counter == 1
        assert "/elsewhere" not in {asked.target for asked in stage.remote.asked}


async def test_what_became_of_events_is_counted_by_day(
    stage: Stage, world: World, chat: Chat, neighbour: World
) -> None:
    webhook = await stage.subscribe()
    await world.hear(chat, "Delivered")
    await stage.deliver()
    await world.run(webhooks.send_test, webhook.id)
    stage.answers["/in"] = answer(b"Later", status=503)
    await world.hear(chat, "Given up")
    for seconds in (0, 5, 30):
        await stage.later(seconds)
    day = world.clock.now().date()
    around = (day - timedelta(days=1), day + timedelta(days=1))
    assert await world.run(webhooks.deliveries_by_day, *around) == {day: webhooks.Deliveries(1, 1)}
    assert await neighbour.run(webhooks.deliveries_by_day, *around) == {}


async def test_a_receiver_that_is_not_there(world: World, chat: Chat) -> None:
    async with staged(world) as stage:
        webhook = await stage.subscribe()
        await stage.change(webhook, url="http://127.0.0.1:2/in")
        await world.hear(chat, "Hello")
        await stage.deliver()
        [attempt] = await stage.log()
        assert (attempt["status"], attempt["error"]) == (None, "remote_not_reachable")


async def test_any_2xx_is_success_and_ends_the_count_of_failures(stage: Stage, world: World, chat: Chat) -> None:
    webhook = await stage.subscribe()
    stage.answers["/in"] = in_turn(*[answer(status=500)] * 6, answer(status=299))
    for n in range(3):
        await world.hear(chat, f"{n}")
        await stage.deliver()
        await stage.later(5)
        await stage.later(30)
        assert (await stage.reload(webhook)).errors_counter == (n + 1 if n < 2 else 0)
    assert (await stage.reload(webhook)).enabled


async def test_an_event_that_fails_holds_up_no_other(stage: Stage, world: World, chat: Chat) -> None:
    await stage.subscribe()
    stage.answers["/in"] = in_turn(answer(status=500), answer())
    for text in ("first", "second", "third"):
        await world.hear(chat, text)
    assert [one.text for one in await stage.deliver()] == ["first", "second", "third"]
    await world.hear(chat, "fourth")
    assert [one.text for one in await stage.later(5)] == ["first", "fourth"]


async def test_in_strict_order_one_that_fails_holds_up_all(
    stage: Stage, world: World, number: Number, chat: Chat
) -> None:
    await stage.subscribe(is_strict=True)
    stage.answers["/in"] = in_turn(answer(status=500), answer(status=500), answer(status=500), answer())
    other = await world.chat(number, "15550100299")
    await world.hear(chat, "first")
    await world.hear(other, "second")
    await world.hear(chat, "third")
    assert [one.text for one in await stage.deliver()] == ["first"]
    assert [one.text for one in await stage.later(5)] == ["first"]
    assert [one.text for one in await stage.later(30)] == ["first", "second", "third"]


async def test_the_extended_schedule_goes_on_for_three_days(stage: Stage, world: World, chat: Chat) -> None:
    webhook = await stage.subscribe(schedule=Schedule.EXTENDED)
    stage.answers["/in"] = answer(status=503)
    await world.hear(chat, "Hello")
    await stage.deliver()
    while await stage.waiting():
        await stage.later(3600)
    log = await stage.log()
    assert len(log) == 10
    assert timedelta(days=3) < log[-1]["at"] - log[0]["at"] < timedelta(days=4)
    assert (await stage.reload(webhook)).errors_counter == 1


async def test_the_waits_are_a_setting(world: World, chat: Chat) -> None:
    async with staged(world, waits=(timedelta(seconds=1),)) as stage:
        await stage.subscribe()
        stage.answers["/in"] = answer(status=503)
        await world.hear(chat, "Hello")
        assert [len(await stage.deliver()), len(await stage.later(1)), len(await stage.later(99))] == [1, 1, 0]


async def test_a_dead_receiver_does_not_slow_another(world: World, chat: Chat) -> None:
    """Both wait for the same clock; the one that hangs has its lanes in hand while the other gets everything."""
    async with staged(world, seconds=30) as stage:
        dead = await stage.subscribe(EventType.MESSAGE_NEW, "/dead")
        good = await stage.subscribe(EventType.MESSAGE_RECEIVED)
        stage.answers["/dead"] = hang
        for n in range(40):
            await world.hear(chat, f"{n}")
        await stage.number_facts()
        hanging = [asyncio.create_task(stage.delivering(held)) for held in await stage.claim(groups=[dead.id])]
        stage.made = [good]
        assert [one.text for one in await stage.deliver() if one.target == "/in"] == [str(n) for n in range(40)]
        assert not any(task.done() for task in hanging)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_receiver_that_hangs_keeps_a_place_for_one_event_only(world: World, chat: Chat) -> None:
    async with staged(world, seconds=0.2) as stage:
        await stage.subscribe()
        stage.answers["/in"] = hang
        for n in range(3):
            await world.hear(chat, f"{n}")
        await stage.number_facts()
        [held] = await stage.claim()
        assert len(held.items) == 3
        await stage.delivering(held)
        assert [one["error"] for one in await stage.log()] == ["remote_too_slow"]
        [again] = await stage.claim()
        assert [item.id for item in again.items] == [item.id for item in held.items[1:]]


async def test_the_owner_hears_of_a_webhook_that_fails_again_and_again_once_a_day(
    stage: Stage, world: World, chat: Chat, neighbour: World
) -> None:
    async def mail() -> Mail | None:
        """The one that counts: a newer one replaces what was not sent."""
        async with world.db.read(world.id) as tx:
            found = await world.access.outbox.newest(tx, limit=50, workspace_id=world.id)
        return found[0] if found else None

    async def fail(times: int) -> None:
        for _ in range(times):
            await world.hear(chat, "Hello")
        for seconds in (0, 5, 30):
            await stage.later(seconds)

    webhook = await stage.subscribe(target="/in?secret=demo")
    stage.answers["/in"] = answer(status=503)
    await fail(2)
    assert await mail() is None
    await fail(2)
    first = await mail()
    assert first
    assert (first.kind, first.recipient) == ("webhook_failing", world.owner.email)
    text = world.access.outbox.read(first)
    assert f"webhook {webhook.id} (message:received:new)" in text
    assert "The last answer was 503." in text
    assert "secret=demo" not in text
    await fail(5)
    assert await mail() == first
    world.clock.advance(timedelta(days=1))
    await fail(1)
    second = await mail()
    assert second != first
    stage.answers["/in"] = answer()
    await fail(1)
    world.clock.advance(timedelta(days=2))
    stage.answers["/in"] = answer(status=503)
    await fail(2)
    assert await mail() == second
    await fail(1)
    assert await mail() != second
    assert (await stage.reload(webhook)).enabled
    assert await neighbour.fetch("SELECT * FROM tenant.webhook WHERE workspace = $1") == []


# Changes on the way ------------------------------------------------------------------------------------------


async def test_what_waits_while_a_webhook_is_paused_is_delivered_afterwards(
    stage: Stage, world: World, chat: Chat
) -> None:
    webhook = await stage.subscribe()
    await world.hear(chat, "Before")
    await stage.number_facts()
    await stage.change(webhook, enabled=False)
    await world.hear(chat, "Meanwhile")
    assert await stage.deliver() == []
    await stage.change(webhook, enabled=True)
    await world.hear(chat, "After")
    assert [one.text for one in await stage.deliver()] == ["Before", "After"]


async def test_a_lane_in_hand_stops_when_its_webhook_is_paused_and_goes_on_later(
    stage: Stage, world: World, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tideline.features.webhooks.jobs.GOOD_FOR_SECONDS", 0.0)
    webhook = await stage.subscribe()

    async def pause_meanwhile(writer: asyncio.StreamWriter) -> None:
        await stage.change(webhook, enabled=False)
        writer.write(answer())

    stage.answers["/in"] = in_turn(pause_meanwhile, answer())
    for n in range(3):
        await world.hear(chat, f"{n}")
    assert [one.text for one in await stage.deliver()] == ["0"]
    await stage.change(webhook, enabled=True)
    assert [one.text for one in await stage.deliver()] == ["1", "2"]
    assert [one["number"] for one in await stage.log()] == [1, 1, 1]


async def test_a_deleted_webhook_gets_nothing_more(stage: Stage, world: World, chat: Chat) -> None:
    webhook = await stage.subscribe()
    stage.answers["/in"] = in_turn(answer(status=500), answer())
    await world.hear(chat, "First")
    await stage.deliver()
    await world.hear(chat, "Second")
    await stage.number_facts()
    await world.run(webhooks.delete, webhook.id)
    assert await stage.later(5) == []
    assert await stage.waiting() == 0
    await stage.subscribe()
    await world.hear(chat, "Third")
    assert [one.text for one in await stage.later(60)] == ["Third"]


async def test_a_new_address_counts_for_what_waits(stage: Stage, world: World, chat: Chat) -> None:
    webhook = await stage.subscribe()
    stage.answers |= {"/in": answer(status=500), "/new": answer()}
    await world.hear(chat, "Hello")
    await stage.deliver()
    await stage.change(webhook, url=stage.remote.url("/new"))
    assert [one.target for one in await stage.later(5)] == ["/new"]
    assert [one["url"] for one in await stage.log()] == [stage.remote.url("/in"), stage.remote.url("/new")]


async def test_nothing_goes_out_while_everything_is_held(stage: Stage, world: World, chat: Chat) -> None:
    await stage.subscribe()
    await world.hear(chat, "Hello")
    async with world.db.system() as tx:
        await lanes.hold_all(tx)
    assert await stage.deliver() == []
    async with world.db.system() as tx:
        await lanes.release_all(tx, [webhooks.LANE])
    assert [one.text for one in await stage.deliver()] == ["Hello"]


# Crashes -----------------------------------------------------------------------------------------------------


async def test_what_was_posted_and_not_settled_is_posted_again_under_the_same_id(
    stage: Stage, world: World, chat: Chat
) -> None:
    await stage.subscribe()
    posted = asyncio.Event()

    async def die(writer: asyncio.StreamWriter) -> None:
        posted.set()
        await asyncio.Event().wait()

    stage.answers["/in"] = in_turn(die, answer())
    await world.hear(chat, "Hello")
    await stage.number_facts()
    [held] = await stage.claim()
    task = asyncio.create_task(stage.delivering(held))
    await posted.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    world.clock.advance(lanes.LEASE)
    async with world.db.system() as tx:
        await lanes.expire(tx)
    await stage.deliver()
    first, second = stage.remote.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [(one["number"], one["outcome"]) for one in await stage.log()] == [(1, "delivered")]


async def test_whoever_lost_the_lane_meanwhile_settles_nothing_and_logs_what_it_did(
    stage: Stage, world: World, chat: Chat
) -> None:
    await stage.subscribe()
    await world.hear(chat, "Hello")
    await stage.number_facts()
    [held] = await stage.claim()
    world.clock.advance(lanes.LEASE)
    async with world.db.system() as tx:
        await lanes.expire(tx)
    [again] = await stage.claim()
    with pytest.raises(LaneLost):
        await stage.delivering(held)
    world.clock.advance()
    await stage.delivering(again)
    assert len(await stage.log()) == 2
    assert await stage.waiting() == 0


async def test_a_lane_that_was_lost_does_not_take_others_along(
    stage: Stage, world: World, number: Number, chat: Chat
) -> None:
    await stage.subscribe()
    other = await world.chat(number, "15550100299")
    await world.hear(chat, "Lost")
    await world.hear(other, "Kept")
    await stage.number_facts()
    first, second = await stage.claim()
    await world.execute("UPDATE lanes.lane SET token = 1 WHERE workspace = $1 AND id = $2", first.lane_id)
    outcomes = await asyncio.gather(stage.delivering(first), stage.delivering(second), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [LaneLost, type(None)]
    assert second.is_settled
    assert len(await stage.log()) == 2


async def test_an_event_that_is_no_longer_kept_is_given_up(stage: Stage, world: World, chat: Chat) -> None:
    webhook = await stage.subscribe()
    await world.hear(chat, "Hello")
    await stage.number_facts()
    await world.execute("DELETE FROM tenant.fact WHERE workspace = $1")
    assert await stage.deliver() == []
    [attempt] = await stage.log()
    assert (attempt["outcome"], attempt["error"]) == ("failed", "event_not_kept")
    assert await stage.waiting() == 0
    assert (await stage.reload(webhook)).errors_counter == 1


async def test_an_event_that_cannot_be_made_is_given_up_in_the_end(stage: Stage, world: World, chat: Chat) -> None:
    await stage.subscribe()
    await world.hear(chat, "Hello")
    await stage.number_facts()
    await world.execute("UPDATE tenant.fact SET payload = '{}' WHERE workspace = $1")
    for seconds in (0, 5, 30):
        assert await stage.later(seconds) == []
    assert [one["error"] for one in await stage.log()] == ["event_not_made"] * 3
    assert await stage.waiting() == 0


# The guard ---------------------------------------------------------------------------------------------------


async def test_a_name_that_leads_into_the_private_network_later_is_not_called(world: World, chat: Chat) -> None:
    book = Book({"crm.example.com": [["203.0.113.7"], ["127.0.0.1"]]})
    async with staged(world, allow=(), names=book) as stage:
        webhook = await world.run(
            webhooks.create, stage.terms, EventType.MESSAGE_RECEIVED, stage.remote.url("/in", "crm.example.com")
        )
        stage.made.append(webhook)
        book.entries["crm.example.com"] = [["127.0.0.1"]]
        await world.hear(chat, "Hello")
        assert await stage.deliver() == []
        [attempt] = await stage.log()
        assert attempt["error"] == "address_not_allowed"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.8", "169.254.169.254"])
async def test_an_address_of_the_private_network_is_not_called_even_if_it_is_stored(
    world: World, chat: Chat, host: str
) -> None:
    async with staged(world, allow=()) as stage:
        webhook = await stage.subscribe()
        await world.execute(
            "UPDATE tenant.webhook SET url = $3 WHERE workspace = $1 AND id = $2", webhook.id, f"http://{host}/in"
        )
        await world.hear(chat, "Hello")
        assert await stage.deliver() == []
        [attempt] = await stage.log()
        assert attempt["error"] == "address_not_allowed"


# The reader --------------------------------------------------------------------------------------------------


async def test_the_reader_asks_twice_however_many_facts_there_are(stage: Stage, world: World, chat: Chat) -> None:
    for n in range(3):
        await stage.subscribe(EventType.MESSAGE_RECEIVED, f"/in?{n}")
    await world.hear(chat, "Hello")
    await stage.deliver()
    counts = []
    for facts in (1, 30):
        for n in range(facts):
            await world.hear(chat, f"{n}")
        counts.append(await statements_of_dispatch(stage))
    assert counts[0] == counts[1]


async def statements_of_dispatch(stage: Stage) -> int:
    counted: list[Any] = []
    async with stage.world.db.session() as session:
        with session._conn.query_logger(counted.append):
            await stage.dispatcher.dispatch(session)
    return len(counted)


async def test_facts_of_several_workspaces_are_read_together(
    stage: Stage, world: World, chat: Chat, neighbour: World
) -> None:
    await stage.subscribe()
    await stage.subscribe(EventType.MESSAGE_RECEIVED, f"/in?{uuid4()}", world=neighbour)
    theirs = await neighbour.chat(await neighbour.number(), "15550100299")
    await stage.number_facts()
    await world.hear(chat, "Ours")
    await neighbour.hear(theirs, "Theirs")
    arrived = await stage.deliver()
    assert sorted((one.text, one.target == "/in") for one in arrived) == [("Ours", True), ("Theirs", False)]
