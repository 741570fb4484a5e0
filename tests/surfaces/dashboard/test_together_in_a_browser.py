"""What people see of each other and of time while they are at a chat, each in a browser of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.waiting import until
from tests.surfaces.dashboard.conftest import Site
from tests.surfaces.dashboard.live_site import listening, live, signed_in
from tideline.features import chats, workspaces
from tideline.features.chats import Chat
from tideline.features.workspaces import Role, Teammate

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

# A browser without a place to show notifications: it writes down what it would have shown.
NOTIFICATION = """
    globalThis.notified = [];
    globalThis.Notification = class {
        static permission = (location.protocol === "about:" ? null : localStorage.getItem("permission")) ?? "%s";
        static async requestPermission() {
            localStorage.setItem("permission", (this.permission = "granted"));
        }
        constructor(title, { body }) { notified.push(`${title}: ${body}`); }
        close() {}
    };
"""
OpenWindow = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as opened:
        yield opened


@pytest.fixture
async def open_window(site: Site, browser: Browser) -> AsyncIterator[OpenWindow]:
    windows = []
    async with live(site) as base_url:

        async def open_one(who: Teammate, permission: str = "granted", *allowed: str) -> Page:
            window = await Window.open(browser, base_url)
            window.allow(*allowed)
            windows.append(window)
            await window.context.add_init_script(NOTIFICATION % permission)
            await signed_in(site, window.page, who)
            return window.page

        yield open_one
        for window in windows:
            await window.close()


async def opened(page: Page, chat: Chat) -> None:
    await page.goto(f"/chat/{chat.id}/messages/")
    await listening(page)


async def notified(page: Page) -> Any:
    return await page.evaluate("notified")


async def test_a_colleague_is_seen_writing_and_a_mention_calls(site: Site, open_window: OpenWindow) -> None:
    noa = await site.teammate(Role.ADMIN, display_name="Noa Levi")
    chat = await site.world.chat(name="Mira Solberg")
    mine, theirs = await open_window(site.world.owner), await open_window(noa)
    await opened(mine, chat)
    await opened(theirs, chat)
    await theirs.get_by_role("button", name="Note", exact=True).click()
    field = theirs.get_by_role("textbox", name="Message to")
    await field.press_sequentially(f"@{site.world.owner.email[:4]}")
    await expect(mine.locator("[data-presence]")).to_have_text("Noa Levi is writing")
    await mine.goto("/")
    await listening(mine)
    await theirs.get_by_role("option").first.click()
    await field.press_sequentially("please look")
    await field.press("Enter")
    await until(lambda: notified(mine))
    [said] = await notified(mine)
    assert said == f"Mira Solberg: You were mentioned: @{site.world.owner.email} please look"
    assert await notified(theirs) == []


async def test_of_many_tabs_one_speaks_and_only_when_nobody_looks(site: Site, open_window: OpenWindow) -> None:
    world = site.world
    chat, other = await world.chat(name="Mira Solberg"), await world.chat(name="Otto")
    page = await open_window(world.owner)
    second = await page.context.new_page()
    await opened(second, chat)
    await world.hear(chat, "Looked at")
    await world.hear(other, "Not looked at")
    await expect(page.locator(".chat", has_text="Otto")).to_contain_text("Not looked at")
    await until(lambda: notified(page))
    assert await notified(page) == ["Otto: Not looked at"]
    assert await notified(second) == []
    await second.goto("/profile")
    await second.get_by_label("Say it when nobody looks").select_option("mentions")
    await world.hear(other, "For nobody in particular")
    await world.hear(other, "Nor this")
    await expect(page.locator(".chat", has_text="Otto")).to_contain_text("Nor this")
    assert await notified(page) == ["Otto: Not looked at"]


async def test_the_browser_is_asked_by_a_button_and_nobody_is_bothered_twice(
    site: Site, open_window: OpenWindow
) -> None:
    page = await open_window(site.world.owner, "default")
    question = page.locator("[data-notify-ask]")
    await expect(question).to_be_visible()
    assert await page.evaluate("Notification.permission") == "default"
    await question.get_by_role("button", name="Allow").click()
    await expect(question).to_be_hidden()
    assert await page.evaluate("Notification.permission") == "granted"
    await page.reload()
    await listening(page)
    await expect(question).to_be_hidden()


async def test_a_window_ends_leads_to_a_template_and_opens_again(site: Site, open_window: OpenWindow) -> None:
    world = site.world
    number = await world.business_number()
    await world.templates(number)
    chat = await world.chat(number, name="Otto")
    await world.hear(chat, "Hello")
    page = await open_window(world.owner)
    world.clock.advance(timedelta(hours=24) - timedelta(seconds=3))
    await opened(page, chat)
    field = page.get_by_role("textbox", name="Message to")
    await field.fill("Half written")
    world.clock.advance(timedelta(minutes=1))
    await expect(field).to_be_hidden()
    choose = page.get_by_role("button", name="Choose a template")
    await expect(choose).to_be_focused()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Templates that WhatsApp has approved")
    await page.keyboard.type("order")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_label("In the heading: 1")).to_be_focused()
    for words in ("A-7", "Mira", "A-7"):
        await page.keyboard.type(words)
        await page.keyboard.press("Tab")
    await expect(dialog.locator(".bubble")).to_contain_text("Hello Mira, your order A-7 is on its way.")
    await page.keyboard.press("Enter")
    sent = page.locator(".timeline .msg--out[data-at]")
    await expect(sent).to_contain_text("Hello Mira, your order A-7 is on its way.")
    await expect(dialog).to_be_hidden()
    await world.hear(chat, "I am here again")
    await expect(field).to_have_value("Half written")
    await expect(field).to_be_visible()


async def test_whoever_gets_another_role_is_told_so_and_keeps_what_they_wrote(
    site: Site, open_window: OpenWindow
) -> None:
    noa = await site.teammate(Role.ADMIN)
    chat = await site.world.chat()
    page = await open_window(noa, "granted", "403", "401")
    await opened(page, chat)
    await page.get_by_role("textbox", name="Message to").fill("Half written")
    await site.world.run(workspaces.change_role, noa.id, Role.TEAMMATE)
    told = page.get_by_role("alert").filter(has_text="You are signed out here")
    await expect(told).to_be_visible()
    await told.get_by_role("link", name="Sign in again").click()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_who_may_see_a_chat_no_longer_is_led_out_of_it(site: Site, open_window: OpenWindow) -> None:
    """An agent sees what is theirs, from the moment it is until it is not any more."""
    world = site.world
    agent = await site.teammate(Role.AGENT)
    chat = await world.chat(name="Mira Solberg")
    page = await open_window(agent, "granted", "404")
    row = page.get_by_role("link", name="Mira Solberg")
    await expect(row).to_have_count(0)
    await world.run(chats.assign, chat.id, agent.email)
    await row.click()
    await listening(page)
    await page.get_by_role("textbox", name="Message to").fill("Half written")
    await world.run(chats.unassign, chat.id)
    await page.wait_for_url("**/")
    await expect(row).to_have_count(0)
    await world.hear(chat, "Not for the agent")
    assert await notified(page) == []
