"""The live stream: who hears what, what is replayed, and when it ends."""

from contextlib import AsyncExitStack

import pytest

from tests.support.full_house import number_facts
from tests.support.statements_counted import StatementsCounted
from tests.support.stream import listening
from tests.support.world import World
from tests.surfaces.dashboard.conftest import PASSWORD, Site
from tideline.features import chats, messages, workspaces
from tideline.features.workspaces import Role
from tideline.platform.db import Tx
from tideline.platform.dispatcher import last_seq
from tideline.surfaces.dashboard.live import hub as hubs
from tideline.surfaces.dashboard.live import streams


@pytest.fixture(autouse=True)
def awake(site: Site) -> None:
    """What is committed wakes the streams, as it does in a running server."""
    site.world.db.wake = site.deps.wakes.wake


async def told(site: Site) -> None:
    await number_facts(site.world.db)


async def seq(world: World) -> int:
    async def read(tx: Tx) -> int:
        return await last_seq(tx)

    return await world.run(read)


async def test_a_message_is_told_with_its_chat_and_its_number(site: Site) -> None:
    world = site.world
    chat = await world.chat(name="Mira Solberg")
    await told(site)
    async with listening(site.app, await site.owner()) as heard:
        await world.hear(chat, "Is it ready?")
        await told(site)
        news = await heard.until("MessageReceived")
    assert (news["chat"], news["title"], news["text"]) == (chat.id, "Mira Solberg", "Is it ready?")
    assert news["seq"] == int(news["id"])
    assert news["message"]


async def test_nothing_is_heard_of_another_workspace(site: Site, neighbour: World) -> None:
    chat = await site.world.chat()
    await told(site)
    async with listening(site.app, await site.owner()) as heard:
        [theirs] = (await neighbour.run(chats.list_chats)).items
        await neighbour.hear(theirs, "In the lagoon")
        await site.world.hear(chat, "In the harbour")
        await told(site)
        await heard.until("MessageReceived")
    assert [body["text"] for name, body in heard.events if name == "news" and "text" in body] == ["In the harbour"]


async def test_an_agent_hears_only_of_chats_in_sight(site: Site) -> None:
    world = site.world
    agent = await site.teammate(Role.AGENT)
    own, other = await site.own_number(agent), await world.number()
    mine, theirs = await world.chat(own, name="Mine"), await world.chat(other, name="Elsewhere")
    browser = await site.signed_in(agent)
    await told(site)
    async with listening(site.app, browser) as heard:
        await world.hear(theirs, "Secret")
        await world.hear(mine, "For the agent")
        await told(site)
        await heard.until("MessageReceived")
        await world.run(chats.assign, theirs.id, agent.email)
        await told(site)
        assert (await heard.until("ChatAssigned"))["chat"] == theirs.id
        await world.run(chats.unassign, theirs.id)
        await told(site)
        assert (await heard.until("ChatGone"))["chat"] == theirs.id
    assert "Secret" not in str(heard.events)


async def test_what_was_missed_is_told_from_the_number_that_the_page_shows(site: Site) -> None:
    world = site.world
    chat = await world.chat()
    await told(site)
    before = await seq(world)
    await world.hear(chat, "One")
    await world.run(chats.close, chat.id)
    await told(site)
    browser = await site.owner()
    async with listening(site.app, browser, f"after={before}") as heard:
        await heard.until("ChatClosed")
    assert heard.kinds[-2:] == ["MessageReceived", "ChatClosed"]
    async with listening(site.app, browser, "after=0", last=before + 1) as again:
        await again.until("ChatClosed")
    assert "MessageReceived" not in again.kinds


@pytest.mark.parametrize("after", ["0", "999999"], ids=["long ago", "a number of before a restore"])
async def test_a_page_that_missed_too_much_is_told_to_begin_anew(
    site: Site, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "MOST_REPLAYED", 3)
    chat = await site.world.chat()
    for n in range(5):
        await site.world.hear(chat, f"Message {n}")
    await told(site)
    async with listening(site.app, await site.owner(), f"after={after}") as heard:
        await heard.until("reload")
        assert heard.kinds == []
        await site.world.hear(chat, "And now")
        await told(site)
        assert (await heard.until("MessageReceived"))["text"] == "And now"


async def test_a_reader_that_takes_nothing_is_told_to_begin_anew(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_WAITING", 3)
    chat = await site.world.chat()
    await told(site)
    browser = await site.owner()
    async with listening(site.app, browser, slow=True) as slow, listening(site.app, browser) as quick:
        for n in range(8):
            await site.world.hear(chat, f"Message {n}")
            await told(site)
            await quick.until_told("MessageReceived", n + 1)
        slow.may_take.set()
        await slow.until("reload")
    assert len(slow.kinds) < 8


async def test_a_stranger_gets_no_stream(site: Site) -> None:
    async with listening(site.app, site.browser) as heard:
        await heard.until_over()
    assert heard.status == 403


async def test_no_stream_of_a_workspace_that_is_not_ones_own(site: Site, neighbour: World) -> None:
    slug = (await neighbour.run(workspaces.get_workspace)).slug
    async with listening(site.app, await site.owner(), f"workspace={slug}") as heard:
        await heard.until_over()
    assert heard.status == 404


async def test_signing_out_ends_the_stream(site: Site) -> None:
    browser = await site.owner()
    async with listening(site.app, browser) as heard:
        await browser.send(await browser.get("/"), "/sign-out")
        await heard.until_over()


ENDS = ["another password", "another role", "suspended", "removed"]


@pytest.mark.parametrize("what", ENDS, ids=ENDS)
async def test_a_stream_ends_with_what_let_it_in(site: Site, what: str) -> None:
    world = site.world
    teammate = await site.teammate(Role.ADMIN)
    async with listening(site.app, await site.signed_in(teammate)) as heard:
        match what:
            case "another password":
                await site.sign_in.set_password(workspaces.WorkspaceId(world.id), teammate.id, PASSWORD + "!")
            case "another role":
                await world.run(workspaces.change_role, teammate.id, Role.AGENT)
            case "suspended":
                await world.run(workspaces.suspend, teammate.id)
            case _:
                await world.run(workspaces.remove, teammate.id)
        await told(site)
        await heard.until_over()


async def test_an_old_page_of_somebody_who_signed_in_again_goes_on(site: Site) -> None:
    """What ended the stream before is among what is replayed, and does not end the new one."""
    world = site.world
    teammate = await site.teammate(Role.ADMIN)
    chat = await world.chat()
    await told(site)
    before = await seq(world)
    await world.run(workspaces.change_role, teammate.id, Role.TEAMMATE)
    await told(site)
    async with listening(site.app, await site.signed_in(teammate), f"after={before}") as heard:
        await world.run(chats.close, chat.id)
        await told(site)
        await heard.until("ChatClosed")
        assert not heard.is_over


async def test_the_end_of_the_program_ends_all_streams(site: Site) -> None:
    async with listening(site.app, await site.owner()) as heard:
        site.end.set()
        await heard.until_over()


async def test_one_person_holds_only_so_many(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "MOST_PER_PERSON", 2)
    browser = await site.owner()
    async with AsyncExitStack() as stack:
        for _ in range(2):
            assert (await stack.enter_async_context(listening(site.app, browser))).status == 200
        assert (await stack.enter_async_context(listening(site.app, browser))).status == 429
    async with listening(site.app, browser) as heard:
        assert heard.status == 200


async def test_more_streams_need_no_more_statements(site: Site, world: World) -> None:
    await world.db._spares.close()
    counted = StatementsCounted(world.db)
    agent = await site.teammate(Role.AGENT)
    chat = await world.chat(await site.own_number(agent))
    await told(site)
    sent = []
    for many in (1, 6):
        async with AsyncExitStack() as stack:
            heard = [
                await stack.enter_async_context(listening(site.app, browser))
                for browser in (await site.owner(), await site.signed_in(agent))
                for _ in range(many)
            ]
            await world.hear(chat, "One")
            async with counted.listening() as statements:
                await told(site)
                for one in heard:
                    await one.until("MessageReceived")
            sent.append(len([sql for sql in statements if "t.id = ANY" in sql]))
    assert sent == [1, 1]


async def test_a_note_names_those_it_mentions(site: Site) -> None:
    world = site.world
    colleague = await site.teammate(Role.COLLABORATOR)
    chat = await world.chat(name="Mira")
    await told(site)
    async with listening(site.app, await site.signed_in(colleague)) as heard:
        await world.run(messages.add_note, chat.id, f"@{colleague.email} please look")
        await told(site)
        assert (await heard.until("NoteAdded"))["mentioned"] == [colleague.id]
