"""Subscriptions: creating again, pausing, deleting and coming back, and how many there may be."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tests.support.world import World
from tideline.features import webhooks
from tideline.features.webhooks import (
    Changes,
    EventType,
    InvalidUrl,
    Schedule,
    Terms,
    TooManyWebhooks,
    Webhook,
    WebhookExists,
    WebhookNotFound,
)
from tideline.features.webhooks.groups import LANE
from tideline.features.webhooks.secrets import unseal
from tideline.platform import lanes
from tideline.platform.outgoing import AddressNotAllowed, Allowed, Outgoing

URL = "https://crm.example.com/in"


@pytest.fixture
def terms(world: World) -> Terms:
    return Terms(world.access.keyring, per_workspace=3)


async def create(
    world: World, terms: Terms, event: EventType = EventType.MESSAGE_NEW, url: str = URL, **more: Any
) -> Webhook:
    return await world.run(webhooks.create, terms, event, url, **more)


async def ids(world: World) -> list[int]:
    return [webhook.id for webhook in await world.run(webhooks.list_webhooks)]


async def test_creating_again_changes_nothing(world: World, terms: Terms) -> None:
    first = await create(world, terms)
    assert await create(world, terms) == first
    assert await ids(world) == [first.id]
    assert await world.fact_kinds("Webhook") == ["WebhookCreated"]


async def test_another_event_or_another_byte_of_the_address_is_another_webhook(world: World, terms: Terms) -> None:
    first = await create(world, terms)
    second = await create(world, terms, EventType.MESSAGE_RECEIVED)
    third = await create(world, terms, url=URL + "?")
    assert await ids(world) == [first.id, second.id, third.id]


async def test_creating_a_paused_one_again_switches_it_on(world: World, terms: Terms) -> None:
    paused = await create(world, terms, enabled=False)
    assert not paused.enabled
    again = await create(world, terms)
    assert (again.id, again.enabled) == (paused.id, True)
    assert (await create(world, terms, enabled=False)).enabled is False


async def test_what_was_deleted_comes_back_with_its_id_and_secret(world: World, terms: Terms) -> None:
    first = await create(world, terms)
    await world.run(webhooks.delete, first.id)
    assert await ids(world) == []
    with pytest.raises(WebhookNotFound):
        await world.run(webhooks.get, first.id)
    back = await create(world, terms)
    assert (back.id, back.enabled, back.secret) == (first.id, True, first.secret)
    assert await world.fact_kinds("Webhook") == ["WebhookCreated", "WebhookDeleted", "WebhookCreated"]


async def test_a_workspace_has_so_many_webhooks_and_no_more(world: World, terms: Terms, neighbour: World) -> None:
    made = [await create(world, terms, event) for event in list(EventType)[:3]]
    with pytest.raises(TooManyWebhooks):
        await create(world, terms, EventType.REACTION)
    assert (await create(world, terms, made[0].event_type)).id == made[0].id
    await world.run(webhooks.delete, made[0].id)
    await create(world, terms, EventType.REACTION)
    with pytest.raises(TooManyWebhooks):
        await create(world, terms, made[0].event_type)
    await create(neighbour, terms)


async def test_of_many_that_are_made_at_once_no_more_than_allowed_come_to_be(world: World, terms: Terms) -> None:
    made = await asyncio.gather(*(create(world, terms, event) for event in list(EventType)[:8]), return_exceptions=True)
    assert sum(isinstance(one, TooManyWebhooks) for one in made) == 5
    assert len(await ids(world)) == 3


async def test_the_same_one_made_at_once_is_one(world: World, terms: Terms) -> None:
    made = await asyncio.gather(*(create(world, terms) for _ in range(5)))
    assert len({one.id for one in made}) == 1


async def test_an_update_changes_what_is_given(world: World, terms: Terms) -> None:
    first = await create(world, terms)
    changed = await world.run(webhooks.update, terms, first.id, Changes(url=URL + "2"))
    assert (changed.url, changed.event_type, changed.enabled) == (URL + "2", first.event_type, True)
    changed = await world.run(webhooks.update, terms, first.id, Changes(enabled=False, schedule=Schedule.EXTENDED))
    assert (changed.url, changed.enabled, changed.schedule) == (URL + "2", False, Schedule.EXTENDED)
    changed = await world.run(webhooks.update, terms, first.id, Changes(is_strict=True, event_type=EventType.CHAT_NEW))
    assert await world.run(webhooks.get, first.id) == changed
    assert [sorted(payload["changed"]) for _, payload in (await world.facts("WebhookChanged"))] == [
        ["url"],
        ["enabled", "schedule"],
        ["event_type", "is_strict"],
    ]


async def test_an_update_may_not_meet_another_webhook_but_a_deleted_one_gives_way(world: World, terms: Terms) -> None:
    first, second = await create(world, terms), await create(world, terms, url=URL + "2")
    with pytest.raises(WebhookExists):
        await world.run(webhooks.update, terms, second.id, Changes(url=URL))
    await world.run(webhooks.delete, first.id)
    assert (await world.run(webhooks.update, terms, second.id, Changes(url=URL))).id == second.id
    assert (await create(world, terms)).id == second.id


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        (Changes(url=URL + "2"), 0),
        (Changes(enabled=False), 0),
        (Changes(is_strict=True), 4),
        (Changes(enabled=True), 4),
    ],
)
async def test_the_count_of_failures_begins_anew(world: World, terms: Terms, changes: Changes, left: int) -> None:
    webhook = await create(world, terms)
    await world.execute("UPDATE tenant.webhook SET errors_counter = 4 WHERE workspace = $1")
    assert (await world.run(webhooks.update, terms, webhook.id, changes)).errors_counter == left


async def test_a_wrong_address_changes_nothing(world: World, terms: Terms) -> None:
    webhook = await create(world, terms)
    for attempt in (
        create(world, terms, url="ftp://x"),
        world.run(webhooks.update, terms, webhook.id, Changes(url="ftp://x")),
    ):
        with pytest.raises(InvalidUrl):
            await attempt
    assert await world.run(webhooks.list_webhooks) == [webhook]


async def test_an_address_that_is_never_called_is_refused_at_once(world: World, terms: Terms) -> None:
    guarded = replace(terms, check_address=Outgoing(Allowed.read(["10.0.0.0/8"])).check)
    for host in ("127.0.0.1", "[::1]", "[::ffff:10.1.1.1]", "169.254.169.254", "192.168.1.1:8080"):
        with pytest.raises(AddressNotAllowed):
            await create(world, guarded, url=f"http://{host}/in")
    webhook = await create(world, guarded, url="http://10.1.1.1/in")
    with pytest.raises(AddressNotAllowed):
        await world.run(webhooks.update, guarded, webhook.id, Changes(url="http://127.0.0.1/in"))


async def test_each_has_a_secret_of_its_own_that_is_not_readable_in_the_database(world: World, terms: Terms) -> None:
    one, two = await create(world, terms), await create(world, terms, EventType.REACTION)
    assert one.secret
    assert two.secret
    secrets = [unseal(terms.keyring, each.secret or b"", world.id, each.id) for each in (one, two)]
    assert secrets[0] != secrets[1]
    assert all(secret.startswith("whsec_") for secret in secrets)
    assert secrets[0].encode() not in one.secret
    facts = str(await world.facts("Webhook"))
    assert "whsec_" not in facts
    assert "/in" not in facts


async def test_its_lanes_are_paused_with_it_and_gone_with_it(world: World, terms: Terms) -> None:
    async def group() -> tuple[int, bool] | None:
        async with world.db.read(world.id) as tx:
            found = [one for one in await lanes.list_groups(tx, LANE) if one.group == webhook.id]
        return (found[0].width, found[0].paused) if found else None

    webhook = await create(world, terms)
    assert await group() == (8, False)
    await world.run(webhooks.update, terms, webhook.id, Changes(enabled=False))
    assert await group() == (8, True)
    await create(world, terms)
    assert await group() == (8, False)
    await world.run(webhooks.delete, webhook.id)
    assert await group() is None


async def test_nobody_reaches_the_webhooks_of_a_neighbour(world: World, terms: Terms, neighbour: World) -> None:
    theirs = await create(neighbour, terms)
    await create(neighbour, terms, EventType.REACTION)
    for attempt in (
        world.run(webhooks.get, theirs.id),
        world.run(webhooks.update, terms, theirs.id, Changes(enabled=False)),
        world.run(webhooks.delete, theirs.id),
    ):
        with pytest.raises(WebhookNotFound):
            await attempt
    assert (await create(world, terms)).id != theirs.id
    assert len(await ids(neighbour)) == 2
