"""Starting chats: with somebody new, with somebody known, with a file's place, and one message to several."""

from uuid import uuid4

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import business, chats, messages, templates
from tideline.features.numbers import Number
from tideline.features.templates import NewTemplate
from tideline.features.workspaces import Role

SCRIPT = {"x-fragment": "1"}


async def post(browser: Browser, path: str = "/new-chat", **fields: str) -> Page:
    page = await browser.get("/")
    return await browser.post(path, {"csrf": page.hidden["csrf"], **fields}, **SCRIPT)


async def begun(site: Site, browser: Browser, number: Number, **fields: str) -> Page:
    values = {"number": str(number.id), "to": "+1 (555) 010-0234", "text": "Hello", "do": "send", "key": str(uuid4())}
    return await post(browser, **{**values, **fields})


async def everybody(world: World) -> list[chats.Chat]:
    return (await world.run(chats.list_chats)).items


async def test_somebody_new_is_written_to_and_the_chat_opens(site: Site) -> None:
    number, other = await site.world.number(), await site.world.number(name="Other")
    browser = await site.owner()
    answer = await begun(site, browser, number, name="Mira Solberg")
    [chat] = await everybody(site.world)
    assert f'data-go="/chat/{chat.id}/messages/"' in answer.html
    assert (chat.name, chat.phone, chat.number_id) == ("Mira Solberg", "15550100234", number.id)
    [sent] = await site.world.history(chat)
    assert (sent.text, sent.origin, sent.created_by) == ("Hello", "Shared Inbox", site.world.owner.display_name)
    assert await site.world.credits_used() == 0
    await begun(site, browser, other)
    assert {one.number_id for one in await everybody(site.world)} == {number.id, other.id}


async def test_a_form_that_is_sent_twice_sends_once(site: Site) -> None:
    number, browser, key = await site.world.number(), await site.owner(), str(uuid4())
    answers = {(await begun(site, browser, number, key=key)).html for _ in range(2)}
    [chat] = await everybody(site.world)
    assert len(answers) == len(await site.world.history(chat)) == 1


async def test_somebody_known_is_found_by_name(site: Site) -> None:
    world = site.world
    number = await world.number()
    mira = await world.chat(number, "15550100300", name="Mira Solberg")
    browser = await site.owner()
    found = await browser.get("/new-chat/people?q=SOLB", **SCRIPT)
    assert "Mira Solberg" in found.html
    await begun(site, browser, number, to="mira  solberg")
    assert [one.text for one in await world.history(mira)] == ["Hello"]
    known = await browser.get("/new-chat?phone=%2B15550100300", **SCRIPT)
    assert known.links(f"/chat/{mira.id}/") == [f"/chat/{mira.id}/messages/"]


async def test_without_scripts_it_is_a_page(site: Site) -> None:
    number, browser = await site.world.number(), await site.owner()
    page = await browser.get("/new-chat")
    assert page.status == 200
    fields = {"number": str(number.id), "to": "+15550100234", "text": "Hello", "do": "send"}
    done = await browser.post("/new-chat", {"csrf": page.hidden["csrf"], "key": page.hidden["key"], **fields})
    [chat] = await everybody(site.world)
    assert done.location == f"/chat/{chat.id}/messages/"
    wrong = await browser.post("/new-chat", {"csrf": page.hidden["csrf"], **fields, "to": "12"})
    assert wrong.status == 422
    assert "neither a phone" in wrong.words


REFUSED: dict[str, tuple[dict[str, str], str, str]] = {
    "nobody": ({"to": " "}, "Name somebody", "to"),
    "no phone": ({"to": "call me"}, "neither a phone", "to"),
    "nothing": ({"text": " "}, "The message is empty", "text"),
    "too much": ({"text": "x" * 2001}, "more than 2000", "text"),
    "a name that is taken": ({"name": "Clara"}, "already has this name", "name"),
    "too long a name": ({"name": "x" * 257}, "1 to 256", "name"),
}


@pytest.mark.parametrize(("fields", "sentence", "field"), REFUSED.values(), ids=REFUSED)
async def test_what_is_wrong_is_said_beside_its_field(
    site: Site, fields: dict[str, str], sentence: str, field: str
) -> None:
    number = await site.world.number()
    await site.world.chat(number, name="Clara")
    answer = await begun(site, await site.owner(), number, **fields)
    assert answer.status == 422
    assert sentence in answer.words
    assert f'id="new-{field}-error"' in answer.html
    assert len(await everybody(site.world)) == 1


async def test_nobody_writes_from_a_number_that_is_not_theirs(site: Site, neighbour: World) -> None:
    number = await site.world.number()
    [lagoon] = await neighbour.run(messages.numbers_to_write_from, neighbour.owner)
    agent = await site.signed_in(await site.teammate(Role.AGENT))
    for browser, asked in ((agent, number), (await site.owner(), lagoon)):
        for many in ("", "yes"):
            assert (await begun(site, browser, asked, many=many)).status == 422
            assert (await begun(site, browser, asked, many=many, do="check")).status == 422
        token = (await browser.get("/")).hidden["csrf"]
        address = f"/new-chat/file?number={asked.id}&to=%2B15550100234&text=x"
        assert (await browser.post(address, {}, **SCRIPT, **{"x-csrf": token})).status == 422
    assert "no number that you may write" in (await agent.get("/new-chat", **SCRIPT)).words
    assert await everybody(site.world) == []
    assert len(await everybody(neighbour)) == 1
    assert "New chat" not in (await (await site.signed_in(await site.teammate(Role.COLLABORATOR))).get("/")).words


async def test_a_form_from_elsewhere_starts_nothing(site: Site) -> None:
    number, browser = await site.world.number(), await site.owner()
    for path in ("/new-chat", "/new-chat/file"):
        fields = {"number": str(number.id), "to": "+15550100234", "text": "x", "do": "send", "csrf": "wrong"}
        assert (await browser.post(path, fields, **SCRIPT)).status == 403
    assert await everybody(site.world) == []


async def test_a_template_of_ours_brings_its_words(site: Site) -> None:
    world = site.world
    number = await world.number()
    made = await world.run(templates.create, NewTemplate("Hours", "We open at nine."), world.owner)
    browser = await site.owner()
    drawn = await begun(site, browser, number, do="show", text="", template=str(made.id))
    assert "We open at nine." in drawn.words
    await begun(site, browser, number, text="We open at nine.", template=str(made.id))
    assert (await world.run(templates.get, made.id, world.owner)).used == 1


async def test_a_business_number_writes_to_strangers_by_template_only(site: Site) -> None:
    world = site.world
    number = await world.business_number()
    await world.templates(number)
    browser = await site.owner()
    form = await begun(site, browser, number, do="show")
    assert "only a template reaches them" in form.words
    refused = await begun(site, browser, number)
    assert (refused.status, "24 hours" in refused.words) == (422, True)
    [order] = (await world.run(business.list_templates))[0]
    chosen = await begun(site, browser, number, do="show", wanted=str(order.id), **{"body-1": "Mira"})
    assert "Hello Mira, your order" in chosen.words
    blank = await begun(site, browser, number, wanted=str(order.id), **{"body-1": "Mira"})
    assert (blank.status, 'id="new-wanted-error"' in blank.html) == (422, True)
    values = {"header-1": "A-1", "body-1": "Mira", "body-2": "A-1"}
    await begun(site, browser, number, wanted=str(order.id), **values)
    [chat] = await everybody(world)
    assert "Hello Mira, your order A-1 is on its way." in str((await world.newest(chat)).text)


async def test_to_several_is_shown_then_done_once_and_told(site: Site, neighbour: World) -> None:
    world = site.world
    number = await world.number()
    mira = await world.chat(number, "15550100300", name="Mira Solberg")
    browser, key = await site.owner(), str(uuid4())
    fields = {"many": "yes", "to": "Mira Solberg\n+15550100999\nnobody at all\n+1 555 010 0300", "key": key}
    plan = await begun(site, browser, number, do="check", **fields)
    for part in ("Send to 2 chats?", "cost no credits", "WhatsApp bans", "1 of them has never", "Named before"):
        assert part in plan.words
    assert await world.history(mira) == []
    for _ in range(2):
        done = await begun(site, browser, number, **fields)
        assert f'data-go="/rounds/{key}"' in done.html
    assert [one.text for one in await world.history(mira)] == ["Hello"]
    page = await browser.get(f"/rounds/{key}")
    for part in ("Accepted: 2 of 4", "Waiting to be sent", "neither a phone", "Named before"):
        assert part in page.words
    assert f"/rounds/{key}" in (await browser.get("/rounds")).html
    colleague = await site.signed_in(await site.teammate(Role.ADMIN))
    assert (await colleague.get(f"/rounds/{key}")).status == 404
    assert (await browser.get("/rounds/nonsense")).status == 404
    assert key not in (await colleague.get("/rounds")).html


MANY_REFUSED = {
    "nobody": (" \n", "Name somebody"),
    "too many": ("\n".join(f"+155501{n:05d}" for n in range(51)), "50 at once"),
}


@pytest.mark.parametrize("do", ["check", "send"])
@pytest.mark.parametrize(("to", "sentence"), MANY_REFUSED.values(), ids=MANY_REFUSED)
async def test_a_list_that_cannot_be_meant(site: Site, to: str, sentence: str, do: str) -> None:
    number = await site.world.number()
    answer = await begun(site, await site.owner(), number, many="yes", to=to, do=do)
    assert (answer.status, sentence in answer.words) == (422, True)
    assert await everybody(site.world) == []
