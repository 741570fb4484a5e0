"""A new installation in a real browser: set up, signed in, an empty inbox; and for everybody else the way in."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.serving import Served, tideline

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)
PASSWORD = "a good long password"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


async def test_a_new_installation_is_set_up_and_shows_an_empty_inbox(browser: Browser, data_dir: Path) -> None:
    served = Served(data_dir, ("serve",)).ready()
    try:
        served.eventually(lambda: "Make the first workspace" in served.output or None, "how to begin")
        window, late = [await Window.open(browser, served.base_url) for _ in range(2)]
        page = window.page
        for one in (page, late.page):
            await one.goto("/")
            await one.get_by_label("Name of the workspace").fill("Harbour Coffee")
            await one.get_by_label("Your name").fill("Mira Solberg")
            await one.get_by_label("E-mail address").fill("mira@harbour.example")
            await one.get_by_label("New password").fill(PASSWORD)
            await one.get_by_label("Time zone").select_option("Europe/Athens")
        await page.get_by_role("button", name="Make the workspace").click()
        await expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Partners")).to_be_visible()
        await expect(page).to_have_url(re.compile(r"/$"))
        late.allow("409")
        await late.page.get_by_role("button", name="Make the workspace").click()
        await expect(late.page.get_by_text("has been set up already")).to_be_visible()
        await late.page.goto("/")
        await late.page.get_by_label("E-mail address").fill("mira@harbour.example")
        await late.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await late.page.get_by_role("button", name="Sign in").click()
        await late.page.goto("/audit")
        await expect(late.page.get_by_role("row", name="Mira Solberg signed in").first).to_be_visible()
        assert "mira@harbour.example" in tideline(data_dir, "operator", "list").stdout
        assert "TeammateSignedIn" in tideline(data_dir, "audit", "harbour-coffee").stdout
        for opened in (window, late):
            await opened.close()
    finally:
        served.close()
