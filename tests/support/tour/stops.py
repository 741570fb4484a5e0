"""The list of all pages, in all states that look different. `{names}` in an address are places of the shop.

A page of the routing table that is neither here nor among the excused ones fails a test.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from playwright.async_api import Page

Step = Callable[[Page], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    """Something to look at: an address, for whom, and what is done there before one looks. `shows` is there by then.

    `ends` is the address one is at by then, where the steps lead to another; `answers` is the status of the page, and
    `refuses` that of an answer that the steps bring about;
    `is_photographed` says whether it is among the pictures, `is_translated` whether it speaks all our languages.
    """

    name: str
    address: str
    steps: Sequence[Step] = ()
    who: str = "owner"
    shows: str = "h1"
    ends: str = ""
    answers: int = 200
    refuses: str = ""
    is_photographed: bool = True
    is_translated: bool = True


# What is done: only with selectors, because pages speak four languages.


def click(selector: str, shows: str | None = None) -> Step:
    async def do(page: Page) -> None:
        await page.locator(selector).first.click()
        if shows:
            await page.locator(shows).first.wait_for()

    return do


def fill(selector: str, text: str, shows: str | None = None) -> Step:
    """Type it, letter by letter."""

    async def do(page: Page) -> None:
        await page.locator(selector).first.press_sequentially(text)
        if shows:
            await page.locator(shows).first.wait_for()

    return do


def press(key: str, shows: str) -> Step:
    async def do(page: Page) -> None:
        await page.keyboard.press(key)
        await page.locator(shows).first.wait_for()

    return do


def focus(selector: str) -> Step:
    async def do(page: Page) -> None:
        await page.locator(selector).first.focus()

    return do


def popover(name: str) -> Step:
    """The menu of this id, by whichever button shows at this width."""

    async def do(page: Page) -> None:
        await page.locator(f"#{name}").evaluate("menu => menu.showPopover()")

    return do


def opened(selector: str) -> Step:
    """A part that is folded in."""

    async def do(page: Page) -> None:
        await page.locator(selector).first.evaluate("part => { part.open = true; }")

    return do


CHAT = "/chat/{maya}/messages/"
FIELD = "message-composer textarea"

STOPS = (
    # at the door
    Stop("sign-in", "/sign-in", who="nobody"),
    Stop(
        "sign-in-refused",
        "/sign-in",
        [
            fill("[name=email]", "mira@northquay.example"),
            fill("[name=password]", "wrong"),
            click("main form button", "[role=alert]"),
        ],
        who="nobody",
        refuses="400",
        is_photographed=False,
    ),
    Stop("lost-password", "/lost-password", who="nobody"),
    Stop("one-time-link", "{link}", who="nobody"),
    Stop("qr", "{qr}", who="nobody", shows="[role=img]"),
    Stop("not-found", "/nothing-here", answers=404),
    # the inbox
    Stop("chats", "/", shows=".chat"),
    Stop("chats-filtered", "/?label=wholesale&responsible=nobody", shows=".filter"),
    Stop("chats-filters", "/", [click("[data-filter]", "#list-filters .check")], shows=".chat"),
    Stop("chats-views", "/", [click("[popovertarget=list-views]", "#list-views [name=name]")], shows=".chat"),
    Stop("chats-found", "/?q=order", shows=".chats__part"),
    Stop("chats-none-found", "/?q=nothing+like+it", shows=".empty"),
    Stop("chats-mine", "/?view=mine", shows=".chat", is_photographed=False),
    Stop(
        "chats-chosen",
        "/",
        [click("[data-selecting]", ".chat__select input"), press("j", ".chat"), press("x", ".bulk__count")],
    ),
    Stop(
        "chats-bulk",
        "/",
        [
            click("[data-selecting]", ".chat__select input"),
            press("j", ".chat"),
            press("x", ".bulk__count"),
            click("[popovertarget=bulk-whose]", "#bulk-whose .menu__item"),
        ],
        shows=".chat",
    ),
    Stop("new-chat", "/", [press("c", "dialog[open] [name=to]")], shows=".chat"),
    Stop("new-chat-page", "/new-chat", shows="[name=to]", is_photographed=False),
    Stop("rounds", "/rounds"),
    Stop("account-menu", "/", [popover("account")], shows=".chat"),
    Stop("more-menu", "/", [popover("more")], shows=".chat", is_photographed=False),
    Stop("shortcuts", "/", [press("?", "dialog[open]")], shows=".chat"),
    Stop("chats-empty", "/", who="newcomer", shows=".empty"),
    Stop("chat", CHAT, shows=".bubble"),
    Stop("chat-older", CHAT + "?before={picture}", shows=".bubble", is_photographed=False),
    Stop("chat-group", "/chat/{group}/messages/", shows=".bubble"),
    Stop("chat-hebrew", "/chat/{noa}/messages/", shows=".bubble"),
    Stop("chat-long", "/chat/{long}/messages/", shows=".bubble"),
    Stop("chat-closed", "/chat/{yusuf}/messages/", shows=".bubble"),
    Stop("chat-business", "/chat/{clara_service}/messages/", shows=".bubble"),
    Stop(
        "chat-business-templates",
        "/chat/{clara_service}/messages/",
        [click("[data-business-templates]", "dialog[open] [role=option]"), click("dialog[open] [role=option]")],
        shows=".bubble",
    ),
    Stop("chat-emoji", CHAT, [click("[data-emoji]", "[data-picker] [role=option]")], shows=".bubble"),
    Stop("chat-templates", CHAT, [fill(FIELD, "/", "[data-picker] [role=option]")], shows=".bubble"),
    Stop(
        "chat-note",
        CHAT,
        [click("[data-kind=note]"), fill(FIELD, "@", "[data-picker] [role=option]")],
        shows=".bubble",
    ),
    Stop(
        "chat-reaction",
        CHAT,
        [focus("[data-react]"), press("Enter", ".reaction-picker")],
        shows=".bubble",
    ),
    Stop(
        "chat-reply",
        CHAT,
        [focus("[data-reply]"), press("Enter", "[data-quoted]"), fill(FIELD, "We can do that, and bring it by ten.")],
        shows=".bubble",
    ),
    Stop("chat-panel", CHAT, [press("i", "#side-title")], shows=".bubble"),
    Stop(
        "chat-panel-rename",
        CHAT,
        [press("i", "#side-title"), click(".side__editor summary", "#side-name")],
        shows=".bubble",
    ),
    Stop(
        "chat-panel-media",
        CHAT,
        [press("i", "#side-title"), click("[data-part=media] [data-view]", ".media[data-files]")],
        shows=".bubble",
    ),
    Stop("chat-panel-group", "/chat/{group}/messages/", [press("i", "[data-part=members]")], shows=".bubble"),
    Stop("panel", "/chat/{ines}/panel", shows="#side-title", is_photographed=False),
    Stop("panel-media", "/chat/{maya}/media", shows=".media", is_photographed=False),
    Stop("panel-media-empty", "/chat/{ines}/media", shows=".empty", is_photographed=False),
    Stop("chat-recording", CHAT, [click("[data-record]", "[data-recorded]")], shows=".bubble"),
    # templates
    Stop("templates", "/templates", shows=".tpl"),
    Stop("templates-none-found", "/templates?q=nothing+like+it", shows=".empty", is_photographed=False),
    Stop("templates-empty", "/templates", who="newcomer", shows=".empty"),
    Stop("template-new", "/templates/new"),
    Stop("template", "/templates/{template}"),
    Stop("template-delete", "/templates/{template}", [click("[commandfor=delete]", "dialog[open]")]),
    Stop("templates-business", "/templates/business", shows=".tpl"),
    Stop("templates-business-empty", "/templates/business", who="newcomer", shows=".empty"),
    Stop("template-business", "/templates/business/{business_template}"),
    # around the inbox
    Stop("numbers", "/numbers", shows=".number"),
    Stop("numbers-unlink", "/numbers", [click("[commandfor^=unlink]", "dialog[open]")], shows=".number"),
    Stop("numbers-empty", "/numbers", who="newcomer", shows=".empty"),
    Stop("numbers-link", "/numbers/link"),
    Stop("numbers-link-qr", "/numbers/link", [click("button[value=qr]", ".qr-box svg")], ends="/numbers/link/1"),
    Stop("numbers-business", "/numbers/business"),
    Stop("numbers-connection", "/numbers/{business_number}/business"),
    Stop("team", "/team"),
    Stop("team-member", "/team/{kai}"),
    Stop("team-remove", "/team/{kai}", [click("[commandfor=remove]", "dialog[open]")]),
    Stop("team-invited", "/team/{invited}"),
    Stop("webhooks", "/webhooks"),
    Stop("webhooks-empty", "/webhooks", who="newcomer", shows=".empty"),
    Stop("webhook", "/webhooks/{hook}", [opened("details")]),
    Stop("webhook-paused", "/webhooks/{paused_hook}", shows=".empty"),
    Stop("webhook-delete", "/webhooks/{hook}", [click("[commandfor=delete]", "dialog[open]")], is_photographed=False),
    Stop("webhook-delivery", "/webhooks/{hook}/deliveries/{delivery}"),
    Stop("usage", "/usage", shows=".chart, .figure"),
    Stop("usage-empty", "/usage", who="newcomer"),
    Stop("audit", "/audit", shows="main"),
    Stop("audit-none-found", "/audit?area=templates&from=2001-01-01&until=2001-01-02", is_photographed=False),
    Stop("partners", "/partners"),
    Stop("partner", "/partners/{partner}"),
    Stop(
        "partner-secret", "/partners/{partner}", [click("[commandfor=rotate]", "dialog[open]")], is_photographed=False
    ),
    Stop("partner-workspace", "/partners/{partner}/workspaces/{partner_workspace}"),
    Stop("api", "/api", [opened("details")]),
    Stop("api-renew", "/api", [click("[commandfor=renew]", "dialog[open]")], is_photographed=False),
    Stop("api-empty", "/api", who="newcomer"),
    Stop("settings", "/settings"),
    Stop("profile", "/profile"),
    Stop("outbox", "{outbox}"),
    Stop("simulator", "{simulator}", shows=".handset", who="nobody", is_translated=False),
)

EXCUSED = {
    "/new-chat/people": "a part of the page of a new chat",
    "/rounds/{uid}": "what became of one round, a part that keeps itself fresh",
    "/chats/rows": "a part of the page of chats",
    "/chats": "a part of the page of chats",
    "/chat/{chat_id}": "leads to the page of the chat",
    "/chat/{chat_id}/": "leads to the page of the chat",
    "/chat/{chat_id}/messages": "leads to the page of the chat",
    "/chat/{chat_id}/files/{message_uid}": "leads to a file",
    "/chat/{chat_id}/files/{message_uid}/thumbnail": "leads to a file",
    "/chat/{chat_id}/parts": "a part of the page of a chat",
    "/chat/{chat_id}/templates": "a part of the page of a chat",
    "/chat/{chat_id}/people": "a part of the page of a chat",
    "/chat/{chat_id}/business-templates": "a part of the page of a chat",
    "/chat/{chat_id}/business-templates/{template_id}": "a part of the page of a chat",
    "/chat/{chat_id}/labels": "a part of the page of a chat",
    "/chat/{chat_id}/photo/{uid}": "leads to a file",
    "/usage.csv": "a file",
    "/partners/{id}/usage.csv": "a file",
    "/qr/{token}/state": "JSON for the page with the code",
    "/stream": "the live stream",
}
"""Addresses that answer to GET with no page of their own, and why."""
