"""Names of chats: unique in a workspace, whatever people and WhatsApp call them."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.world import World
from tideline.features import chats
from tideline.features.chats import ChatNameTaken, InvalidChatName, SeenPeer, names
from tideline.features.chats.model import NAME_MAX
from tideline.features.numbers.port import Peer


@given(st.text())
def test_whatever_whatsapp_sends_becomes_a_name_that_fits_or_none(text: str) -> None:
    name = names.synced(text)
    assert name is None or (1 <= len(name) <= NAME_MAX and name == name.strip() and "\x00" not in name)
    if name:
        name.encode()


@given(st.text(min_size=1, max_size=300), st.integers(2, 10**6))
def test_a_numbered_name_fits_and_still_shows_what_it_stands_for(text: str, index: int) -> None:
    name = names.synced(text) or "x"
    numbered = names.numbered(name, index)
    assert len(numbered) <= NAME_MAX
    assert names.shows(numbered, name)
    assert names.shows(name, name)


@given(st.lists(st.sampled_from(["mira", "MIRA", "Mira (2)", "straße", "STRASSE", "日本"]), min_size=1, max_size=30))
def test_chosen_names_never_share_a_key(wanted: list[str]) -> None:
    taken: set[str] = set()
    for name in wanted:
        attempt, chosen = 0, None
        while chosen is None:
            chosen = names.first_free(names.candidates(name, attempt), taken)
            attempt += 1
        assert names.key(chosen) not in taken
        taken.add(names.key(chosen))


def test_a_phone_in_brackets_is_no_index() -> None:
    assert not names.shows("Mira (1)", "Mira")
    assert not names.shows("Mira (02)", "Mira")


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "x" * 257])
async def test_a_name_has_1_to_256_characters(world: World, typed: str) -> None:
    chat = await world.chat()
    with pytest.raises(InvalidChatName):
        await world.run(chats.rename, chat.id, typed)


async def test_somebody_without_a_name_is_called_after_the_phone(world: World) -> None:
    assert (await world.chat(phone="15550100234")).name == "+15550100234"


async def test_names_that_clash_get_an_index_in_any_case(world: World) -> None:
    number = await world.number()
    named = [await world.chat(number, name=name) for name in ("Mira Solberg", "mira solberg", "MIRA SOLBERG")]
    assert [chat.name for chat in named] == ["Mira Solberg", "mira solberg (2)", "MIRA SOLBERG (3)"]


async def test_a_batch_of_namesakes_gets_different_names(world: World) -> None:
    seen = [SeenPeer(Peer(phone=f"4930111{n:04d}"), "Anna") for n in range(60)]
    made = await world.run(chats.find_or_create, await world.number(), seen)
    assert len({chat.name for chat in made}) == 60
    assert {chat.name for chat in made} >= {"Anna", "Anna (2)", "Anna (9)", "Anna (10)", "Anna (60)"}


async def test_two_at_once_never_get_the_same_name(world: World) -> None:
    sides = [await world.number(), await world.number()]
    seen = [[SeenPeer(Peer(phone=f"49301{side}1{n:04d}"), f"Guest {n}") for n in range(40)] for side in range(2)]
    made = await asyncio.gather(
        *(world.run(chats.find_or_create, number, some) for number, some in zip(sides, seen, strict=True))
    )
    assert len({names.key(chat.name) for some in made for chat in some}) == 80


async def test_a_rename_to_a_taken_name_is_refused(world: World) -> None:
    number = await world.number()
    await world.chat(number, name="Mira Solberg")
    other = await world.chat(number, name="Otto Lind")
    with pytest.raises(ChatNameTaken):
        await world.run(chats.rename, other.id, "MIRA solberg")
    assert (await world.reload(other)).name == "Otto Lind"


async def test_a_rename_to_its_own_name_in_another_case_is_fine(world: World) -> None:
    chat = await world.chat(name="Mira Solberg")
    await world.run(chats.rename, chat.id, "mira solberg")
    assert (await world.reload(chat)).name == "mira solberg"


async def test_renaming_twice_to_the_same_is_one_fact(world: World) -> None:
    chat = await world.chat(name="Mira")
    await world.run(chats.rename, chat.id, "Mira Solberg")
    await world.run(chats.rename, chat.id, " Mira Solberg ")
    [(_, payload)] = await world.facts("ChatRenamed")
    assert payload["name_before"] == "Mira"
    assert payload["chat"]["name"] == "Mira Solberg"


async def test_a_name_is_free_in_another_workspace(world: World, neighbour: World) -> None:
    before = await neighbour.rows()
    assert (await world.chat(name="Mira Solberg")).name == "Mira Solberg"
    assert await neighbour.rows() == before


async def test_a_chat_called_after_the_phone_takes_the_first_name_that_turns_up(world: World) -> None:
    chat = await world.chat(phone="15550100234")
    await world.hear(chat, push_name="Mira")
    assert (await world.reload(chat)).name == "Mira"
    await world.hear(chat, push_name="Mira on holiday")
    assert (await world.reload(chat)).name == "Mira"
    assert [payload["name_before"] for _, payload in await world.facts("ChatRenamed")] == ["+15550100234"]


async def test_a_name_given_here_stays(world: World) -> None:
    chat = await world.chat(phone="15550100234")
    await world.run(chats.rename, chat.id, "Wholesale, Oslo")
    await world.hear(chat, push_name="Mira")
    assert (await world.reload(chat)).name == "Wholesale, Oslo"


async def test_names_in_any_script_are_kept(world: World) -> None:
    number = await world.number()
    for name in ("山田太郎", "🎉 Party 🎉", "Παπαδόπουλος", "محمد", "O'Brien; DROP TABLE chat; --"):
        assert (await world.chat(number, name=name)).name == name


async def test_control_characters_do_not_get_into_names(world: World) -> None:
    assert (await world.chat(name="Mira\x00\nSolberg\u2028")).name == "Mira Solberg"
