"""How a text that was written on a phone looks: marks in pairs, addresses, and everything else as it was typed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tideline.surfaces.dashboard.formatting import Piece, pieces


def told(found: tuple[Piece, ...]) -> str:
    """A tree as a line: elements in angle brackets."""
    return "".join(f"<{one.kind}>{one.text or told(one.pieces)}</>" if one.kind else one.text for one in found)


SITUATIONS = {
    "plain": ("Hello there", "Hello there"),
    "bold": ("It is *very* late", "It is <strong>very</> late"),
    "italic, struck, mono": ("_a_ ~b~ `c`", "<em>a</> <s>b</> <code>c</>"),
    "inside each other": ("*bold _and italic_*", "<strong>bold <em>and italic</></>"),
    "a fence keeps what is in it": ("```*not* bold```", "<code>*not* bold</>"),
    "a sum": ("2*3*4 = 24", "2*3*4 = 24"),
    "a name with underscores": ("my_file_name.pdf", "my_file_name.pdf"),
    "a space after the mark": ("* not bold*", "* not bold*"),
    "a space before the twin": ("*not bold *", "*not bold *"),
    "alone": ("*", "*"),
    "only marks": ("***** ~~~~ ____", "***** ~~~~ ____"),
    "two lines": ("*one\ntwo*", "*one\ntwo*"),
    "with punctuation": ("(*yes*)!", "(<strong>yes</>)!"),
    "an address": ("See https://a.example/x_y_z?q=*1*, please", "See <a>https://a.example/x_y_z?q=*1</>*, please"),
    "an address that ends a sentence": ("http://a.example/.", "<a>http://a.example/</>."),
    "no address": ("https:// and javascript:alert(1)", "https:// and javascript:alert(1)"),
    "a phone": ("Bo +49 30 111-2233, ask", "Bo <phone>+49 30 111-2233</>, ask"),
    "no phone": ("1+49301112233, +123 and +12345678901234567", "1+49301112233, +123 and +12345678901234567"),
    "hebrew": ("*שלום* לך", "<strong>שלום</> לך"),
    "markup": ("<b>*x*</b>", "<b><strong>x</></b>"),
    "never closed": ("```half", "```half"),
}


@pytest.mark.parametrize(("text", "shown"), SITUATIONS.values(), ids=SITUATIONS)
def test_what_a_text_becomes(text: str, shown: str) -> None:
    assert told(pieces(text)) == shown


def test_only_notes_mention() -> None:
    text = "@noa@shop.example please look"
    assert told(pieces(text)) == text
    assert told(pieces(text, mentions=True)) == "<mention>@noa@shop.example</> please look"


def letters(found: tuple[Piece, ...]) -> str:
    return "".join(one.text + letters(one.pieces) for one in found)


@given(st.text(alphabet="ab *_~`\n@.h:/ptsé", max_size=60))
def test_nothing_but_marks_is_ever_lost(text: str) -> None:
    shown = letters(pieces(text, mentions=True))
    assert [c for c in shown if c not in "*_~`\n"] == [c for c in text if c not in "*_~`\n"]


@pytest.mark.parametrize("text", ["*a" * 9_000, "*" * 20_000, "_*~" * 6_000, "```" * 6_000, "h" * 20_000])
def test_long_and_odd_texts_take_no_time(text: str) -> None:
    began = time.monotonic()
    pieces(text)
    assert time.monotonic() - began < 2
