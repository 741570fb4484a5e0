"""What people type into a search, and which texts meet it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.features.search import (
    LONGEST_QUESTION,
    NothingToSearch,
    SearchTooLong,
    highlights,
    read_question,
    stored_words,
)
from tideline.features.search.question import Part

TYPED = {
    "a word": ("Beans", [Part(("beans",))]),
    "words": ("roasted  beans", [Part(("roasted",)), Part(("beans",))]),
    "the same word twice": ("beans BEANS", [Part(("beans",))]),
    "a phrase": ('"roasted beans" may', [Part(("roasted", "beans")), Part(("may",))]),
    "typographic quotes": ("„roasted beans“ “two kilos”", [Part(("roasted", "beans")), Part(("two", "kilos"))]),
    "half a pair of quotes": ('5" screen', [Part(("5",)), Part(("screen",))]),
    "an empty phrase": ('"" beans', [Part(("beans",))]),
    "signs inside": ("e-mail 10:30", [Part(("e", "mail")), Part(("10", "30"))]),
    "a beginning": ("roas*", [Part(("roas",), is_open=True)]),
    "a beginning inside": ("e-mai*", [Part(("e", "mai"), is_open=True)]),
    "a star in a phrase": ('"roas* beans"', [Part(("roas", "beans"))]),
    "stars alone": ("* ** beans", [Part(("beans",))]),
    "operators of PostgreSQL": ("!a & (b | c) <-> d:*", [Part((k,), k == "d") for k in "abcd"]),
    "pairs of signs": ("拿铁咖啡", [Part(("拿铁", "铁咖", "咖啡"))]),
    "one sign": ("茶", [Part(("茶",), is_open=True)]),
    "signs and letters": ("茶latte 拿铁", [Part(("茶", "latte")), Part(("拿铁",))]),
    "letters and a sign": ("latte茶", [Part(("latte", "茶"), is_open=True)]),
    "an emoji": ("👍🏿", [Part(("👍",))]),
    "accents": ("CAFÉ", [Part(("cafe",))]),
}


@pytest.mark.parametrize(("typed", "parts"), TYPED.values(), ids=TYPED)
def test_what_is_asked(typed: str, parts: list[Part]) -> None:
    assert list(read_question(typed).parts) == parts


@pytest.mark.parametrize("typed", ["", "  ", "?!", '""', "*", '"', "\x00", "\ud800", "\u0301"])
def test_without_a_word_there_is_nothing_to_search(typed: str) -> None:
    with pytest.raises(NothingToSearch):
        read_question(typed)


def test_a_search_may_not_be_a_book() -> None:
    assert len(read_question("a b " * (LONGEST_QUESTION // 4)).parts) == 2
    with pytest.raises(SearchTooLong):
        read_question("x" * (LONGEST_QUESTION + 1))


MEETS = {
    "a word": ("beans", "Two bags of BEANS, please", ["BEANS"]),
    "a word is not a part of another": ("bean", "Two bags of beans", None),
    "the beginning of a word": ("bea*", "Two bags of beans", ["beans"]),
    "all words": ("beans two", "Two bags of beans", ["Two", "beans"]),
    "not all words": ("beans three", "Two bags of beans", None),
    "a phrase": ('"of beans"', "Two bags of beans of beans", ["of beans", "of beans"]),
    "a phrase that overlaps itself": ('"no no"', "no, no, no!", ["no, no, no"]),
    "a phrase the wrong way round": ('"beans of"', "Two bags of beans", None),
    "a phrase with something between": ('"bags beans"', "Two bags of beans", None),
    "a phrase over a line break": ('"bags of"', "Two bags,\nof beans", ["bags,\nof"]),
    "an accent nobody typed": ("creme brulee", "Une CRÈME brûlée!", ["CRÈME", "brûlée"]),
    "an accent somebody typed": ("crème", "creme", ["creme"]),
    "an e-mail address": ("mira@harbour.example", "Write to Mira@Harbour.example.", ["Mira@Harbour.example"]),
    "a phone": ("555-0100", "call +1 (555) 555 0100", ["555 0100"]),
    "Chinese": ("拿铁", "我要一杯拿铁咖啡", ["拿铁"]),
    "Chinese, one sign": ("铁", "拿铁,铁", ["铁", "铁"]),
    "Chinese, the last sign": ("啡", "拿铁咖啡", ["啡"]),
    "Chinese, not in this order": ("铁拿", "拿铁", None),
    "Japanese": ("ラテ", "抹茶ﾗﾃをください", ["ﾗﾃ"]),
    "Thai": ("โมง", "กี่โมงแล้ว", ["โมง"]),
    "Korean without the ending": ("주문", "주문을 확인", ["주문"]),
    "Arabic without vowel signs": ("مرحبا المدينه", "مَرْحَبًا بكم في المدينة", ["مَرْحَبًا", "المدينة"]),
    "an emoji of another skin": ("👍", "great 👍🏽👍🏿", ["👍🏽👍🏿"]),
    "part of an emoji of several": ("👧", "👩‍👩‍👧", ["👧"]),
    "a flag": ("🇩🇪", "from 🇩🇪 to 🇫🇷", ["🇩🇪"]),
    "an emoji of two planes counts as one character": ("beans", "🎉🎉 beans", ["beans"]),
}


@pytest.mark.parametrize(("typed", "text", "marked"), MEETS.values(), ids=MEETS)
def test_what_a_text_has_to_have(typed: str, text: str, marked: list[str] | None) -> None:
    question = read_question(typed)
    assert question.is_met_by(stored_words(text)) is (marked is not None)
    if marked is not None:
        found = highlights(question, text)
        assert [text[one.start : one.end] for one in found] == marked


def test_nothing_is_marked_where_nothing_is() -> None:
    assert highlights(read_question("beans"), None) == highlights(read_question("beans"), "tea") == []


@given(st.text(min_size=1, max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_a_text_is_found_by_itself(text: str, before: str, behind: str) -> None:
    """Whatever somebody copies out of a message and puts in quotes finds that message, and is marked there."""
    try:
        question = read_question(f'"{text}"' if '"' not in text else text)
    except NothingToSearch:
        return
    whole = f"{before} {text} {behind}"
    if all(part.needle in stored_words(text) for part in question.parts):
        assert question.is_met_by(stored_words(whole))
        assert highlights(question, whole)
