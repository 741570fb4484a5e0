"""A partner makes a workspace over HTTP, shows the QR page in a page of its own, and its customer's phone scans it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import Demo
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.clients import eventually
from tests.support.customer import Reseller
from tests.support.partner_page import PartnerSite, partner_site
from tideline.client.partner_models import WhatsappAccount, Workspace

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)


@dataclass
class Partner:
    """The demo's partner, its site, and its program."""

    site: PartnerSite
    program: Reseller

    async def customer(self, name: str) -> Workspace:
        return await self.program.create_workspace(display_name=name, seats_purchased=2)

    async def link(self, workspace: Workspace) -> str:
        """For its first user."""
        assert workspace.owner_user_id
        return (await self.program.create_user_qr_link(workspace.workspace_id, workspace.owner_user_id)).qr_link

    async def account(self, workspace: Workspace) -> WhatsappAccount:
        """The WhatsApp account of the customer, once it is connected."""

        async def look() -> WhatsappAccount | None:
            told = await self.program.get_workspace(workspace.workspace_id)
            return next((one for one in told.whatsapp_accounts or [] if one.connected), None)

        return await eventually(look, "a connected account")


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
async def partner(demo: Demo) -> AsyncIterator[Partner]:
    facts = demo.facts
    program = Reseller(facts["base_url"], facts["partner_id"], facts["partner_secret"])
    async with partner_site() as site, program:
        await program.update_partner_settings(origins=[site.origin])
        yield Partner(site, program)


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
    workspace, page = await partner.customer("Blue Lagoon Dental"), window.page
    link = await partner.link(workspace)
    await page.goto(partner.site.example(link))
    code = await shown_code(demo, page)
    phone = await demo.simulator.phone("+15550006001", "Blue Lagoon")
    await phone.call("POST", "/scan", qr=code)
    await expect(page.locator("#told")).to_have_text("Your WhatsApp is linked.")
    account = await partner.account(workspace)
    assert account.phone_number_e164 == "+15550006001"
    window.allow("410")
    await page.goto(link)
    await expect(page.get_by_role("heading", name="This link was used")).to_be_visible()


async def test_a_customer_types_a_code_on_the_phone(partner: Partner, window: Window, demo: Demo) -> None:
    workspace, page = await partner.customer("Harbour Yoga"), window.page
    phone = await demo.simulator.phone("+15550006002", "Yoga")
    await page.goto(partner.site.example(await partner.link(workspace)))
    await page.get_by_label("Phone").fill("+15550006002")
    await page.get_by_role("button").click()
    await expect(page.locator("#code")).to_have_text(re.compile(r"^\w{8}$"))
    await phone.call("POST", "/link_code", code=await page.locator("#code").text_content())
    await expect(page.locator("#told")).to_have_text("Your WhatsApp is linked.")
    await partner.account(workspace)


async def test_a_newer_link_ends_the_page_of_the_earlier_one(partner: Partner, window: Window, demo: Demo) -> None:
    workspace, page = await partner.customer("Quiet Bakery"), window.page
    await page.goto(partner.site.example(await partner.link(workspace)))
    await shown_code(demo, page)
    await partner.link(workspace)
    await expect(page.locator("#told")).to_contain_text("There is a newer link, or this one was taken back.")


async def test_a_page_of_a_foreign_origin_gets_nothing(partner: Partner, window: Window) -> None:
    workspace, page = await partner.customer("Foreign Shop"), window.page
    window.allow("frame-ancestors", "ERR_BLOCKED_BY_RESPONSE")
    link = f"{await partner.link(workspace)}?display_mode=embedding"
    await page.goto(partner.site.frame(link, partner.site.foreign_origin))

    async def look() -> bool:
        return any("frame-ancestors" in line for line in window.complaints)

    await eventually(look, "a complaint of the browser")
    await page.evaluate("() => say({type: 'TIMELINES_START_QR'})")
    assert await page.evaluate("() => heard") == []
