"""The QR page in a real browser, alone and in the frame of a partner's page of another origin."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Frame, Page, expect

from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.partner_page import PartnerSite, partner_site, served
from tests.support.waiting import until
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tests.surfaces.dashboard.test_qr_page import CODE, PHONE, Visit, given
from tideline.features import numbers
from tideline.features.numbers import linking
from tideline.surfaces.dashboard import Host

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)
REFUSED_FRAME = "frame-ancestors"


@dataclass
class Screen:
    """A link, its page as it is served, and a window that may not complain."""

    visit: Visit
    base_url: str
    window: Window

    @property
    def page(self) -> Page:
        return self.window.page

    @property
    def link(self) -> str:
        return f"{self.base_url}{self.visit.path}"

    @property
    def embedded(self) -> str:
        return f"{self.link}?display_mode=embedding"

    async def heard(self, kind: str | None = None) -> list[Any]:
        """What the frame has told the partner's page, from which origin."""
        told = await self.page.evaluate("() => heard")
        assert all(origin == self.base_url for origin, _ in told)
        return [message for _, message in told if kind in (None, message["type"])]

    async def say(self, **message: Any) -> None:
        await self.page.evaluate("message => say(message)", message)

    async def attempt(self) -> numbers.Pairing:
        """The newest one, as soon as there is one that goes on."""

        async def look() -> numbers.Pairing | None:
            rows = await self.visit.site.world.rows("tenant.pairing")
            found = [row["id"] for row in rows["tenant.pairing"] if row["state"] in ("requested", "waiting")]
            return await self.visit.attempt() if found else None

        found: numbers.Pairing = await until(look, "an attempt")
        return found


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as opened:
        yield opened


@pytest.fixture(scope="module")
async def partner() -> AsyncIterator[PartnerSite]:
    async with partner_site() as site:
        yield site


@pytest.fixture
async def screen(site: Site, browser: Browser, partner: PartnerSite) -> AsyncIterator[Screen]:
    site.world.db.wake = site.deps.wakes.wake
    site.partners[site.world.id] = Host("Harbor Telecom", [partner.origin])
    async with served(site.app) as port:
        base_url = f"http://127.0.0.1:{port}"
        window = await Window.open(browser, base_url)
        yield Screen(await given(site), base_url, window)
        site.end.set()
        await window.close()


def frame_of(page: Page) -> Frame:
    [frame] = page.frames[1:]
    return frame


# Alone -------------------------------------------------------------------------------------------------------


async def test_the_page_asks_for_a_code_by_itself_and_follows_it(screen: Screen) -> None:
    page = screen.page
    await page.goto(screen.link)
    await screen.attempt()
    await screen.visit.shows("2@first")
    code = page.get_by_role("img", name="QR code")
    await expect(code).to_be_visible()
    first = await code.locator("path").get_attribute("d")
    await screen.visit.shows("2@second")
    await expect(code.locator("path")).not_to_have_attribute("d", first or "")
    await expect(page.get_by_text("New code in")).to_be_visible()
    await screen.visit.scanned()
    await expect(page.get_by_role("heading", name="Linked")).to_be_focused()
    await expect(page.get_by_text("You can close this page.")).to_be_visible()
    await expect(page.get_by_role("button")).to_have_count(0)
    screen.window.allow("410")
    await page.reload()
    await expect(page.get_by_role("heading", name="This link was used")).to_be_visible()


async def test_the_phone_number_leads_to_a_code_to_type(screen: Screen) -> None:
    page = screen.page
    await page.goto(screen.link)
    await page.get_by_role("link", name="Link with the phone number").click()
    await expect(page.get_by_label("Phone number of this WhatsApp")).to_be_focused()
    await page.keyboard.type("12")
    screen.window.allow("400")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not a phone number with its country code")
    await page.get_by_label("Phone number of this WhatsApp").fill(f"+{PHONE}")
    await page.keyboard.press("Enter")
    await until(lambda: by_code(screen), "an attempt by code")
    await screen.visit.shows(CODE, 300)
    await expect(page.locator(".pair-code")).to_contain_text("ABCD")
    await expect(page.get_by_role("alert")).to_be_hidden()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy the code").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == CODE
    await page.get_by_role("button", name="Use the QR code instead").click()
    await expect(page.locator(".skeleton--code")).to_be_visible()


async def by_code(screen: Screen) -> numbers.Pairing | None:
    attempt = await screen.attempt()
    return attempt if attempt.phone == PHONE else None


async def test_an_end_is_told_and_a_button_begins_again(screen: Screen, world: World) -> None:
    page = screen.page
    await page.goto(screen.link)
    await screen.attempt()
    await screen.visit.step(linking.expired(world.clock.now()))
    await expect(page.get_by_role("alert")).to_have_text("Nobody scanned the code in time.")
    await page.get_by_role("button", name="Show the QR code").click()
    await screen.attempt()
    await given(screen.visit.site)
    await expect(page.get_by_role("heading", name="This link was replaced")).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "es", "he", "pt"])
async def test_nothing_goes_sideways_in_any_language(screen: Screen, lang: str) -> None:
    page = screen.page
    for query in (f"?lang={lang}", f"?lang={lang}&by=phone", f"?lang={lang}&display_mode=embedding"):
        await page.goto(screen.link + query)
        await screen.attempt()
        assert await page.evaluate("document.dir") == ("rtl" if lang == "he" else "ltr")
        for width in (320, 360, 768):
            await page.set_viewport_size({"width": width, "height": 740})
            assert await screen.window.overflow() <= 0, (query, width)


async def test_a_long_name_does_not_push_the_page_sideways(screen: Screen, world: World) -> None:
    await world.execute("UPDATE tenant.workspace SET display_name = $2 WHERE workspace = $1", "W" * 100)
    await screen.page.set_viewport_size({"width": 320, "height": 740})
    await screen.page.goto(screen.link)
    await screen.attempt()
    assert await screen.window.overflow() <= 0


async def test_without_a_script_the_page_works_too(screen: Screen, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(screen.link)
    await page.get_by_role("button", name="Show the QR code").click()
    await screen.attempt()
    await screen.visit.shows("2@first")
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()  # it loads itself again
    await page.get_by_role("link", name="Link with the phone number").click()
    await page.get_by_label("Phone number of this WhatsApp").fill(f"+{PHONE}")
    await page.get_by_role("button", name="Get a code").click()
    await screen.visit.shows(CODE, 300)
    await page.reload()
    await expect(page.locator(".pair-code")).to_contain_text("2345")
    await screen.visit.scanned()
    await page.reload()
    await expect(page.get_by_role("heading", name="This link was used")).to_be_visible()
    await context.close()


# In a frame --------------------------------------------------------------------------------------------------


async def test_the_example_of_the_guide_shows_the_code_and_hears_of_the_phone(
    screen: Screen, partner: PartnerSite
) -> None:
    page = screen.page
    await page.goto(partner.example(screen.link))
    await screen.attempt()
    await screen.visit.shows("2@first")
    code = page.get_by_role("img", name="QR code")
    await expect(code).to_have_js_property("naturalWidth", 150)
    first = await code.get_attribute("src")
    assert first
    assert first.startswith("data:image/svg+xml;base64,")
    await screen.visit.shows("2@second")
    await expect(code).not_to_have_attribute("src", first)
    await screen.visit.scanned()
    await expect(page.locator("#told")).to_have_text("Your WhatsApp is linked.")


async def test_the_example_of_the_guide_shows_a_code_to_type_and_what_went_wrong(
    screen: Screen, partner: PartnerSite
) -> None:
    page = screen.page
    await page.goto(partner.example(screen.link))
    await screen.attempt()
    screen.window.allow("400")
    await page.get_by_label("Phone").fill("12")
    await page.get_by_role("button").click()
    await expect(page.locator("#told")).to_have_text("This is not a phone number with its country code.")
    await page.get_by_label("Phone").fill(f"+{PHONE}")
    await page.get_by_role("button").click()
    await until(lambda: by_code(screen), "an attempt by code")
    await screen.visit.shows(CODE, 300)
    await expect(page.locator("#code")).to_have_text(CODE)
    failed = linking.failed("The phone has too many links.", screen.visit.site.world.clock.now())
    await screen.visit.step(failed)
    await expect(page.locator("#told")).to_have_text("The phone has too many links.")


async def test_a_frame_alone_is_enough_and_keeps_its_code_to_itself_until_asked(
    screen: Screen, partner: PartnerSite
) -> None:
    page = screen.page
    await page.goto(partner.frame(screen.embedded))
    await screen.attempt()
    await screen.visit.shows("2@first")
    await expect(frame_of(page).get_by_role("img", name="QR code")).to_be_visible()
    assert await screen.heard() == []
    await screen.say(type="TIMELINES_START_QR")
    await page.wait_for_function("() => heard.length === 1")
    await screen.visit.scanned()
    await page.wait_for_function("() => heard.length === 2")
    qr, connected = await screen.heard()
    assert qr.keys() == {"type", "data"}
    assert connected == {"type": "TIMELINES_QR_CONNECTED"}


async def test_a_frame_that_was_never_spoken_to_tells_of_the_linked_phone(screen: Screen, partner: PartnerSite) -> None:
    await screen.page.goto(partner.frame(screen.embedded))
    await screen.attempt()
    await screen.visit.shows("2@first")
    await screen.visit.scanned()
    await screen.page.wait_for_function("() => heard.length === 1")
    assert await screen.heard() == [{"type": "TIMELINES_QR_CONNECTED"}]


async def test_what_goes_wrong_twice_is_told_twice(screen: Screen, partner: PartnerSite, world: World) -> None:
    await screen.page.goto(partner.frame(screen.embedded))
    for n in (1, 2):
        await screen.attempt()
        await screen.visit.step(linking.failed("The phone has too many links.", world.clock.now()))
        await screen.page.wait_for_function("n => heard.length === n", arg=n)
        await screen.say(type="TIMELINES_START_QR")
    assert (
        await screen.heard()
        == [{"type": "TIMELINES_ERROR", "error": "", "message": "The phone has too many links."}] * 2
    )


async def test_a_link_that_is_over_is_an_error_in_a_frame(screen: Screen, partner: PartnerSite) -> None:
    screen.window.allow("410")
    world = screen.visit.site.world
    await world.run(numbers.revoke_link_of, world.owner.id)
    await screen.page.goto(partner.frame(screen.embedded))
    await screen.page.wait_for_function("() => heard.length === 1")
    [told] = await screen.heard()
    assert (told["type"], told["error"]) == ("TIMELINES_ERROR", "")
    assert "Ask whoever sent it for a new one." in told["message"]
    await expect(frame_of(screen.page).get_by_role("heading", name="This link was replaced")).to_be_visible()


SPEAKING = """async ([around, heardFrom]) => {
    const { Parent } = await import("/static/js/models/parent.js");
    const told = [], parent = { postMessage: (message, origin) => told.push(origin) };
    const location = around ? { ancestorOrigins: [around] } : {};
    const view = { parent, location, addEventListener: (_, hear) => { view.hear = hear; } };
    const talk = new Parent(view, ["https://a.example", "https://b.example"]);
    talk.listen({ HELLO() {} });
    if (heardFrom) view.hear({ source: parent, origin: heardFrom, data: { type: "HELLO" } });
    talk.tell({});
    return told;
}"""
SPEAKS_TO = {
    "whoever spoke": ("https://a.example", "https://b.example", ["https://b.example"]),
    "whoever is around": ("https://a.example", None, ["https://a.example"]),
    "nobody, when a stranger is around": ("https://c.example", None, []),
    "nobody new, when a stranger spoke": ("https://a.example", "https://c.example", ["https://a.example"]),
    "all it may be, when the browser does not say": (None, None, ["https://a.example", "https://b.example"]),
}


@pytest.mark.parametrize(("around", "heard_from", "told"), SPEAKS_TO.values(), ids=SPEAKS_TO)
async def test_whom_the_page_speaks_to(
    screen: Screen, around: str | None, heard_from: str | None, told: list[str]
) -> None:
    await screen.page.goto(screen.link)
    assert await screen.page.evaluate(SPEAKING, [around, heard_from]) == told


async def test_messages_that_make_no_sense_are_not_answered(screen: Screen, partner: PartnerSite) -> None:
    await screen.page.goto(partner.frame(screen.embedded))
    await screen.attempt()
    nonsense: list[Any] = [None, 1, "TIMELINES_START_QR", {}, {"type": "TIMELINES_ERROR"}, {"type": "constructor"}, []]
    for message in nonsense:
        await screen.page.evaluate("message => say(message)", message)
    screen.window.allow("400")
    await screen.say(type="TIMELINES_START_PHONE_LINKING", phone={"no": "phone"})
    await screen.page.wait_for_function("() => heard.length === 1")
    assert (await screen.heard())[0]["message"] == "This is not a phone number with its country code."


async def test_a_foreign_origin_cannot_frame_the_page(screen: Screen, partner: PartnerSite, world: World) -> None:
    """The same pages under another name are another origin."""
    screen.window.allow(REFUSED_FRAME, "ERR_BLOCKED_BY_RESPONSE")
    for link in (screen.embedded, screen.link):
        await screen.page.goto(partner.frame(link, partner.foreign_origin))
        await until(lambda: refused(screen), "a complaint about the frame")
        await screen.say(type="TIMELINES_START_QR")
        assert await screen.heard() == []
    assert (await world.rows("tenant.pairing"))["tenant.pairing"] == []


async def refused(screen: Screen) -> bool:
    return any(REFUSED_FRAME in line for line in screen.window.complaints)


async def test_the_whole_page_is_not_framed_by_the_partner_either(
    screen: Screen, partner: PartnerSite, world: World
) -> None:
    screen.window.allow(REFUSED_FRAME, "ERR_BLOCKED_BY_RESPONSE")
    await screen.page.goto(partner.frame(screen.link))
    await until(lambda: refused(screen), "a complaint about the frame")
    assert (await world.rows("tenant.pairing"))["tenant.pairing"] == []


async def test_a_foreign_window_is_neither_heard_nor_answered(screen: Screen, partner: PartnerSite) -> None:
    """A page of another origin opens the QR page in a window and speaks to it."""
    page = screen.page
    await page.goto(partner.frame("about:blank", partner.foreign_origin))
    async with page.context.expect_page() as opening:
        await page.evaluate("link => { opened = open(link) }", screen.embedded)
    other = await opening.value
    await expect(other.get_by_role("heading", name="Link your WhatsApp")).to_be_visible()
    attempt = await screen.attempt()
    await page.evaluate(
        "() => opened?.postMessage({type: 'TIMELINES_START_PHONE_LINKING', phone: '+15550001009'}, '*')"
    )
    await screen.visit.shows("2@first", int(timedelta(minutes=1).total_seconds()))
    await expect(other.get_by_role("img", name="QR code")).to_be_visible()
    assert (await screen.visit.attempt()).id == attempt.id
    assert await page.evaluate("() => heard") == []
