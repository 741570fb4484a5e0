"""A working day without a pointer: everything is reached by keys alone, and one always sees where one is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Demo
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

NUMBER = "+15550100001"
MOST_TABS = 80

# What has the focus, when nothing of it or right around it shows that. Titles are led to by scripts, to be read out.
UNSEEN_FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body || one.tabIndex < 0 || one.matches("main")) return "";
    for (let around = one, n = 0; around && n < 4; around = around.parentElement, n++) {
        for (const part of [null, "::before", "::after"]) {
            const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(around, part);
            if ((outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none") return "";
        }
    }
    return one.outerHTML.slice(0, 200);
}"""


@dataclass
class Keys:
    """Hands that have nothing but a keyboard."""

    page: Page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)
            if key == "Enter":  # may lead to another page
                continue
            unseen = await self.page.evaluate(UNSEEN_FOCUS)
            assert not unseen, f"after {key} nobody sees the focus: {unseen}"

    async def write(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def reach(self, target: Locator, key: str = "Tab") -> None:
        """Go on until this has the focus."""
        for _ in range(MOST_TABS):
            if await target.count() and await target.first.evaluate("one => one === document.activeElement"):
                return
            await self.press(key)
        raise AssertionError(f"{target} is not reached by {key}")

    async def use(self, target: Locator, key: str = "Tab") -> None:
        await self.reach(target, key)
        await self.press("Enter")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    window = await Window.open(browser, demo.facts["base_url"], reduced_motion="reduce")
    yield window.page
    await window.close()


async def listening(page: Page) -> None:
    await expect(page.locator("live-stream[data-open]")).to_be_attached()


def message(page: Page, text: str) -> Locator:
    return page.locator(".timeline .msg", has_text=text)


async def test_a_working_day_without_a_pointer(page: Page, demo: Demo, tmp_path: Path) -> None:
    menu = tmp_path / "menu.pdf"
    menu.write_bytes(b"%PDF-1.4 a menu")
    customer = await demo.simulator.phone("+15550007001", "Zora Keller")
    await customer.write(NUMBER, "Do you have the menu?")
    chat = await demo.customer.chat(phone="15550007001")
    await demo.customer.said(chat.id, "Do you have the menu?")
    await demo.customer.create_template(name="Opening hours", text="We are here until six.")
    keys = Keys(page)
    await signs_in(keys, demo)
    await opens_the_chat(keys, "Zora Keller")
    await answers(keys)
    await quotes_and_reacts(keys)
    await mentions_a_colleague(keys)
    await attaches(keys, menu)
    await uses_a_template(keys)
    await sorts_it_in_the_panel(keys)
    await closes_it(keys)
    await finds_and_filters(keys)
    await sorts_many_at_once(keys)
    await goes_around_the_office(keys)
    await signs_out(keys)


async def signs_in(keys: Keys, demo: Demo) -> None:
    await keys.page.goto("/")
    await expect(keys.page.get_by_label("E-mail address")).to_be_focused()
    await keys.write(demo.facts["owner_email"])
    await keys.reach(keys.page.get_by_label("Password", exact=True))
    await keys.write(demo.facts["owner_password"])
    await keys.press("Enter")
    await listening(keys.page)


async def opens_the_chat(keys: Keys, name: str) -> None:
    await keys.press("?")
    await expect(keys.page.get_by_role("dialog")).to_contain_text("next chat of the list")
    await keys.press("Escape")
    await keys.press("j")
    await keys.reach(keys.page.get_by_role("link", name=name), "j")
    await keys.press("Enter")
    await expect(message(keys.page, "Do you have the menu?")).to_be_visible()
    await expect(keys.page.locator("message-composer:defined")).to_be_attached()
    await listening(keys.page)


async def answers(keys: Keys) -> None:
    await keys.press("r")
    await keys.write("Good morning, Zora!")
    await keys.press("Enter")
    await expect(message(keys.page, "Good morning, Zora!").get_by_role("img", name="Delivered")).to_be_visible()


async def quotes_and_reacts(keys: Keys) -> None:
    asked = message(keys.page, "Do you have the menu?").first
    await keys.use(asked.get_by_role("button", name="React"), "Shift+Tab")
    await keys.use(keys.page.get_by_role("button", name="🙏"))
    await expect(asked.locator(".reaction")).to_contain_text("🙏")
    await keys.press("r")
    await keys.use(asked.get_by_role("button", name="Reply"), "Shift+Tab")
    await keys.write("It comes at once.")
    await keys.press("Enter")
    await expect(message(keys.page, "It comes at once.").locator(".quote")).to_contain_text("Do you have the menu?")


async def mentions_a_colleague(keys: Keys) -> None:
    await keys.press("Escape", "n")
    await keys.write("@kai")
    await expect(keys.page.get_by_role("option").first).to_be_visible()
    await keys.press("Enter")
    await keys.write("please look after her")
    await keys.press("Enter")
    await expect(keys.page.locator(".timeline .msg--note .mention")).to_contain_text("@kai")


async def attaches(keys: Keys, menu: Path) -> None:
    await keys.press("Escape", "r")
    async with keys.page.expect_file_chooser() as choosing:
        await keys.use(keys.page.get_by_role("button", name="Attach files"))
    await (await choosing.value).set_files(menu)
    await expect(keys.page.locator(".tray__item")).to_contain_text("menu.pdf")
    await keys.reach(keys.page.get_by_role("textbox", name="Message to"), "Shift+Tab")
    await keys.write("Here it is")
    await keys.press("Enter")
    await expect(message(keys.page, "Here it is").get_by_role("link", name="menu.pdf")).to_be_visible()


async def uses_a_template(keys: Keys) -> None:
    await keys.write("/opening")
    await expect(keys.page.get_by_role("option", name="Opening hours")).to_be_visible()
    await keys.press("Enter")
    await expect(keys.page.get_by_role("textbox", name="Message to")).to_have_value("We are here until six.")
    await keys.press("Enter")
    await expect(message(keys.page, "We are here until six.")).to_have_count(1)


async def sorts_it_in_the_panel(keys: Keys) -> None:
    await keys.press("Escape", "i")
    panel = keys.page.get_by_role("complementary", name="Details")
    await keys.reach(panel.locator("summary", has_text="Rename"))
    await keys.press("Enter")
    await keys.reach(panel.get_by_label("Name of the chat"))
    await keys.press("Control+a")
    await keys.write("Zora, Harbour Bistro")
    await keys.press("Enter")
    await expect(keys.page.get_by_role("heading", name="Zora, Harbour Bistro", level=1)).to_be_visible()
    await keys.reach(panel.get_by_label("Responsible"))
    await keys.write("Mira")
    await expect(keys.page.locator("#talk-head .talk__viewers")).to_contain_text("Mira")
    await keys.reach(panel.get_by_label("Add a label"))
    await keys.write("bistro")
    await keys.press("Enter")
    await expect(panel.locator(".label", has_text="bistro")).to_be_visible()
    await keys.reach(panel.get_by_label("AI answers"), "Tab")
    await keys.press("Space", "Escape")
    await expect(panel).to_be_hidden()


async def closes_it(keys: Keys) -> None:
    await keys.press("e")
    await expect(keys.page.locator("#talk-head .state")).to_have_text("Closed")


async def finds_and_filters(keys: Keys) -> None:
    await keys.press("/")
    await keys.write("Good morning, Zora")
    await keys.press("Enter")
    await expect(keys.page.locator("[data-hits]")).to_contain_text("Good morning, Zora!")
    await keys.press("/", "Control+a", "Backspace", "Enter")
    await expect(keys.page.locator("[data-hits]")).to_have_count(0)
    await keys.press("Escape", "f")
    filters = keys.page.locator("#list-filters")
    await expect(filters).to_be_visible()
    await keys.reach(filters.get_by_label("bistro"))
    await keys.press("Space", "Enter")
    await expect(keys.page.locator("[data-chips]")).to_contain_text("bistro")
    await expect(keys.page.locator("[data-rows] .chat")).to_have_count(1)


async def sorts_many_at_once(keys: Keys) -> None:
    await keys.press("j", "x")
    await expect(keys.page.locator("[data-count]")).to_have_text("1 chat chosen")
    await keys.press("b")
    await keys.use(keys.page.get_by_role("button", name="Reopen", exact=True))
    await expect(keys.page.locator("[data-said]")).to_contain_text("1")


async def goes_around_the_office(keys: Keys) -> None:
    main = keys.page.get_by_role("navigation", name="Main")
    for name in ("Numbers", "Templates", "Team", "Webhooks", "API", "Settings"):
        await keys.use(main.get_by_role("link", name=name), "Shift+Tab" if name == "Numbers" else "Tab")
        await expect(keys.page.get_by_role("heading", name=name, level=1)).to_be_visible()


async def signs_out(keys: Keys) -> None:
    await keys.use(keys.page.get_by_role("button", name="Your account"))
    await keys.use(keys.page.get_by_role("button", name="Sign out"))
    await expect(keys.page).to_have_url("/sign-in")
