"""One chat: its messages in their order, what each of them shows, older pages, and every address it has."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import chats, numbers
from tideline.features.chats import Chat
from tideline.features.files import Measures
from tideline.features.files.actions import measure
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    CallEnded,
    GroupMember,
    MediaKind,
    MediaRef,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    Peer,
    ReactionChanged,
    Sound,
    StatusChanged,
)
from tideline.features.workspaces import Role

FIRST, MANY = "The very first", 120


async def opened(browser: Browser, chat: Chat, query: str = "") -> Page:
    page = await browser.get(f"/chat/{chat.id}/messages/{query}")
    assert page.status == 200
    return page


async def test_messages_stand_in_their_order_under_their_day(site: Site) -> None:
    world = site.world
    chat = await world.chat(name="Mira Solberg")
    await world.hear(chat, "Yesterday's question")
    world.clock.advance(timedelta(days=1))
    await world.hear(chat, "Today's question")
    await world.send(chat, "Today's answer")
    page = await opened(await site.owner(), chat)
    asked = (" Monday, 23 November 2026 ", "Yesterday's question", " Today ", "Today's question", "Today's answer")
    places = [page.words.rindex(part) for part in asked]
    assert places == sorted(places)
    assert page.words.startswith(" Mira Solberg · Tideline")


async def test_older_messages_come_page_by_page_to_the_very_first(site: Site) -> None:
    world = site.world
    chat = await world.chat()
    events = [world.written(chat.peer, f"Message {n:03d}" if n else FIRST) for n in range(MANY)]
    await world.receive(await number_of(world, chat), *events)
    browser = await site.owner()
    seen, query = [], ""
    while True:
        page = await opened(browser, chat, query)
        seen.append(page.html.count('<li class="msg '))
        assert (">Newest messages<" in page.html) is bool(query)
        older = [link for link in page.links("?before=") if link.startswith("?")]  # the page's own address is longer
        if not older:
            break
        [query] = older
    assert seen == [50, 50, 20]
    assert FIRST in page.words


async def number_of(world: World, chat: Chat) -> Number:
    return await world.run(numbers.get, chat.number_id)


@pytest.mark.parametrize("before", ["nonsense", "%00", "1", "0192c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d"])
async def test_before_a_message_that_is_not_there_is_nothing(site: Site, before: str) -> None:
    chat = await site.world.chat()
    assert (await (await site.owner()).get(f"/chat/{chat.id}/messages/?before={before}")).status == 404


async def test_statuses_and_why_a_message_was_not_sent(site: Site) -> None:
    world = site.world
    chat = await world.chat()
    number = await number_of(world, chat)
    await world.receive(number, world.typed(chat.peer, "Read by them", external_id="READ"))
    await world.receive(number, StatusChanged(chat.peer, ["READ"], "read", world.clock.advance()))
    await world.receive(number, world.typed(chat.peer, "Never got there", external_id="FAIL"))
    at = world.clock.advance()
    await world.receive(number, StatusChanged(chat.peer, ["FAIL"], "failed", at, error="recipient_not_on_whatsapp"))
    await world.send(chat, "Just queued")
    page = await opened(await site.owner(), chat)
    for label in ('aria-label="Read"', 'aria-label="Failed"', 'aria-label="Pending"'):
        assert label in page.html
    assert "Not sent:" in page.words
    assert page.html.count("msg--pending") == page.html.count("msg--failed") == 1


async def test_edited_revoked_quoted_and_reacted_to(site: Site) -> None:
    world = site.world
    chat = await world.chat(name="Mira Solberg")
    number = await number_of(world, chat)
    await world.hear(chat, "Three bags", external_id="A")
    await world.hear(chat, "A secret", external_id="B")
    await world.receive(number, MessageEdited(chat.peer, "A", "Four bags", world.clock.advance(), by=chat.peer))
    await world.receive(number, MessageRevoked(chat.peer, "B", world.clock.advance(), by=chat.peer))
    await world.receive(number, ReactionChanged(chat.peer, "A", "🙏", world.clock.advance(), by=chat.peer))
    await world.receive(number, ReactionChanged(chat.peer, "A", "🙏", world.clock.advance()))
    await world.receive(number, world.typed(chat.peer, "Noted", reply_to="A"))
    page = await opened(await site.owner(), chat)
    assert "Three bags" not in page.words
    assert "A secret" not in page.words
    assert "This message was deleted" in page.words
    assert page.words.count("Four bags") == 2  # the message, and the quote in the answer to it
    assert page.html.count('<a href="#m-') == 1
    assert "edited" in page.words
    assert "🙏 2" in page.words


async def test_an_answer_to_a_message_of_another_page_quotes_it(site: Site) -> None:
    world = site.world
    chat = await world.chat()
    number = await number_of(world, chat)
    await world.hear(chat, "Long ago", external_id="OLD")
    await world.receive(number, *(world.written(chat.peer, f"Message {n}") for n in range(55)))
    await world.receive(number, world.typed(chat.peer, "Noted", reply_to="OLD"))
    page = await opened(await site.owner(), chat)
    assert page.words.count("Long ago") == 1
    assert page.html.count("data-quote class") == 1


CALLS = {
    "Missed video call": ("incoming", "missed", True, 0),
    "Declined voice call": ("incoming", "rejected", False, 0),
    "Voice call 1 h 2 min": ("incoming", "answered", False, 3725),
    "Video call 4 min 12 s": ("outgoing", "answered", True, 252),
    "Voice call no answer": ("outgoing", "missed", False, 0),
    "Voice call declined": ("outgoing", "rejected", False, 0),
}


@pytest.mark.parametrize(("words", "call"), CALLS.items(), ids=CALLS)
async def test_calls_in_words(site: Site, words: str, call: tuple[str, str, bool, int]) -> None:
    world = site.world
    chat = await world.chat()
    event = CallEnded(chat.peer, "CALL", *call, world.clock.advance())  # type: ignore[arg-type]
    await world.receive(await number_of(world, chat), event)
    assert words in (await opened(await site.owner(), chat)).words


async def test_a_group_names_who_wrote(site: Site) -> None:
    world = site.world
    number = await world.number()
    clara = Peer(phone="4930999001")
    group = await world.group(number, "Porto cafés", [GroupMember(clara, "member")])
    await world.hear(group, "Half a crate", sender=clara, push_name="Clara Nunes")
    await world.hear(group, "Or a whole one", sender=clara, push_name="Clara Nunes")
    page = await opened(await site.owner(), group)
    assert page.html.count('<span class="bubble__sender') == 1  # once for what she wrote in a row
    assert "Clara Nunes" in page.words
    assert "2 in the group" in page.words


async def test_something_that_cannot_be_shown_says_so(site: Site) -> None:
    chat = await site.world.chat()
    await site.world.hear(chat, None, unsupported="poll")
    assert "cannot be shown here" in (await opened(await site.owner(), chat)).words


async def test_a_number_without_connection_says_what_to_do(site: Site) -> None:
    number = await site.world.number()
    chat = await site.world.chat(number)
    await site.world.disconnect(number)
    assert "The phone is no longer linked." in (await opened(await site.owner(), chat)).words


# Files -------------------------------------------------------------------------------------------------------


async def sent_file(world: World, chat: Chat, name: str, mimetype: str) -> str:
    file = await world.file(name, mimetype)
    return str(await world.send(chat, None, file_uid=file.uid))


SHOWN = {
    "a picture": ("menu.png", "image/png", "<img "),
    "a drawing that could hold a script": ("menu.svg", "image/svg+xml", '<a class="doc"'),
    "a sound": ("hello.ogg", "audio/ogg", "<audio "),
    "a film": ("tour.mp4", "video/mp4", "<video "),
    "a page": ("menu.html", "text/html", '<a class="doc"'),
    "a document": ("menu.pdf", "application/pdf", '<a class="doc"'),
}


@pytest.mark.parametrize(("name", "mimetype", "tag"), SHOWN.values(), ids=SHOWN)
async def test_files_are_shown_as_what_they_are(site: Site, name: str, mimetype: str, tag: str) -> None:
    chat = await site.world.chat()
    uid = await sent_file(site.world, chat, name, mimetype)
    page = await opened(await site.owner(), chat)
    assert tag in page.html
    assert f"/chat/{chat.id}/files/{uid}" in page.html
    assert name in page.html


async def with_thumbnail(world: World, uid: str, **measures: Any) -> UUID:
    """What the preview lane does with the file of a message."""
    message = await world.message(UUID(uid))
    assert message.attachment
    small = await world.file("thumbnail.jpg", "image/jpeg")
    await world.run(measure, message.attachment.uid, Measures(**measures), small.uid)
    return small.uid


SMALL = {
    "a picture": ("menu.png", "image/png", {"width": 640, "height": 480}, '<img src="{}" width="640" height="480"'),
    "a film": ("tour.mp4", "video/mp4", {"width": 640, "height": 360, "seconds": 7.4}, 'poster="{}" preload="none"'),
    "a document": ("menu.pdf", "application/pdf", {}, '<img class="doc__page" src="{}"'),
}


@pytest.mark.parametrize(("name", "mimetype", "measures", "tag"), SMALL.values(), ids=SMALL)
async def test_the_thumbnail_is_shown_instead_of_the_file(
    site: Site, name: str, mimetype: str, measures: dict[str, Any], tag: str
) -> None:
    chat = await site.world.chat()
    uid = await sent_file(site.world, chat, name, mimetype)
    small = await with_thumbnail(site.world, uid, **measures)
    browser = await site.owner()
    href = f"/chat/{chat.id}/files/{uid}/thumbnail"
    assert tag.format(href) in (await opened(browser, chat)).html
    answer = await browser.get(href)
    assert answer.status == 303
    assert urlsplit(answer.location).path == f"/files/{small}/thumbnail.jpg"


async def test_a_picture_sent_as_a_document_is_shown_as_one(site: Site) -> None:
    chat = await site.world.chat()
    file = await site.world.file("plan.png", "image/png")
    await site.world.send(chat, None, file_uid=file.uid, kind=MediaKind.DOCUMENT)
    page = await opened(await site.owner(), chat)
    assert '<a class="doc"' in page.html
    assert '<a class="image"' not in page.html


async def test_a_voice_message_is_called_one_and_says_how_long_it_is(site: Site) -> None:
    chat = await site.world.chat()
    media = MediaRef(MediaKind.VOICE, "PTT-0001.ogg", "audio/ogg; codecs=opus", 10, "ref", Sound(67))
    message = await site.world.hear(chat, None, media=media)
    assert message.attachment
    stored = "UPDATE tenant.file SET state = 'stored' WHERE workspace = $1 AND uid = $2"
    await site.world.execute(stored, message.attachment.uid)
    page = await opened(await site.owner(), chat)
    assert "Voice message" in page.words  # in the list beside it
    assert "1:07" in page.words


async def test_a_thumbnail_is_opened_only_through_its_own_chat(site: Site) -> None:
    number = await site.world.number()
    chat, other = await site.world.chat(number), await site.world.chat(number)
    with_one = await sent_file(site.world, chat, "menu.png", "image/png")
    await with_thumbnail(site.world, with_one)
    without = await sent_file(site.world, chat, "menu.pdf", "application/pdf")
    browser = await site.owner()
    for path in (f"{other.id}/files/{with_one}", f"{chat.id}/files/{without}", f"{chat.id}/files/{uuid4()}"):
        assert (await browser.get(f"/chat/{path}/thumbnail")).status == 404
    assert (await site.browser.get(f"/chat/{chat.id}/files/{with_one}/thumbnail")).location.startswith("/sign-in")


async def test_opening_a_file_leads_to_a_link_that_is_good_from_now(site: Site) -> None:
    chat = await site.world.chat()
    uid = await sent_file(site.world, chat, "menu.pdf", "application/pdf")
    answer = await (await site.owner()).get(f"/chat/{chat.id}/files/{uid}")
    assert answer.status == 303
    target = urlsplit(answer.location)
    assert (target.netloc, target.path.startswith("/files/")) == ("", True)
    assert f"w={site.world.id}&expires=" in target.query


async def test_a_file_that_is_still_coming_in_has_no_link(site: Site) -> None:
    chat = await site.world.chat()
    media = MediaRef(MediaKind.IMAGE, "menu.png", "image/png", 10, "ref")
    event: MessageReceived = site.world.written(chat.peer, None, media=media)
    await site.world.receive(await number_of(site.world, chat), event)
    page = await opened(await site.owner(), chat)
    assert "Not here yet" in page.words
    assert not page.links("/files/")


async def test_a_file_is_opened_only_through_its_own_chat(site: Site) -> None:
    number = await site.world.number()
    chat, other = await site.world.chat(number), await site.world.chat(number)
    uid = await sent_file(site.world, chat, "menu.pdf", "application/pdf")
    plain = await site.world.send(chat, "No file here")
    browser = await site.owner()
    for path in (f"{other.id}/files/{uid}", f"{chat.id}/files/{plain}", f"{chat.id}/files/{uuid4()}", "1/files/x"):
        assert (await browser.get(f"/chat/{path}")).status == 404
    assert (await site.browser.get(f"/chat/{chat.id}/files/{uid}")).location.startswith("/sign-in")


# Addresses ---------------------------------------------------------------------------------------------------


async def test_the_old_address_of_a_merged_chat_shows_the_merged_chat(site: Site) -> None:
    world = site.world
    number = await world.number()
    by_phone = await world.chat(number, "4930123456", name="Mira")
    by_lid = await world.chat(number, lid="77001", name="Mira Solberg")
    await world.hear(by_phone, "By phone")
    await world.hear(by_lid, "By LID")
    await world.run(chats.link_identity, number, phone="4930123456", lid="77001")
    page = await opened(await site.owner(), by_lid)
    assert "By phone" in page.words
    assert "By LID" in page.words


async def test_shorter_addresses_lead_to_the_one_that_is_used(site: Site) -> None:
    chat = await site.world.chat()
    browser = await site.owner()
    for path in ("", "/", "/messages"):
        answer = await browser.get(f"/chat/{chat.id}{path}")
        assert (answer.status, answer.location) == (303, f"/chat/{chat.id}/messages/")


NO_CHAT = ["0", "999999999", "2147483648", "9" * 25, "-1", "1e3", "x", "%00", "%D9%A3", "1%2F2"]


@pytest.mark.parametrize("chat_id", NO_CHAT)
async def test_a_chat_that_is_not_there_is_a_page_too(site: Site, chat_id: str) -> None:
    page = await (await site.owner()).get(f"/chat/{chat_id}/messages/")
    assert (page.status, "Nothing here" in page.words) == (404, True)


async def test_a_chat_of_the_second_workspace_is_not_there(site: Site, neighbour: World) -> None:
    [theirs] = (await neighbour.run(chats.list_chats)).items
    uid = await sent_file(neighbour, theirs, "menu.pdf", "application/pdf")
    browser = await site.owner()
    assert (await browser.get(f"/chat/{theirs.id}/messages/")).status == 404
    assert (await browser.get(f"/chat/{theirs.id}/files/{uid}")).status == 404
    ours = await site.world.chat()
    assert (await browser.get(f"/chat/{ours.id}/files/{uid}")).status == 404
    newest = await neighbour.newest(theirs)
    assert (await browser.get(f"/chat/{ours.id}/messages/?before={newest.uid}")).status == 404


async def test_a_place_is_a_link_to_the_map_and_a_phone_one_to_a_chat(site: Site) -> None:
    chat = await site.world.chat(responsible=(helper := await site.teammate(role=Role.COLLABORATOR)).email)
    await site.world.hear(chat, "<b>Quay</b>\nRow 12\nhttps://maps.google.com/?q=41.5,-8.25")
    await site.world.hear(chat, "Rina Feldstein +44 7700 900552")
    page = await opened(await site.owner(), chat)
    assert page.links("maps.google.com") == ["https://maps.google.com/?q=41.5,-8.25"]
    assert "&lt;b&gt;Quay&lt;/b&gt;<small" in page.html
    assert page.links("/new-chat?phone=%2B44") == [f"/new-chat?phone=%2B44%207700%20900552&number={chat.number_id}"]
    page = await opened(await site.signed_in(helper), chat)
    assert page.links("/new-chat") == []
