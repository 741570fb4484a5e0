"""Pictures of contacts and groups: where they show, who gets them, and for how long a browser keeps them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import chats
from tideline.features.chats import Chat
from tideline.features.files import File, Files, Photos
from tideline.features.numbers.port import GroupMember, Peer
from tideline.features.workspaces import Role, SignIn
from tideline.platform.db import Tx

FACE = b"\xff\xd8\xff\xe0 a face"


@pytest.fixture
def site(world: World, sign_in: SignIn, tmp_path: Path) -> Site:
    return Site(world, sign_in, store=Files.in_folder(world.db, tmp_path))


async def show(site: Site, world: World, chat: Chat) -> str:
    """The chat gets a picture; the answer is its address."""
    assert site.store

    async def attach(tx: Tx, file: File) -> None:
        await chats.show_photo(tx, chat.id, "a picture", file.uid)

    async def chunks() -> AsyncIterator[bytes]:
        yield FACE

    file = await Photos(site.store).save(world.id, chunks(), attach)
    return f"/chat/{chat.id}/photo/{file.uid}"


async def test_a_picture_is_in_the_list_and_over_the_conversation(site: Site) -> None:
    mira = await site.world.chat(name="Mira Solberg")
    await site.world.chat(name="Nobody Seen")
    address = await show(site, site.world, mira)
    browser = await site.owner()
    assert (await browser.get("/")).html.count("avatar__photo") == 1
    page = await browser.get(f"/chat/{mira.id}/messages/")
    assert page.html.count(f'src="{address}"') >= 2
    picture = await browser.get(address)
    assert picture.response.body == FACE
    assert picture.response.headers["content-type"] == "image/jpeg"
    assert picture.response.headers["cache-control"] == "private, max-age=31536000, immutable"


async def test_a_new_picture_has_another_address_and_is_told(site: Site) -> None:
    mira = await site.world.chat()
    old, new = await show(site, site.world, mira), await show(site, site.world, mira)
    browser = await site.owner()
    assert old != new
    assert [(await browser.get(address)).status for address in (old, new)] == [404, 200]
    await site.world.run(chats.hide_photo, mira.id)
    await site.world.run(chats.hide_photo, mira.id)
    assert (await browser.get(new)).status == 404
    assert await site.world.fact_kinds("ChatPhoto") == ["ChatPhotoChanged"] * 3


async def test_writers_in_a_group_have_the_faces_of_their_chats(site: Site) -> None:
    world = site.world
    number = await world.number()
    clara = await world.chat(number, "4930999001", name="Clara Nunes")
    group = await world.group(
        number, members=[GroupMember(Peer(phone=one), "member") for one in ("4930999001", "49309992")]
    )
    collaborator = await site.teammate(Role.COLLABORATOR)
    await world.run(chats.assign, group.id, collaborator.email)
    for phone in ("4930999001", "49309992"):
        await world.hear(group, "Half a crate", sender=Peer(phone=phone), push_name="Somebody")
    address = await show(site, world, clara)
    page = await (await site.owner()).get(f"/chat/{group.id}/messages/")
    assert page.html.count("msg__face") == 2
    timeline = page.html.partition('class="timeline"')[2].partition("</ol>")[0]
    assert timeline.count(address) == 1
    assert f'data-face="{clara.id}"' in timeline
    unseen = await (await site.signed_in(collaborator)).get(f"/chat/{group.id}/messages/")
    assert unseen.html.count("msg__face") == 2
    assert address not in unseen.html
    assert "data-face" not in unseen.html


async def test_only_who_sees_the_chat_gets_its_picture(site: Site, neighbour: World) -> None:
    address = await show(site, site.world, await site.world.chat())
    [theirs] = (await neighbour.run(chats.list_chats)).items
    elsewhere = await show(site, neighbour, theirs)
    agent = await site.signed_in(await site.teammate(Role.AGENT))
    owner = await site.owner()
    assert (await agent.get(address)).status == 404
    assert (await owner.get(elsewhere)).status == 404
    assert (await site.browser.get(address)).status == 303
    assert (await owner.get(address.rpartition("/")[0] + "/nonsense")).status == 404
