"""Texts as words, in many scripts: what counts as one word, what counts as the same, and where each stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.features.search import words
from tideline.features.search.folding import fold

TEXTS = {
    "nothing": ("", []),
    "only signs": ("?! … -- $ ^ \x00", []),
    "words": ("When does the shop open?", ["when", "does", "the", "shop", "open"]),
    "signs inside of words": ("e-mail: a_b@shop.example", ["e", "mail", "a", "b", "shop", "example"]),
    "an apostrophe": ("don't, l’été", ["don", "t", "l", "ete"]),
    "numbers": ("10:30, 1.250,00 €", ["10", "30", "1", "250", "00"]),
    "accents": ("Crème BRÛLÉE, naïve Ångström", ["creme", "brulee", "naive", "angstrom"]),
    "an accent by itself": ("e\u0301cole", ["ecole"]),
    "letters with strokes": ("Łódź Øre Straße þorn Æsir Đuro", ["lodz", "ore", "strasse", "thorn", "aesir", "duro"]),
    "Turkish": ("İstanbul IŞIK ışık", ["istanbul", "isik", "isik"]),
    "Greek": ("ΟΔΟΣ οδός", ["οδοσ", "οδοσ"]),
    "Cyrillic": ("Ёлка Йод", ["елка", "иод"]),
    "Arabic": ("مُرَحَّب إلى المدينة ٣٤٥", ["مرحب", "الي", "المدينه", "345"]),
    "Arabic, stretched": ("مـــرحبا", ["مرحبا"]),
    "Persian": ("می\u200cخواهم کتاب", ["ميخواهم", "كتاب"]),
    "Hebrew": ("שָׁלוֹם", ["שלום"]),
    "Hindi keeps its vowels": ("कि की", ["कि", "की"]),
    "Chinese": ("我要拿铁", ["我要", "要拿", "拿铁", "铁"]),
    "one sign": ("茶", ["茶"]),
    "Japanese with Latin": ("iPhone15を買う", ["iphone15", "を買", "買う", "う"]),
    "half width": ("ｶﾞｷﾞ ＡＢＣ１２", ["ガギ", "ギ", "abc12"]),
    "Korean": ("주문을", ["주문", "문을", "을"]),
    "Thai": ("กี่โมง", ["กี่โ", "โม", "มง", "ง"]),
    "emoji": ("ok👍🏽👍 ❤️", ["ok", "👍", "👍", "❤"]),
    "an emoji of several": ("👩‍👩‍👧", ["👩", "👩", "👧"]),
    "a long word": ("x" * 100, ["x" * 64]),
    "marks that follow nothing": ("\u0301abc \u094d", ["abc"]),
}


@pytest.mark.parametrize(("text", "keys"), TEXTS.values(), ids=TEXTS)
def test_what_the_words_of_a_text_are(text: str, keys: list[str]) -> None:
    assert words.keys(text) == keys
    assert [word.key for word in words.split(text)] == keys


def test_where_the_words_stand() -> None:
    text = "Grüße, 抹茶 👍🏽!"
    assert [text[word.start : word.end] for word in words.split(text)] == ["Grüße", "抹茶", "茶", "👍🏽"]


def test_a_very_long_text_is_read_up_to_a_point() -> None:
    assert len(words.keys("a " * 20_000)) == len(words.split("a " * 20_000)) == words.WORDS_READ
    assert len(words.keys("茶" * 30_000)) == words.WORDS_READ
    assert "".join(words.keys("ab " * 10_000)).endswith("ab")


def test_texts_are_stored_so_that_nothing_is_found_across_them() -> None:
    assert words.stored("Your invoice", None, "may.pdf") == " your invoice  may pdf "
    assert words.stored("!?", "") == ""
    assert words.stored(None, "may.pdf") == " may pdf "


@given(st.text(max_size=60))
def test_any_text_has_words_that_can_be_kept_and_asked_for(text: str) -> None:
    found = words.split(text)
    assert [word.key for word in found] == words.keys(text)
    for word in found:
        assert 0 <= word.start < word.first_end <= word.end <= len(text)
        assert word.key.isprintable()
        assert not set(word.key) & set(" '\\:*&|!()<>{}/@")


@given(st.text(max_size=20))
def test_what_was_folded_stays_as_it_is(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), max_size=40))
def test_case_does_not_matter_where_it_can_be_taken_back(text: str) -> None:
    if text.upper().lower() == text.lower():
        assert words.keys(text.upper()) == words.keys(text)
