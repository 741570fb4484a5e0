"""What is written and done in a conversation: for whom it works, and how it is answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from tests.support.browsing import FORM, Browser, Page
from tests.support.full_house import number_facts
from tests.support.stream import Heard, listening
from tests.support.waiting import until
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import chats, messages
from tideline.features.chats import Chat
from tideline.features.workspaces import Role
from tideline.platform.wake import Wakes
from tideline.surfaces.dashboard import EXCEPTION_HANDLERS, routes
from tideline.surfaces.dashboard.live import Hub, Presence

SCRIPT = {"x-fragment": "1"}


async def said(world: World, chat: Chat) -> list[messages.Message]:
    return (await world.run(messages.history, chat.id)).items


async def post(browser: Browser, path: str, **fields: str) -> Page:
    """As a script of an open page does it."""
    page = await browser.get("/")
    return await browser.post(path, {"csrf": page.hidden["csrf"], **fields}, **SCRIPT)


async def test_a_text_is_sent_for_nothing_and_answered_with_its_bubble(site: Site) -> None:
    chat = await site.world.chat()
    answer = await post(await site.owner(), f"/chat/{chat.id}/messages/", text="  *Yes*  ", key="one")
    [message] = await said(site.world, chat)
    assert (message.text, message.origin, message.created_by) == (
        "*Yes*",
        "Shared Inbox",
        site.world.owner.display_name,
    )
    assert answer.status == 200
    assert f'id="m-{message.uid}"' in answer.html
    assert "<strong>Yes</strong>" in answer.html


@pytest.mark.parametrize("kind", ["message", "note"])
async def test_the_same_key_writes_once(site: Site, kind: str) -> None:
    chat = await site.world.chat()
    browser, path = await site.owner(), f"/chat/{chat.id}/messages/"
    answers = [await post(browser, path, text="Once", key="k", kind=kind) for _ in range(2)]
    [message] = await said(site.world, chat)
    assert all(f'id="m-{message.uid}"' in answer.html for answer in answers)
    assert (await post(browser, path, text="Never", key="\x00", kind=kind)).status == 400


async def test_without_scripts_the_form_leads_back_to_the_conversation(site: Site) -> None:
    chat = await site.world.chat()
    browser = await site.owner()
    page = await browser.get(f"/chat/{chat.id}/messages/")
    hidden = {name: page.hidden[name] for name in ("csrf", "kind", "reply_to", "template")}
    answer = await browser.post(f"/chat/{chat.id}/messages/", {**hidden, "text": "Plainly"})
    [message] = await said(site.world, chat)
    assert answer.location == f"/chat/{chat.id}/messages/#m-{message.uid}"


async def test_a_note_and_an_answer(site: Site) -> None:
    world = site.world
    chat = await world.chat()
    await world.hear(chat, "How much?")
    [asked] = await said(world, chat)
    browser = await site.owner()
    await post(browser, f"/chat/{chat.id}/messages/", text="Ask @Kai", kind="note")
    answer = await post(browser, f"/chat/{chat.id}/messages/", text="Six", reply_to=str(asked.uid))
    assert "How much?" in answer.words
    newest, note, _ = await said(world, chat)
    assert (newest.reply_to, note.type) == (asked.uid, messages.MessageType.NOTE)


REFUSED = {
    "nothing": ({"text": "  "}, 400, "empty"),
    "too long": ({"text": "x" * 2001}, 400, "2000"),
    "a quote of nothing": ({"text": "x", "reply_to": "nonsense"}, 404, ""),
    "a template that is not there": ({"text": "x", "template": "77"}, 404, ""),
    "a template that is none": ({"text": "x", "template": "x"}, 404, ""),
}


@pytest.mark.parametrize(("fields", "status", "word"), REFUSED.values(), ids=REFUSED)
async def test_what_is_refused_is_said_in_words(site: Site, fields: dict[str, str], status: int, word: str) -> None:
    chat = await site.world.chat()
    answer = await post(await site.owner(), f"/chat/{chat.id}/messages/", **fields)
    assert answer.status == status
    assert word in answer.response.headers["x-problem"]
    assert await said(site.world, chat) == []


DEEDS: dict[str, Callable[[Chat], bool]] = {
    "close": lambda now: now.is_closed,
    "reopen": lambda now: now.is_open,
    "read": lambda now: now.is_read,
    "unread": lambda now: not now.is_read,
}


async def test_deeds(site: Site) -> None:
    world = site.world
    chat = await world.chat()
    await world.hear(chat, "Hello")
    browser = await site.owner()
    for deed, holds in DEEDS.items():
        assert (await post(browser, f"/chat/{chat.id}/do/{deed}")).status == 204
        assert holds(await world.run(chats.get, chat.id))
    assert (await post(browser, f"/chat/{chat.id}/do/delete")).status == 404


FORMS = ["messages/", "do/close", "presence", "messages/{uid}/reaction", "messages/{uid}/again"]
PARTS = ["parts", "templates", "people", "parts?m={uid}"]


async def a_message(world: World) -> tuple[Chat, str]:
    chat = await world.chat()
    await world.hear(chat, "Not for everybody")
    return chat, str((await said(world, chat))[0].uid)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_elsewhere_does_nothing(site: Site, path: str) -> None:
    chat, uid = await a_message(site.world)
    browser = await site.owner()
    answer = await browser.post(f"/chat/{chat.id}/{path.format(uid=uid)}", {"text": "x", "csrf": "wrong"}, **SCRIPT)
    assert answer.status == 403
    assert len(await said(site.world, chat)) == 1


@pytest.mark.parametrize("path", FORMS + PARTS)
async def test_who_does_not_see_a_chat_does_nothing_in_it(site: Site, neighbour: World, path: str) -> None:
    chat, uid = await a_message(site.world)
    agent = await site.signed_in(await site.teammate(Role.AGENT))
    [theirs] = (await neighbour.run(chats.list_chats)).items
    for browser, chat_id in ((agent, chat.id), (await site.owner(), theirs.id)):
        address = f"/chat/{chat_id}/{path.format(uid=uid)}"
        fields = {"text": "x", "emoji": "x", "is": "reading"}
        answer = await (browser.get(address, **SCRIPT) if path in PARTS else post(browser, address, **fields))
        assert answer.status == 404
        assert "Not for everybody" not in answer.html
    assert len(await said(site.world, chat)) == 1


async def test_a_message_of_another_chat_is_not_among_the_parts(site: Site) -> None:
    chat, _ = await a_message(site.world)
    _, other = await a_message(site.world)
    page = await (await site.owner()).get(f"/chat/{chat.id}/parts?m={other}&m={uuid4()}", **SCRIPT)
    assert page.status == 200
    assert "Not for everybody" not in page.html


async def test_a_stranger_is_told_to_sign_in(site: Site) -> None:
    chat = await site.world.chat()
    assert (await site.browser.get(f"/chat/{chat.id}/parts", **SCRIPT)).status == 401
    assert (await site.browser.get(f"/chat/{chat.id}/parts")).location.startswith("/sign-in")


async def test_a_file_without_our_token_is_not_taken(site: Site) -> None:
    chat = await site.world.chat()
    browser = await site.owner()
    answer = await browser.call("POST", f"/chat/{chat.id}/files?name=a.txt", {"content-type": FORM, **SCRIPT}, b"x")
    assert answer.status == 403


async def test_those_who_are_at_a_chat_hear_of_each_other(site: Site) -> None:
    world = site.world
    site.world.db.wake = site.deps.wakes.wake
    colleague = await site.teammate(Role.ADMIN, display_name="Noa Levi")
    chat = await world.chat()
    await number_facts(world.db)
    one, other, elsewhere = (
        await site.owner(),
        await site.signed_in(colleague),
        await site.signed_in(await site.teammate(Role.ADMIN)),
    )
    async with (
        listening(site.app, one) as heard,
        listening(site.app, other) as heard_too,
        listening(site.app, elsewhere) as heard_elsewhere,
    ):
        await post(one, f"/chat/{chat.id}/presence", tab="a", **{"is": "reading"})
        await heard.until("presence")
        await post(other, f"/chat/{chat.id}/presence", tab="b", **{"is": "writing"})
        told = await heard_too.until("presence")
        assert (await post(other, f"/chat/{chat.id}/presence", tab="b" * 5_000, **{"is": "x" * 5_000})).status == 204
    people: list[dict[str, Any]] = told["people"]
    assert {one["name"]: one["doing"] for one in people}["Noa Levi"] == "writing"
    assert len(people) == 2
    assert "presence" not in heard_elsewhere.names


async def test_those_who_are_served_by_another_process_are_seen_too(site: Site) -> None:
    """Two servers on one database, as two `web` processes are."""
    colleague = await site.teammate(Role.ADMIN, display_name="Noa Levi")
    chat = await site.world.chat()
    mine, theirs = await site.owner(), await site.signed_in(colleague)
    async with server(site) as one, server(site) as other:
        mine, theirs = at(one, mine), at(other, theirs)
        async with listening(one, mine) as heard, listening(other, theirs) as heard_too:
            await post(mine, f"/chat/{chat.id}/presence", tab="a", **{"is": "reading"})
            await post(theirs, f"/chat/{chat.id}/presence", tab="b", **{"is": "writing"})
            for reader in (heard, heard_too):
                await until(partial(sees, reader, {site.world.owner.display_name: "reading", "Noa Levi": "writing"}))
            await post(theirs, f"/chat/{chat.id}/presence", tab="b", **{"is": "gone"})
            await until(partial(sees, heard, {site.world.owner.display_name: "reading"}))


@asynccontextmanager
async def server(site: Site) -> AsyncIterator[Starlette]:
    wakes = Wakes(site.world.db)
    hearing = asyncio.create_task(wakes.run())
    await wakes.is_listening.wait()
    yield Starlette(routes=routes(replace(site.deps, wakes=wakes)), exception_handlers=EXCEPTION_HANDLERS)
    await wakes.flush()
    hearing.cancel()
    with suppress(asyncio.CancelledError):
        await hearing


def at(server: Starlette, browser: Browser) -> Browser:
    """The same browser, at this server."""
    moved = Browser(server)
    moved.cookies = browser.cookies
    return moved


def sees(heard: Heard, people: dict[str, str]) -> bool:
    """Is this what was told last of who is there?"""
    told = [body["people"] for name, body in heard.events if name == "presence"]
    return bool(told) and {one["name"]: one["doing"] for one in told[-1]} == people


async def test_a_tab_that_says_nothing_more_is_forgotten_and_nobody_has_countless_ones(site: Site) -> None:
    world, deps = site.world, site.deps
    hub = Hub(deps.db, deps.wakes, deps.sign_in, deps.until_the_end)
    presence = Presence(hub, world.clock, deps.wakes)
    for n in range(60):
        presence.put(world.id, 1, world.owner, f"tab {n}", "reading")
    assert len(presence._chats[world.id, 1]) == 50
    world.clock.advance(timedelta(minutes=2))
    presence.put(world.id, 2, world.owner, "another", "writing")
    assert list(presence._chats) == [(world.id, 2)]
    presence.put(world.id, 2, world.owner, "another", "gone")
    assert (presence._chats, presence._tabs) == ({}, {})


async def test_the_list_alone_has_the_rows_that_its_page_has(site: Site) -> None:
    agent = await site.teammate(Role.AGENT)
    mine = await site.world.chat(await site.own_number(agent), name="Mine")
    await site.world.chat(name="Elsewhere")
    browser = await site.signed_in(agent)
    part = await browser.get(f"/chats?open={mine.id}", **SCRIPT)
    there = {link.partition("?")[0] for link in part.links("/chat/")}  # its views keep the chat open
    assert there == set((await browser.get("/")).links("/chat/")) == {f"/chat/{mine.id}/messages/"}
    assert 'aria-current="true"' in part.html
