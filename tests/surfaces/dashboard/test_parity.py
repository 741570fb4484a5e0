"""Old page plus missed fragments equals fresh page, for every kind of fact there is.

Each kind either changes nothing that a page shows, for a reason that stands here, or has a situation. A situation is
played while pages of the list and of three chats are open; then each of them must equal what the server would draw.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import unified_diff

import pytest
from playwright.async_api import Browser, Page, expect

from tests.architecture.reference import fact_kinds
from tests.support import browser as browsers
from tests.support.browser import PATIENCE, Window
from tests.support.waiting import until
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tests.surfaces.dashboard.live_site import listening, live, signed_in
from tideline.features import chats, files, messages, numbers, workspaces
from tideline.features.chats import Chat
from tideline.features.messages import Message
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    AccountState,
    CallEnded,
    GroupChanged,
    GroupMember,
    MessageEdited,
    MessageRevoked,
    Peer,
    ReactionChanged,
    StateChanged,
    StatusChanged,
)

if browsers.find() is None:
    pytest.skip(browsers.MISSING, allow_module_level=True)

expect.set_options(timeout=PATIENCE)

LAG_SECONDS = 6.0
OFFICE = "only pages around the inbox show it, and they are drawn when they are opened"
CHOICES = "lists to choose from are fetched again after it (test_stream.py)"
ENDS = "ends the stream of whoever it is about (test_stream.py); others see it where they choose from people"

NOTHING: dict[str, str] = {
    **dict.fromkeys(("WorkspaceCreated", "WorkspaceSeatsFull", "WorkspaceQuotaReached", "BalanceToppedUp"), OFFICE),
    **dict.fromkeys(("TeamCreated", "TeamRenamed", "TeamRemoved", "TeammateInvited"), OFFICE),
    **dict.fromkeys(("TokenCreated", "TokenRotated"), OFFICE),
    **dict.fromkeys(("TeammateSignedIn", "TeammateSignInRefused", "TeammateLinkMade"), OFFICE),
    **dict.fromkeys(("TeammateOperatorChanged", "WorkspaceAuditExported", "WorkspaceQuotasChanged"), OFFICE),
    **dict.fromkeys(("WebhookCreated", "WebhookChanged", "WebhookDeleted", "FileUploaded"), OFFICE),
    **dict.fromkeys(("TeammateJoined", "TeammateRestored", "TemplateStatusChanged"), CHOICES),
    **dict.fromkeys(("TemplateCreated", "TemplateChanged", "TemplateDeleted"), CHOICES),
    "TemplateUsed": "nobody is shown how often a template was used while they write",
    **dict.fromkeys(("TeammateChanged", "TeammateSuspended", "TeammateRemoved"), ENDS),
    **dict.fromkeys(("TeammateSignedOut", "TeammatePasswordChanged"), ENDS),
}


@dataclass
class Stage:
    """A workspace in which things happen, with pages that stay open."""

    site: Site
    number: Number
    direct: Chat
    group: Chat
    business: Chat
    other: Chat
    colleague: workspaces.Teammate
    pages: dict[str, Page] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.site.world

    @classmethod
    async def build(cls, site: Site) -> "Stage":
        world = site.world
        number, colleague = await world.number(), await site.teammate(display_name="Noa Levi")
        business = await world.business_number()
        await world.templates(business)
        stage = cls(
            site,
            number,
            direct=await world.chat(number, "4930111", name="Mira Solberg", responsible=colleague.email),
            group=await world.group(number, "Wholesale", [GroupMember(Peer(phone="4930222"), "member")]),
            business=await world.chat(business, "4930333", name="Otto Business"),
            other=await world.chat(number, "4930222", name="Somebody Else"),
            colleague=colleague,
        )
        await world.hear(stage.direct, "Hello")
        await world.hear(stage.group, "Hello all", sender=Peer(phone="4930222"))
        await world.send(stage.direct, "Good morning")
        return stage

    async def open(self, page: Page) -> None:
        for name, path in self.paths.items():
            self.pages[name] = await page.context.new_page() if self.pages else page
            await self.pages[name].goto(path)
            await listening(self.pages[name])

    @property
    def paths(self) -> dict[str, str]:
        chats_ = {"direct": self.direct, "group": self.group, "business": self.business}
        return {"list": "/", **{name: f"/chat/{chat.id}/messages/" for name, chat in chats_.items()}}

    async def reported(self, *events: object) -> None:
        await self.world.receive(self.number, *events)  # type: ignore[arg-type]

    async def own(self) -> tuple[Message, str]:
        """A message of ours that has left, with WhatsApp's id."""
        await self.reported(self.world.typed(self.direct.peer, "From the phone", external_id=(uid := self.next())))
        return await self.world.newest(self.direct), uid

    def next(self) -> str:
        return f"PARITY{next(self.world.serial)}"


Situation = Callable[[Stage], Awaitable[object]]


async def heard(stage: Stage) -> None:
    await stage.world.hear(stage.direct, "Is it *ready*?")
    await stage.world.hear(stage.group, "Mine too?", sender=Peer(phone="4930555"))
    await stage.world.hear(stage.business, "And here?")


async def sent(stage: Stage) -> None:
    await stage.world.send(stage.direct, "It is")
    await stage.world.send(stage.group, "All of you")


async def moved_on(stage: Stage) -> None:
    _, external = await stage.own()
    await stage.reported(StatusChanged(stage.direct.peer, [external], "read", stage.world.clock.advance()))


async def edited(stage: Stage) -> None:
    external = stage.next()
    await stage.world.hear(stage.direct, "Two bags", external_id=external)
    await stage.reported(
        MessageEdited(stage.direct.peer, external, "Three bags", stage.world.clock.advance(), stage.direct.peer)
    )


async def revoked(stage: Stage) -> None:
    external = stage.next()
    asked = await stage.world.hear(stage.direct, "Never mind", external_id=external)
    await stage.world.send(stage.direct, "We do mind", reply_to=asked.uid)
    await stage.reported(MessageRevoked(stage.direct.peer, external, stage.world.clock.advance(), stage.direct.peer))


async def imported(stage: Stage) -> None:
    """Some of long ago, more than are fetched at once."""
    old = [stage.world.of_old(stage.group.peer, f"Line {n}", sender=Peer(phone="4930222")) for n in range(3)]
    await stage.world.hand_over(stage.number, *old)


async def reacted(stage: Stage) -> None:
    external = stage.next()
    await stage.world.hear(stage.direct, "Thanks", external_id=external)
    at = stage.world.clock.advance()
    await stage.reported(ReactionChanged(stage.direct.peer, external, "🙏", at, stage.direct.peer))


async def called(stage: Stage) -> None:
    at = stage.world.clock.advance()
    await stage.reported(CallEnded(stage.direct.peer, stage.next(), "incoming", "missed", False, 0, at))


async def noted(stage: Stage) -> None:
    await stage.world.run(messages.add_note, stage.group.id, f"@{stage.colleague.email} please look")


async def group_changed(stage: Stage) -> None:
    own = GroupMember(Peer(phone=stage.number.phone), "owner", is_own=True)
    members = [own, GroupMember(Peer(phone="4930222"), "admin"), GroupMember(Peer(phone="4930555"), "member")]
    group = stage.group.group_jid
    assert group is not None
    for subject, some in (("Wholesale", members), ("Retail", members[:2]), ("Retail", members[1:])):
        change = GroupChanged(group, subject, some, stage.world.clock.advance())
        await stage.world.run(chats.change_group, stage.number, change)


async def merged(stage: Stage) -> None:
    """The chat that is open turns out to be with the same person as another one, from which messages come over."""
    twin = await stage.world.chat(stage.number, lid="77009", name="Mira by her LID")
    await stage.world.hear(twin, "Written under another address")
    await stage.world.run(chats.link_identity, stage.number, phone="4930111", lid="77009")


async def state(stage: Stage, to: AccountState) -> None:
    await stage.world.run(numbers.report, stage.number.id, [StateChanged(to)])


async def filed_away(stage: Stage) -> None:
    """An upload that a message carries is deleted."""
    file = await stage.world.file()
    await stage.world.send(stage.direct, "Our prices", file_uid=file.uid)
    await stage.world.run(files.delete_upload, file.uid)


async def reopened(stage: Stage) -> None:
    await stage.world.run(chats.close, stage.group.id)
    await stage.world.hear(stage.group, "One more thing", sender=Peer(phone="4930222"))


async def pictured(stage: Stage) -> None:
    """A contact of the open chat, and one who wrote in the open group."""
    for chat in (stage.direct, stage.other):
        file = await stage.world.file("photo.jpg", "image/jpeg")
        await stage.world.run(chats.show_photo, chat.id, stage.next(), file.uid)


def on(name: str, action: Callable[..., Awaitable[object]], *args: object) -> Situation:
    """An action on one of the chats."""

    async def play(stage: Stage) -> None:
        await stage.world.run(action, getattr(stage, name).id, *args)

    return play


SITUATIONS: dict[str, Situation] = {
    "MessageReceived": heard,
    "MessageSent": sent,
    "MessageStatusChanged": moved_on,
    "MessageEdited": edited,
    "MessageRevoked": revoked,
    "MessageImported": imported,
    "ReactionChanged": reacted,
    "CallEnded": called,
    "NoteAdded": noted,
    "FileDeleted": filed_away,
    "ChatOpened": lambda stage: stage.world.chat(stage.number, name="Somebody New"),
    "ChatRenamed": on("direct", chats.rename, "Mira S."),
    "ChatPhotoChanged": pictured,
    "ChatUnassigned": on("direct", chats.unassign),
    "ChatAssigned": lambda stage: stage.world.run(chats.assign, stage.group.id, stage.colleague.email),
    "ChatClosed": on("direct", chats.close),
    "ChatReopened": reopened,
    "ChatRead": on("other", chats.mark_read),
    "ChatUnread": on("other", chats.mark_unread),
    "ChatLabelled": on("direct", chats.add_labels, ["wholesale", "delivery"]),
    "ChatAutoresponseSwitched": on("direct", chats.set_autoresponse, False),
    "ChatMetadataChanged": on("direct", chats.set_metadata, {"ticket": 7}),
    "ChatsMerged": merged,
    "GroupChanged": group_changed,
    "TeammateRenamed": lambda stage: stage.world.run(workspaces.rename, stage.colleague.id, "Noa Ben-Levi"),
    "WorkspaceChanged": lambda stage: stage.world.run(workspaces.rename_workspace, "Harbour Roasters"),
    "NumberStateChanged": lambda stage: state(stage, AccountState.OFFLINE),
    "NumberSuspended": lambda stage: stage.world.run(numbers.pause, stage.number.id),
    "NumberResumed": lambda stage: stage.world.run(numbers.resume, stage.number.id),
    "NumberDisconnected": lambda stage: state(stage, AccountState.UNLINKED),
    "NumberConnected": lambda stage: stage.world.number(stage.number.phone),
}
UNSEEN = {"ChatAutoresponseSwitched", "ChatMetadataChanged"}
"""They may change nothing that is shown. All others must, or their situations prove nothing."""


def test_every_kind_of_fact_has_its_place() -> None:
    assert NOTHING.keys() | SITUATIONS.keys() == fact_kinds()
    assert not NOTHING.keys() & SITUATIONS.keys()


# What a page shows: elements with their attributes and words, without what only this browser knows: where new messages
# began when it was opened, what is being written, what a script has drawn of the same data, and how far it has heard.
SHOWN = """async () => {
    const { ask } = await import("/static/js/models/request.js");
    const fresh = await ask("GET", location.pathname + location.search);
    const words = ({ name, value }) => `${name}=${value}`;
    const known = ({ name }) => name !== "data-now";
    const attributes = (one) => [...one.attributes].filter(known).map(words).sort().join(" ");
    const own = ".tide, .tide *, voice-note *, form *, [data-presence], [data-picker] *, .toast, .toast *";
    const besides = "window-clock *, input, live-stream, script, message-composer, textarea, [hidden], [hidden] *, "
        + "[data-notify-ask], [data-notify-ask] *, [data-copy], [data-copy] *";
    const line = (one) => `${one.localName} ${attributes(one)} ${one.children.length ? "" : one.textContent.trim()}`;
    const all = (page) => [...page.body.querySelectorAll("*")].filter((one) => !one.matches(`${own}, ${besides}`));
    const shown = (page) => [page.title, ...all(page).map(line)];
    return [shown(document), shown(fresh)].map((lines) => lines.map((line) => line.trimEnd()).join("\\n"));
}"""


@pytest.fixture
async def stage(site: Site, browser: Browser) -> AsyncIterator[Stage]:
    stage = await Stage.build(site)
    async with live(site) as base_url:
        window = await Window.open(browser, base_url, width=1440)  # with the side panel
        window.allow("404")  # pictures without bytes
        await signed_in(site, window.page, site.world.owner)
        await stage.open(window.page)
        yield stage
        await window.close()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsers.opened() as opened:
        yield opened


async def looks(stage: Stage) -> dict[str, tuple[str, str]]:
    """Of each open page what it shows, and what a fresh one would."""
    found = await asyncio.gather(*(page.evaluate(SHOWN) for page in stage.pages.values()))
    return {name: (old, fresh) for name, (old, fresh) in zip(stage.pages, found, strict=True)}


async def agreed(stage: Stage) -> dict[str, str]:
    """What all pages show, as soon as none of them lags behind."""
    last: dict[str, tuple[str, str]] = {}

    async def same() -> bool:
        nonlocal last
        last = await looks(stage)
        return all(old == fresh for old, fresh in last.values())

    with suppress(TimeoutError):
        async with asyncio.timeout(LAG_SECONDS):
            await until(same)
    for name, (old, fresh) in last.items():
        lines = unified_diff(old.splitlines(), fresh.splitlines(), f"old {name}", "fresh", lineterm="", n=0)
        if old != fresh:
            pytest.fail("\n".join(lines))
    return {name: old for name, (old, _) in last.items()}


async def test_an_old_page_that_heard_everything_equals_a_fresh_one(stage: Stage) -> None:
    before = await agreed(stage)
    wrong = []
    for kind, play in SITUATIONS.items():
        try:
            await play(stage)
            await told(stage, kind)
            after = await agreed(stage)
        except (AssertionError, pytest.fail.Exception) as difference:
            wrong.append(f"after {kind}:\n{difference}")
            for page in stage.pages.values():
                await page.reload()
            after = await agreed(stage)
        if after == before and kind not in UNSEEN:
            wrong.append(f"{kind} changed nothing on any page")
        before = after
    assert not wrong, "\n\n".join(wrong)


async def told(stage: Stage, kind: str) -> None:
    """The situation has brought about what it is here for."""
    assert kind in await stage.world.fact_kinds(kind)
