"""WhatsApp's way of writing bold, italic, struck and monospaced text, and addresses, as a tree. No I/O, no markup.

The rules are those of the phone: a mark stands at the beginning of a word, its twin at the end of one, and there is
something between them. What is not a pair stays as it was typed. Templates walk the tree and escape every text.
"""

import re
from dataclasses import dataclass
from typing import Final

MARKS: Final = {"*": "strong", "_": "em", "~": "s"}
FENCE: Final = "```"
DEEPEST: Final = 4
LONGEST: Final = 20_000
"""A longer text is shown as it was typed."""

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`\u2028\u2029]{3,2000}")
_ENDS: Final = ".,;:!?)]}*_~"
_PHONE: Final = re.compile(r"\+[1-9](?:[ .()-]{0,2}\d){6,14}(?!\d)")
_MENTION: Final = re.compile(r"(?<![\w.+@-])@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind` is empty for plain text, `a` for an address, `phone`, `mention`, or the name of an element with pieces in
    it."""

    kind: str
    text: str = ""
    pieces: tuple["Piece", ...] = ()


def pieces(text: str, *, mentions: bool = False) -> tuple[Piece, ...]:
    """The tree of a text. Only notes mention anybody."""
    if len(text) > LONGEST:
        return (Piece("", text),)
    return tuple(_blocks(text, mentions))


def _blocks(text: str, mentions: bool) -> list[Piece]:
    """Between two fences nothing means anything."""
    found: list[Piece] = []
    while (begin := text.find(FENCE)) >= 0 and (end := text.find(FENCE, begin + 3)) > begin + 3:
        found += _inline(text[:begin], mentions, 0)
        found.append(Piece("code", text[begin + 3 : end].strip("\n")))
        text = text[end + 3 :]
    return found + _inline(text, mentions, 0)


def _inline(text: str, mentions: bool, depth: int) -> list[Piece]:
    found: list[Piece] = []
    plain = at = 0
    while at < len(text):
        piece, end = _piece_at(text, at, mentions, depth)
        if piece is None:
            at += 1
            continue
        if plain < at:
            found.append(Piece("", text[plain:at]))
        found.append(piece)
        plain = at = end
    return [*found, Piece("", text[plain:])] if plain < len(text) else found


def _piece_at(text: str, at: int, mentions: bool, depth: int) -> tuple[Piece | None, int]:
    sign = text[at]
    if sign == "h" and (match := _ADDRESS.match(text, at)):
        address = match[0].rstrip(_ENDS)
        return (Piece("a", address), at + len(address)) if len(address) > len("https://") else (None, at)
    if sign == "+" and not (at and text[at - 1].isalnum()) and (match := _PHONE.match(text, at)):
        return Piece("phone", match[0]), match.end()
    if sign == "@" and mentions and (match := _MENTION.match(text, at)):
        return Piece("mention", match[0]), match.end()
    if sign in MARKS and depth < DEEPEST and (end := _twin(text, at)):
        return Piece(MARKS[sign], "", tuple(_inline(text[at + 1 : end], mentions, depth + 1))), end + 1
    if sign == "`" and (end := _twin(text, at)):
        return Piece("code", text[at + 1 : end]), end + 1
    return None, at


def _twin(text: str, at: int) -> int:
    """Where the mark that begins here ends, in the same line; 0 when it does not."""
    if at and (text[at - 1].isalnum() or text[at - 1] == text[at]):
        return 0
    line = text.find("\n", at)
    limit = len(text) if line < 0 else line
    if at + 1 >= limit or text[at + 1].isspace() or text[at + 1] == text[at]:
        return 0
    end = at + 1
    while (end := text.find(text[at], end + 1, limit)) > 0:
        after = text[end + 1] if end + 1 < len(text) else " "
        if not text[end - 1].isspace() and not after.isalnum() and after != text[at]:
            return end
    return 0
