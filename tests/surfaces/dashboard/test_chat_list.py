"""What the address of the list asks for: views, filters, search; one's own views, and what is done with many chats."""

from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from tests.support.browsing import Browser, Page
from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import chats, saved_views, workspaces
from tideline.features.chats import Chat
from tideline.features.numbers.port import GroupMember, Peer
from tideline.features.workspaces import Role

NAMES = ("Mira Solberg", "Jon Vale", "Harbour Sales", "Crew", "Clara Nunes")


@pytest.fixture
async def shop(site: Site) -> dict[str, Chat]:
    """Five chats, each of them different from the others in some way."""
    world = site.world
    bikes, cafe = await world.number(name="Bikes"), await world.number(name="Café")
    idris = await world.teammate("idris@harbour.example")
    await world.chat(bikes, "15550100234", name="Mira Solberg", labels=["new lead"], responsible=idris.email)
    jon = await world.chat(bikes, name="Jon Vale", labels=["wholesale"], responsible=world.owner.email)
    await world.hear(jon, "Is the Kenyan roast back?")
    world.clock.advance(timedelta(days=2))
    await world.chat(cafe, name="Harbour Sales", read=True, closed=True)
    await world.group(cafe, "Crew", [GroupMember(Peer(phone="4930999001"), "member")])
    clara = await world.chat(cafe, name="Clara Nunes", labels=["wholesale"])
    await world.run(chats.set_autoresponse, clara.id, False)
    await world.run(chats.assign, clara.id, world.owner.email)
    return {chat.name: chat for chat in (await world.run(chats.list_chats)).items}


def shown(page: Page) -> set[str]:
    return {name for name in NAMES if f'title="{name}"' in page.html}


ADDRESSES: dict[str, tuple[str, set[str]]] = {
    "everything": ("", set(NAMES)),
    "what means nothing": (
        "view=x&read=maybe&number=abc&label=&label=%00&since=never&kind=&responsible=9x&q=%00",
        set(NAMES),
    ),
    "mine": ("view=mine", {"Jon Vale", "Clara Nunes"}),
    "unassigned": ("view=unassigned", {"Crew"}),
    "unattended": ("view=unattended", {"Jon Vale"}),
    "closed": ("view=closed", {"Harbour Sales"}),
    "a label": ("label=wholesale", {"Jon Vale", "Clara Nunes"}),
    "any of two labels": ("label=wholesale&label=new+lead", {"Jon Vale", "Clara Nunes", "Mira Solberg"}),
    "a view and a label": ("view=mine&label=new+lead", set()),
    "groups": ("kind=group", {"Crew"}),
    "direct chats": ("kind=direct&state=open", {"Mira Solberg", "Jon Vale", "Clara Nunes"}),
    "mine by filter": ("responsible=me&read=no", {"Jon Vale", "Clara Nunes"}),
    "nobody's": ("responsible=nobody", {"Harbour Sales", "Crew"}),
    "somebody who is not there": ("responsible=2147483647", set()),
    "read": ("read=yes", {"Harbour Sales"}),
    "without the AI agent": ("ai=off", {"Clara Nunes"}),
    "a view whose state is another": ("view=mine&state=closed", set()),
    "begun on the second day": ("since=2026-11-25", {"Harbour Sales", "Crew", "Clara Nunes"}),
    "begun until the first day": ("until=2026-11-23", {"Mira Solberg", "Jon Vale"}),
    "found by name": ("q=SOLB", {"Mira Solberg"}),
    "found by phone": ("q=%2B1+555-0100", {"Mira Solberg"}),
    "found by name within a filter": ("q=n&label=wholesale", {"Jon Vale", "Clara Nunes"}),
    "found in no view": ("view=closed&q=mira", {"Mira Solberg"}),
    "nothing found": ("q=zz+none", set()),
}


async def test_the_address_says_what_is_listed(site: Site, shop: dict[str, Chat], neighbour: World) -> None:
    browser = await site.owner()
    bikes = shop["Mira Solberg"].number_id
    beside = f"/chat/{shop['Mira Solberg'].id}/messages/"
    cases = {
        **ADDRESSES,
        "a number": (f"number={bikes}", {"Mira Solberg", "Jon Vale"}),
        "somebody's": (f"responsible={shop['Mira Solberg'].responsible_id}", {"Mira Solberg"}),
    }
    for name, (query, wanted) in cases.items():
        page = await browser.get(f"/?{query}")
        assert (name, shown(page)) == (name, wanted)
        assert "Lagoon" not in page.words
        part = await browser.get(f"/chats?{query}")
        assert (name, shown(part)) == (name, wanted)
    page = await browser.get(f"{beside}?view=closed")
    assert "Harbour Sales" in shown(page)
    assert page.links(f"/chat/{shop['Harbour Sales'].id}/messages/?view=closed")


async def test_an_empty_list_says_why_and_where_to_go(site: Site) -> None:
    browser = await site.owner()
    for query, words, way in (
        ("", "Nobody has written yet", None),
        ("view=mine", "assigned to you show up here", None),
        ("view=unassigned", "nobody is responsible", None),
        ("view=unattended", "Nothing waits for you", None),
        ("view=closed", "Nothing is closed", None),
        ("label=none", "No chat matches", "/"),
        ("view=mine&label=none", "No chat matches", "/?view=mine"),
        ("q=none", "Nothing found", "/"),
        ("q=%2A", "Nothing found", "/"),
    ):
        page = await browser.get(f"/?{query}")
        assert words in page.words, query
        assert way is None or way in page.links("/"), query


async def test_views_are_counted(site: Site, shop: dict[str, Chat], neighbour: World) -> None:
    page = await (await site.owner()).get("/")
    for counted in ("Mine 2", "Unassigned 1", "Unattended 1", "All", "Closed"):
        assert counted in page.words


async def test_a_filter_is_taken_off_by_its_chip(site: Site, shop: dict[str, Chat]) -> None:
    browser = await site.owner()
    page = await browser.get("/?view=mine&label=wholesale&label=new+lead&kind=group")
    assert "/?view=mine&label=new+lead&kind=group" in page.links("/?")
    assert "/?view=mine&label=wholesale&label=new+lead" in page.links("/?")


@pytest.mark.parametrize("role", [Role.AGENT, Role.COLLABORATOR, Role.TEAMMATE])
async def test_a_view_shows_what_a_role_sees(site: Site, shop: dict[str, Chat], role: Role) -> None:
    somebody = await site.teammate(role)
    await site.world.run(chats.assign, shop["Jon Vale"].id, somebody.email)
    browser = await site.signed_in(somebody)
    sees_all = role is Role.TEAMMATE  # of the team that the owner's numbers belong to
    for query, wanted in (
        ("", set(NAMES) if sees_all else {"Jon Vale"}),
        ("view=unattended", {"Jon Vale"}),
        ("view=unassigned", {"Crew"} if sees_all else set()),
        ("q=n", {"Jon Vale", "Clara Nunes"} if sees_all else {"Jon Vale"}),
    ):
        assert shown(await browser.get(f"/?{query}")) == wanted
    page = await browser.get("/")
    assert ("Bikes" in page.html.partition('id="list-filters"')[2].partition('id="list-views"')[0]) is sees_all


# Search ------------------------------------------------------------------------------------------------------


async def test_a_hit_shows_its_words_and_opens_at_its_message(site: Site, shop: dict[str, Chat]) -> None:
    world, browser = site.world, await site.owner()
    chat = shop["Jon Vale"]
    for n in range(60):
        await world.hear(chat, f"More {n}")
    page = await browser.get("/?q=kenya")
    assert "Is the <mark>Kenyan</mark> roast back?" in page.html
    [address] = page.links("at=")
    assert address.startswith(f"/chat/{chat.id}/messages/?q=kenya&at=")
    there = await browser.get(address.partition("#")[0])
    conversation = there.html.partition('id="conversation"')[2]
    for said, is_there in (("Kenyan", True), ("More 0<", True), ("More 24<", True), ("More 25<", False)):
        assert (said in conversation) is is_there, said
    assert ">Newest messages<" in there.html
    assert f'id="{address.partition("#")[2]}"' in conversation
    last = await world.newest(chat)
    newest = await browser.get(f"/chat/{chat.id}/messages/?at={last.uid}")
    assert ">Newest messages<" not in newest.html


async def test_a_message_of_another_chat_or_none_opens_nothing(
    site: Site, shop: dict[str, Chat], neighbour: World
) -> None:
    browser = await site.owner()
    [theirs] = (await neighbour.run(chats.list_chats)).items
    for uid in ((await site.world.newest(shop["Jon Vale"])).uid, (await neighbour.newest(theirs)).uid, "x"):
        assert (await browser.get(f"/chat/{shop['Crew'].id}/messages/?at={uid}")).status == 404


async def test_hits_go_on(site: Site) -> None:
    chat = await site.world.chat(name="Mira")
    for n in range(25):
        await site.world.hear(chat, f"Roast {n}")
    browser = await site.owner()
    first = await browser.get("/?q=roast")
    [more] = first.links("hits=2")
    second = await browser.get(more)
    assert (first.html.count("<mark>"), second.html.count("<mark>")) == (20, 5)
    for given in ("0", "x", "-1", "9" * 30):
        assert (await browser.get(f"/?q=roast&hits={given}")).status == 200


async def test_nothing_of_others_is_found(site: Site, shop: dict[str, Chat], neighbour: World) -> None:
    agent = await site.signed_in(await site.teammate(Role.AGENT))
    assert "<mark>" not in (await agent.get("/?q=kenyan")).html
    assert "<mark>" not in (await (await site.owner()).get("/?q=lagoon")).html


async def test_a_search_that_is_too_long_says_so(site: Site) -> None:
    page = await (await site.owner()).get(f"/?q={'x' * 501}")
    assert (page.status, "more than 500 characters" in page.words) == (400, True)


async def test_hostile_names_stay_words(site: Site) -> None:
    chat = await site.world.chat(name='<b title="x">', labels=["<i>"])
    await site.world.hear(chat, "<script>alert(1)</script> roast")
    browser = await site.owner()
    page = await browser.get(f"/?{urlencode({'q': 'roast', 'label': '<i>'})}")
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;" in page.html


# Rows that have changed ----------------------------------------------------------------------------------------


async def test_only_what_belongs_into_the_list_is_drawn_anew(
    site: Site, shop: dict[str, Chat], neighbour: World
) -> None:
    browser = await site.owner()
    [theirs] = (await neighbour.run(chats.list_chats)).items
    named = "&".join(f"c={chat.id}" for chat in (shop["Jon Vale"], shop["Crew"], theirs))
    assert shown(await browser.get(f"/chats/rows?{named}")) == {"Jon Vale", "Crew"}
    part = await browser.get(f"/chats/rows?view=mine&{named}&open={shop['Jon Vale'].id}")
    assert shown(part) == {"Jon Vale"}
    assert 'aria-current="true"><bdi>Jon Vale' in part.html
    assert "Mine" in part.words
    agent = await site.signed_in(await site.teammate(Role.AGENT))
    assert shown(await agent.get(f"/chats/rows?{named}")) == set()
    assert (await browser.get("/chats/rows?" + "c=1&" * 61)).status == 404


# Views of one's own ---------------------------------------------------------------------------------------------


async def test_filters_are_kept_under_a_name(site: Site, shop: dict[str, Chat], neighbour: World) -> None:
    browser = await site.owner()
    page = await browser.get("/?view=mine&label=wholesale")
    kept = await browser.send(
        page, "/views?view=mine&label=wholesale&label=a%00&after=1.x", name="Wholesale", back="/?view=mine"
    )
    assert (kept.status, kept.location) == (303, "/?view=mine")
    page = await browser.get("/?view=mine&label=wholesale")
    assert ">Wholesale<" in page.html
    assert '/?view=mine&amp;label=wholesale" aria-current="true"' in page.html
    assert (await browser.send(page, "/views?label=x", name=" wholesale ")).status == 400
    assert (await browser.send(page, "/views?label=x", name="")).status == 400
    colleague = await site.signed_in(await site.teammate())
    assert ">Wholesale<" not in (await colleague.get("/")).html


async def test_a_view_is_renamed_moved_and_deleted_by_its_teammate_alone(site: Site, neighbour: World) -> None:
    world = site.world
    one, two = [(await world.run(saved_views.keep, world.owner, name, {})).id for name in ("One", "Two")]
    [theirs] = [(await neighbour.run(saved_views.keep, neighbour.owner, "Theirs", {})).id]
    browser = await site.owner()
    page = await browser.get("/")
    for do, named in (("up", {}), ("rename", {"name": "Second"}), ("down", {}), ("up", {})):
        assert (await browser.send(page, f"/views/{two}", do=do, back="//evil.example", **named)).location == "/"
    assert [view.name for view in await world.run(saved_views.list_views, world.owner)] == ["Second", "One"]
    await browser.send(page, f"/views/{one}", do="remove")
    for view_id, do in ((theirs, "remove"), (one, "remove"), (two, "burn"), (0, "up")):
        assert (await browser.send(page, f"/views/{view_id}", do=do)).status == 404
    colleague = await site.signed_in(await site.teammate())
    assert (await colleague.send(await colleague.get("/"), f"/views/{two}", do="remove")).status == 404
    assert [view.name for view in await world.run(saved_views.list_views, world.owner)] == ["Second"]
    assert [view.name for view in await neighbour.run(saved_views.list_views, neighbour.owner)] == ["Theirs"]


# Many chats at once ----------------------------------------------------------------------------------------------


async def change(browser: Browser, page: Page, do: str, *some: Chat, **fields: str) -> Page:
    named = [("csrf", page.hidden["csrf"]), ("do", do), *fields.items(), *(("chat", str(one.id)) for one in some)]
    body = urlencode(named).encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-fragment": "1"}
    return await browser.call("POST", "/chats/do", headers, body)


async def test_many_chats_are_changed_at_once(site: Site, shop: dict[str, Chat]) -> None:
    world, browser = site.world, await site.owner()
    page = await browser.get("/")
    jon, crew, sales = shop["Jon Vale"], shop["Crew"], shop["Harbour Sales"]
    idris = shop["Mira Solberg"].responsible_id
    for do, fields, said in (
        ("close", {}, "2 chats changed. 1 was so already."),
        ("reopen", {}, "3 chats changed."),
        ("unread", {}, "1 chat changed. 2 were so already."),
        ("read", {}, "3 chats changed."),
        ("label", {"label": "vip"}, "3 chats changed."),
        ("unlabel", {"label": "vip"}, "3 chats changed."),
        (f"assign-{idris}", {}, "3 chats changed."),
        ("assign-nobody", {}, "3 chats changed."),
        ("assign-me", {}, "3 chats changed."),
    ):
        answer = await change(browser, page, do, jon, crew, sales, **fields)
        assert (do, answer.words.strip()) == (do, said)
    assert {(await world.reload(one)).responsible_id for one in (jon, crew, sales)} == {world.owner.id}


async def test_who_may_not_see_a_chat_changes_nothing_of_it(
    site: Site, shop: dict[str, Chat], neighbour: World
) -> None:
    agent = await site.teammate(Role.AGENT)
    jon, crew = shop["Jon Vale"], shop["Crew"]
    [theirs] = (await neighbour.run(chats.list_chats)).items
    await site.world.run(chats.assign, jon.id, agent.email)
    browser = await site.signed_in(agent)
    answer = await change(browser, await browser.get("/"), "close", jon, crew, theirs)
    assert answer.words.strip() == "1 chat changed. 2 are gone, or not yours to see."
    assert [(await site.world.reload(one)).is_closed for one in (jon, crew)] == [True, False]
    assert (await neighbour.reload(theirs)).is_open


async def test_bad_changes_change_nothing(site: Site, shop: dict[str, Chat], neighbour: World) -> None:
    world, browser = site.world, await site.owner()
    page = await browser.get("/")
    jon = shop["Jon Vale"]
    for do, fields, status in (
        ("burn", {}, 400),
        ("", {}, 400),
        ("label", {"label": " "}, 400),
        ("label", {"label": "x" * 65}, 400),
        (f"assign-{neighbour.owner.id}", {}, 404),
        ("assign-x", {}, 404),
        ("close", {"csrf": "forged"}, 403),
    ):
        answer = await change(browser, page, do, jon, **fields)
        assert (do, answer.status) == (do, status)
        assert answer.response.headers["x-problem"]
    assert (await change(browser, page, "close", *[jon] * 201)).status == 400
    assert (await change(browser, page, "close")).words.strip() == "No chat was chosen."
    assert await world.reload(jon) == jon


async def test_without_a_script_the_list_comes_again_with_the_sentence(site: Site, shop: dict[str, Chat]) -> None:
    browser = await site.owner()
    page = await browser.get("/?view=mine")
    slug = (await site.world.run(workspaces.get_workspace)).slug
    address = f"/chats/do?workspace={slug}&view=mine"
    assert quote(address, safe="/?=&") in page.html.replace("&amp;", "&")
    answer = await browser.send(page, address, do="close", chat=str(shop["Jon Vale"].id))
    assert "1 chat changed." in answer.words
    assert shown(answer) == {"Clara Nunes"}
