"""Every page in every state of the tour: for who cannot see, in the dark, on a phone, in Hebrew, and without a pointer.

One furnished demo and one browser for all of it; nothing that a page complains about goes unheard.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.support import browser as browsers
from tests.support.browser import Window
from tests.support.serving import Served
from tests.support.tour import looking
from tests.support.tour.shop import Shop, furnish
from tests.support.tour.stops import STOPS, Stop
from tests.support.tour.walking import Walk, walking

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

TRANSLATED = [one for one in STOPS if one.is_translated]


@pytest.fixture(scope="module")
async def shop(make_data_dir: Callable[[], Path]) -> AsyncIterator[Shop]:
    served = Served(make_data_dir())
    yield await furnish(served)
    served.close()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture(scope="module")
async def walk(shop: Shop, browser: Browser) -> AsyncIterator[Walk]:
    async with walking(shop, browser) as walk:
        yield walk


@pytest.fixture(scope="module")
async def walk_in_hebrew(shop: Shop, browser: Browser) -> AsyncIterator[Walk]:
    async with walking(shop, browser, "he") as walk:
        yield walk


@pytest.mark.parametrize("stop", STOPS, ids=[one.name for one in STOPS])
async def test_everybody_can_use_it(walk: Walk, stop: Stop) -> None:
    page = await walk.to(stop)
    wrong = await looking.everything(page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("stop", TRANSLATED, ids=[one.name for one in TRANSLATED])
async def test_it_is_laid_out_from_right_to_left(walk_in_hebrew: Walk, stop: Stop) -> None:
    page = await walk_in_hebrew.to(stop)
    assert await page.evaluate("() => document.documentElement.dir") == "rtl"
    wrong = await looking.at_each_width(page)
    assert not wrong, "\n".join(wrong)


async def test_the_first_page_of_a_new_installation(browser: Browser, data_dir: Path) -> None:
    """There is nothing in it yet, so it has a server of its own."""
    served = Served(data_dir, ("serve",))
    window = await Window.open(browser, served.ready().base_url, reduced_motion="reduce")
    await window.page.goto("/")
    await window.page.locator("[name=owner_name]").wait_for()
    wrong = await looking.everything(window.page)
    await window.close()
    served.close()
    assert not wrong, "\n".join(wrong)
