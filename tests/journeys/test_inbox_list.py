"""The list of chats in a browser: filtered, searched, kept under a name, changed many at once, and read to its end."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Demo
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.clients import Phone

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

NUMBER = "+15550100001"
OpenPage = Callable[[str], Awaitable[Page]]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
async def open_page(browser: Browser, demo: Demo) -> AsyncIterator[OpenPage]:
    """Pages of the owner, each in a browser of its own, which may not complain about anything."""
    windows = []

    async def open_one(path: str) -> Page:
        windows.append(await Window.open(browser, demo.facts["base_url"]))
        page = windows[-1].page
        await page.goto("/sign-in")
        await page.get_by_label("E-mail address").fill(demo.facts["owner_email"])
        await page.get_by_label("Password").fill(demo.facts["owner_password"])
        await page.keyboard.press("Enter")
        await expect(rows(page).first).to_be_visible()
        await page.goto(path)
        await listening(page)
        return page

    yield open_one
    for window in windows:
        await window.close()


async def listening(page: Page) -> None:
    await expect(page.locator("live-stream[data-open]")).to_be_attached()


def rows(page: Page) -> Locator:
    return page.locator("chat-list [data-rows] > .chat")


def row(page: Page, name: str) -> Locator:
    return rows(page).filter(has_text=name)


async def guests(demo: Demo, label: str, *names: str) -> list[Phone]:
    """People who have written, the last one first in the list; their chats have a label."""
    phones = []
    for n, name in enumerate(names):
        phone = await demo.simulator.phone(f"+155500071{n:02}", name)
        await phone.write(NUMBER, f"Hello from {name}")
        chat = await demo.customer.chat(phone=phone.phone.removeprefix("+"))
        await demo.customer.replace_chat_labels(chat.id, labels=[label])
        phones.append(phone)
    return phones


async def test_a_team_works_through_its_list(open_page: OpenPage, demo: Demo) -> None:
    ana, _, _ = await guests(demo, "works", "Ana Works", "Ben Works", "Cleo Works")
    one = await open_page("/")

    # filter by key, and keep it under a name
    await one.keyboard.press("f")
    await one.get_by_role("checkbox", name="works", exact=True).check()
    await one.get_by_role("button", name="Show", exact=True).click()
    await expect(one).to_have_url(re.compile(r"/\?label=works$"))
    await expect(rows(one)).to_have_count(3)
    await one.get_by_role("button", name="Save view").first.click()
    await one.get_by_label("Keep this list as a view").fill("Works")
    await one.keyboard.press("Enter")
    await expect(one.get_by_role("navigation", name="Views").get_by_role("link", name="Works")).to_have_attribute(
        "aria-current", "true"
    )
    await listening(one)

    # choose and assign by keys; a colleague sees it, whose own choice and place stay
    other = await open_page("/?label=works&state=open")
    await row(other, "Ben Works").get_by_role("checkbox").check()
    await one.keyboard.press("j")
    await one.keyboard.press("x")
    await one.keyboard.press("Shift+J")
    await expect(one.locator("[data-count]")).to_have_text("2 chats chosen")
    await one.keyboard.press("b")
    await one.keyboard.press("Enter")
    await one.get_by_role("button", name="Me", exact=True).click()
    await expect(one.get_by_role("status").filter(has_text="2 chats changed.")).to_be_visible()
    await expect(row(other, "Cleo Works").get_by_text("Mira Solberg is responsible")).to_be_attached()
    await expect(row(other, "Ben Works").get_by_text("Mira Solberg is responsible")).to_be_attached()
    await expect(row(other, "Ana Works").get_by_text("Unassigned")).to_be_attached()
    await expect(row(other, "Ben Works").get_by_role("checkbox")).to_be_checked()

    # somebody writes and comes to the top of both lists
    await ana.write(NUMBER, "Is the lighthouse blend back?")
    for page in (one, other):
        await expect(rows(page).first).to_contain_text("lighthouse blend")
        await expect(rows(page)).to_have_count(3)

    # closed chats leave the list of open ones, and are not chosen there any more
    await row(one, "Ben Works").get_by_role("checkbox").check()
    await one.get_by_role("button", name="Close", exact=True).click()
    await expect(rows(other)).to_have_count(2)
    await expect(other.locator(".bulk")).to_be_hidden()
    await expect(row(one, "Ben Works").get_by_text("closed")).to_be_visible()

    # search, and open what was found where it was said
    await one.keyboard.press("/")
    await one.keyboard.type("lighth")
    hit = one.locator("[data-hits] .chat", has_text="lighthouse blend")
    await expect(hit.locator("mark")).to_have_text("lighthouse")
    await expect(one).to_have_url(re.compile("q=lighth"))
    await hit.get_by_role("link").click()
    await expect(one.locator(".msg:target")).to_contain_text("lighthouse blend")
    await expect(one.get_by_role("searchbox")).to_have_value("lighth")
    await one.go_back()
    await one.go_back()
    await expect(one).to_have_url(re.compile(r"/\?label=works$"))
    await expect(rows(one)).to_have_count(3)


async def test_a_long_list_is_read_to_its_end_and_come_back_to(open_page: OpenPage, demo: Demo) -> None:
    async def write_to(n: int) -> None:
        phone = f"+49301110{n:04}"
        await demo.simulator.phone(phone, f"Long {n:02}")
        await demo.customer.say(phone, f"To number {n:02}", label="long")

    for begin in range(0, 60, 10):
        await asyncio.gather(*(write_to(n) for n in range(begin, begin + 10)))
    page = await open_page("/?label=long")
    await expect(rows(page)).to_have_count(50)
    await page.locator("[data-scroll]").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    await expect(rows(page)).to_have_count(60)
    names = await rows(page).evaluate_all("all => all.map((row) => row.dataset.chat)")
    assert len(set(names)) == 60
    last = rows(page).last
    await last.scroll_into_view_if_needed()
    chat = names[-1]
    await last.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/chat/{chat}/messages/.*label=long"))
    here = page.locator(f'[data-rows] [data-chat="{chat}"]')
    await expect(here).to_be_in_viewport()
    await expect(here.get_by_role("link")).to_have_attribute("aria-current", "true")
    await page.go_back()
    await expect(page.locator(f'[data-rows] [data-chat="{chat}"]')).to_be_in_viewport()


# What needs no page ----------------------------------------------------------------------------------------------


async def evaluated(page: Page, module: str, script: str) -> Any:
    return await page.evaluate(
        f"async () => {{ const model = await import('/static/js/models/{module}.js'); {script} }}"
    )


async def test_what_is_chosen_and_where_rows_stand(open_page: OpenPage) -> None:
    page = await open_page("/")
    assert await evaluated(
        page,
        "picked",
        """
        const order = ["1", "2", "3", "4", "5"], told = [], one = new model.Picked();
        const tell = () => told.push(one.ids.sort().join(""));
        one.set("2", true); one.reach("4", order); tell();
        one.set("3", false); one.reach("5", order); tell();
        one.extend("1", "2"); one.keep(["1", "5"]); tell();
        one.reach("9", order); one.clear(); tell();
        one.all(Array.from({ length: 300 }, (_, n) => `${n}`)); told.push(one.size);
        return told;
        """,
    ) == ["234", "2", "1", "", 200]
    assert await evaluated(
        page,
        "places",
        """
        const row = (at, key) => ({ dataset: { at, key } });
        const rows = [row("30", "a"), row("20", "b"), row("20", "d"), row("", "a"), row("", "c")];
        const place = (one, goesOn) => {
          const next = model.follower(rows, one, goesOn);
          return next ? rows.indexOf(next) : next;
        };
        return [place(row("40", "z")), place(row("20", "c")), place(row("20", "da")), place(row("", "b")),
                place(row("", "d"), false), place(row("", "d"), true) === undefined,
                model.isBefore(row("", "\\u{10000}"), row("", "\\uffff"))];
        """,
    ) == [0, 2, 3, 4, None, True, False]
