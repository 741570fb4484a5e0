"""Reads gettext catalogues as they are committed: `.po` files, in UTF-8, without a step that compiles them. No I/O.

What is read of the format is what the catalogues here use: comments, `msgid`, `msgid_plural`, `msgstr`, `msgstr[n]`,
and texts over several lines. Anything else is refused, so that nothing is left out in silence.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

KEYWORD = re.compile(r'(msgid|msgid_plural|msgstr|msgstr\[(\d)\])\s+(".*")')


class NotACatalogue(Exception):
    """Takes the number of the line that cannot be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence and what a language says for it: one text, or one for each form that it has for numbers."""

    english: str
    plural: str | None
    said: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return len(self.said) == (1 if self.plural is None else 2) and all(self.said)


def read(text: str) -> Mapping[str, Entry]:
    """The entries of a catalogue by their English. The one with the empty English is the head of the file."""
    entries = {}
    for number, block in _blocks(text):
        entry = _entry(block, number)
        if entry.english in entries:
            raise NotACatalogue(number)
        entries[entry.english] = entry
    return entries


def _blocks(text: str) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Entries begin with `msgid`; each is a list of keywords with their texts."""
    block: list[tuple[str, str]] = []
    began = 0
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if match := KEYWORD.fullmatch(stripped):
            if match[1] == "msgid" and block:
                yield began, block
                block = []
            began = began if block else number
            block.append((match[1], _text(match[3], number)))
        elif stripped.startswith('"') and block:
            keyword, before = block[-1]
            block[-1] = (keyword, before + _text(stripped, number))
        else:
            raise NotACatalogue(number)
    if block:
        yield began, block


def _text(quoted: str, number: int) -> str:
    try:
        text = ast.literal_eval(quoted)
    except (SyntaxError, ValueError):
        raise NotACatalogue(number) from None
    if not isinstance(text, str):
        raise NotACatalogue(number)
    return text


def _entry(block: list[tuple[str, str]], number: int) -> Entry:
    texts = dict(block)
    if block[0][0] != "msgid" or len(texts) != len(block):
        raise NotACatalogue(number)
    plural = texts.get("msgid_plural")
    names = ["msgstr"] if plural is None else ["msgstr[0]", "msgstr[1]"]
    return Entry(texts["msgid"], plural, tuple(texts[name] for name in names if name in texts))
