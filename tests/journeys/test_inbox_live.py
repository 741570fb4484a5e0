"""The inbox while it is open: what happens elsewhere shows by itself, in every tab and for everybody who may see it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import Demo, entered
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.serving import Served

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

NUMBER = "+15550100001"
OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="module")
def served(make_data_dir: Callable[[], Path]) -> Iterator[Served]:
    served = Served(make_data_dir())
    yield served
    served.close()


@pytest.fixture
async def demo(served: Served) -> AsyncIterator[Demo]:
    async with entered(served) as demo:
        yield demo


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
async def open_window(browser: Browser, demo: Demo) -> AsyncIterator[OpenWindow]:
    """Windows of people who are signed in, which may not complain about anything."""
    windows = []

    async def open_one(**size: int) -> Window:
        window = await Window.open(browser, demo.facts["base_url"], **size)
        windows.append(window)
        page = window.page
        await page.goto("/sign-in")
        await page.get_by_label("E-mail address").fill(demo.facts["owner_email"])
        await page.get_by_label("Password").fill(demo.facts["owner_password"])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name="Maya Feldstein")).to_be_visible()
        return window

    yield open_one
    for window in windows:
        await window.close()


async def listening(page: Page) -> None:
    await expect(page.locator("live-stream[data-open]")).to_be_attached()


async def test_two_tabs_of_a_browser_share_one_stream(open_window: OpenWindow, demo: Demo) -> None:
    window = await open_window()
    other = await window.context.new_page()
    await other.goto("/")
    for page in (window.page, other):
        await listening(page)
        await page.evaluate("document.addEventListener('tideline:news', ({detail}) => document.title = detail.text)")
    phone = await demo.simulator.phone("+15550005001", "Ana")
    await phone.write(NUMBER, "Told in both tabs")
    for page in (window.page, other):
        await expect(page).to_have_title("Told in both tabs")
