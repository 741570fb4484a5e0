"""The side panel: what it says, what is changed in it, and for whom it is there."""

from collections.abc import Callable

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import chats
from tideline.features.chats import Chat
from tideline.features.numbers.port import GroupMember, Peer
from tideline.features.workspaces import Role

SCRIPT = {"x-fragment": "1"}


async def panel(browser: Browser, chat: Chat, query: str = "") -> Page:
    page = await browser.get(f"/chat/{chat.id}/panel{query}", **SCRIPT)
    assert page.status == 200
    return page


async def post(browser: Browser, path: str, **fields: str) -> Page:
    page = await browser.get("/")
    return await browser.post(path, {"csrf": page.hidden["csrf"], **fields}, **SCRIPT)


async def test_a_contact(site: Site) -> None:
    world = site.world
    number = await world.number(name="Harbour Orders")
    mira = await world.chat(number, "15550100234", name="Mira", labels=["vip"], responsible=world.owner.email)
    await world.chat(await world.number(name="Service desk"), "15550100234")
    await world.run(chats.set_metadata, mira.id, {"crm": {"deal": "A-7"}})
    await world.hear(mira, "Hello")
    browser = await site.owner()
    words = (await panel(browser, mira)).words
    for part in ("Mira", "+15550100234", "vip", world.owner.display_name, "Harbour Orders", "Connected"):
        assert part in words
    for part in ("First message", "Service desk", '"deal": "A-7"', f"/chat/{mira.id}/messages/"):
        assert part in words
    whole = await browser.get(f"/chat/{mira.id}/messages/")
    assert "Service desk" in whole.words
    assert "inbox--no-panel" not in whole.html


async def test_who_closed_the_panel_opens_chats_without_it(site: Site) -> None:
    chat = await site.world.chat(name="Mira")
    browser = await site.owner()
    browser.cookies["tideline_panel"] = "closed"
    page = await browser.get(f"/chat/{chat.id}/messages/")
    assert "inbox--no-panel" in page.html
    assert "side-title" not in page.html


async def a_group(world: World, many: int) -> Chat:
    number = await world.number()
    await world.chat(number, "4930999000", name="Clara Nunes")
    members = [GroupMember(Peer(phone=f"49309990{n:02d}"), "admin" if n == many - 1 else "member") for n in range(many)]
    return await world.group(number, "Wholesale", members)


async def test_a_group_shows_some_of_its_members_and_then_all(site: Site) -> None:
    group = await a_group(site.world, 30)
    browser = await site.owner()
    few = await panel(browser, group)
    assert few.html.count('class="person"') == 12
    assert "Show 19 more" in few.words
    assert few.words.index("Owner") < few.words.index("Admin") < few.words.index("Clara Nunes")
    everybody = await panel(browser, group, "?members=all")
    assert everybody.html.count('class="person"') == 31
    assert "more" not in everybody.words


async def test_the_chat_with_a_member_is_offered_to_who_may_see_it(site: Site) -> None:
    group = await a_group(site.world, 2)
    collaborator = await site.teammate(Role.COLLABORATOR)
    await site.world.run(chats.assign, group.id, collaborator.email)
    [clara] = [one.chat_id for one in group.members if one.chat_id]
    seen = await panel(await site.owner(), group)
    unseen = await panel(await site.signed_in(collaborator), group)
    assert seen.links(f"/chat/{clara}/") == [f"/chat/{clara}/messages/"]
    assert unseen.links(f"/chat/{clara}/") == []
    assert "Clara Nunes" in unseen.words


CHANGES: dict[str, tuple[str, dict[str, str], Callable[[Chat], object], str]] = {
    "a name": ("name", {"name": "  Mira of the harbour "}, lambda now: now.name == "Mira of the harbour", "harbour"),
    "a label": ("labels", {"add": "new lead"}, lambda now: now.labels == ["vip", "new lead"], "new lead"),
    "a label less": ("labels", {"remove": "vip"}, lambda now: now.labels == [], "Labels"),
    "nobody": ("responsible", {"email": ""}, lambda now: now.responsible_id is None, "Assign to me"),
    "answers off": ("answers", {}, lambda now: not now.autoresponse, "No automatic answers"),
    "answers on": ("answers", {"on": "yes"}, lambda now: now.autoresponse, "Automatic answers may be given"),
}


@pytest.mark.parametrize(("what", "fields", "holds", "shown"), CHANGES.values(), ids=CHANGES)
async def test_changes(
    site: Site, what: str, fields: dict[str, str], holds: Callable[[Chat], object], shown: str
) -> None:
    chat = await site.world.chat(name="Mira", labels=["vip"], responsible=site.world.owner.email)
    browser = await site.owner()
    for _ in range(2):  # a form that is sent twice does nothing more
        answer = await post(browser, f"/chat/{chat.id}/panel/{what}", **fields)
        assert answer.status == 200
        assert shown in answer.words
    assert holds(await site.world.reload(chat))
    plain = await browser.get(f"/chat/{chat.id}/panel")
    assert shown in plain.words
    back = await browser.post(f"/chat/{chat.id}/panel/{what}", {"csrf": plain.hidden["csrf"], **fields})
    assert back.location == f"/chat/{chat.id}/panel"


async def test_somebody_is_made_responsible_and_the_name_is_given_back(site: Site) -> None:
    chat, colleague = await site.world.chat(name="Mira"), await site.teammate()
    browser = await site.owner()
    await post(browser, f"/chat/{chat.id}/panel/responsible", email=colleague.email)
    await post(browser, f"/chat/{chat.id}/panel/name", name="Ours")
    await post(browser, f"/chat/{chat.id}/panel/name", name="Ours", do="forget")
    now = await site.world.reload(chat)
    assert (now.responsible_id, now.name, now.is_renamed) == (colleague.id, "Mira", False)


REFUSED: dict[str, tuple[str, dict[str, str], int]] = {
    "no name": ("name", {"name": "  "}, 400),
    "a name of another": ("name", {"name": "clara"}, 400),
    "too long a name": ("name", {"name": "x" * 257}, 400),
    "no label": ("labels", {"add": " "}, 400),
    "too long a label": ("labels", {"add": "x" * 65}, 400),
    "nobody's address": ("responsible", {"email": "nobody@elsewhere.example"}, 400),
    "something else": ("number", {"name": "x"}, 404),
}


@pytest.mark.parametrize(("what", "fields", "status"), REFUSED.values(), ids=REFUSED)
async def test_what_is_refused_is_said_and_changes_nothing(
    site: Site, what: str, fields: dict[str, str], status: int
) -> None:
    world = site.world
    await world.chat(name="Clara")
    chat = await world.chat(name="Mira", labels=["vip"])
    answer = await post(await site.owner(), f"/chat/{chat.id}/panel/{what}", **fields)
    assert answer.status == status
    assert answer.response.headers["x-problem"]
    assert await world.reload(chat) == chat


PARTS = ["panel", "labels?q=v", "media", "media?kind=voice"]
FORMS = ["panel/name", "panel/labels", "panel/responsible", "panel/answers"]


@pytest.mark.parametrize("path", PARTS + FORMS)
async def test_who_does_not_see_a_chat_sees_and_changes_nothing(site: Site, neighbour: World, path: str) -> None:
    chat = await site.world.chat(name="Not for everybody", labels=["vip"])
    [theirs] = (await neighbour.run(chats.list_chats)).items
    agent = await site.signed_in(await site.teammate(Role.AGENT))
    for browser, chat_id in ((agent, chat.id), (await site.owner(), theirs.id)):
        address = f"/chat/{chat_id}/{path}"
        fields = {"name": "x", "add": "x", "email": ""}
        answer = await (browser.get(address, **SCRIPT) if path in PARTS else post(browser, address, **fields))
        assert answer.status == 404
    assert await site.world.reload(chat) == chat
    assert await neighbour.reload(theirs) == theirs


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_elsewhere_changes_nothing(site: Site, path: str) -> None:
    chat = await site.world.chat(name="Mira", labels=["vip"])
    answer = await (await site.owner()).post(f"/chat/{chat.id}/{path}", {"name": "x", "csrf": "wrong"}, **SCRIPT)
    assert answer.status == 403
    assert await site.world.reload(chat) == chat


async def test_labels_are_suggested_from_the_whole_workspace_and_no_other(site: Site, neighbour: World) -> None:
    world = site.world
    await world.chat(labels=["wholesale", "Whale watching", "vip"])
    await neighbour.chat(labels=["whisper"])
    chat = await world.chat(labels=["wholesale"])
    browser = await site.owner()
    for typed, found in (("WHA", ["Whale watching"]), ("", ["vip", "Whale watching"]), ("%00", []), ("%25", [])):
        answer = await browser.get(f"/chat/{chat.id}/labels?q={typed}", **SCRIPT)
        assert [name for name in ("wholesale", "Whale watching", "vip", "whisper") if name in answer.html] == [
            name for name in ("Whale watching", "vip") if name in found
        ]


async def test_media_page_by_page_by_kind(site: Site) -> None:
    world = site.world
    chat, other = await world.chat(), await world.chat()
    for n in range(60):
        await world.send(chat, None, file_uid=(await world.file(f"list-{n:02d}.pdf")).uid)
        world.clock.advance()
    elsewhere = await world.send(other, None, file_uid=(await world.file("theirs.pdf")).uid)
    browser = await site.owner()
    assert (await panel(browser, chat)).html.count("data-uid") == 3
    first = await browser.get(f"/chat/{chat.id}/media?kind=files", **SCRIPT)
    [older] = first.links("before=")
    second = await browser.get(older)
    assert (first.html.count("data-uid"), second.html.count("data-uid")) == (50, 10)
    assert "list-59.pdf" in first.words
    assert "list-00.pdf" in second.words
    assert "theirs.pdf" not in first.words
    assert "Nothing of this kind" in (await browser.get(f"/chat/{chat.id}/media", **SCRIPT)).words
    for query in ("kind=nonsense", f"kind=files&before={elsewhere}", "before=nonsense"):
        assert (await browser.get(f"/chat/{chat.id}/media?{query}", **SCRIPT)).status == 404
