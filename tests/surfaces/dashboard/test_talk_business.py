"""Chats of business numbers: when one may write freely, and the approved templates that go at any time."""

from datetime import timedelta

import pytest

from tests.support.world import ORDER_UPDATE, START, World
from tests.surfaces.dashboard.conftest import Site
from tests.surfaces.dashboard.test_talk import SCRIPT, post, said
from tideline.features import business, messages
from tideline.features.chats import Chat
from tideline.features.messages import Failure
from tideline.features.numbers.port import SEND_PROBLEMS, BusinessTemplate
from tideline.features.workspaces import Role
from tideline.surfaces.dashboard import failures, window

WITH_PICTURE = BusinessTemplate(
    external_id="136000000000002",
    name="new_roast",
    language="he",
    status="APPROVED",
    category="MARKETING",
    parameter_format="NAMED",
    components=[{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "A new roast for {{name}}"}],
)
REJECTED = BusinessTemplate(
    external_id="136000000000003",
    name="rejected_one",
    language="en",
    status="REJECTED",
    category="MARKETING",
    parameter_format="POSITIONAL",
    components=[{"type": "BODY", "text": "Buy now"}],
)
VALUES = {"header.1": "A-7", "body.1": "Mira", "body.2": "A-7"}


async def a_chat(world: World, waba_id: str = "210000000000001") -> Chat:
    number = await world.business_number(waba_id=waba_id)
    await world.templates(number, ORDER_UPDATE, WITH_PICTURE, REJECTED)
    return await world.chat(number, name="Otto")


async def order_update(world: World) -> int:
    found, _ = await world.run(business.list_templates)
    return next(one.id for one in found if one.name == "order_update")


async def test_the_page_says_how_long_one_may_write_and_why_not_any_more(site: Site) -> None:
    chat, browser = await a_chat(site.world), await site.owner()
    path = f"/chat/{chat.id}/messages/"
    assert "has not written yet" in (await browser.get(path)).words
    await site.world.hear(chat, "Hello")
    site.world.clock.advance(timedelta(minutes=70))
    page = await browser.get(path)
    assert 'data-mode="free"' in page.html
    assert "22 h 50 min" in page.words
    site.world.clock.advance(timedelta(hours=23))
    part = await browser.get(f"/chat/{chat.id}/parts", **SCRIPT)
    assert 'data-mode="template"' in part.html
    assert "More than 24 hours" in part.words


LEFT = {
    "a day": (timedelta(hours=24), "24 h 0 min"),
    "less than an hour": (timedelta(minutes=59, seconds=59), "59 min"),
    "five minutes": (timedelta(minutes=5), "5 min"),
    "the last minutes": (timedelta(minutes=4, seconds=59), "4:59"),
    "over": (timedelta(seconds=-3), "0:00"),
}


@pytest.mark.parametrize(("left", "words"), LEFT.values(), ids=LEFT)
def test_what_is_left_is_said_to_the_minute_and_at_the_end_to_the_second(left: timedelta, words: str) -> None:
    assert window.left(START + left, START) == words


async def test_approved_templates_are_found_by_name_words_and_language(site: Site) -> None:
    chat, browser = await a_chat(site.world), await site.owner()
    await a_chat(site.world, "210000000000099")  # of another business account
    path = f"/chat/{chat.id}/business-templates"
    page = await browser.get(path, **SCRIPT)
    assert (page.html.count("data-template="), "rejected_one" in page.html) == (2, False)
    assert page.html.count(" disabled") == 1  # its picture cannot be given
    for query, found in {"q=ON+ITS+WAY": 1, "q=order": 1, "q=body": 0, "language=he": 1, "q=%25": 0}.items():
        assert (await browser.get(f"{path}?{query}", **SCRIPT)).html.count("data-template=") == found, query


async def test_a_template_is_shown_filled_in_and_sent_once(site: Site) -> None:
    world = site.world
    chat, browser = await a_chat(world), await site.owner()
    path = f"/chat/{chat.id}/business-templates/{await order_update(world)}"
    assert '<span class="var">2</span>' in (await browser.get(path, **SCRIPT)).html
    filled = await browser.get(f"{path}?header.1=A-7&body.1=Mira&body.2=<i>", **SCRIPT)
    assert "Hello Mira, your order <i> is on its way." in filled.words
    for _ in range(2):
        answer = await post(browser, path, key="once", **VALUES)
        assert answer.status == 200
    [sent] = await said(world, chat)
    assert f'id="m-{sent.uid}"' in answer.html
    assert (sent.text, sent.origin) == (
        "Order A-7\n\nHello Mira, your order A-7 is on its way.\n\nHarbour Bikes",
        "Shared Inbox",
    )
    assert await world.credits_used() == 0


REFUSED = {"nothing filled in": {}, "half of it": {"header.1": "A-7"}, "blanks": {**VALUES, "body.1": "  "}}


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
async def test_a_template_with_open_places_is_not_sent(site: Site, fields: dict[str, str]) -> None:
    chat = await a_chat(site.world)
    path = f"/chat/{chat.id}/business-templates/{await order_update(site.world)}"
    answer = await post(await site.owner(), path, **fields)
    assert answer.status == 400
    assert "variable" in answer.response.headers["x-problem"]
    assert await said(site.world, chat) == []


async def test_templates_are_only_for_chats_of_their_account_that_one_sees(site: Site, neighbour: World) -> None:
    world = site.world
    chat, linked = await a_chat(world), await world.chat()
    elsewhere = await a_chat(world, "210000000000099")
    theirs = await a_chat(neighbour, "210000000000055")
    template, foreign = await order_update(world), await order_update(neighbour)
    owner, agent = await site.owner(), await site.signed_in(await site.teammate(Role.AGENT))
    mine = [one for one in (await world.run(business.list_templates))[0] if one.name == "order_update"]
    wrong = {
        "not seen": (agent, chat.id, template),
        "not a business chat": (owner, linked.id, template),
        "another workspace's chat": (owner, theirs.id, foreign),
        "another workspace's template": (owner, chat.id, foreign),
        "another account's": (owner, elsewhere.id, min(one.id for one in mine)),
        "none": (owner, chat.id, 2**31 - 1),
    }
    for what, (browser, chat_id, id_) in wrong.items():
        path = f"/chat/{chat_id}/business-templates/{id_}"
        assert (await browser.get(path, **SCRIPT)).status == 404, what
        assert (await post(browser, path, **VALUES)).status == 404, what
    for one in (chat, linked, elsewhere):
        assert await said(world, one) == []
    assert await said(neighbour, theirs) == []


async def test_a_template_that_failed_goes_again_as_a_template(site: Site) -> None:
    world = site.world
    chat, browser = await a_chat(world), await site.owner()
    await post(browser, f"/chat/{chat.id}/business-templates/{await order_update(world)}", **VALUES)
    [sent] = await said(world, chat)
    failure = {"code": "rejected", "title": "Failed", "number": 131026}
    await world.execute(
        "UPDATE tenant.message SET status = 'Failed', failure = $3 WHERE workspace = $1 AND uid = $2", sent.uid, failure
    )
    page = await browser.get(f"/chat/{chat.id}/messages/")
    assert "cannot reach this person" in page.words
    assert (await post(browser, f"/chat/{chat.id}/messages/{sent.uid}/again")).status == 200
    again, _ = await said(world, chat)
    assert (again.content, again.text) == (messages.TEMPLATE, sent.text)


WHY = {
    "Meta's code": (Failure("rejected", "x", 131042), "could not charge"),
    "a code of Meta's that stands for a kind": (Failure("account_restricted", "x", 999), "has restricted"),
    "only our code": (Failure("offline", "x"), "Switch its phone on"),
    "nothing that is known": (Failure("odd", "Something odd", 999, "The moon is full."), "The moon is full."),
    "not even details": (Failure("odd", "Something odd"), "Something odd"),
}


@pytest.mark.parametrize(("failure", "words"), WHY.values(), ids=WHY)
def test_why_a_message_was_not_sent_is_said_so_that_one_knows_what_to_do(failure: Failure, words: str) -> None:
    assert words in failures.reason(failure)


def test_all_that_a_number_may_raise_has_words() -> None:
    assert SEND_PROBLEMS.keys() - failures.BY_CODE.keys() == {"unsupported"}  # it carries a sentence of its own
