"""Each language of the QR page says everything that the page can say."""

import ast
import re
from pathlib import Path

import pytest

from tideline.features.numbers import linking
from tideline.surfaces.dashboard import qr_page, rendering
from tideline.surfaces.dashboard.qr_page import page, shown, words

SOURCE = Path(qr_page.__file__).parent
PLACES = re.compile(r"\{\w+\}")


def sentences() -> set[str]:
    """All that the template and the code say, and what the table of reasons says."""
    template = (rendering.HERE / "templates" / "qr.html").read_text()
    said = set(re.findall(r'\bt\("([^"]+)"', template))
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "words":
                said |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    said |= {sentence for pair in shown.OVER.values() for sentence in pair} | {
        shown.IN_TIME,
        shown.CANCELLED,
        shown.FAILED,
    }
    said |= {*shown.ENDS.values(), shown.ASK_AGAIN, *linking.REASONS.values()}
    return said | {sentence for _, sentence in page.REFUSALS.values()}


def test_the_page_says_what_the_catalogues_have() -> None:
    said = sentences()
    assert len(said) > 40
    for lang, catalogue in words.CATALOGUE.items():
        assert said - catalogue.keys() == set(), lang


@pytest.mark.parametrize("lang", sorted(words.CATALOGUE))
def test_a_language_is_complete_and_keeps_the_places_for_values(lang: str) -> None:
    catalogue = words.CATALOGUE[lang]
    assert catalogue.keys() == words.CATALOGUE["es"].keys()
    for english, said in catalogue.items():
        assert said.strip() == said != ""
        assert PLACES.findall(said) == PLACES.findall(english), english


def test_what_somebody_typed_does_not_turn_a_sentence_around() -> None:
    said = words.Words("he")("The code is for the phone {phone}.", phone="+15550001009")
    assert "\u2068+15550001009\u2069" in said


def test_values_are_no_templates() -> None:
    assert "{0.__class__}" in words.Words("en")("The code is for the phone {phone}.", phone="{0.__class__}")


def test_what_no_catalogue_has_is_said_as_it_came() -> None:
    assert words.Words("he")("Strange {reason} of a connector") == "Strange {reason} of a connector"
