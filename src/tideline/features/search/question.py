"""What somebody searches for: words and "phrases", all of which a message must have, and wor* for how a word begins.
No I/O."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tideline.features.search import words
from tideline.features.search.errors import NothingToSearch, SearchTooLong
from tideline.features.search.words import Word

LONGEST: Final = 500
_CHUNK: Final = re.compile(r'"([^"]*)"|([^\s"]+)')
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟＂", '"'))


@dataclass(frozen=True, slots=True)
class Part:
    """Words that stand side by side, mostly one; `is_open` when the last of them only has to begin so."""

    keys: tuple[str, ...]
    is_open: bool = False

    @property
    def needle(self) -> str:
        """What to look for in `words.stored`."""
        return f" {' '.join(self.keys)}{'' if self.is_open else ' '}"

    def at(self, found: Sequence[str], place: int) -> bool:
        """Does it stand at this place among the words of a text?"""
        *whole, last = self.keys
        end = place + len(whole)
        if end >= len(found) or list(found[place:end]) != whole:
            return False
        return found[end].startswith(last) if self.is_open else found[end] == last


@dataclass(frozen=True, slots=True)
class Question:
    """All of these parts, in the order in which they were written."""

    parts: tuple[Part, ...]

    @property
    def is_ranked(self) -> bool:
        """With one part all that has it is equally good, and the newest comes first."""
        return len(self.parts) > 1

    def is_met_by(self, stored: str) -> bool:
        return all(part.needle in stored for part in self.parts)


def read(typed: str) -> Question:
    """Quotes hold a phrase together; so does whatever people write into a word, as in e-mail or 10:30. A quote
    without its other half means nothing."""
    typed = typed.strip()
    if len(typed) > LONGEST:
        raise SearchTooLong
    parts = tuple(dict.fromkeys(part for part in _parts(typed.translate(_QUOTES)) if part))
    if not parts:
        raise NothingToSearch
    return Question(parts)


def _parts(typed: str) -> Iterator[Part | None]:
    for chunk in _CHUNK.finditer(typed):
        quoted, plain = chunk.groups()
        yield _part(quoted) if quoted is not None else _part(plain.rstrip("*"), is_open=plain.endswith("*"))


def _part(text: str, *, is_open: bool = False) -> Part | None:
    """Of a script without spaces the last sign stands alone at the end: somewhere in a text it begins a pair, or
    the pair before it has it already."""
    found = words.split(text)
    if not found:
        return None
    if words.is_pair(text, found[-1]):
        has_pair_before = len(found) > 1 and found[-2].end == found[-1].end
        return Part(_keys(found[:-1]) if has_pair_before else _keys(found), is_open=not has_pair_before)
    return Part(_keys(found), is_open)


def _keys(found: Sequence[Word]) -> tuple[str, ...]:
    return tuple(word.key for word in found)
