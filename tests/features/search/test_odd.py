"""Odd texts and odd searches: whatever is stored is found by itself, and nothing else is found."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.features.search.conftest import Find
from tests.support.fuzz import FUZZ
from tests.support.world import World
from tideline.features import messages
from tideline.features.search import NothingToSearch, Question, read_question, words

ODD = {
    "operators": "a & b | !c <-> d:*AB (e)",
    "quotes and backslashes": "it's \\ 'quoted' \"twice\" \\' '' ''' \\\\",
    "patterns": "100% _under_ [a-z]* .* $1 {}",
    "marks of the index": "@c1 17/1484/beans @n2 1/2",
    "many short words": "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 2,
    "a word without end": "x" * 490,
    "other planes": "𝕳𝖊𝖑𝖑𝖔 😀😀😀 🏳️‍🌈 \U0010ffff",
    "right to left": "\u202eabc\u202c مرحبا \u200f",
    "signs": "漢字かな交じり文",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_odd_texts_are_found_by_themselves(world: World, find: Find, road: str, text: str) -> None:
    await world.hear(await world.chat(), text)
    assert await find(text) == [text]
    assert await find(f"{text} nowhere") == []


async def test_a_text_of_a_whole_book_is_found_by_its_beginning(world: World, find: Find, road: str) -> None:
    book = "once upon a time " + " ".join(f"w{n}" for n in range(20_000))
    await world.hear(await world.chat(), book)
    assert await find('"once upon" w99') == [book]
    await world.hear(await world.chat(), "茶" * 60_000)
    assert len(await find("茶茶茶")) == 1


ALPHABET = ["a", "b", "ab", "abc", "é", "e", "ß", "ss", "茶", "拿铁", "👍", "-", "'", "a-b", "ABC", "\\", "x"]
TEXT = st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=6).map(" ".join)
TYPED = st.one_of(TEXT, TEXT.map('"{}"'.format), TEXT.map("{}*".format), st.text(max_size=20))


@settings(max_examples=25 * FUZZ, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, max_size=12), st.lists(TYPED, min_size=1, max_size=6))
async def test_a_search_finds_what_reading_every_message_finds(
    world: World, find: Find, road: str, texts: list[str], typed: list[str]
) -> None:
    chat = await world.chat()
    written = [f"{text} {uuid4().hex}" for text in texts]
    await world.run(messages.receive, chat.number_id, [world.written(chat.peer, text) for text in written])
    for one in typed:
        try:
            question = read_question(one)
        except NothingToSearch:
            continue
        expected = [text for text in written if _meets(question, text)]
        found = await find(one, chat_id=chat.id)
        assert sorted(map(str, found)) == sorted(expected)
        if not question.is_ranked:
            assert found == expected[::-1]


def _meets(question: Question, text: str) -> bool:
    """Word by word, without what is stored."""
    keys = [word.key for word in words.split(text)]
    return all(any(part.at(keys, place) for place in range(len(keys))) for part in question.parts)
