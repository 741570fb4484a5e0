"""Agents and collaborators see what they may, in the list as on the page of a chat, and nothing in between."""

import pytest

from tests.support.world import World
from tests.surfaces.dashboard.conftest import Site
from tideline.features import chats, workspaces
from tideline.features.chats import Chat
from tideline.features.workspaces import Role, Teammate

SEEN = {
    Role.TEAMMATE: {"Mine", "Mine, assigned", "Elsewhere", "Elsewhere, assigned"},
    Role.AGENT: {"Mine", "Mine, assigned", "Elsewhere, assigned"},
    Role.COLLABORATOR: {"Mine, assigned", "Elsewhere, assigned"},
}


async def made_chats(site: Site, mine: Teammate) -> list[Chat]:
    own, other = await site.own_number(mine), await site.world.number()
    return [
        await site.world.chat(own, name="Mine"),
        await site.world.chat(own, name="Mine, assigned", responsible=mine.email),
        await site.world.chat(other, name="Elsewhere"),
        await site.world.chat(other, name="Elsewhere, assigned", responsible=mine.email),
    ]


@pytest.mark.parametrize(("role", "seen"), SEEN.items(), ids=SEEN)
async def test_list_and_page_agree(site: Site, role: Role, seen: set[str]) -> None:
    teammate = await site.teammate(role)
    made = await made_chats(site, teammate)
    browser = await site.signed_in(teammate)
    listed = set((await browser.get("/")).links("/messages/"))
    assert listed == {f"/chat/{chat.id}/messages/" for chat in made if chat.name in seen}
    for chat in made:
        page = await browser.get(f"/chat/{chat.id}/messages/")
        assert page.status == (200 if chat.name in seen else 404)
        assert set(page.links("/chat/")) >= listed or page.status == 404


async def test_files_of_a_chat_that_one_may_not_see_are_not_there(site: Site, world: World) -> None:
    chat = await world.chat()
    file = await world.file()
    uid = await world.send(chat, None, file_uid=file.uid)
    browser = await site.signed_in(await site.teammate(Role.COLLABORATOR))
    assert (await browser.get(f"/chat/{chat.id}/files/{uid}")).status == 404


async def test_taking_a_chat_away_takes_its_page_away(site: Site, world: World) -> None:
    collaborator = await site.teammate(Role.COLLABORATOR)
    chat = await world.chat(name="Mira", responsible=collaborator.email)
    browser = await site.signed_in(collaborator)
    assert "Mira" in (await browser.get("/")).words
    await world.run(chats.unassign, chat.id)
    assert "Mira" not in (await browser.get("/")).words
    assert (await browser.get(f"/chat/{chat.id}/messages/")).status == 404


async def test_another_role_holds_from_the_next_sign_in_which_is_asked_for_at_once(site: Site, world: World) -> None:
    teammate = await site.teammate()
    await world.chat(name="Mira")
    browser = await site.signed_in(teammate)
    assert "Mira" in (await browser.get("/")).words
    await world.run(workspaces.change_role, teammate.id, Role.COLLABORATOR)
    assert (await browser.get("/")).location == "/sign-in"
    browser = await site.signed_in(teammate)
    assert "Mira" not in (await browser.get("/")).words
