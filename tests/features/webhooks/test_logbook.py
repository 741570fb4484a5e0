"""The log of deliveries, delivering again, and test events."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.features.webhooks.stage import Stage, in_turn, staged
from tests.support.remote import answer
from tests.support.world import START, World
from tideline.features import webhooks
from tideline.features.chats import Chat
from tideline.features.webhooks import (
    DeliveryNotFound,
    DeliveryUnderWay,
    EventType,
    LogFilter,
    Logged,
    Outcome,
    Redelivered,
    Webhook,
    WebhookNotFound,
)
from tideline.features.webhooks.store.attempts import LOG
from tideline.platform import partitions


@pytest.fixture
async def stage(world: World) -> AsyncIterator[Stage]:
    async with staged(world) as opened:
        yield opened


@pytest.fixture
async def webhook(stage: Stage) -> Webhook:
    return await stage.subscribe()


@pytest.fixture
async def chat(world: World) -> Chat:
    return await world.chat()


async def listed(world: World, webhook: Webhook, page: int = 1, size: int = 50, **wanted: Any) -> list[Logged]:
    found = await world.run(webhooks.list_deliveries, webhook.id, LogFilter(**wanted), page=page, size=size)
    return found.items


async def give_up(stage: Stage, chat: Chat, *texts: str) -> None:
    """These events are tried three times, in vain."""
    stage.answers["/in"] = answer(b"Later", status=503)
    for text in texts:
        await stage.world.hear(chat, text)
    await stage.deliver()
    await stage.later(5)
    await stage.later(30)
    stage.answers["/in"] = answer()


async def test_a_delivery_is_shown_by_its_last_attempt(
    stage: Stage, world: World, webhook: Webhook, chat: Chat
) -> None:
    stage.answers["/in"] = in_turn(answer(status=503), answer(b"ok"))
    await world.hear(chat, "Hello")
    await stage.deliver()
    [waiting] = await listed(world, webhook)
    assert (waiting.outcome, waiting.number, waiting.status) == (Outcome.RETRYING, 1, 503)
    assert waiting.next_at == waiting.at + timedelta(seconds=5)
    await stage.later(5)
    [done] = await listed(world, webhook)
    assert (done.outcome, done.number, done.status, done.next_at) == (Outcome.DELIVERED, 2, 200, None)
    first, second = await world.run(webhooks.get_delivery, webhook.id, done.delivery.uid)
    assert (first.status, second.status, second.response_start) == (503, 200, b"ok")
    sent = stage.remote.asked
    assert [one.request for one in (first, second)] == [asked.body for asked in sent]
    for one, asked in zip((first, second), sent, strict=True):
        assert {name.lower(): value for name, value in one.headers.items()}.items() <= asked.headers.items()
        assert len(one.headers) == 4


async def test_lists_are_filtered_and_paged(stage: Stage, world: World, webhook: Webhook, chat: Chat) -> None:
    await give_up(stage, chat, "lost")
    for n in range(4):
        await world.hear(chat, f"{n}")
        await stage.deliver()
    other = await stage.subscribe(EventType.CHAT_CLOSED, "/in?closed")
    assert len(await listed(world, webhook)) == 5
    assert await listed(world, other) == []
    assert len(await listed(world, webhook, outcome=Outcome.DELIVERED)) == 4
    assert len(await listed(world, webhook, outcome=Outcome.FAILED)) == 1
    assert await listed(world, webhook, outcome=Outcome.RETRYING) == []
    assert len(await listed(world, webhook, event_type=EventType.MESSAGE_RECEIVED)) == 5
    assert await listed(world, webhook, event_type=EventType.CHAT_CLOSED) == []
    times = [one.at for one in await listed(world, webhook)]
    assert times == sorted(times, reverse=True)
    assert len(await listed(world, webhook, after=times[1])) == 2
    assert len(await listed(world, webhook, before=times[1])) == 4
    assert await listed(world, webhook, after=times[0] + timedelta(seconds=1)) == []
    pages = [await listed(world, webhook, page, size=2) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [one.at for page in pages for one in page] == times


async def test_what_was_given_up_is_delivered_again_under_its_id(
    stage: Stage, world: World, webhook: Webhook, chat: Chat
) -> None:
    await give_up(stage, chat, "lost")
    [lost] = await listed(world, webhook)
    assert (await stage.reload(webhook)).errors_counter == 1
    await world.run(webhooks.redeliver, webhook.id, lost.delivery.uid)
    [arrived] = await stage.deliver()
    assert (arrived.text, arrived.headers["webhook-id"]) == ("lost", str(lost.delivery.uid))
    attempts = await world.run(webhooks.get_delivery, webhook.id, lost.delivery.uid)
    assert [(one.number, one.outcome.value) for one in attempts] == [
        (1, "retrying"), (2, "retrying"), (3, "retrying"), (4, "delivered"),
    ]  # fmt: skip
    assert (await stage.reload(webhook)).errors_counter == 0


async def test_delivering_again_has_as_many_attempts_as_a_new_one(
    stage: Stage, world: World, webhook: Webhook, chat: Chat
) -> None:
    await give_up(stage, chat, "lost")
    [lost] = await listed(world, webhook)
    await world.run(webhooks.redeliver, webhook.id, lost.delivery.uid)
    stage.answers["/in"] = answer(status=500)
    assert [len(await stage.later(seconds)) for seconds in (0, 5, 30, 99)] == [1, 1, 1, 0]
    assert [one["number"] for one in await stage.log()] == [1, 2, 3, 4, 5, 6]


async def test_what_was_delivered_can_be_delivered_again(
    stage: Stage, world: World, webhook: Webhook, chat: Chat
) -> None:
    await world.hear(chat, "Hello")
    await stage.deliver()
    [done] = await listed(world, webhook)
    await world.run(webhooks.redeliver, webhook.id, done.delivery.uid)
    assert [one.text for one in await stage.deliver()] == ["Hello"]


async def test_what_is_still_tried_is_not_tried_twice(stage: Stage, world: World, webhook: Webhook, chat: Chat) -> None:
    stage.answers["/in"] = answer(status=503)
    await world.hear(chat, "Hello")
    await stage.deliver()
    [waiting] = await listed(world, webhook)
    with pytest.raises(DeliveryUnderWay):
        await world.run(webhooks.redeliver, webhook.id, waiting.delivery.uid)
    await stage.later(5)
    await stage.later(30)
    await world.run(webhooks.redeliver, webhook.id, waiting.delivery.uid)
    with pytest.raises(DeliveryUnderWay):
        await world.run(webhooks.redeliver, webhook.id, waiting.delivery.uid)


async def test_what_was_tried_when_its_webhook_was_deleted_can_be_delivered_after_its_return(
    stage: Stage, world: World, webhook: Webhook, chat: Chat
) -> None:
    """Nothing waits on a lane any more, so nothing may seem to."""
    stage.answers["/in"] = answer(status=503)
    since = world.clock.now()
    for text in ("first", "second"):
        await world.hear(chat, text)
    await stage.deliver()
    await stage.later(5)
    await world.run(webhooks.delete, webhook.id)
    stage.answers["/in"] = answer()
    assert (await stage.subscribe()).id == webhook.id
    assert {(one.outcome, one.next_at, one.number) for one in await listed(world, webhook)} == {
        (Outcome.FAILED, None, 2)
    }
    [*_, newest] = await listed(world, webhook)
    assert [one.outcome for one in await world.run(webhooks.get_delivery, webhook.id, newest.delivery.uid)] == [
        Outcome.RETRYING,
        Outcome.FAILED,
    ]
    assert await world.run(webhooks.redeliver_failed, webhook.id, since) == Redelivered(2, False)
    assert [one.text for one in await stage.deliver()] == ["first", "second"]


async def test_everything_given_up_since_then_goes_out_in_order_and_once(
    stage: Stage, world: World, webhook: Webhook, chat: Chat
) -> None:
    await give_up(stage, chat, "long ago")
    since = world.clock.advance(timedelta(hours=1))
    await give_up(stage, chat, "first", "second", "third")
    await world.hear(chat, "delivered")
    await stage.deliver()
    assert await world.run(webhooks.redeliver_failed, webhook.id, since) == Redelivered(3, False)
    assert await world.run(webhooks.redeliver_failed, webhook.id, since) == Redelivered(0, False)
    assert [one.text for one in await stage.deliver()] == ["first", "second", "third"]
    assert await world.run(webhooks.redeliver_failed, webhook.id, START) == Redelivered(1, False)
    assert [one.text for one in await stage.deliver()] == ["long ago"]


async def test_a_great_many_go_out_in_portions(stage: Stage, world: World, webhook: Webhook, chat: Chat) -> None:
    await give_up(stage, chat, *(f"{n}" for n in range(5)))
    done = [await world.run(webhooks.redeliver_failed, webhook.id, START, limit=2) for _ in range(3)]
    assert done == [Redelivered(2, True), Redelivered(2, True), Redelivered(1, False)]
    assert len(await stage.deliver()) == 5


async def test_a_test_event_is_tried_once_and_does_not_count(stage: Stage, world: World, webhook: Webhook) -> None:
    stage.answers["/in"] = in_turn(answer(b"no", status=500), answer())
    delivery = await world.run(webhooks.send_test, webhook.id)
    [arrived] = await stage.deliver()
    assert (arrived.type, arrived.headers["webhook-id"]) == ("message:received:new", str(delivery.uid))
    assert await stage.later(1000) == []
    [attempt] = await world.run(webhooks.get_delivery, webhook.id, delivery.uid)
    assert (attempt.outcome, attempt.response_start, attempt.delivery.is_test) == (Outcome.FAILED, b"no", True)
    assert (await stage.reload(webhook)).errors_counter == 0
    await world.run(webhooks.redeliver, webhook.id, delivery.uid)
    assert len(await stage.deliver()) == 1


async def test_a_test_for_a_paused_webhook_waits(stage: Stage, world: World, webhook: Webhook) -> None:
    await stage.change(webhook, enabled=False)
    await world.run(webhooks.send_test, webhook.id)
    assert await stage.deliver() == []
    await stage.change(webhook, enabled=True)
    assert len(await stage.deliver()) == 1


async def test_deliveries_are_found_at_their_own_webhook_only(
    stage: Stage, world: World, webhook: Webhook, chat: Chat, neighbour: World
) -> None:
    await give_up(stage, chat, "lost")
    [lost] = await listed(world, webhook)
    other = await stage.subscribe(EventType.CHAT_CLOSED)
    theirs = await stage.subscribe(EventType.CHAT_CLOSED, world=neighbour)
    uid = lost.delivery.uid
    for who, id_, asked in ((world, webhook.id, uuid4()), (world, other.id, uid), (neighbour, theirs.id, uid)):
        with pytest.raises(DeliveryNotFound):
            await who.run(webhooks.get_delivery, id_, asked)
        with pytest.raises(DeliveryNotFound):
            await who.run(webhooks.redeliver, id_, asked)
    for attempt in (
        neighbour.run(webhooks.list_deliveries, webhook.id),
        neighbour.run(webhooks.get_delivery, webhook.id, uid),
        neighbour.run(webhooks.redeliver, webhook.id, uid),
        neighbour.run(webhooks.redeliver_failed, webhook.id, START),
        neighbour.run(webhooks.send_test, webhook.id),
    ):
        with pytest.raises(WebhookNotFound):
            await attempt
    assert (await world.run(webhooks.redeliver_failed, other.id, START)).count == 0
    assert [one.outcome for one in await listed(world, webhook)] == [Outcome.FAILED]


async def test_a_day_of_the_log_is_dropped_when_its_time_is_over(
    stage: Stage, world: World, webhook: Webhook, chat: Chat
) -> None:
    async def keep(days: int) -> None:
        async with world.db.system() as tx:
            await webhooks.keep_log(tx, timedelta(days=days))

    await keep(10)
    await world.hear(chat, "Old")
    await stage.deliver()
    world.clock.advance(timedelta(days=10))
    await keep(10)
    await world.hear(chat, "New")
    await stage.deliver()
    assert len(await listed(world, webhook)) == 2
    world.clock.advance(timedelta(days=1))
    await keep(10)
    [left] = await listed(world, webhook)
    assert isinstance(left.delivery.uid, UUID)
    async with world.db.system() as tx:
        names = await tx.fetch("SELECT relname FROM pg_class WHERE relname LIKE 'attempt\\_2%' AND relkind = 'r'")
    assert f"attempt_{START:%Y%m%d}" not in {row["relname"] for row in names}
    assert partitions.DailyLog("tenant", "attempt", "false") == LOG
