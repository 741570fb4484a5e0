"""What a chat is called: names are unique in a workspace, and what WhatsApp brings gives way. No I/O."""

import re
from collections.abc import Collection, Iterator

from tideline.features.chats.errors import InvalidChatName, InvalidLabel
from tideline.features.chats.model import LABEL_MAX, NAME_MAX
from tideline.platform.substrings import folded

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMBERED = re.compile(r"(?P<base>.*) \((?P<index>[1-9][0-9]{0,8})\)", re.DOTALL)


def is_storable(text: str) -> bool:
    """Without NUL and halves of characters, which no database takes."""
    return "\x00" not in text and not _SURROGATE.search(text)


def tidy(text: str) -> str:
    """On one line, trimmed, and nothing in it that cannot be stored or seen."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text)).strip()


def clean_name(typed: str) -> str:
    """A name somebody typed: trimmed, 1 to 256 characters."""
    name = tidy(typed)
    if not 1 <= len(name) <= NAME_MAX:
        raise InvalidChatName
    return name


def clean_label(typed: str) -> str:
    """A label somebody typed: trimmed, 1 to 64 characters."""
    label = tidy(typed)
    if not 1 <= len(label) <= LABEL_MAX:
        raise InvalidLabel
    return label


def synced(name: str | None) -> str | None:
    """A name that came from WhatsApp: whatever it holds, it fits; None when nothing is left of it."""
    return tidy(name)[:NAME_MAX].strip() or None if name else None


def key(name: str) -> str:
    """What two names share when people would call them the same. Lists are searched by it."""
    return folded(name)


def numbered(name: str, index: int) -> str:
    """`Mira Solberg (2)`, shortened in front of the index if need be."""
    ending = f" ({index})"
    return name[: NAME_MAX - len(ending)].rstrip() + ending


def shows(name: str, wanted: str) -> bool:
    """Is this the wanted name, perhaps with the index it got because of a clash?"""
    if key(name) == key(wanted):
        return True
    found = _NUMBERED.fullmatch(name)
    return bool(found and int(found["index"]) >= 2 and key(numbered(wanted, int(found["index"]))) == key(name))


def candidates(name: str, attempt: int) -> list[str]:
    """What to try for a wanted name: first itself, then eight numbered ones, then ever more of them."""
    if attempt == 0:
        return [name]
    first, size = 2, 8
    for _ in range(attempt - 1):
        first, size = first + size, size * 8
    return [numbered(name, index) for index in range(first, first + size)]


def first_free(names: Collection[str], taken: Collection[str]) -> str | None:
    """The first of these whose key is not taken."""
    return next(_free(names, taken), None)


def _free(names: Collection[str], taken: Collection[str]) -> Iterator[str]:
    return (name for name in names if key(name) not in taken)
