"""Whatever people call themselves, their files, groups and labels, and whatever they write, stays text.

Every page is read by a strict parser besides (see `html_check`): no attribute or tag may come out of a text.
"""

import pytest

from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import messages, workspaces
from tideline.features.chats import Chat
from tideline.features.numbers.port import GroupMember, MediaKind, MediaRef, Peer, ReactionChanged
from tideline.features.workspaces import Role

HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "out of an attribute": '"><img src=x onerror=alert(1)>',
    "out of single quotes": "' autofocus onfocus='alert(1)",
    "a template": "{{ 7 * 7 }}{% include 'chat.html' %}",
    "the end of the page": "</title></h1></main></body></html><h1>New",
    "an entity": "&lt;b&gt;&quot;&#39;",
    "a comment": "<!-- --><svg/onload=alert(1)>",
    "directions": "\u202emoc.live\u2066 \u200f",
    "separators": "a\u2028b\u2029c\x85d",
    "emoji and marks": "👩‍👩‍👧‍👦 Z̸̢̛̹̙a̷̛l̸g̶o̴",
}


@pytest.fixture(params=list(HOSTILE.values()), ids=list(HOSTILE))
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def everything_named(world: World, text: str) -> list[Chat]:
    """A direct chat and a group in which everything that can have a name has this one."""
    number = await world.number(name=text)
    member = Peer(phone="4930999001")
    chat = await world.chat(number, name=text, labels=[text[:60]], responsible=world.owner.email)
    await world.hear(chat, text, external_id="TEXT", push_name=text)
    media = MediaRef(MediaKind.DOCUMENT, text + ".pdf", "application/pdf", 10, "ref")
    await world.hear(chat, text, media=media, reply_to="TEXT")
    picture = await world.file(text + ".png", "image/png")
    await world.send(chat, text, file_uid=picture.uid)
    await world.receive(number, ReactionChanged(chat.peer, "TEXT", text[:20], world.clock.advance(), by=chat.peer))
    group = await world.group(number, text, [GroupMember(member, "member")])
    await world.hear(group, text, sender=member, push_name=text)
    return [chat, group]


async def test_no_name_and_no_message_becomes_markup(site: Site, text: str) -> None:
    made = await everything_named(site.world, text)
    browser = await site.owner()
    for path in ("/", *(f"/chat/{chat.id}/messages/" for chat in made)):
        page = await browser.get(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "49{% include" not in page.html
        assert " ".join(text.split()) in page.words


async def test_a_workspace_and_a_teammate_with_such_a_name(world: World, text: str, site: Site) -> None:
    name = " ".join("".join(c for c in text if c.isprintable()).split())[:60]
    teammate = await site.teammate(Role.ADMIN, display_name=name)
    await world.execute("UPDATE tenant.workspace SET display_name = $2 WHERE workspace = $1", text)
    chat = await world.chat(name="Mira", responsible=teammate.email)
    browser = await site.signed_in(teammate)
    assert teammate.display_name in (await browser.get("/")).words
    assert teammate.display_name in (await browser.get(f"/chat/{chat.id}/messages/")).words


async def test_what_is_typed_at_the_door_stays_text(site: Site, text: str) -> None:
    page = await site.browser.sign_in(text, "wrong password")
    assert page.status == 400
    assert page.hidden["next"] == "/"


async def test_a_reason_of_failure_stays_text(site: Site, world: World, text: str) -> None:
    chat = await world.chat()
    uid = await world.send(chat, "Hello")
    sql = "UPDATE tenant.message SET status = 'Failed', failure = $3 WHERE workspace = $1 AND uid = $2"
    await world.execute(sql, uid, {"code": "x", "title": text})
    words = (await (await site.owner()).get(f"/chat/{chat.id}/messages/")).words
    assert "Not sent:" in words


async def test_a_note_is_paper_that_only_the_team_sees(site: Site, world: World, text: str) -> None:
    chat = await world.chat()
    await world.execute("UPDATE tenant.teammate SET display_name = $2 WHERE workspace = $1", text)
    for is_private in (True, False):
        note = f"{text} @{world.owner.email}"
        await world.run(messages.add_note, chat.id, note, is_private=is_private, metadata={text: text})
    page = await (await site.owner()).get(f"/chat/{chat.id}/messages/")
    shown = " ".join(text.split())
    assert page.words.count(f"{shown} @{world.owner.email}") == 2
    assert page.words.count(f"{shown} · only your team sees this") == 2
    assert "<script>alert" not in page.html


async def test_the_address_of_a_person_behind_a_link_stays_text(site: Site) -> None:
    email = "o'connor&amp@harbour.example"
    invited = await site.world.run(workspaces.invite, site.world.access, email=email, role=Role.AGENT)
    page = await site.browser.get(f"/link/{invited.link_token}")
    assert email in page.words
    assert page.hidden["email"] == email
