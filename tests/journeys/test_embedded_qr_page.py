"""A partner makes a workspace over HTTP, shows the QR page in a page of its own, and its customer's phone scans it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import Demo
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.clients import eventually
from tests.support.partner_client import headers_of
from tests.support.partner_page import PartnerSite, partner_site

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)


@dataclass
class Partner:
    """The demo's partner, its site, and the Partner API as it calls it."""

    demo: Demo
    site: PartnerSite

    async def call(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        facts = self.demo.facts
        url = f"{facts['base_url']}/partner/api/v1{path}"
        headers = headers_of(facts["partner_id"], facts["partner_secret"])
        async with self.demo.api.http.request(method, url, headers=headers, json=body or None) as answer:
            assert answer.status == status, await answer.text()
            return await answer.json()

    async def customer(self, name: str) -> str:
        """A workspace, and the path of its first user."""
        made = await self.call("POST", "/workspaces", 201, display_name=name, seats_purchased=2)
        return f"/workspaces/{made['workspace_id']}/users/{made['owner_user_id']}"

    async def link(self, user: str) -> str:
        return str((await self.call("POST", f"{user}/qr"))["qr_link"])

    async def account(self, user: str) -> Any:
        """The WhatsApp account of the customer, once it is connected."""

        async def look() -> Any:
            told = await self.call("GET", user.partition("/users/")[0])
            return next((one for one in told["whatsapp_accounts"] if one["connected"]), None)

        return await eventually(look, "a connected account")


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
async def partner(demo: Demo) -> AsyncIterator[Partner]:
    async with partner_site() as site:
        partner = Partner(demo, site)
        await partner.call("PATCH", "/settings", origins=[site.origin])
        yield partner


@pytest.fixture
async def window(browser: Browser, demo: Demo) -> AsyncIterator[Window]:
    """Browsers of customers may not complain about anything."""
    window = await Window.open(browser, demo.facts["base_url"])
    yield window
    await window.close()


async def shown_code(demo: Demo, page: Page) -> str:
    """The picture that the partner's page was given, read as the camera of a phone would: the desk knows its text."""
    picture = page.get_by_role("img", name="QR code")
    await expect(picture).to_be_visible()
    assert str(await picture.get_attribute("src")).startswith("data:image/svg+xml;base64,")
    path = await page.evaluate("""() => atob(document.querySelector("#qr").src.split(",")[1])""")

    async def look() -> str | None:
        told = await demo.simulator.call("GET", "/desk")
        return next((one["qr"] for one in told["codes"] if one.get("path") and one["path"] in path), None)

    return await eventually(look, "the code of the picture on the desk")


async def test_a_customer_links_a_phone_in_the_partners_page(partner: Partner, window: Window, demo: Demo) -> None:
    user, page = await partner.customer("Blue Lagoon Dental"), window.page
    link = await partner.link(user)
    await page.goto(partner.site.example(link))
    code = await shown_code(demo, page)
    phone = await demo.simulator.phone("+15550006001", "Blue Lagoon")
    await phone.call("POST", "/scan", qr=code)
    await expect(page.locator("#told")).to_have_text("Your WhatsApp is linked.")
    account = await partner.account(user)
    assert account["phone_number_e164"] == "+15550006001"
    window.allow("410")
    await page.goto(link)
    await expect(page.get_by_role("heading", name="This link was used")).to_be_visible()


async def test_a_customer_types_a_code_on_the_phone(partner: Partner, window: Window, demo: Demo) -> None:
    user, page = await partner.customer("Harbour Yoga"), window.page
    phone = await demo.simulator.phone("+15550006002", "Yoga")
    await page.goto(partner.site.example(await partner.link(user)))
    await page.get_by_label("Phone").fill("+15550006002")
    await page.get_by_role("button").click()
    await expect(page.locator("#code")).to_have_text(re.compile(r"^\w{8}$"))
    await phone.call("POST", "/link_code", code=await page.locator("#code").text_content())
    await expect(page.locator("#told")).to_have_text("Your WhatsApp is linked.")
    await partner.account(user)


async def test_a_newer_link_ends_the_page_of_the_earlier_one(partner: Partner, window: Window, demo: Demo) -> None:
    user, page = await partner.customer("Quiet Bakery"), window.page
    await page.goto(partner.site.example(await partner.link(user)))
    await shown_code(demo, page)
    await partner.link(user)
    await expect(page.locator("#told")).to_contain_text("There is a newer link, or this one was taken back.")


async def test_a_page_of_a_foreign_origin_gets_nothing(partner: Partner, window: Window) -> None:
    user, page = await partner.customer("Foreign Shop"), window.page
    window.allow("frame-ancestors")
    link = f"{await partner.link(user)}?display_mode=embedding"
    await page.goto(partner.site.frame(link, partner.site.foreign_origin))

    async def look() -> bool:
        return any("frame-ancestors" in line for line in window.complaints)

    await eventually(look, "a complaint of the browser")
    await page.evaluate("() => say({type: 'TIMELINES_START_QR'})")
    assert await page.evaluate("() => heard") == []
