"""Takes the pictures in docs/screenshots: `python -m tests.support.screenshots`, light and dark, of a demo of its own.

They are taken by hand, after a page has changed its looks, and looked at before they are committed.
"""

import asyncio
import base64
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import aiohttp
from playwright.async_api import Page

from tests.support import browser as browsers
from tests.support.clients import Api, Phone, Simulator
from tests.support.partner_client import headers_of
from tests.support.room import room
from tests.support.serving import Served

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NUMBER, MAYA = "+15550100001", "+15550100200"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tideline-data-", dir=room()) as folder:
        Path(folder).chmod(0o755)  # the account of the embedded database has to reach what is in it
        with closing(Served(Path(folder) / "data")) as served:
            asyncio.run(take_all(served.demo))


async def take_all(facts: dict[str, str]) -> None:
    async with aiohttp.ClientSession() as http, browsers.opened() as browser:
        simulator = Simulator(http, facts["base_url"], facts["simulator_token"])
        api = Api(http, facts["base_url"], facts["api_token"])
        await play(api, simulator)
        owner = int((await api.get("/workspace/teammates/me"))["user_id"])
        await simulator.begin_link(facts["workspace_id"], owner)  # a code for the desk
        qr_link = await customers_link(http, facts)
        for theme in THEMES:
            context = await browser.new_context(
                base_url=facts["base_url"],
                viewport={"width": 1280, "height": 800},
                color_scheme=theme,
                locale="en-GB",
                timezone_id="Europe/Lisbon",
            )
            await take_pages(await context.new_page(), facts, qr_link, "-dark" if theme == "dark" else "")
            await context.close()


async def customers_link(http: aiohttp.ClientSession, facts: dict[str, str]) -> str:
    """What the demo's partner gives to a customer."""

    async def call(path: str, **body: Any) -> Any:
        url, headers = (
            f"{facts['base_url']}/partner/api/v1{path}",
            headers_of(facts["partner_id"], facts["partner_secret"]),
        )
        async with http.post(url, headers=headers, json=body) as answer:
            return await answer.json()

    made = await call("/workspaces", display_name="Blue Lagoon Dental", seats_purchased=1)
    return str((await call(f"/workspaces/{made['workspace_id']}/users/{made['owner_user_id']}/qr"))["qr_link"])


async def play(api: Api, simulator: Simulator) -> None:
    """A conversation that shows a bit of everything."""
    shop, maya = Phone(simulator, NUMBER, "", ""), Phone(simulator, MAYA, "", "")
    asked = await maya.write(NUMBER, "Could two of the three be ground for a moka pot?")
    await shop.write(MAYA, "Of course. Two for the moka pot, one whole.", reply_to=asked)
    order = base64.b64encode(b"%PDF-1.4 " + b"order " * 20_000).decode()
    file = {"filename": "Standing-order-November.pdf", "mimetype": "application/pdf", "base64": order}
    sent = str((await maya.call("POST", "/messages", to=NUMBER, text="Here is our new order.", file=file))["id"])
    await shop.call("POST", "/reactions", message_id=sent, emoji="\N{HEAVY BLACK HEART}")
    uid = await api.send(MAYA, "Thank you! It leaves with the van on Thursday, before ten.")
    await api.status(uid, "Delivered")
    await maya.read(NUMBER)
    await api.status(uid, "Read")
    for name in ("Maya Feldstein", "Tom Whitcombe", "Yusuf Demir", "Porto cafés"):
        await api.patch(f"/chats/{(await api.chat(name=name))['id']}", read=True)


async def take_pages(page: Page, facts: dict[str, str], qr_link: str, ending: str) -> None:
    async def take(name: str) -> None:
        await page.screenshot(path=FOLDER / f"{name}{ending}.png", animations="disabled")

    await page.goto("/sign-in")
    await take("sign-in")
    await page.get_by_label("E-mail address").fill(facts["owner_email"])
    await page.get_by_label("Password").fill(facts["owner_password"])
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Maya Feldstein").wait_for()
    await take("chats")
    await page.get_by_role("link", name="Maya Feldstein").click()
    await page.locator(".bubble").first.wait_for()
    await take("chat")
    await page.goto(qr_link)
    await page.get_by_role("img", name="QR code").wait_for()
    await take("qr")
    await page.goto(f"/simulator#token={facts['simulator_token']}")
    await set_the_desk(page)
    await take("simulator")


async def set_the_desk(page: Page) -> None:
    phones = page.locator(".handset")
    await phones.nth(1).get_by_role("button", name="Northquay Coffee", exact=True).click()
    await phones.nth(1).locator(".bubble").first.wait_for()
    await phones.nth(2).get_by_role("button", name="Linked devices").click()
    await phones.nth(2).get_by_role("button", name="Scan a code").click()
    await page.locator(".shell__main").evaluate("main => main.scrollTo(0, 0)")
    await page.mouse.move(0, 0)


if __name__ == "__main__":
    main()
