"""The side panel while it is open in two browsers, and the chats that are started from the inbox."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from difflib import unified_diff

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Demo
from tests.support import browser as browsers
from tests.support import media
from tests.support.browser import PATIENCE, Window
from tests.support.clients import Phone
from tests.support.waiting import until

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

NUMBER = "+15550100001"
OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
async def open_window(browser: Browser, demo: Demo) -> AsyncIterator[OpenWindow]:
    windows = []

    async def open_one(width: int = 1440) -> Window:
        window = await Window.open(browser, demo.facts["base_url"], width=width)
        windows.append(window)
        await window.page.goto("/sign-in")
        await window.page.get_by_label("E-mail address").fill(demo.facts["owner_email"])
        await window.page.get_by_label("Password").fill(demo.facts["owner_password"])
        await window.page.keyboard.press("Enter")
        await listening(window.page)
        return window

    yield open_one
    for window in windows:
        await window.close()


async def listening(page: Page) -> None:
    await expect(page.locator("live-stream[data-open]")).to_be_attached()


async def opened(page: Page, chat_id: int) -> None:
    await page.goto(f"/chat/{chat_id}/messages/")
    await listening(page)


SHOWN = """() => {
    const own = ["open", "hidden"];
    const attributes = (one) => [...one.attributes].filter(({ name }) => !own.includes(name))
        .map(({ name, value }) => `${name}=${value.replace("/thumbnail", "")}`) // it comes unannounced
        .sort().join(" ");
    const words = (one) => one.children.length ? "" : one.textContent.trim();
    return [...document.querySelectorAll("chat-panel [data-part], chat-panel [data-part] *")]
        .filter((one) => !one.closest("[data-error]"))
        .map((one) => `${one.localName} ${attributes(one)} ${words(one)}`)
        .join("\\n");
}"""


async def test_two_people_at_one_panel_and_a_page_that_heard_everything(open_window: OpenWindow, demo: Demo) -> None:
    lena = await demo.simulator.phone("+15550006001", "Lena Fisk")
    await demo.simulator.phone("+15550006002", "Tom Ode")
    group = await demo.simulator.group("Harbour walk", lena, Phone(demo.simulator, NUMBER, "", ""))
    await lena.write(NUMBER, "Good morning")
    chat_id = (await demo.customer.chat(phone="15550006001")).id
    mine, theirs = await open_window(), await open_window()
    page, other, fresh = mine.page, theirs.page, await theirs.context.new_page()
    await opened(page, chat_id)
    await opened(other, chat_id)
    at = chat_id

    async def agree(what: str, sign: Locator) -> None:
        """Once the colleague's old panel shows it, a fresh one shows nothing else."""
        await expect(sign).to_be_visible()

        async def same() -> bool:
            await fresh.goto(f"/chat/{at}/messages/")
            return bool(await other.evaluate(SHOWN) == await fresh.evaluate(SHOWN))

        try:
            await until(same, f"the same after: {what}")
        except AssertionError:
            was, now = [str(await one.evaluate(SHOWN)).splitlines() for one in (other, fresh)]
            pytest.fail(f"after {what}:\n" + "\n".join(unified_diff(was, now, "old", "fresh", lineterm="", n=0)))

    side, panel = page.locator("chat-panel"), other.locator("chat-panel")
    await side.get_by_text("Rename").click()
    await side.get_by_label("Name of the chat").fill("Lena of the harbour")
    await page.keyboard.press("Enter")
    await agree("renamed", panel.get_by_role("heading", name="Lena of the harbour"))
    await expect(other.locator(".pane.list")).to_contain_text("Lena of the harbour")
    await side.get_by_text("Rename").click()
    await side.get_by_role("button", name="Use WhatsApp's name").click()
    await agree("the name taken back", panel.get_by_role("heading", name="Lena Fisk"))
    await side.get_by_label("Add a label").fill("walk-in")
    await page.keyboard.press("Enter")
    await agree("labelled", panel.locator(".label", has_text="walk-in"))
    await side.get_by_role("combobox", name="Responsible").select_option(demo.facts["owner_email"])
    await agree("assigned", panel.locator("select option:checked", has_text="(you)").locator("xpath=.."))
    await side.get_by_role("switch").uncheck()
    await agree("answers switched off", panel.get_by_text("No automatic answers in this chat."))
    picture = base64.b64encode(media.picture()).decode()
    await lena.write(NUMBER, "Look", file={"filename": "pier.jpg", "mimetype": "image/jpeg", "base64": picture})
    await agree("a picture", panel.get_by_role("img", name="pier.jpg"))
    await demo.customer.update_chat(chat_id, metadata={"crm": "A-7"})
    await agree("kept by a program", panel.get_by_text("Kept by integrations"))
    await panel.get_by_role("link", name="Media", exact=True).click()
    await panel.get_by_role("link", name="pier.jpg").click()
    await expect(other.locator(".msg.is-target")).to_contain_text("Look")

    at = (await demo.customer.chat(name="Harbour walk")).id
    await opened(other, at)
    await demo.simulator.call("PATCH", f"/groups/{group}", add=["+15550006002"])
    await agree("a member more", panel.locator(".person", has_text="+15550006002"))
    await demo.simulator.call("PATCH", f"/groups/{group}", promote=["+15550006002"])
    await agree("an administrator", panel.locator(".person", has_text="Admin"))


async def test_over_a_narrow_conversation_by_keys_alone(open_window: OpenWindow, demo: Demo) -> None:
    ida = await demo.simulator.phone("+15550006003", "Ida Roth")
    await ida.write(NUMBER, "Hello")
    window = await open_window(width=900)
    page, panel = window.page, window.page.locator("chat-panel")
    await opened(page, (await demo.customer.chat(phone="15550006003")).id)
    await expect(panel).to_be_hidden()
    await page.keyboard.press("i")
    await expect(panel.get_by_role("heading", name="Ida Roth")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    assert await window.overflow() == 0


async def test_a_new_chat_and_one_message_to_several(open_window: OpenWindow, demo: Demo) -> None:
    noa, ben = await demo.simulator.phone("+15550006004", "Noa"), await demo.simulator.phone("+15550006005", "Ben")
    window = await open_window()
    window.allow("422")
    page, dialog = window.page, window.page.get_by_role("dialog")
    await page.keyboard.press("c")
    await dialog.get_by_label("To", exact=True).fill("123")
    await dialog.get_by_label("Message").fill("Your table is ready")
    await dialog.get_by_label("Name of the chat").fill("Noa Adler")
    await dialog.get_by_role("button", name="Send and open").click()
    await expect(dialog.get_by_role("alert").filter(has_text="neither a phone")).to_be_visible()
    await dialog.get_by_label("To", exact=True).fill("+1 (555) 000-6004")
    await dialog.get_by_label("Name of the chat").press("Enter")
    await expect(page.get_by_role("heading", name="Noa Adler").first).to_be_visible()
    await expect(page.locator(".timeline .msg", has_text="Your table is ready")).to_have_count(1)
    await noa.got("Your table is ready")

    await page.goto("/")
    await listening(page)
    await page.get_by_role("link", name="New chat").click()
    await dialog.get_by_role("link", name="To several").click()
    await expect(dialog.get_by_role("heading")).to_have_text("One message to several")
    await dialog.get_by_label("To", exact=True).fill("Noa Adler\n+15550006005\nnobody at all")
    await dialog.get_by_label("Message").fill("We close at six today")
    await dialog.get_by_role("button", name="See what will happen").click()
    await expect(dialog.get_by_role("heading")).to_have_text("Send to 2 chats?")
    await dialog.get_by_role("button", name="Send to 2").click()
    rows = page.locator("round-list .person")
    await expect(rows.filter(has_text="Noa Adler")).to_contain_text("Delivered")
    await expect(rows.filter(has_text="nobody at all")).to_contain_text("left out")
    await ben.got("We close at six today")
