"""The list of chats: what a row says, pages, and which workspace is looked at."""

from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import chats, workspaces
from tideline.features.chats import SeenPeer
from tideline.features.numbers.port import CallEnded, GroupMember, MessageRevoked, Peer

ROW = '<span class="chat__who">'


async def test_a_row_says_who_what_when_which_number_and_whose(site: Site) -> None:
    world = site.world
    number = await world.number(name="Harbour Orders")
    labels = ["wholesale", "new lead"]
    chat = await world.chat(number, name="Mira Solberg", labels=labels, responsible=world.owner.email)
    await world.hear(chat, "Is the <Kenyan> roast back?")
    page = await (await site.owner()).get("/")
    assert page.html.count(ROW) == 1
    assert page.links("/chat/") == [f"/chat/{chat.id}/messages/"]
    for part in ("Mira Solberg", "Is the <Kenyan> roast back?", "14:00", "Harbour Orders", *labels, "is responsible"):
        assert part in page.words
    assert "chat--unread" in page.html


async def test_an_empty_workspace_says_what_will_show_up(site: Site) -> None:
    page = await (await site.owner()).get("/")
    assert ROW not in page.html
    assert "Nobody has written yet" in page.words


async def test_read_and_closed_chats_look_it(site: Site) -> None:
    await site.world.chat(name="Mira", read=True, closed=True)
    page = await (await site.owner()).get("/")
    assert "chat--unread" not in page.html
    assert "chat--closed" in page.html


async def test_previews_of_all_kinds(site: Site) -> None:
    world = site.world
    number = await world.number()
    sent = await world.chat(number, name="Sent")
    await world.send(sent, "On its way")
    gone = await world.chat(number, name="Gone")
    await world.hear(gone, "A secret", external_id="GONE")
    await world.receive(number, MessageRevoked(gone.peer, "GONE", world.clock.advance(), by=gone.peer))
    missed = await world.chat(number, name="Missed")
    at = world.clock.advance()
    await world.receive(number, CallEnded(missed.peer, "CALL", "incoming", "missed", False, 0, at))
    member = GroupMember(Peer(phone="4930999001"), "member")
    group = await world.group(number, "Wholesale", [member])
    await world.hear(group, "Half a crate", sender=Peer(phone="4930999001"), push_name="Clara")
    file = await world.file("price-list.pdf")
    attached = await world.chat(number, name="Attached")
    await world.send(attached, None, file_uid=file.uid)
    words = (await (await site.owner()).get("/")).words
    for part in ("On its way", "This message was deleted.", "Missed voice call", "Clara: Half a crate"):
        assert part in words
    assert "A secret" not in words
    assert "price-list.pdf" in words


async def test_the_list_goes_on_behind_the_last_chat(site: Site) -> None:
    seen = [SeenPeer(Peer(phone=f"4930{n:06d}"), f"Guest {n:03d}") for n in range(60)]
    await site.world.run(chats.find_or_create, await site.world.number(), seen)
    browser = await site.owner()
    first = await browser.get("/")
    assert first.html.count(ROW) == 50
    [older] = first.links("after=")
    second = await browser.get(older)
    assert second.html.count(ROW) == 10
    assert "Guest 050" in second.words
    assert second.links("after=") == [older]  # back here, for somebody who is signed out
    assert ">Newest chats<" in second.html
    beyond = await browser.get("/?after=.en96")
    assert (beyond.status, "The list ends here" in beyond.words) == (200, True)


async def test_a_place_that_is_none_is_the_beginning(site: Site) -> None:
    await site.world.chat(name="Mira")
    browser = await site.owner()
    for given in ("0", "-1", "x", "", "1.5", "9.%00", "1.AA", f"{'9' * 17}.", "1.____", "%D9%A3."):
        assert "Mira" in (await browser.get(f"/?after={given}")).words


async def test_the_second_workspace_stays_out_of_the_list(site: Site, neighbour: World) -> None:
    await site.world.chat(name="Ours")
    words = (await (await site.owner()).get("/")).words
    assert "Ours" in words
    assert "Lagoon" not in words
    slug = (await neighbour.run(workspaces.get_workspace)).slug
    assert (await (await site.owner()).get(f"/?workspace={slug}")).status == 404


async def test_somebody_in_two_workspaces_chooses_one(site: Site, neighbour: World) -> None:
    teammate = await site.teammate()
    await site.join(neighbour, teammate.email)
    ours = await site.world.chat(name="Ours")
    [theirs] = (await neighbour.run(chats.list_chats)).items
    browser = await site.signed_in(teammate)
    page = await browser.get("/")
    assert ("Ours" in page.words, theirs.name in page.words) == (True, False)
    addresses = list(dict.fromkeys(page.links("workspace=")))
    assert len(addresses) == 2
    other = await browser.get(addresses[1])
    assert ("Ours" in other.words, theirs.name in other.words) == (False, True)
    assert (await browser.get(f"/chat/{ours.id}/messages/")).status == 200
    assert "From the lagoon" in (await browser.get(f"/chat/{theirs.id}/messages/")).words
