"""The inbox while it is open: what happens elsewhere shows by itself, in every tab and for everybody who may see it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from difflib import unified_diff
from pathlib import Path

import pytest
from playwright.async_api import Browser, Dialog, Locator, Page, expect

from tests.journeys.conftest import Demo, entered
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.clients import Phone
from tests.support.serving import Served
from tests.support.waiting import until
from tideline.client.models import Chat

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

NUMBER = "+15550100001"
OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="module")
def served(make_data_dir: Callable[[], Path]) -> Iterator[Served]:
    served = Served(make_data_dir())
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
    """Windows of people who are signed in, which may not complain about anything."""
    windows = []

    async def open_one(**size: int) -> Window:
        window = await Window.open(browser, demo.facts["base_url"], **size)
        windows.append(window)
        page = window.page
        await page.goto("/sign-in")
        await page.get_by_label("E-mail address").fill(demo.facts["owner_email"])
        await page.get_by_label("Password").fill(demo.facts["owner_password"])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name="Maya Feldstein")).to_be_visible()
        return window

    yield open_one
    for window in windows:
        await window.close()


async def listening(page: Page) -> None:
    await expect(page.locator("live-stream[data-open]")).to_be_attached()


async def test_two_tabs_of_a_browser_share_one_stream(open_window: OpenWindow, demo: Demo) -> None:
    window = await open_window()
    other = await window.context.new_page()
    await other.goto("/")
    for page in (window.page, other):
        await listening(page)
        await page.evaluate("document.addEventListener('tideline:news', ({detail}) => document.title = detail.text)")
    phone = await demo.simulator.phone("+15550005001", "Ana")
    await phone.write(NUMBER, "Told in both tabs")
    for page in (window.page, other):
        await expect(page).to_have_title("Told in both tabs")


# A conversation ----------------------------------------------------------------------------------------------


async def opened(page: Page, demo: Demo, chat: Chat) -> None:
    await page.goto(f"/chat/{chat.id}/messages/")
    await listening(page)


async def a_chat(demo: Demo, phone: str, name: str, *texts: str) -> tuple[Phone, Chat]:
    """Somebody who has written."""
    somebody = await demo.simulator.phone(phone, name)
    for text in texts:
        await somebody.write(NUMBER, text)
    chat = await demo.customer.chat(phone=phone.removeprefix("+"))
    await demo.customer.said(chat.id, texts[-1])
    return somebody, chat


def message(page: Page, text: str) -> Locator:
    return page.locator(".timeline .msg", has_text=text)


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message to").fill(text)
    await page.keyboard.press("Enter")


async def test_receiving_and_answering_live(open_window: OpenWindow, demo: Demo) -> None:
    phone, chat = await a_chat(demo, "+15550005002", "Rosa Lima", "Good morning")
    page = (await open_window()).page
    await opened(page, demo, chat)
    await phone.write(NUMBER, "Are *you* open _today_?")
    asked = message(page, "Are you open today?")
    await expect(asked).to_be_visible()
    await expect(asked.locator("strong")).to_have_text("you")
    await write(page, "Yes, until six.")
    answer = message(page, "Yes, until six.")
    await expect(answer).to_have_count(1)
    await expect(answer.get_by_role("img", name="Delivered")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Message to")).to_have_value("")
    await phone.read(NUMBER)
    await expect(answer.get_by_role("img", name="Read")).to_be_visible()
    said = await demo.customer.said(chat.id, "Yes, until six.")
    assert (said.origin, said.from_me) == ("Shared Inbox", True)
    await expect(page.locator(".pane.list .chat", has_text="Rosa Lima")).to_contain_text("Yes, until six.")


async def test_a_colleague_sees_it_come_and_who_writes(open_window: OpenWindow, demo: Demo) -> None:
    _, chat = await a_chat(demo, "+15550005003", "Nadia Haddad", "Hello")
    one, other = (await open_window()).page, (await open_window()).page
    await opened(one, demo, chat)
    await opened(other, demo, chat)
    await write(one, "First line")
    await expect(message(other, "First line")).to_have_count(1)
    await expect(message(one, "First line")).to_have_count(1)
    await expect(message(one, "First line")).to_have_class(re.compile("msg--first"))


async def test_notes_mentions_and_enter_with_shift(open_window: OpenWindow, demo: Demo) -> None:
    _, chat = await a_chat(demo, "+15550005004", "Omar Sayed", "Hello")
    page = (await open_window()).page
    await opened(page, demo, chat)
    await page.get_by_role("button", name="Note", exact=True).click()
    field = page.get_by_role("textbox", name="Message to")
    await field.press_sequentially("@kai")
    await page.get_by_role("option").first.click()
    await field.press_sequentially("please call")
    await field.press("Shift+Enter")
    await field.press_sequentially("today")
    await field.press("Enter")
    note = page.locator(".timeline .msg--note")
    await expect(note.locator(".mention")).to_contain_text("@kai")
    await expect(note).to_contain_text("only your team sees this")
    await expect(note).to_contain_text("please call\ntoday")


async def test_closing_and_reopening_by_a_new_message(open_window: OpenWindow, demo: Demo) -> None:
    phone, chat = await a_chat(demo, "+15550005005", "Ilan Peretz", "Done?")
    page = (await open_window()).page
    await opened(page, demo, chat)
    await page.get_by_role("button", name="Close", exact=True).click()
    await expect(page.locator("#talk-head .state")).to_have_text("Closed")
    await phone.write(NUMBER, "One more thing")
    await expect(page.get_by_role("button", name="Close", exact=True)).to_be_visible()
    await expect(page.locator("#talk-head .state")).to_have_count(0)


async def test_a_file_and_a_quote(open_window: OpenWindow, demo: Demo, tmp_path: Path) -> None:
    _, chat = await a_chat(demo, "+15550005006", "Tess Okoye", "Do you have the menu?")
    menu = tmp_path / "menu.pdf"
    menu.write_bytes(b"%PDF-1.4 a menu")
    page = (await open_window()).page
    await opened(page, demo, chat)
    asked = message(page, "Do you have the menu?")
    await asked.hover()
    await asked.get_by_role("button", name="Reply").click()
    await page.locator("[data-file]").set_input_files(menu)
    await expect(page.locator(".tray__item")).to_contain_text("menu.pdf")
    await write(page, "Here it is")
    sent = message(page, "Here it is")
    await expect(sent.get_by_role("link", name="menu.pdf")).to_be_visible()
    await expect(sent.locator(".quote")).to_contain_text("Do you have the menu?")
    await expect(page.locator(".tray__item")).to_have_count(0)


async def test_a_voice_note_is_recorded_and_has_a_wave(open_window: OpenWindow, demo: Demo) -> None:
    _, chat = await a_chat(demo, "+15550005007", "Vera Novak", "Call me")
    window = await open_window()
    await window.context.grant_permissions(["microphone"])
    page = window.page
    await opened(page, demo, chat)
    record = page.get_by_role("button", name="Record a voice note")
    await record.click()
    await expect(record).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("timer")).to_have_text("0:01")
    await record.click()
    voice = page.locator(".timeline voice-note")
    await expect(voice.locator(".wave rect")).to_have_count(64)
    await voice.get_by_role("button", name="Speed").click()
    await expect(voice.get_by_role("button", name="Speed")).to_have_text("1.5×")


async def test_several_files_go_in_their_order_and_one_too_large_not_at_all(
    open_window: OpenWindow, demo: Demo, tmp_path: Path
) -> None:
    _, chat = await a_chat(demo, "+15550005013", "Paolo Neri", "The plans, please")
    page = (await open_window()).page
    await opened(page, demo, chat)
    files = [tmp_path / f"plan-{n}.txt" for n in range(5)]
    for n, file in enumerate(files):
        file.write_bytes(b"x" * (9 - n) * 10_000)
    with (tmp_path / "huge.png").open("wb") as picture:
        picture.truncate(17 * 2**20)
    await page.locator("[data-file]").set_input_files(files)
    await page.locator("[data-file]").set_input_files(tmp_path / "huge.png")
    await expect(page.get_by_role("alert").filter(has_text="huge.png is too large")).to_be_visible()
    await expect(page.locator(".tray__item")).to_have_count(5)
    await page.get_by_role("button", name="Send").click()
    sent = page.locator(".timeline .msg--out[data-at] .doc__name")
    await expect(sent).to_have_text([file.name for file in files])


async def test_a_template_is_filled_in_by_the_keyboard(open_window: OpenWindow, demo: Demo) -> None:
    _, chat = await a_chat(demo, "+15550005014", "Ida Holm", "When?")
    await demo.customer.create_template(name="Appointment", text="Hello {{name}}, see you {{day}}.")
    page = (await open_window()).page
    await opened(page, demo, chat)
    field = page.get_by_role("textbox", name="Message to")
    await field.press_sequentially("/appoint")
    await expect(page.get_by_role("option", name="Appointment")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Ida")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Fill in {{day}} first")).to_be_visible()
    await page.keyboard.type("today")
    await page.keyboard.press("Enter")
    await expect(message(page, "Hello Ida, see you today.")).to_have_count(1)


async def test_a_recording_can_be_discarded_and_does_not_get_lost_by_accident(
    open_window: OpenWindow, demo: Demo
) -> None:
    _, chat = await a_chat(demo, "+15550005015", "Nils Ek", "Hello")
    window = await open_window()
    await window.context.grant_permissions(["microphone"])
    page = window.page
    await opened(page, demo, chat)
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    record = page.get_by_role("button", name="Record a voice note")
    await record.click()
    await expect(page.get_by_role("timer")).to_have_text("0:01")
    await page.locator(".talk__back").evaluate("(link) => link.click()")
    await until(lambda: asked == ["beforeunload"])
    await page.get_by_role("button", name="Discard the recording").click()
    await expect(page.get_by_role("alert").filter(has_text="discarded")).to_be_visible()
    await expect(record).to_have_attribute("aria-pressed", "false")
    await expect(page.locator(".timeline voice-note")).to_have_count(0)


async def test_a_reaction_and_a_draft(open_window: OpenWindow, demo: Demo) -> None:
    _, chat = await a_chat(demo, "+15550005008", "Yael Baron", "Thank you!")
    page = (await open_window()).page
    await opened(page, demo, chat)
    thanks = message(page, "Thank you!")
    await thanks.hover()
    await thanks.get_by_role("button", name="React").click()
    await page.get_by_role("button", name="🙏").click()
    await expect(thanks.locator(".reaction")).to_contain_text("🙏")
    await page.get_by_role("textbox", name="Message to").fill("Half a sente")
    await page.goto("/")
    await opened(page, demo, chat)
    await expect(page.get_by_role("textbox", name="Message to")).to_have_value("Half a sente")


async def test_what_could_not_be_sent_stays_and_goes_at_another_try(open_window: OpenWindow, demo: Demo) -> None:
    _, chat = await a_chat(demo, "+15550005009", "Jonas Berg", "Hi")
    window = await open_window()
    window.allow("ERR_", "Failed to load")
    page = window.page
    await opened(page, demo, chat)
    await page.route("**/messages/", lambda route: route.abort())
    await write(page, "Through the storm")
    bubble = message(page, "Through the storm")
    await expect(bubble.get_by_role("alert")).to_contain_text("No connection.")
    await page.unroute("**/messages/")
    await bubble.get_by_role("button", name="Try again").click()
    await expect(bubble.get_by_role("img", name="Delivered")).to_be_visible()
    await expect(bubble).to_have_count(1)


async def test_older_messages_come_by_themselves(open_window: OpenWindow, demo: Demo) -> None:
    texts = [f"Line {n:03d}" for n in range(56)]
    phone, chat = await a_chat(demo, "+15550005010", "Pia Lund", "Hello")
    page = (await open_window()).page
    for text in texts:
        await phone.write(NUMBER, text)
    await opened(page, demo, chat)
    await expect(message(page, "Line 055")).to_be_in_viewport()
    await page.locator("message-timeline").evaluate("(it) => it.scrollTo(0, -it.scrollHeight)")
    await expect(message(page, "Line 000")).to_be_attached()
    await expect(page.locator(".timeline .day")).to_have_count(1)
    await expect(page.locator("[data-older]")).to_have_count(0)


async def test_a_chat_is_found_answered_and_closed_without_a_pointer(open_window: OpenWindow, demo: Demo) -> None:
    await a_chat(demo, "+15550005012", "Zoe Keys", "Only keys")
    page = (await open_window()).page
    await listening(page)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("next chat of the list")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await expect(page.get_by_role("link", name="Zoe Keys")).to_be_focused()
    await page.keyboard.press("Enter")
    await listening(page)
    await page.keyboard.press("r")
    await page.keyboard.type("Without a pointer")
    await page.keyboard.press("Enter")
    await expect(message(page, "Without a pointer").get_by_role("img", name="Delivered")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await expect(page.locator("#talk-head .state")).to_have_text("Closed")


# A page that was open all the time ---------------------------------------------------------------------------

SHOWN = """() => {
    const copy = document.querySelector("[data-conversation]").cloneNode(true);
    for (const one of copy.querySelectorAll(".tide, message-composer")) one.remove();
    const attributes = (one) => [...one.attributes].map(({ name, value }) => `${name}=${value}`).sort().join(" ");
    return [...copy.querySelectorAll("header, .day, .msg, .msg *, #talk-notice *")]
        .map((one) => `${one.localName} ${attributes(one)} ${one.children.length ? "" : one.textContent.trim()}`)
        .join("\\n");
}"""


async def test_an_old_page_that_heard_everything_equals_a_fresh_one(open_window: OpenWindow, demo: Demo) -> None:
    phone, chat = await a_chat(demo, "+15550005011", "Lea Sommer", "Hello", "First")
    window = await open_window()
    old, fresh = window.page, await window.context.new_page()
    await opened(old, demo, chat)
    shop = Phone(demo.simulator, NUMBER, "", "")
    happened: list[str] = []

    async def agree(what: str, sign: Callable[[], Locator]) -> None:
        """Once the old page shows the sign of it, a fresh one shows nothing else."""
        await expect(sign()).to_be_visible()
        happened.append(what)

        async def same() -> bool:
            await fresh.goto(f"/chat/{chat.id}/messages/")
            return bool(await old.evaluate(SHOWN) == await fresh.evaluate(SHOWN))

        try:
            await until(same, f"the same after: {', '.join(happened)}")
        except AssertionError:
            was, now = [str(await page.evaluate(SHOWN)).splitlines() for page in (old, fresh)]
            pytest.fail(
                f"after {happened[-1]}:\n" + "\n".join(unified_diff(was, now, "old", "fresh", lineterm="", n=0))
            )

    mine = await phone.write(NUMBER, "Two bags")
    await agree("received", lambda: message(old, "Two bags"))
    await phone.call("PATCH", f"/messages/{mine}", text="Three bags")
    await agree("edited", lambda: message(old, "Three bags").get_by_text("edited"))
    await phone.call("POST", "/reactions", message_id=mine, emoji="🙏")
    await agree("reacted to", lambda: message(old, "Three bags").locator(".reaction"))
    uid = await demo.customer.say("+15550005011", "Noted.", whatsapp_account_phone=NUMBER)
    await demo.customer.until_status(uid, "Delivered")
    await agree("sent and delivered", lambda: message(old, "Noted.").get_by_role("img", name="Delivered"))
    await phone.read(NUMBER)
    await agree("read", lambda: message(old, "Noted.").get_by_role("img", name="Read"))
    await shop.write("+15550005011", "From the phone")
    await agree("typed on the phone", lambda: message(old, "From the phone"))
    await phone.call("DELETE", f"/messages/{mine}")
    await agree("revoked", lambda: message(old, "This message was deleted"))
    await phone.call("POST", "/calls", to=NUMBER, outcome="missed", video=False, seconds=0)
    await agree("called", lambda: message(old, "Missed voice call"))
    await demo.customer.add_chat_note(chat.id, text="A note")
    await agree("noted", lambda: message(old, "A note"))
    await demo.customer.update_chat(chat.id, name="Lea S.")
    await agree("renamed", lambda: old.get_by_role("heading", name="Lea S."))
    await demo.customer.update_chat(chat.id, closed=True)
    await agree("closed", lambda: old.locator("#talk-head .state"))
    await demo.customer.update_chat(chat.id, responsible=demo.facts["owner_email"])
    await agree("assigned", lambda: old.locator("#talk-head .talk__viewers"))
    await phone.write(NUMBER, "I am back")
    await agree("reopened", lambda: old.get_by_role("button", name="Close", exact=True))
