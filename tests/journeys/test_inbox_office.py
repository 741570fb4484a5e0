"""The pages around the inbox in a real browser: linking a number, inviting and joining, and what a role hides."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.journeys.conftest import Demo
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.remote import answer, remote
from tests.support.waiting import until

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

PASSWORD = "a good long password"
OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
async def open_window(browser: Browser, demo: Demo) -> AsyncIterator[OpenWindow]:
    windows = []

    async def open_one(**size: int) -> Window:
        windows.append(await Window.open(browser, demo.facts["base_url"], **size))
        return windows[-1]

    yield open_one
    for window in windows:
        await window.close()


async def signed_in(window: Window, demo: Demo) -> Page:
    page = window.page
    await page.goto("/sign-in")
    await page.get_by_label("E-mail address").fill(demo.facts["owner_email"])
    await page.get_by_label("Password", exact=True).fill(demo.facts["owner_password"])
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/")
    return page


async def test_a_number_is_linked_paused_and_unlinked(open_window: OpenWindow, demo: Demo) -> None:
    page = await signed_in(await open_window(), demo)
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Numbers").click()
    await page.get_by_role("link", name="Link a number").click()
    await page.get_by_role("button", name="Show the QR code").click()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    token = page.url.rpartition("/")[2]
    phone = await demo.simulator.phone("+15550006001", "Corner shop")
    await phone.scan(f"{demo.facts['base_url']}/qr/{token}")
    await expect(page.get_by_role("heading", name="Linked")).to_be_visible()
    await page.get_by_role("link", name="Back to the numbers").click()
    card = page.locator(".number", has_text="+15550006001")
    await expect(card.get_by_text("Connected", exact=True)).to_be_visible()
    await card.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("status")).to_contain_text("paused")
    await card.get_by_role("button", name="Unlink").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Unlink", exact=True).click()
    await expect(card.get_by_text("Needs a new scan", exact=True)).to_be_visible()


async def test_somebody_is_invited_joins_and_sees_what_an_agent_sees(open_window: OpenWindow, demo: Demo) -> None:
    page = await signed_in(await open_window(), demo)
    await page.goto("/team")
    invite = page.locator("#invite")
    await invite.get_by_label("E-mail address").fill("ana@northquay.example")
    await invite.get_by_label("Name").fill("Ana Duarte")
    await invite.get_by_label("Role").select_option(label="Agent")
    await invite.get_by_role("button", name="Invite").click()
    link = await page.get_by_text(re.compile(r"/link/")).inner_text()
    guest_window = await open_window(width=360, height=740)
    guest_window.allow("403")
    guest = guest_window.page
    await guest.goto(link.strip())
    await guest.get_by_label("New password").fill(PASSWORD)
    await guest.get_by_role("button", name="Save and sign in").click()
    await guest.wait_for_url("**/")
    await expect(guest.get_by_text("Maya Feldstein")).to_have_count(0)
    await guest.get_by_role("button", name="More").click()
    await expect(guest.get_by_role("link", name="Webhooks")).to_have_count(0)
    await guest.goto("/team")
    await expect(guest.get_by_text("Your role does not allow this.")).to_be_visible()
    for path in ("/numbers", "/numbers/link", "/profile"):
        await guest.goto(path)
        assert await guest_window.overflow() <= 0, path


async def test_a_webhook_that_fails_is_looked_into_and_replayed(open_window: OpenWindow, demo: Demo) -> None:
    async with remote({"/in": answer(b"Later", status=503)}) as receiver:
        page = await signed_in(await open_window(), demo)
        await page.goto("/webhooks")
        await page.get_by_role("textbox", name="Address").fill(receiver.url("/in"))
        await page.get_by_role("button", name="Add the webhook").click()
        await page.get_by_role("button", name="Send a test").click()
        await expect(page.get_by_role("status")).to_contain_text("A test is on its way")
        delivery = page.get_by_role("table").get_by_role("link")

        async def is_logged() -> bool:
            await page.reload()
            return await delivery.count() > 0

        await until(is_logged, "the delivery in the log")
        await delivery.first.click()
        await expect(page.get_by_text("503", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Replay now").click()
        await expect(page.get_by_role("status")).to_contain_text("goes out again")

        async def came_again() -> bool:
            return len(receiver.asked) > 1

        await until(came_again, "the second delivery")
        ids = {asked.headers["webhook-id"] for asked in receiver.asked}
        assert len(ids) == 1


async def test_a_template_with_a_file_is_written_used_by_a_slash_seen_and_counted(
    open_window: OpenWindow, demo: Demo
) -> None:
    page, colleague = await signed_in(await open_window(), demo), await signed_in(await open_window(), demo)
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Templates").click()
    await page.get_by_role("link", name="New template").first.click()
    await page.get_by_label("Name").fill("Price list")
    await page.get_by_role("textbox", name="Text").fill("Here are *all* our prices.")
    look = page.get_by_role("region", name="How it will look")
    await expect(look.locator("strong")).to_have_text("all")
    pdf = FilePayload(name="prices.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 prices")
    await page.locator("input[type=file]").set_input_files(pdf)
    await expect(look.get_by_text("prices.pdf")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("type / to use it")
    await colleague.goto("/templates?q=PRICES")
    await expect(colleague.get_by_role("listitem").filter(has_text="Price list")).to_contain_text("prices.pdf")
    chat = await demo.customer.chat(name="Maya Feldstein")
    for one in (page, colleague):
        await one.goto(f"/chat/{chat.id}/messages/")
        await expect(one.locator("live-stream[data-open]")).to_be_attached()
    field = page.get_by_role("textbox", name="Message to")
    await field.press("/")
    await expect(page.get_by_role("option", name="Price list")).to_be_visible()
    await field.press_sequentially("price")
    await field.press("Enter")
    await expect(field).to_have_value("Here are *all* our prices.")
    await field.press("Enter")
    arrived = colleague.locator(".timeline .msg", has_text="Here are all our prices.")
    await expect(arrived.get_by_text("prices.pdf")).to_be_visible()
    await colleague.goto("/templates?q=prices")
    await expect(colleague.get_by_text("Used once")).to_be_visible()

    async def is_counted() -> bool:
        await colleague.goto("/usage?period=7")
        return await colleague.get_by_role("row", name="Mira Solberg").count() > 0

    await until(is_counted, "the message in the figures of the day")
