"""The pages in a real browser: signing in and reading, and every phone of the simulator on one desk."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Demo, entered
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.serving import Served
from tideline.platform.http import DRAIN_SECONDS

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

NUMBER = "+15550100001"
HOSTILE = '<img src=x onerror="document.title=1">'
OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="module")
def served(make_data_dir: Callable[[], Path]) -> Iterator[Served]:
    """A demo with few phones, so that all of them are on the desk."""
    served = Served(make_data_dir(), ("serve", "--demo", "--test-clock"))
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
    """Windows that may not complain about anything."""
    windows = []

    async def open_one(**size: int) -> Window:
        windows.append(await Window.open(browser, demo.facts["base_url"], **size))
        return windows[-1]

    yield open_one
    for window in windows:
        await window.close()


@pytest.fixture
async def page(open_window: OpenWindow) -> Page:
    return (await open_window()).page


# Reading -----------------------------------------------------------------------------------------------------


async def sign_in(page: Page, demo: Demo) -> None:
    await page.goto("/")
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await page.keyboard.type(demo.facts["owner_email"])
    await page.get_by_label("Password").fill(demo.facts["owner_password"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Northquay Coffee")).to_be_visible()


async def test_signing_in_reading_a_chat_and_seeing_what_came_in(page: Page, demo: Demo) -> None:
    await sign_in(page, demo)
    await page.get_by_role("link", name="Maya Feldstein").click()
    await expect(page).to_have_title("Maya Feldstein · Tideline")
    await expect(page.get_by_role("listitem").get_by_text("It comes out of the roaster on Thursday.")).to_be_visible()
    chat = await demo.customer.chat(name="Maya Feldstein")
    await demo.customer.say("+15550100200", "Your 3 kg are packed.", whatsapp_account_phone=NUMBER)
    await demo.customer.said(chat.id, "Your 3 kg are packed.")
    await page.reload()
    await expect(page.locator(".talk").get_by_text("Your 3 kg are packed.")).to_be_in_viewport()
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url("/sign-in")


async def test_a_message_from_a_phone_is_there_after_a_reload(page: Page, demo: Demo) -> None:
    await sign_in(page, demo)
    phone = await demo.simulator.phone("+15550004001", HOSTILE)
    await phone.write(NUMBER, f"{HOSTILE} is my name")
    chat = await demo.customer.chat(phone="15550004001")
    await demo.customer.said(chat.id, f"{HOSTILE} is my name")
    await page.reload()
    await page.get_by_role("link", name=HOSTILE).click()
    await expect(page.locator(".talk .bubble").get_by_text(f"{HOSTILE} is my name")).to_be_visible()
    await expect(page).to_have_title(f"{HOSTILE} · Tideline")
    assert await page.locator("img[src=x]").count() == 0


PATHS = ["/sign-in", "/", "/nothing-here", "CHAT", "QR", "DESK"]


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_goes_sideways_on_a_small_phone(open_window: OpenWindow, demo: Demo, path: str) -> None:
    window = await open_window(width=360, height=740)
    if path in ("/", "CHAT"):
        await sign_in(window.page, demo)
    chat = await demo.customer.chat(name="Maya Feldstein")
    link = await demo.simulator.begin_link(demo.facts["workspace_id"], await demo.owner_id())
    to = {"CHAT": f"/chat/{chat.id}/messages/", "QR": link["qr_link"], "DESK": desk_address(demo)}
    await window.page.goto(to.get(path, path))
    await expect(window.page.locator("h1")).to_be_attached()
    if path == "DESK":
        await expect(handset(window.page, "Maya Feldstein")).to_be_visible()
    assert await window.overflow() <= 0
    window.allow("404" if path == "/nothing-here" else "nothing")


async def test_a_tap_on_a_message_offers_to_react_on_a_phone(open_window: OpenWindow, demo: Demo) -> None:
    window = await open_window(width=360, height=740)
    page = window.page
    await sign_in(page, demo)
    chat = await demo.customer.chat(name="Maya Feldstein")
    await page.goto(f"/chat/{chat.id}/messages/")
    message = page.locator(".msg--in:has(.msg__tools)").last
    await message.locator(".bubble").click(position={"x": 5, "y": 5})
    await message.get_by_role("button", name="React").click()
    await page.locator(".reaction-picker").get_by_role("button").first.click()
    await expect(message.locator(".reaction")).to_be_visible()
    assert await window.overflow() <= 0


# Linking -----------------------------------------------------------------------------------------------------


async def test_the_page_with_a_code_says_by_itself_that_the_phone_is_linked(page: Page, demo: Demo) -> None:
    begun = await demo.simulator.begin_link(demo.facts["workspace_id"], await demo.owner_id())
    await page.goto(begun["qr_link"])
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    phone = await demo.simulator.phone("+15550004002", "Shop phone")
    await phone.scan(begun["qr_link"])
    await expect(page.get_by_role("heading", name="Linked")).to_be_visible()


# The desk ----------------------------------------------------------------------------------------------------


def desk_address(demo: Demo) -> str:
    return f"/simulator#token={demo.facts['simulator_token']}"


def handset(page: Page, name: str) -> Locator:
    """The phone of somebody."""
    return page.locator(".handset", has=page.locator(".person__name", has_text=name))


async def opened_desk(page: Page, demo: Demo) -> None:
    await page.goto(desk_address(demo))
    await expect(handset(page, "Maya Feldstein")).to_be_visible()


async def write(phone: Locator, text: str) -> None:
    await phone.get_by_placeholder("Message").fill(text)
    await phone.get_by_placeholder("Message").press("Enter")


async def test_writing_on_a_phone_and_seeing_the_answer_come(page: Page, demo: Demo) -> None:
    await opened_desk(page, demo)
    phone = handset(page, "Tom Whitcombe")
    await phone.get_by_role("button", name="Northquay Coffee", exact=True).click()
    await write(phone, "Any news about invoice 2211?")
    await expect(phone.get_by_text("Any news about invoice 2211?")).to_be_visible()
    await expect(phone.get_by_placeholder("Message")).to_have_value("")
    chat = await demo.customer.chat(name="Tom Whitcombe")
    await demo.customer.said(chat.id, "Any news about invoice 2211?")
    uid = await demo.customer.say("+15550100201", "You are right, here is the new one.", whatsapp_account_phone=NUMBER)
    await expect(phone.get_by_text("You are right, here is the new one.")).to_be_visible()
    await demo.customer.until_status(uid, "Read")  # it came in while the conversation lay open
    await expect(page.get_by_role("region", name="On the wire").get_by_text("receipt:read").first).to_be_visible()


async def test_what_is_half_written_survives_what_comes_in(page: Page, demo: Demo) -> None:
    await opened_desk(page, demo)
    phone = handset(page, "Inês Carvalho")
    await phone.get_by_role("button", name="Northquay Coffee", exact=True).click()
    field = phone.get_by_placeholder("Message")
    await field.press_sequentially("Half a")
    await demo.customer.say("+15550100202", "Sim, entregamos.", whatsapp_account_phone=NUMBER)
    await expect(phone.get_by_text("Sim, entregamos.")).to_be_visible()
    await expect(field).to_be_focused()
    await field.press_sequentially(" sentence")
    await expect(field).to_have_value("Half a sentence")


async def test_linking_a_new_phone_by_clicking_the_code(page: Page, demo: Demo) -> None:
    await opened_desk(page, demo)
    await page.get_by_role("button", name="Add a phone").click()
    await page.get_by_label("Phone number", exact=True).fill("+15550004003")
    await page.get_by_label("Name", exact=True).fill("Second shop")
    await page.get_by_role("button", name="Add", exact=True).click()
    phone = handset(page, "Second shop")
    await phone.get_by_role("button", name="Linked devices of Second shop").click()
    await phone.get_by_role("button", name="Scan a code").click()
    await page.get_by_role("button", name="Link a number").click()
    await page.get_by_label("Whose number will it be?").select_option(label="Kai Lindholm, Northquay Coffee")
    await page.get_by_role("button", name="Show a code").click()
    await phone.get_by_role("button", name="Scan the code for Kai Lindholm").first.click()
    await expect(phone.get_by_text("Active now")).to_be_visible()
    numbers = {number.phone: number for number in await demo.customer.numbers()}
    assert numbers["+15550004003"].owner_name == "Kai Lindholm"
    await phone.get_by_role("button", name="Unlink").click()
    await expect(phone.get_by_text("Nothing is linked")).to_be_visible()


async def test_the_code_on_the_side_is_scanned_by_the_phone_one_chooses(page: Page, demo: Demo) -> None:
    await demo.simulator.phone("+15550004004", "Third shop")
    await opened_desk(page, demo)
    await demo.simulator.begin_link(demo.facts["workspace_id"], await demo.owner_id())
    codes = page.get_by_role("region", name="Codes to scan")
    await codes.get_by_role("button").last.click()
    await page.get_by_role("dialog").get_by_role("button", name="Third shop").click()
    await expect(handset(page, "Third shop").get_by_text("Active now")).to_be_visible()


async def in_menu(page: Page, message: Locator, name: str) -> None:
    await message.hover()
    await message.get_by_role("button", name="What to do with this message").click()
    await page.get_by_role("dialog").get_by_role("button", name=name).click()


async def test_reacting_replying_editing_and_deleting(page: Page, demo: Demo) -> None:
    await opened_desk(page, demo)
    phone = handset(page, "Clara Nunes")
    await phone.get_by_role("button", name="Northquay Coffee", exact=True).click()
    await write(phone, "Two bags, plaese")
    mine = phone.locator(".msg", has_text="Two bags, plaese")
    await in_menu(page, mine, "Edit")
    await page.get_by_label("Text").fill("Two bags, please")
    await page.get_by_role("button", name="Save").click()
    mine = phone.locator(".msg", has_text="Two bags, please")
    await expect(mine.get_by_text("edited")).to_be_visible()
    theirs = phone.locator(".msg", has_text="when you order, or tell me here")
    await in_menu(page, theirs, "👍")
    await expect(theirs.get_by_text("👍")).to_be_visible()
    await in_menu(page, theirs, "Reply")
    await write(phone, "I tell you here")
    answer = phone.locator(".msg", has_text="I tell you here")
    await expect(answer.locator(".quote")).to_contain_text("when you order")
    await in_menu(page, mine, "Delete for everybody")
    await expect(phone.get_by_text("This message was deleted")).to_be_visible()
    chat = await demo.customer.chat(name="Clara Nunes")
    told = await demo.customer.said(chat.id, "I tell you here")
    assert told.from_me is False


async def test_a_file_goes_out_and_is_seen(page: Page, demo: Demo, tmp_path: Path) -> None:
    picture = tmp_path / "grinder.png"
    picture.write_bytes(bytes.fromhex(PIXEL))
    await opened_desk(page, demo)
    phone = handset(page, "Oskar Lind")
    await phone.get_by_role("button", name="Northquay Coffee", exact=True).click()
    await phone.get_by_label("Attach a file as Oskar Lind").set_input_files(picture)
    await expect(phone.get_by_role("img", name="grinder.png")).to_have_js_property("naturalWidth", 1)


# a picture of one pixel
PIXEL = (
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e3"
    "660000000049454e44ae426082"
)


async def test_without_signal_messages_wait_until_the_phone_is_back(page: Page, demo: Demo) -> None:
    await demo.simulator.phone("+15550004005", "Dina")
    await opened_desk(page, demo)
    phone = handset(page, "Dina")
    await phone.get_by_role("button", name="Online").click()
    await expect(phone.get_by_text("Messages wait outside")).to_be_visible()
    await demo.customer.say("+15550004005", "Are you there?", whatsapp_account_phone=NUMBER)
    await phone.get_by_role("button", name="Go online").click()
    await expect(phone.locator(".chat").get_by_text("Are you there?")).to_be_visible()


async def test_switches_calls_and_groups(page: Page, demo: Demo) -> None:
    await opened_desk(page, demo)
    phone = handset(page, "Yusuf Demir")
    await phone.get_by_role("button", name="Switches of Yusuf Demir").click()
    await page.get_by_label("The next send").select_option("recipient_not_on_whatsapp")
    await page.get_by_role("button", name="Set", exact=True).click()
    await phone.get_by_role("button", name="Next send: recipient_not_on_whatsapp").click()
    await expect(phone.get_by_role("button", name="Next send")).to_have_count(0)
    await phone.get_by_role("button", name="Northquay Coffee", exact=True).click()
    await phone.get_by_role("button", name="Call Northquay Coffee").click()
    await page.get_by_label("It is", exact=True).select_option("missed")
    await page.get_by_role("button", name="Call", exact=True).click()
    await expect(phone.get_by_text("Voice call, missed")).to_be_visible()
    await page.get_by_role("button", name="New group").click()
    await page.get_by_label("Subject").fill("Tasting group")
    for member in ("Yusuf Demir", "Maya Feldstein"):
        await page.get_by_role("dialog").get_by_label(member).check()
    await page.get_by_role("button", name="Make it").click()
    await phone.get_by_role("button", name="Back to the chats").click()
    await phone.get_by_role("button", name="Tasting group").click()
    await write(phone, "Saturday at six")
    await expect(handset(page, "Maya Feldstein").get_by_text("Yusuf Demir: Saturday at six")).to_be_visible()
    await phone.get_by_role("button", name="Members of Tasting group").click()
    await page.get_by_label("What about Maya Feldstein").select_option("leaves")
    await page.get_by_role("button", name="Change").click()
    await expect(phone.locator(".handset__bar small")).to_have_text("Yusuf Demir")


async def test_the_test_clock_jumps(page: Page, demo: Demo) -> None:
    await opened_desk(page, demo)
    date = page.locator("[data-date]")
    before = await date.inner_text()
    await page.get_by_role("button", name="+ 1 day").click()
    await expect(date).not_to_have_text(before)


async def test_what_is_refused_is_said(open_window: OpenWindow, demo: Demo) -> None:
    window = await open_window()
    window.allow("404", "400")
    page = window.page
    await opened_desk(page, demo)
    phone = handset(page, "Maya Feldstein")
    await phone.get_by_placeholder("to write to").fill("+15559999999")
    await phone.get_by_role("button", name="Open the chat").click()
    await write(phone, "Hello?")
    await expect(page.get_by_role("alert").filter(has_text="15559999999")).to_be_visible()
    await expect(phone.get_by_placeholder("Message")).to_have_value("Hello?")
    await page.get_by_role("button", name="Add a phone").click()
    await page.get_by_label("Phone number", exact=True).fill("12")
    await page.get_by_label("Name", exact=True).fill("Nobody")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("7 to 15 digits")


async def test_names_and_messages_stay_text_on_the_desk(page: Page, demo: Demo) -> None:
    phone = await demo.simulator.phone("+15550004006", HOSTILE)
    await phone.write("+15550100203", HOSTILE)
    await demo.simulator.group(HOSTILE, phone, await demo.simulator.phone("+15550004007", "Ben"))
    await opened_desk(page, demo)
    await expect(handset(page, "Oskar Lind").locator(".chat__text").get_by_text(HOSTILE)).to_be_visible()
    await expect(handset(page, "Ben").get_by_role("button", name=HOSTILE)).to_be_visible()
    assert await page.locator("img[src=x]").count() == 0
    await expect(page).to_have_title("Simulator · Tideline")


async def test_the_token_leaves_the_address_and_stays_in_its_window(open_window: OpenWindow, demo: Demo) -> None:
    window, other = await open_window(), await open_window()
    await opened_desk(window.page, demo)
    assert demo.facts["simulator_token"] not in window.page.url
    await window.page.reload()
    await expect(handset(window.page, "Maya Feldstein")).to_be_visible()
    await other.page.goto("/simulator")
    await expect(other.page.get_by_label("Token")).to_be_focused()
    assert await other.page.locator(".handset").count() == 0


async def test_a_wrong_token_shows_nothing_and_asks_for_the_right_one(open_window: OpenWindow, demo: Demo) -> None:
    window = await open_window()
    window.allow("401")
    page = window.page
    await page.goto("/simulator#token=sim_wrong")
    await expect(page.get_by_role("alert")).to_contain_text("demo.json")
    assert await page.locator(".handset").count() == 0
    await page.get_by_label("Token").fill(demo.facts["simulator_token"])
    await page.get_by_role("button", name="Open").click()
    await expect(handset(page, "Maya Feldstein")).to_be_visible()


async def test_the_desk_asks_once_and_then_waits(page: Page, demo: Demo) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/desk" in request.url else None)
    await waiting_desk(page, demo)
    before = len(asked)
    await demo.simulator.phone("+15550004008", "Quiet")
    await expect(handset(page, "Quiet")).to_be_visible()
    assert len(asked) <= before + 2


async def waiting_desk(page: Page, demo: Demo) -> None:
    """The desk is open and has asked for what comes next."""
    async with page.expect_request(lambda request: "/api/desk" in request.url and "after=0" not in request.url):
        await opened_desk(page, demo)


async def test_pages_left_open_do_not_hold_up_the_end(browser: Browser, data_dir: Path) -> None:
    served = Served(data_dir)
    async with entered(served) as demo:
        window = await Window.open(browser, demo.facts["base_url"])
        window.allow("ERR_", "Failed to load")
        await waiting_desk(window.page, demo)
        link = await demo.simulator.begin_link(demo.facts["workspace_id"], await demo.owner_id())
        other = await window.context.new_page()
        async with other.expect_request(lambda request: "/state?known=" in request.url and request.url[-1] != "="):
            await other.goto(link["qr_link"])
        began = time.monotonic()
        assert await asyncio.to_thread(served.stop) == 0
        assert time.monotonic() - began < DRAIN_SECONDS
        await expect(window.page.get_by_role("alert").filter(has_text="Trying again")).to_be_visible()
        await window.close()
    served.close()
