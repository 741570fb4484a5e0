"""Spellings that people take for the same word become the same letters: case, accents, widths, digits. No I/O."""

import unicodedata
from functools import lru_cache
from typing import Final

LONGEST: Final = 64
"""Characters of a word that count. Nobody tells longer ones apart by what follows, and few are words."""

CHARACTERS_KNOWN: Final = 20_000

# Marks that a reader may leave out, block by block: accents of Latin, Greek and Cyrillic, the points of Hebrew, the
# vowel signs of Arabic. Those of Thai, Hindi or Japanese make another letter and stay.
_OPTIONAL: Final = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x08D3, 0x08FF), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0xE0100, 0xE01EF),
)  # fmt: skip

# Letters without a decomposition that are written in another way where the keyboard lacks them, and the spellings of
# Arabic and Persian that mean the same letter.
_LETTERS: Final = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i",
    "ĸ": "k", "ſ": "s", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ە": "ه", "ہ": "ه", "ھ": "ه", "ٱ": "ا", "ـ": "",
}  # fmt: skip


class _Plain(dict[int, str]):
    """What each character becomes once case and compatibility forms are gone; looked up once for each."""

    def __missing__(self, code: int) -> str:
        if len(self) >= CHARACTERS_KNOWN:
            self.clear()
        plain = self[code] = _plain(chr(code))
        return plain


def _plain(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Cf" or any(first <= ord(char) <= last for first, last in _OPTIONAL):
        return ""
    return char if category[0] in "LM" or category in ("No", "Nl") else ""


_PLAIN: Final = _Plain()


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """The letters and digits by which a word is known; nothing is left of one that had neither."""
    if word.isascii():
        return word.lower()[:LONGEST]
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return unicodedata.normalize("NFC", apart.translate(_PLAIN))[:LONGEST]
