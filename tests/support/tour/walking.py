"""Walks through the tour: a window for each of the people, signed in, in one language."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page

from tests.support.browser import Window
from tests.support.tour.shop import Shop, Somebody
from tests.support.tour.stops import Stop

# What an earlier stop left in the browser: drafts, and what was opened.
FORGET = "if (location.protocol.startsWith('http')) localStorage.clear();"


@dataclass
class Walk:
    """`lang` is what the browsers ask for; `how` goes to the making of a window."""

    shop: Shop
    browser: Browser
    lang: str = "en-GB"
    how: dict[str, Any] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)

    async def to(self, stop: Stop) -> Page:
        """The page of this stop, in the state that it is about."""
        window = await self.window(stop.who)
        window.allow(*(str(status) for status in (stop.answers, stop.refuses) if status and status != 200))
        page = window.page
        await page.set_viewport_size(self.how.get("viewport", {"width": 1280, "height": 800}))
        await page.goto("about:blank")  # also where the address differs by its fragment only
        answer = await page.goto(self.shop.at(stop.address))
        assert answer is not None
        assert answer.status == stop.answers, f"{stop.address} answered {answer.status}"
        await page.locator(stop.shows).first.wait_for()
        for step in stop.steps:
            await step(page)
        return page

    async def window(self, who: str) -> Window:
        if who not in self.windows:
            how = {"reduced_motion": "reduce", "timezone_id": "Europe/Lisbon", **self.how}
            window = await Window.open(self.browser, self.shop.base_url, locale=self.lang, **how)
            self.windows[who] = window
            await window.context.add_init_script(FORGET)
            await window.context.grant_permissions(["microphone", "clipboard-write"])
            if who in self.shop.people:
                await sign_in(window.page, self.shop.people[who])
        return self.windows[who]

    async def end(self) -> None:
        for window in self.windows.values():
            await window.close()


async def sign_in(page: Page, somebody: Somebody) -> None:
    await page.goto("/sign-in")
    await page.locator("[name=email]").fill(somebody.email)
    await page.locator("[name=password]").fill(somebody.password)
    await page.keyboard.press("Enter")
    await page.locator("live-stream").wait_for(state="attached")


@asynccontextmanager
async def walking(shop: Shop, browser: Browser, lang: str = "en-GB", **how: Any) -> AsyncIterator[Walk]:
    walk = Walk(shop, browser, lang, how)
    yield walk
    await walk.end()
