"""Texts as words: where each stands in the text, and what it is known by. No I/O.

Scripts that put no spaces between words (Chinese, Japanese, Thai and others), and Korean, which adds endings to them,
are read as overlapping pairs of signs, so that any part of a sentence can be found. An emoji is a word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice, pairwise
from typing import Final

from tideline.features.search.folding import LONGEST, fold

WORDS_READ: Final = 4000
"""Words of one text that can be found. A text of WhatsApp may have 65,536 characters; what comes later is not read."""
CHARACTERS_READ: Final = 20_000
CHARACTERS_KNOWN: Final = 20_000

_ASCII_WORD: Final = re.compile(r"[0-9A-Za-z]+")
_UNSPACED: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x19E0, 0x19FF), (0x2E80, 0x2FDF),
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035), (0x303B, 0x303B), (0x3041, 0x3096), (0x309D, 0x30FA),
    (0x30FC, 0x318F), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F),
    (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF66, 0xFFDC), (0x20000, 0x3FFFF),
)  # fmt: skip
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_HALF_WIDTH_VOICE: Final = "\uff9e\uff9f"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `text[start:end]`. Of a pair of signs the first one ends before."""

    key: str
    start: int
    end: int
    first_end: int


class _Kind(Enum):
    GAP = auto()
    LETTER = auto()
    SIGN = auto()
    SYMBOL = auto()
    FOLLOWER = auto()


class _Kinds(dict[str, _Kind]):
    """What each character is, looked up once for each."""

    def __missing__(self, char: str) -> _Kind:
        if len(self) >= CHARACTERS_KNOWN:
            self.clear()
        kind = self[char] = _kind(char)
        return kind


def _kind(char: str) -> _Kind:
    """Marks and invisible characters belong to what they follow; so do the skin tones of emoji."""
    category, code = unicodedata.category(char), ord(char)
    if category[0] == "M" or category == "Cf" or code in _SKIN_TONES or char in _HALF_WIDTH_VOICE:
        return _Kind.FOLLOWER
    if char.isalnum():
        return _Kind.SIGN if any(first <= code <= last for first, last in _UNSPACED) else _Kind.LETTER
    return _Kind.SYMBOL if category == "So" else _Kind.GAP


class _Gaps(dict[int, str]):
    """For `str.translate`: a space for each character that is no part of a word."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        return " " if _KINDS[char] is _Kind.GAP else char


_KINDS: Final = _Kinds()
_GAPS: Final = _Gaps()
Span = tuple[int, int]


def split(text: str) -> list[Word]:
    """The words of a text, in order."""
    text = text[:CHARACTERS_READ]
    return list(islice((word for word in _words(text) if word.key), WORDS_READ))


def _words(text: str) -> Iterator[Word]:
    if text.isascii():
        yield from (_word(found[0], *found.span()) for found in _ASCII_WORD.finditer(text))
        return
    for kind, units in _runs(text):
        yield from _pairs(text, units) if kind is _Kind.SIGN else _whole(text, units)


def _runs(text: str) -> Iterator[tuple[_Kind, list[Span]]]:
    """Characters of one kind that stand together, each with its followers."""
    before, units = _Kind.GAP, list[Span]()
    for at, kind in enumerate(map(_KINDS.__getitem__, text)):
        if kind is _Kind.FOLLOWER:
            if units:
                units[-1] = (units[-1][0], at + 1)
            continue
        if units and (kind is not before or kind is _Kind.SYMBOL):
            yield before, units
            units = []
        if kind is not _Kind.GAP:
            units.append((at, at + 1))
        before = kind
    if units:
        yield before, units


def _whole(text: str, units: Sequence[Span]) -> Iterable[Word]:
    start, end = units[0][0], units[-1][1]
    symbol = text[start]
    yield Word(symbol, start, end, end) if _KINDS[symbol] is _Kind.SYMBOL else _word(text[start:end], start, end)


def _word(written: str, start: int, end: int) -> Word:
    return Word(fold(written), start, end, end)


def _pairs(text: str, units: Sequence[Span]) -> Iterable[Word]:
    """Each sign with the one behind it; the last one alone."""
    for (start, end), (behind, its_end) in pairwise(units):
        yield Word(fold(text[start:end]) + fold(text[behind:its_end]), start, its_end, end)
    start, end = units[-1]
    yield Word(fold(text[start:end]), start, end, end)


def is_pair(text: str, word: Word) -> bool:
    """Was this read from a script without spaces?"""
    return _KINDS[text[word.start]] is _Kind.SIGN


def keys(text: str) -> list[str]:
    """What the words of a text are known by, in order. Every message goes through here, so the usual ones do it
    without looking where each word stands."""
    text = text[:CHARACTERS_READ]
    if text.isascii():
        return [word[:LONGEST] for word in _ASCII_WORD.findall(text.lower())[:WORDS_READ]]
    kinds = {_KINDS[char] for char in set(text)}
    if _Kind.SIGN in kinds or _Kind.SYMBOL in kinds:
        return [word.key for word in split(text)]
    written = [_begun(word) for word in text.translate(_GAPS).split(" ") if word]
    return [key for word in written if (key := fold(word))][:WORDS_READ]


def _begun(word: str) -> str:
    """Without marks in front: they follow nothing and belong to no word."""
    while word and _KINDS[word[0]] is _Kind.FOLLOWER:
        word = word[1:]
    return word


def stored(*texts: str | None) -> str:
    """The words of some texts as they are stored: one space between words, two between texts, one at both ends, so
    that a word or phrase with spaces around it is found by looking for the whole, and never across two texts."""
    found = [" ".join(words) for text in texts if text and (words := keys(text))]
    return f" {'  '.join(found)} " if found else ""
