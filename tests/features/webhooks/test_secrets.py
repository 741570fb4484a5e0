"""Secrets: shown, exchanged with both valid for a day, taken away, and moved to another key."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from tests.features.webhooks.stage import Arrived, Stage, staged
from tests.support.world import World
from tideline.features import webhooks
from tideline.features.webhooks import WebhookNotFound
from tideline.platform.crypto import Keyring, key_id_of


@pytest.fixture
async def stage(world: World) -> AsyncIterator[Stage]:
    async with staged(world) as opened:
        yield opened


def accepts(secret: str | None, arrived: Arrived) -> bool:
    try:
        return bool(Verifier(secret or "").verify(arrived.body, arrived.headers) == json.loads(arrived.body))
    except WebhookVerificationError:
        return False


async def test_what_is_shown_verifies_what_arrives(stage: Stage, world: World) -> None:
    webhook = await stage.subscribe()
    shown = await world.run(webhooks.show_secret, stage.terms, webhook.id)
    assert shown.secret
    assert shown.secret.startswith("whsec_")
    await world.hear(await world.chat(), "Grüße 🚲")
    [arrived] = await stage.deliver()
    assert accepts(shown.secret, arrived)
    assert not accepts("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", arrived)


async def test_after_a_rotation_both_are_good_for_a_day(stage: Stage, world: World) -> None:
    webhook = await stage.subscribe()
    chat = await world.chat()
    former = (await world.run(webhooks.show_secret, stage.terms, webhook.id)).secret
    rotated = await world.run(webhooks.rotate_secret, stage.terms, webhook.id)
    assert rotated.secret != former
    assert rotated.former_until == world.clock.now() + timedelta(days=1)
    assert await world.run(webhooks.show_secret, stage.terms, webhook.id) == rotated
    await world.hear(chat, "Today")
    [today] = await stage.deliver()
    assert accepts(former, today)
    assert accepts(rotated.secret, today)
    world.clock.advance(timedelta(days=1))
    await world.hear(chat, "Tomorrow")
    [tomorrow] = await stage.deliver()
    assert not accepts(former, tomorrow)
    assert accepts(rotated.secret, tomorrow)
    assert (await world.run(webhooks.show_secret, stage.terms, webhook.id)).former_until is None


async def test_without_a_secret_nothing_is_signed_until_there_is_one(stage: Stage, world: World) -> None:
    webhook = await stage.subscribe()
    chat = await world.chat()
    await world.run(webhooks.remove_secret, webhook.id)
    await world.run(webhooks.remove_secret, webhook.id)
    assert (await world.run(webhooks.show_secret, stage.terms, webhook.id)).secret is None
    await world.hear(chat, "Bare")
    [bare] = await stage.deliver()
    assert "webhook-signature" not in bare.headers
    assert {"webhook-id", "webhook-timestamp"} < set(bare.headers)
    again = await world.run(webhooks.rotate_secret, stage.terms, webhook.id)
    assert again.former_until is None
    await world.hear(chat, "Signed")
    [signed] = await stage.deliver()
    assert accepts(again.secret, signed)


async def test_a_change_of_the_secret_is_a_fact_without_it(stage: Stage, world: World) -> None:
    webhook = await stage.subscribe()
    secret = (await world.run(webhooks.rotate_secret, stage.terms, webhook.id)).secret
    facts = await world.facts("WebhookChanged")
    assert [payload["changed"] for _, payload in facts] == [["secret"]]
    assert str(secret) not in str(facts)


async def test_secrets_move_to_a_new_key_and_go_on(stage: Stage, world: World) -> None:
    webhook = await stage.subscribe()
    before = await world.run(webhooks.rotate_secret, stage.terms, webhook.id)
    old, new = "a key for tests, long enough", "another key for tests, newer"
    both = Keyring([new, old])
    assert await webhooks.reencrypt_secrets(world.db, both, batch=1) >= 1
    after = await stage.reload(webhook)
    assert after.secret
    assert after.former_secret
    assert {key_id_of(after.secret), key_id_of(after.former_secret)} == {both.primary_id}
    assert await world.run(webhooks.show_secret, replace(stage.terms, keyring=Keyring([new])), webhook.id) == before
    async with world.db.system() as tx:
        assert await webhooks.count_unreadable_secrets(tx, both) == 0
        assert await webhooks.count_unreadable_secrets(tx, Keyring([old])) >= 1
    assert await webhooks.reencrypt_secrets(world.db, Keyring([old]), batch=1) == 0
    assert await webhooks.reencrypt_secrets(world.db, Keyring([old, new])) >= 1


async def test_a_neighbour_reaches_no_secret(stage: Stage, world: World, neighbour: World) -> None:
    webhook = await stage.subscribe()
    before = await stage.reload(webhook)
    for attempt in (
        neighbour.run(webhooks.show_secret, stage.terms, webhook.id),
        neighbour.run(webhooks.rotate_secret, stage.terms, webhook.id),
        neighbour.run(webhooks.remove_secret, webhook.id),
    ):
        with pytest.raises(WebhookNotFound):
            await attempt
    assert await stage.reload(webhook) == before
