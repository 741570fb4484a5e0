"""Each language says everything that the pages say, and the catalogues are read as they are written."""

import re

import pytest

from tests.support import catalogues
from tideline.features.numbers import linking
from tideline.surfaces.dashboard import po, words

PLACES = re.compile(r"\{\w+\}")


def test_the_sentences_of_pages_are_found() -> None:
    assert len(catalogues.said()) > 40
    assert catalogues.in_template('{{ _("One" if x else "Two") }}{{ ngettext("{count} a", "{count} b", n) }}') == {
        "One": None,
        "Two": None,
        "{count} a": "{count} b",
    }


@pytest.mark.parametrize("lang", catalogues.SPOKEN)
def test_a_language_says_everything(lang: str) -> None:
    assert catalogues.missing(lang) == []


@pytest.mark.parametrize("lang", catalogues.SPOKEN)
def test_a_language_keeps_the_places_for_values(lang: str) -> None:
    for english, entry in words.catalogue(lang).items():
        for said, place in zip(entry.said, (english, entry.plural), strict=False):
            assert said.strip() == said != ""
            assert sorted(PLACES.findall(said)) == sorted(PLACES.findall(place or "")), english


@pytest.mark.parametrize("lang", catalogues.SPOKEN)
def test_why_linking_failed_is_said_in_every_language(lang: str) -> None:
    assert set(linking.REASONS.values()) - words.catalogue(lang).keys() == set()


def test_what_somebody_typed_does_not_turn_a_sentence_around() -> None:
    said = words.Words("he")("The code is for the phone {phone}.", phone="+15550001009")
    assert "\u2068+15550001009\u2069" in said
    assert "\u2068מירה\u2069" in words.Words("en")("The code is for the phone {phone}.", phone="מירה")


def test_values_are_no_templates() -> None:
    assert "{0.__class__}" in words.Words("en")("The code is for the phone {phone}.", phone="{0.__class__}")


def test_what_no_catalogue_has_is_said_as_it_came() -> None:
    assert words.Words("he")("Strange {reason} of a connector") == "Strange {reason} of a connector"


COUNTED = {"en": (1, "1 chat"), "many": (1200, "1,200 chats"), "none": (0, "0 chats")}


@pytest.mark.parametrize(("count", "said"), COUNTED.values(), ids=COUNTED)
def test_what_is_counted_has_two_forms(count: int, said: str) -> None:
    assert words.Words("en").count("{count} chat", "{count} chats", count) == said


ENTRIES = {
    "one line": ('msgid "Yes"\nmsgstr "Sí"\n', po.Entry("Yes", None, ("Sí",))),
    "several lines": ('msgid ""\n"Ye"\n"s"\nmsgstr "S"\n"í"\n', po.Entry("Yes", None, ("Sí",))),
    "a number": (
        'msgid "{count} a"\nmsgid_plural "{count} b"\nmsgstr[0] "{count} x"\nmsgstr[1] "{count} y"\n',
        po.Entry("{count} a", "{count} b", ("{count} x", "{count} y")),
    ),
    "comments": ('#: a.py\n# said\nmsgid "Yes"\n\nmsgstr "Sí"\n', po.Entry("Yes", None, ("Sí",))),
}


@pytest.mark.parametrize(("text", "entry"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_is_read(text: str, entry: po.Entry) -> None:
    assert po.read(text) == {entry.english: entry}


BROKEN = {
    "no quotes": "msgid Yes\n",
    "another keyword": 'msgctxt "a"\nmsgid "Yes"\nmsgstr "Sí"\n',
    "twice": 'msgid "Yes"\nmsgstr "Sí"\n\nmsgid "Yes"\nmsgstr "Sí"\n',
    "code": 'msgid "a" + "b"\nmsgstr "Sí"\n',
    "begins in the middle": 'msgstr "Sí"\n',
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_catalogue_is_refused(text: str) -> None:
    with pytest.raises(po.NotACatalogue):
        po.read(text)
