"""The pages of webhooks and of the API: adding, pausing, the log, delivering again, secrets, and one's token."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.features.webhooks.stage import Stage, staged
from tests.support.remote import answer
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import webhooks, workspaces
from tideline.features.webhooks import EventType, LogFilter, Terms, Webhook
from tideline.features.workspaces import Role

ADDRESS = "https://hooks.example.com/tideline"


@pytest.fixture
async def stage(world: World) -> AsyncIterator[Stage]:
    async with staged(world) as opened:
        yield opened


async def one_of(world: World) -> Webhook:
    return await world.run(webhooks.create, Terms(world.access.keyring), EventType.MESSAGE_RECEIVED, ADDRESS)


async def test_a_webhook_is_added_paused_resumed_and_deleted(site: Site, world: World) -> None:
    browser = await site.owner()
    page = await browser.get("/webhooks")
    assert "No webhook yet" in page.words
    added = await browser.send(page, "/webhooks", url=ADDRESS, event_type="chat:closed")
    [made] = await world.run(webhooks.list_webhooks)
    path = f"/webhooks/{made.id}"
    assert (made.url, made.event_type, added.location) == (ADDRESS, EventType.CHAT_CLOSED, f"{path}?done=hook_added")
    for do, enabled in (("pause", False), ("resume", True)):
        assert (await browser.send(await browser.get(path), path, do=do)).status == 303
        assert (await world.run(webhooks.get, made.id)).enabled is enabled
    await browser.send(await browser.get(path), path, do="delete")
    assert await world.run(webhooks.list_webhooks) == []
    assert (await browser.get(path)).status == 404


WRONG = {"no address": ("tideline", "begins with http"), "too many": (ADDRESS, "as many webhooks as there may be")}


@pytest.mark.parametrize(("url", "said"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_with_a_webhook_is_said(site: Site, world: World, url: str, said: str) -> None:
    for number in range(10):
        terms = Terms(world.access.keyring)
        await world.run(webhooks.create, terms, EventType.CHAT_NEW, f"{ADDRESS}/{number}")
    browser = await site.owner()
    page = await browser.send(await browser.get("/webhooks"), "/webhooks", url=url, event_type="chat:new")
    assert (page.status, said in page.words, f'value="{url}"' in page.html) == (400, True, True)


async def test_the_secret_is_shown_and_exchanged(site: Site, world: World) -> None:
    webhook, browser = await one_of(world), await site.owner()
    path = f"/webhooks/{webhook.id}"
    page = await browser.get(path)
    before = set(re.findall(r"whsec_[\w+/=]+", page.html))
    await browser.send(page, path, do="rotate")
    after = set(re.findall(r"whsec_[\w+/=]+", (await browser.get(path)).html))
    assert len(before) == len(after) == 1
    assert before != after


async def test_a_delivery_that_was_given_up_is_looked_into_and_made_again(
    site: Site, world: World, stage: Stage
) -> None:
    webhook, chat = await stage.subscribe(), await world.chat()
    stage.answers["/in"] = answer(b"<b>Later</b>", status=503)
    await world.hear(chat, "Hello <i>there</i>")
    for seconds in (0, 5, 30):
        await stage.later(seconds)
    browser, path = await site.owner(), f"/webhooks/{webhook.id}"
    page = await browser.get(f"{path}?outcome=failed")
    [to] = set(page.links("/deliveries/"))
    assert "No deliveries here" in (await browser.get(f"{path}?outcome=delivered")).words
    detail = await browser.get(to)
    assert detail.words.count("503") == 3
    assert ("<b>Later</b>" in detail.words, "<b>Later" in detail.html) == (True, False)
    stage.answers["/in"] = answer(b"ok")
    again = await browser.send(detail, to)
    assert again.location == f"{to}?done=replayed"
    [arrived] = await stage.deliver()
    assert arrived.headers["webhook-id"] == to.rpartition("/")[2]
    [done] = (await world.run(webhooks.list_deliveries, webhook.id, LogFilter())).items
    assert (done.number, done.status) == (4, 200)


async def test_what_is_under_way_is_not_sent_twice(site: Site, world: World, stage: Stage) -> None:
    webhook, chat = await stage.subscribe(), await world.chat()
    stage.answers["/in"] = answer(status=503)
    await world.hear(chat, "Hello")
    await stage.deliver()
    browser = await site.owner()
    page = await browser.get(f"/webhooks/{webhook.id}")
    [to] = set(page.links("/deliveries/"))
    assert "Replay now" not in (await browser.get(to)).words
    refused = await browser.send(page, to)
    assert (refused.status, "still being delivered" in refused.words) == (409, True)


async def test_a_test_goes_out(site: Site, stage: Stage) -> None:
    webhook, browser = await stage.subscribe(), await site.owner()
    path = f"/webhooks/{webhook.id}"
    await browser.send(await browser.get(path), path, do="test")
    assert len(await stage.deliver()) == 1
    assert "a test" in (await browser.get(path)).words


async def test_webhooks_of_another_workspace_are_not_there(site: Site, neighbour: World) -> None:
    other, browser = await one_of(neighbour), await site.owner()
    path = f"/webhooks/{other.id}"
    page = await browser.get("/webhooks")
    assert ADDRESS not in page.html
    delivery = f"{path}/deliveries/0190b5c0-0000-7000-8000-000000000000"
    assert (await browser.get(path)).status == (await browser.get(delivery)).status == 404
    for do in ("pause", "delete", "rotate", "test", "replay"):
        assert (await browser.send(page, path, do=do)).status == 404, do
    assert (await browser.send(page, delivery)).status == 404
    assert (await neighbour.run(webhooks.get, other.id)) == other


@pytest.mark.parametrize("role", [Role.TEAMMATE, Role.AGENT])
async def test_who_may_not_see_the_whole_workspace_sees_no_webhook(site: Site, world: World, role: Role) -> None:
    webhook = await one_of(world)
    browser = await site.signed_in(await site.teammate(role))
    page = await browser.get("/numbers")
    path = f"/webhooks/{webhook.id}"
    assert (await browser.get(path)).status == 403
    assert (await browser.send(page, path, do="delete")).status == 403
    assert (await browser.send(page, "/webhooks", url=ADDRESS)).status == 403
    assert (await world.run(webhooks.get, webhook.id)) == webhook


# The API -----------------------------------------------------------------------------------------------------


async def test_the_own_token_is_shown_and_exchanged(site: Site, world: World) -> None:
    token = await world.run(workspaces.show_token, world.access, world.owner.id)
    browser = await site.owner()
    page = await browser.get("/api")
    assert (token in page.html, f"{site.public_url}/integrations/api" in page.html) == (True, True)
    await browser.send(page, "/api")
    renewed = await world.run(workspaces.show_token, world.access, world.owner.id)
    assert renewed != token
    assert renewed in (await browser.get("/api")).html


async def test_an_admin_makes_the_first_token_and_sees_nobody_elses(site: Site, world: World) -> None:
    admin = await site.teammate(Role.ADMIN)
    browser = await site.signed_in(admin)
    page = await browser.get("/api")
    assert ("no token yet" in page.words, "tla_" in page.html) == (True, False)
    await browser.send(page, "/api")
    assert await world.run(workspaces.show_token, world.access, admin.id) in (await browser.get("/api")).html
