"""The inbox as people have it: lists and conversations in a real browser, and sends from the key to the tick."""

import asyncio
import random
import statistics
from collections.abc import Sequence

import aiohttp
from playwright.async_api import BrowserContext, Page

from bench.filled import Filled
from bench.report import Row
from bench.server import DemoServer
from bench.streams import visitor_of
from bench.workspace import Bench, database
from tests.support import browser as browsers
from tests.support.clients import Simulator, eventually

SAMPLES = 20
SENDS = 20
OUR_PHONE, CUSTOMER = "+15550880001", "+15550880002"

# Until the page has loaded and the last of its large parts is painted, since somebody asked for it.
UNTIL_PAINTED = """async () => {
    const [{ loadEventEnd }] = performance.getEntriesByType("navigation");
    const painted = await new Promise((tell) => {
        const look = (list) => tell(list.getEntries().at(-1).startTime);
        new PerformanceObserver(look).observe({ type: "largest-contentful-paint", buffered: true });
    });
    return Math.max(loadEventEnd, painted);
}"""

# From the key that sends it until a message shows, and until it has a tick.
WATCH_NEXT = """() => {
    let began, shown;
    addEventListener("keydown", ({ key, timeStamp }) => { if (key === "Enter") began = timeStamp; }, { capture: true });
    globalThis.watched = (text) => new Promise((tell) => {
        shown = undefined;
        const list = document.querySelector(".timeline");
        const look = () => {
            const message = [...list.querySelectorAll(".msg--out")].findLast((one) => one.textContent.includes(text));
            if (!message) return;
            if (shown === undefined) requestAnimationFrame(() => (shown ??= performance.now() - began));
            if (!message.querySelector(".ticks--sent, .ticks--delivered, .ticks--read")) return;
            seeing.disconnect();
            requestAnimationFrame(() => tell([shown ?? performance.now() - began, performance.now() - began]));
        };
        const seeing = new MutationObserver(look);
        seeing.observe(list, { childList: true, subtree: true });
    });
}"""


async def rows(server: DemoServer, filled: Filled) -> list[Row]:
    if browsers.find() is None:
        print(f"The rows of the inbox in a browser are left out: {browsers.MISSING}")
        return []
    chat_id = await _customer(server, filled.large)
    async with browsers.opened() as browser:
        context = await browser.new_context(base_url=server.base, viewport={"width": 1280, "height": 800})
        await _enter(server, filled.large, context)
        page = await context.new_page()
        try:
            return [
                *await _opened(page, "the list of chats", ["/"] * SAMPLES),
                *await _opened(page, "a conversation", _conversations(filled.many)),
                *await _sent(page, chat_id),
            ]
        finally:
            await context.close()


async def _enter(server: DemoServer, bench: Bench, context: BrowserContext) -> None:
    async with database(server.data_dir) as db:
        token = await visitor_of(db, server.data_dir, bench)
    await context.add_cookies([{"name": "tideline_session", "value": token, "url": server.base}])


# Opening -----------------------------------------------------------------------------------------------------


def _conversations(chats: Sequence[int]) -> list[str]:
    """Different ones of the busiest hundredth, so that none is known already."""
    chosen = random.Random(2).sample(chats[: max(SAMPLES, len(chats) // 100)], SAMPLES)
    return [f"/chat/{chat}/messages/" for chat in chosen]


async def _opened(page: Page, what: str, addresses: Sequence[str]) -> list[Row]:
    await page.goto(addresses[0])  # what never changes is in the browser from here on
    times = []
    for address in addresses:
        await page.goto(address)
        times.append(await page.evaluate(UNTIL_PAINTED))
    return _times(f"{what} is open in the browser", times, 300)


def _times(name: str, times: Sequence[float], must: float) -> list[Row]:
    middle, p95 = statistics.median(times), sorted(times)[int(len(times) * 0.95) - 1]
    return [
        Row(f"{name}, median", middle, "ms", must, more_is_better=False),
        Row(f"{name}, p95", p95, "ms", must, more_is_better=False),
    ]


# Sending -----------------------------------------------------------------------------------------------------


async def _customer(server: DemoServer, bench: Bench) -> int:
    """The chat of somebody whose phone answers to what is sent; it is the newest of the many."""
    async with aiohttp.ClientSession() as http:
        simulator = Simulator(http, server.base, server.demo["simulator_token"])
        ours = await simulator.phone(OUR_PHONE, "Bench shop")
        customer = await simulator.phone(CUSTOMER, "Bench customer")
        begun = await simulator.begin_link(bench.slug, bench.owner_id)
        await ours.scan(begun["qr_link"])
        await customer.write(ours, "Hello")
        url, headers = f"{server.base}/integrations/api/chats", {"Authorization": f"Bearer {bench.token}"}

        async def look() -> int | None:
            async with http.get(url, headers=headers, params={"phone": CUSTOMER}) as answer:
                found = (await answer.json())["data"]["chats"]
            return int(found[0]["id"]) if found else None

        return await eventually(look, "the chat of the customer")


async def _sent(page: Page, chat_id: int) -> list[Row]:
    await page.goto(f"/chat/{chat_id}/messages/")
    await page.locator("live-stream[data-open]").wait_for(state="attached")
    await page.evaluate(WATCH_NEXT)
    shown, confirmed = [], []
    for n in range(SENDS):
        text = f"Your parcel {n:03d} is on its way."
        await page.locator("message-composer textarea").fill(text)
        watched = asyncio.ensure_future(page.evaluate("(text) => watched(text)", text))
        await page.keyboard.press("Enter")
        one, other = await asyncio.wait_for(watched, 20)
        shown.append(one)
        confirmed.append(other)
    return [
        *_times("a message shows after its key", shown, 50),
        *_times("a message has its tick after its key", confirmed, 200),
    ]
